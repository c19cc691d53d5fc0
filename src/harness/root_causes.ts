// Which root causes were named, by cause and by namespace, and which were taken for which. Pure.

import type { Sample } from "../dataset/sample.ts";
import { normalizeLabel } from "../analyzer/normalize.ts";
import { confusion, perClass } from "../metrics/classes.ts";
import type { GroupMetrics, RunMetrics } from "./run_files.ts";
import { groupScores, type SampleScore, type ScoredRecord } from "./sample_scores.ts";

/** One answer's root cause beside the right one. */
export interface Said {
  readonly namespace: string;
  readonly expected: string;
  /** `null` for an answer that could not be read or named none. */
  readonly predicted: string | null;
}

/** The answers of a run, each repeat by itself; calls without an answer are left out. */
export function answersOf(
  samples: readonly Sample[],
  records: readonly ScoredRecord[],
): Said[] {
  const byId = new Map(samples.map((sample) => [sample.id, sample]));
  return records.flatMap(({ id, scores, predicted }): Said[] => {
    const sample = byId.get(id);
    if (!sample || scores === null) return [];
    return [{
      namespace: sample.input.namespace,
      expected: normalizeLabel(sample.labels.root_cause),
      predicted: predicted?.root_cause ?? null,
    }];
  });
}

/** Scores, precision, recall and F1 of each root cause. */
export function rootCauseGroups(
  scored: readonly SampleScore[],
  said: readonly Said[],
): Record<string, GroupMetrics> {
  const groups = groupScores(scored, (sample) => sample.labels.root_cause);
  const labels = [...groups.keys()];
  const classes = perClass(
    said.map(({ expected }) => expected),
    said.map(({ predicted }) => predicted),
    labels.map(normalizeLabel),
  );
  return Object.fromEntries([...groups].map(([label, group], at) => {
    const { precision = null, recall = null, f1 = null } = classes[at] ?? {};
    return [label, { ...group, precision, recall, f1 }];
  }));
}

/** Scores of each namespace, and how often its root causes were named right. */
export function namespaceGroups(
  scored: readonly SampleScore[],
  said: readonly Said[],
): Record<string, GroupMetrics> {
  const answers = Map.groupBy(said, ({ namespace }) => namespace);
  return Object.fromEntries(
    [...groupScores(scored, (sample) => sample.input.namespace)].map(([namespace, group]) => {
      const own = answers.get(namespace) ?? [];
      const right = own.filter(({ expected, predicted }) => expected === predicted).length;
      const named = own.filter(({ predicted }) => predicted !== null).length;
      const precision = named === 0 ? null : right / named;
      const recall = own.length === 0 ? null : right / own.length;
      const f1 = precision === null || recall === null || right === 0
        ? (precision === null || recall === null ? null : 0)
        : 2 * precision * recall / (precision + recall);
      return [namespace, { ...group, precision, recall, f1 }];
    }),
  );
}

/** The confusion matrix over the root causes of the samples. */
export function rootCauseConfusion(said: readonly Said[]): RunMetrics["confusion"] {
  const labels = [...new Set(said.map(({ expected }) => expected))].sort();
  return confusion(
    said.map(({ expected }) => expected),
    said.map(({ predicted }) => predicted),
    labels,
  );
}
