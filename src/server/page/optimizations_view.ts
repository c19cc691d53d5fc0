// All optimizations of this machine as a list. Pure.

import { formatCount, formatDifference, formatDifferences, UNKNOWN } from "../../format.ts";
import type { ArchivedOptimization } from "../archived_optimization.ts";
import { liveOptimization, type LiveView } from "./live_view.ts";
import { optimizationUrl, shortTime } from "./words.ts";

/** A row of the list of optimizations. */
export interface OptimizationRowView {
  readonly url: string;
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly live: LiveView | null;
  readonly calls: string;
  readonly winner: string;
  readonly gain: string;
  readonly interval: string;
  readonly verdict: string;
  readonly kind: string;
  readonly time: string;
}

/** The list of optimizations, newest first. */
export function optimizationRows(
  optimizations: readonly ArchivedOptimization[],
  thisYear: number,
): OptimizationRowView[] {
  return optimizations.map((found) => {
    const { run_id, status, progress, facts } = found;
    const result = facts?.result ?? null;
    const interval = result === null || result.gain_low === null || result.gain_high === null
      ? null
      : [result.gain_low, result.gain_high] as const;
    return {
      url: optimizationUrl(run_id),
      id: run_id,
      name: facts?.experiment_id ?? run_id,
      status,
      live: status === "running" ? liveOptimization(found) : null,
      calls: formatCount(progress.calls, "call"),
      winner: result?.winner ?? UNKNOWN,
      gain: formatDifference(result?.gain ?? null),
      interval: formatDifferences(interval),
      verdict: result?.verdict ?? UNKNOWN,
      kind: result?.verdict === "better" ? "good" : result?.verdict === "worse" ? "bad" : "",
      time: shortTime(facts?.started_at ?? null, thisYear),
    };
  });
}
