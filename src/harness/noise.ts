// How much a run changes when nothing changes: repeats of the same calls against each other. Pure.

import { mean } from "../metrics/percentile.ts";
import type { Scores } from "../metrics/score.ts";
import type { NoiseMetrics } from "./run_files.ts";
import type { ScoredRecord } from "./sample_scores.ts";

const FIELDS = ["root_cause", "severity", "component", "summary", "action_needed"] as const;

/** @param records of one run, each sample in several repeats */
export function measureNoise(records: readonly ScoredRecord[], repeats: number): NoiseMetrics {
  const answered = records.filter((record) => record.scores !== null);
  const groups = [...Map.groupBy(answered, (record) => record.id).values()]
    .filter((group) => group.length > 1);
  const differs = (value: (record: ScoredRecord) => unknown) => (group: ScoredRecord[]) =>
    new Set(group.map((record) => JSON.stringify(value(record) ?? null))).size > 1;
  const share = (value: (record: ScoredRecord) => unknown) =>
    groups.length === 0 ? null : groups.filter(differs(value)).length / groups.length;
  const byRepeat = [...Map.groupBy(answered, (record) => record.repeat).values()];
  const sdOf = (field: keyof Scores) =>
    standardDeviation(
      byRepeat.flatMap((group) =>
        mean(group.flatMap((record) => record.scores?.[field] ?? [])) ?? []
      ),
    );
  return {
    repeats,
    n: groups.length,
    changed: share((record) => record.predicted),
    changed_by_field: Object.fromEntries(
      FIELDS.map((field) => [field, share((record) => record.predicted?.[field])]),
    ),
    sd: {
      overall: sdOf("overall"),
      root_cause: sdOf("root_cause"),
      action: sdOf("action"),
      severity: sdOf("severity"),
      summary_rouge_l: sdOf("summary_rouge_l"),
      component_f1: sdOf("component_f1"),
    },
  };
}

/** Means that differ by less are equal: the order of their addends made it. */
const ROUNDING = 1e-12;

/** Of a sample of values, n - 1 in the denominator; `null` for fewer than two. */
function standardDeviation(values: readonly number[]): number | null {
  const middle = mean(values);
  if (values.length < 2 || middle === null) return null;
  if (Math.max(...values) - Math.min(...values) < ROUNDING) return 0;
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}
