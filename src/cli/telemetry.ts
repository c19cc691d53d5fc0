// A command with traces and metrics around it, when the environment asks for them. They never change
// what a command does: at the worst it ends some seconds later and says why on one line.

import { startTelemetry, type Telemetry } from "../telemetry/otel.ts";
import { VERSION } from "../version.ts";
import type { CliContext } from "./context.ts";

/** Runs `work`, then sends what is left of its telemetry. */
export async function withTelemetry<T>(
  { env, stderr }: Pick<CliContext, "env" | "stderr">,
  work: (telemetry: Telemetry | undefined) => Promise<T>,
): Promise<T> {
  let working = false;
  let late: string | null = null;
  const telemetry = await startTelemetry(env, {
    version: VERSION,
    // While the command tells its story a line would get into its progress, and one is enough.
    warn: (message) => working ? late ??= message : stderr(`warning: ${message}\n`),
  });
  if (telemetry === null) return await work(undefined);
  working = true;
  try {
    return await work(telemetry);
  } finally {
    await telemetry.shutdown();
    if (late !== null) stderr(`warning: ${late}\n`);
  }
}
