// When a finished run's records do not bear what its metrics say. Pure.

import { formatCount } from "../format.ts";
import type { RunConfig, RunMetrics, SampleRecord } from "./run_files.ts";

/** Why the records of a run that calls itself complete are not; `null` when they are. */
export function tooFew(
  records: readonly SampleRecord[],
  { dataset, execution }: RunConfig,
  { status }: RunMetrics,
): string | null {
  const calls = dataset.n * execution.repeats;
  return status !== "complete" || records.length >= calls
    ? null
    : `results.jsonl holds ${formatCount(records.length, "record")} of ${calls}`;
}
