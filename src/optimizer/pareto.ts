// Which prompts nobody would refuse for another: the Pareto front of score against latency.

import type { CandidateResult } from "./optimization_files.ts";

export interface ParetoPoint {
  readonly candidate: string;
  readonly validation: Pick<CandidateResult["validation"], "difference">;
  readonly latency_ms: Pick<CandidateResult["latency_ms"], "p50">;
}

/**
 * The candidates of which no other is at least as good and as fast, and better in one of the two.
 * Score is the paired difference to the baseline, speed the median latency; a candidate without
 * either is in no front.
 *
 * @returns their ids
 */
export function paretoFront(
  candidates: readonly ParetoPoint[],
): Set<string> {
  const points = candidates.flatMap(({ candidate, validation, latency_ms }) =>
    validation.difference === null || latency_ms.p50 === null
      ? []
      : [{ candidate, score: validation.difference, latency: latency_ms.p50 }]
  );
  return new Set(
    points.filter((point) =>
      !points.some((other) =>
        other.score >= point.score && other.latency <= point.latency &&
        (other.score > point.score || other.latency < point.latency)
      )
    ).map(({ candidate }) => candidate),
  );
}
