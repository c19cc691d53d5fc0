// Records of a run -> metrics.json. Pure: the same records in any order give the same numbers,
// because they are folded in the order of the samples.

import type { Sample } from "../dataset/sample.ts";
import { maskTemplate } from "../dataset/template.ts";
import { scoreInterval } from "../metrics/cluster_mean.ts";
import { measureNoise } from "./noise.ts";
import { mean, percentile } from "../metrics/percentile.ts";
import { METRIC_VERSION, METRICS } from "../metrics/score.ts";
import { answersOf, namespaceGroups, rootCauseConfusion, rootCauseGroups } from "./root_causes.ts";
import type { RunConfig, RunMetrics } from "./run_files.ts";
import { type SampleScore, sampleScores, type ScoredRecord } from "./sample_scores.ts";

const FIELDS = ["overall", ...METRICS] as const;
/** Metrics that are 0 or 1 for one answer. */
const SHARES: ReadonlySet<string> = new Set(["root_cause", "action", "severity"]);

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
  const clusters = scored.map(({ sample }) => maskTemplate(sample.input.log_line));
  const intervals = (field: typeof FIELDS[number]) => metric(scored, clusters, field);
  const said = answersOf(samples, records);
  const answered = records.filter((record) => record.outcome !== "failed");
  // The run's own number: a stored run may hold fewer records than it had samples.
  const calls = config.dataset.n * config.execution.repeats;
  const wallS = wallMs / 1000;
  return {
    schema_version: 1,
    metric_version: METRIC_VERSION,
    run_id: config.run_id,
    experiment_id: config.experiment_id,
    status: answered.length === calls ? "complete" : "partial",
    changed: config.changed,
    n: config.dataset.n,
    repeats: config.execution.repeats,
    coverage: answered.length / calls,
    outcomes: countOutcomes(records),
    overall: intervals("overall"),
    metrics: {
      root_cause: intervals("root_cause"),
      action: intervals("action"),
      severity: intervals("severity"),
      summary_rouge_l: intervals("summary_rouge_l"),
      component_f1: intervals("component_f1"),
    },
    by_root_cause: rootCauseGroups(scored, said),
    by_namespace: namespaceGroups(scored, said),
    confusion: rootCauseConfusion(said),
    noise: config.execution.repeats > 1 ? measureNoise(records, config.execution.repeats) : null,
    floors,
    latency_ms: latencies(answered),
    tokens: tokenTotals(answered, wallS),
    wall_s: wallS,
  };
}

function metric(
  scored: readonly SampleScore[],
  clusters: readonly string[],
  field: typeof FIELDS[number],
) {
  const values = scored.map(({ scores }) => scores[field]);
  const kind = values.every((value) => value === 0 || value === 1) && SHARES.has(field)
    ? "share"
    : "mean";
  return { mean: mean(values), ci95: scoreInterval(values, clusters, { kind }) };
}

function countOutcomes(records: readonly ScoredRecord[]): RunMetrics["outcomes"] {
  const counts = { scored: 0, unparseable: 0, truncated: 0, empty: 0, refused: 0, failed: 0 };
  for (const { outcome } of records) counts[outcome]++;
  return counts;
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
