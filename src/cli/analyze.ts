// `logeval analyze`: what is to be analyzed, and where that is done. A pipe, a file and Loki are read
// once; `--listen` serves.

import { UsageError } from "../errors.ts";
import type { SeverityFilter } from "../service/logql.ts";
import type { CliContext } from "./context.ts";
import { withTelemetry } from "./telemetry.ts";

export interface AnalyzeOptions {
  readonly modelUrl?: string;
  readonly model?: string;
  readonly prompt?: string;
  readonly namespace?: string;
  readonly pod?: string;
  readonly container?: string;
  readonly node?: string;
  readonly loki?: string;
  /** Milliseconds. */
  readonly since?: number;
  readonly severity?: SeverityFilter;
  readonly filter?: string;
  readonly limit?: number;
  readonly stream?: true;
  readonly json?: true;
  /** `HOST:PORT`; given alone. */
  readonly listen?: string;
}

/** Where the logs come from. `-` is what comes in through a pipe. */
export type LogSource =
  | { readonly kind: "pipe" }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "loki" };

/** @throws {UsageError} when it is not clear what is to be analyzed */
export async function analyzeCommand(
  context: CliContext,
  logs: string | undefined,
  options: AnalyzeOptions,
): Promise<number> {
  if (options.listen !== undefined) {
    if (logs !== undefined) {
      throw new UsageError(`Cannot analyze ${logs} and listen: give one of them`);
    }
    const { analyzeListen } = await import("./analyze_listen.ts");
    return await analyzeListen(context, { listen: options.listen });
  }
  const source = sourceOf(context, logs, options);
  const { analyzeText } = await import("./analyze_text.ts");
  return await withTelemetry(
    context,
    (telemetry) => analyzeText(context, source, options, telemetry),
  );
}

function sourceOf(
  { stdin }: CliContext,
  logs: string | undefined,
  { loki, since, severity, filter, limit }: AnalyzeOptions,
): LogSource {
  const ofLoki = { "--loki": loki, "--since": since, "--severity": severity, "--filter": filter };
  const given = Object.entries({ ...ofLoki, "--limit": limit })
    .filter(([, value]) => value !== undefined).map(([name]) => name);
  if (logs !== undefined && given.length > 0) {
    throw new UsageError(`Cannot use ${given.join(", ")} with ${logs}: only Loki is asked so`, {
      hint: "leave the one or the other out",
    });
  }
  if (given.length > 0) return { kind: "loki" };
  if (logs !== undefined && logs !== "-") return { kind: "file", path: logs };
  if (logs === undefined && stdin.isTerminal()) {
    throw new UsageError("Cannot tell what to analyze: nothing comes in through a pipe", {
      hint: "kubectl logs deploy/web | logeval analyze -\n" +
        "logeval analyze web.log\n" +
        "logeval analyze --namespace llm --since 1h --loki http://localhost:3100",
    });
  }
  return { kind: "pipe" };
}
