// `logeval noise`: how much an experiment's figures move when nothing changes.

import { UsageError } from "../errors.ts";
import { formatCount, formatPercent, formatScore, UNKNOWN } from "../format.ts";
import { measureNoise } from "../harness/noise.ts";
import type { NoiseMetrics } from "../harness/run_files.ts";
import { METRIC_NAMES } from "../harness/run_terms.ts";
import { type CliContext, EXIT } from "./context.ts";
import { executeRun, exitCode, type RunCommandOptions } from "./run.ts";
import { renderTable } from "./table.ts";
import { withTelemetry } from "./telemetry.ts";

const DEFAULT_REPEATS = 5;

export async function noiseCommand(
  context: CliContext,
  name: string,
  options: RunCommandOptions,
): Promise<number> {
  const repeats = options.repeats ?? DEFAULT_REPEATS;
  if (repeats < 2) {
    throw new UsageError(`Cannot measure noise with ${repeats} repeat: nothing repeats`, {
      hint: "give --repeats 2 or more",
    });
  }
  return await withTelemetry(context, async (telemetry) => {
    const { result, story } = await executeRun(context, name, { ...options, repeats }, telemetry);
    const noise = measureNoise(result.records, repeats);
    if (options.json) context.stdout(`${JSON.stringify(noise, null, 2)}\n`);
    else context.stdout(renderNoise(noise, name));
    story.tellEnd(result);
    const code = exitCode(result, undefined);
    return code === EXIT.ok ? EXIT.ok : code;
  });
}

/** The noise floor as text for the terminal. Pure. */
export function renderNoise(noise: NoiseMetrics, name: string): string {
  const { n, repeats, changed, changed_by_field, sd } = noise;
  const share = changed === null
    ? UNKNOWN
    : `${Math.round(changed * n)} of ${formatCount(n, "sample")}`;
  return [
    `${name}   ${share} (${formatPercent(changed)}) changed between ${repeats} identical runs`,
    "",
    renderTable([
      ["field", "changed"],
      ...Object.entries(changed_by_field).map(([field, value]) => [field, formatPercent(value)]),
    ], [1]),
    "",
    renderTable([
      ["metric", "SD between runs"],
      ...Object.entries(METRIC_NAMES).map(([field, label]) => [
        label,
        formatScore(sd[field as keyof typeof sd], 4),
      ]),
    ], [1]),
    "",
  ].join("\n");
}
