// Records of a run -> metrics.json. Pure: the same records in any order give the same numbers,
// because they are folded in the order of the samples.

import type { Sample } from "../dataset/sample.ts";
import { mean, percentile } from "../metrics/percentile.ts";
import { METRIC_VERSION, METRICS, type Scores } from "../metrics/score.ts";
import {
  type GroupMetrics,
  OUTCOMES,
  type RunConfig,
  type RunMetrics,
  type SampleRecord,
} from "./run_files.ts";

const FIELDS = ["overall", ...METRICS] as const;

/** What the metrics need of a record. */
export type ScoredRecord = Pick<
  SampleRecord,
  "id" | "repeat" | "outcome" | "scores" | "latency_ms" | "tokens" | "error" | "elapsed_ms"
>;

/** A sample with its mean scores over the repeats that were answered. */
export interface SampleScore {
  readonly sample: Sample;
  readonly scores: Scores;
}

/**
 * Folds records into the metrics of a run.
 *
 * @param records at most one for each sample and repeat, in any order
 * @param wallMs milliseconds of work, pauses between sessions left out
 */
export function computeMetrics(
  config: RunConfig,
  samples: readonly Sample[],
  records: readonly ScoredRecord[],
  floors: RunMetrics["floors"],
  wallMs: number,
): RunMetrics {
  const scored = sampleScores(samples, records);
  const answered = records.filter((record) => record.outcome !== "failed");
  const calls = samples.length * config.execution.repeats;
  const wallS = wallMs / 1000;
  return {
    schema_version: 1,
    metric_version: METRIC_VERSION,
    run_id: config.run_id,
    experiment_id: config.experiment_id,
    status: answered.length === calls ? "complete" : "partial",
    changed: config.changed,
    n: samples.length,
    repeats: config.execution.repeats,
    coverage: answered.length / calls,
    outcomes: countOutcomes(records),
    overall: metric(scored, "overall"),
    metrics: {
      root_cause: metric(scored, "root_cause"),
      action: metric(scored, "action"),
      severity: metric(scored, "severity"),
      summary_rouge_l: metric(scored, "summary_rouge_l"),
      component_f1: metric(scored, "component_f1"),
    },
    by_root_cause: groupScores(scored, (sample) => sample.labels.root_cause),
    by_namespace: groupScores(scored, (sample) => sample.input.namespace),
    floors,
    latency_ms: latencies(answered),
    tokens: tokenTotals(answered, wallS),
    wall_s: wallS,
  };
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

function metric(scored: readonly SampleScore[], field: typeof FIELDS[number]) {
  return { mean: mean(scored.map(({ scores }) => scores[field])), ci95: null };
}

function groupScores(
  scored: readonly SampleScore[],
  keyOf: (sample: Sample) => string,
): Record<string, GroupMetrics> {
  const groups = new Map<string, Scores[]>();
  for (const { sample, scores } of scored) {
    const key = keyOf(sample);
    const group = groups.get(key);
    if (group) group.push(scores);
    else groups.set(key, [scores]);
  }
  return Object.fromEntries(
    [...groups].sort(([a], [b]) => a < b ? -1 : 1).flatMap(([key, group]) => {
      const scores = meanScores(group);
      return scores === null ? [] : [[key, { n: group.length, ...scores }]];
    }),
  );
}

function countOutcomes(records: readonly ScoredRecord[]): RunMetrics["outcomes"] {
  const counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0]));
  for (const { outcome } of records) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts as RunMetrics["outcomes"];
}

function latencies(answered: readonly ScoredRecord[]): RunMetrics["latency_ms"] {
  const values = answered.flatMap((record) => record.latency_ms ?? []);
  return {
    p50: percentile(values, 0.5),
    p95: percentile(values, 0.95),
    max: percentile(values, 1),
  };
}

function tokenTotals(answered: readonly ScoredRecord[], wallS: number): RunMetrics["tokens"] {
  const reported = answered.flatMap((record) => record.tokens ?? []);
  const cached = reported.flatMap((tokens) => tokens.cached ?? []);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const completion = reported.length > 0 ? sum(reported.map((tokens) => tokens.completion)) : null;
  return {
    prompt: reported.length > 0 ? sum(reported.map((tokens) => tokens.prompt)) : null,
    completion,
    cached: cached.length > 0 ? sum(cached) : null,
    per_second: completion !== null && wallS > 0 ? completion / wallS : null,
  };
}
