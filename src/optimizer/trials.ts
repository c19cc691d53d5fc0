// Everything that a search has asked so far, one trial a pair of candidate and sample. The estimates
// and the result are made of it.

import type { FoundCandidate, Stage, StageScores } from "./search.ts";

export interface Trial {
  readonly candidate: number;
  readonly sample: number;
  /** 0..1; `null` when the call brought no answer. */
  readonly score: number | null;
}

export interface StagedTrial extends Trial {
  readonly stage: number;
}

export function trialsOf({ stage, survivors, samples }: Stage, scores: StageScores): StagedTrial[] {
  return survivors.flatMap((candidate, at) =>
    samples.map((sample, column) => ({
      candidate,
      sample,
      score: scores[at]?.[column] ?? null,
      stage,
    }))
  );
}

/**
 * How far each candidate is above its rivals: the mean over all samples of score minus the sample's
 * mean over the candidates that were asked it. A sample without a score counts as the sample's mean.
 *
 * @param candidates how many there are
 * @param samples how many there are
 */
export function relativeMeans(
  trials: readonly Trial[],
  candidates: number,
  samples: number,
): number[] {
  const means = groupMeans(trials, "sample");
  const sums = Array.from({ length: candidates }, () => 0);
  for (const { candidate, sample, score } of trials) {
    if (score !== null) sums[candidate]! += score - means.get(sample)!;
  }
  return sums.map((sum) => sum / samples);
}

/** What is known of every candidate that was asked, by its index. */
export function foundCandidates(
  trials: readonly StagedTrial[],
  estimates: readonly number[],
): FoundCandidate[] {
  const means = groupMeans(trials, "candidate");
  const found = new Map<number, { calls: number; lastStage: number }>();
  for (const { candidate, stage } of trials) {
    found.set(candidate, { calls: (found.get(candidate)?.calls ?? 0) + 1, lastStage: stage });
  }
  return [...found].sort(([a], [b]) => a - b).map(([candidate, seen]) => ({
    candidate,
    estimate: estimates[candidate]!,
    mean: means.get(candidate) ?? null,
    ...seen,
  }));
}

/** The candidates, best estimate first; of equals the one with the lower index. */
export function bestFirst(
  candidates: readonly number[],
  estimates: readonly number[],
): number[] {
  return candidates.toSorted((a, b) => estimates[b]! - estimates[a]! || a - b);
}

/** Mean score by candidate or by sample, of those that have a score. */
function groupMeans(trials: readonly Trial[], by: "candidate" | "sample"): Map<number, number> {
  const sums = new Map<number, { n: number; sum: number }>();
  for (const trial of trials) {
    if (trial.score === null) continue;
    const { n, sum } = sums.get(trial[by]) ?? { n: 0, sum: 0 };
    sums.set(trial[by], { n: n + 1, sum: sum + trial.score });
  }
  return new Map([...sums].map(([key, { n, sum }]) => [key, sum / n]));
}
