// Records -> scores of samples: means over repeats, means over groups. Pure; the same records in any
// order give the same numbers, because they are folded in the order of the samples.

import type { Sample } from "../dataset/sample.ts";
import { mean } from "../metrics/percentile.ts";
import type { Scores } from "../metrics/score.ts";
import type { SampleRecord } from "./run_files.ts";

/** What the metrics need of a record. */
export type ScoredRecord = Pick<
  SampleRecord,
  | "id"
  | "repeat"
  | "outcome"
  | "predicted"
  | "scores"
  | "latency_ms"
  | "tokens"
  | "error"
  | "elapsed_ms"
>;

/** A sample with its mean scores over the repeats that were answered. */
export interface SampleScore {
  readonly sample: Sample;
  readonly scores: Scores;
}

/** The answered samples in the order of `samples`, each with its mean over repeats. */
export function sampleScores(
  samples: readonly Sample[],
  records: readonly ScoredRecord[],
): SampleScore[] {
  const byId = new Map<string, ScoredRecord[]>();
  for (const record of records) {
    const repeats = byId.get(record.id);
    if (repeats) repeats.push(record);
    else byId.set(record.id, [record]);
  }
  return samples.flatMap((sample): SampleScore[] => {
    const repeats = (byId.get(sample.id) ?? []).toSorted((a, b) => a.repeat - b.repeat);
    const scores = meanScores(repeats.flatMap((record) => record.scores ?? []));
    return scores === null ? [] : [{ sample, scores }];
  });
}

/** Field by field means; `null` for no scores. */
export function meanScores(scores: readonly Scores[]): Scores | null {
  if (scores.length <= 1) return scores[0] ?? null;
  const of = (field: keyof Scores) => mean(scores.map((score) => score[field])) ?? 0;
  return {
    overall: of("overall"),
    root_cause: of("root_cause"),
    action: of("action"),
    severity: of("severity"),
    summary_rouge_l: of("summary_rouge_l"),
    component_f1: of("component_f1"),
  };
}

/** Means over the samples of each group, groups by name. */
export function groupScores(
  scored: readonly SampleScore[],
  keyOf: (sample: Sample) => string,
): Map<string, Scores & { readonly n: number }> {
  const groups = new Map<string, Scores[]>();
  for (const { sample, scores } of scored) {
    const key = keyOf(sample);
    const group = groups.get(key);
    if (group) group.push(scores);
    else groups.set(key, [scores]);
  }
  return new Map(
    [...groups].sort(([a], [b]) => a < b ? -1 : 1).flatMap(([key, group]) => {
      const scores = meanScores(group);
      return scores === null ? [] : [[key, { n: group.length, ...scores }] as const];
    }),
  );
}
