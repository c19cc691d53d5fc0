import assert from "node:assert/strict";
import { identifySamples, type SampleFields } from "../dataset/sample.ts";
import { computeMetrics } from "./run_metrics.ts";
import { sampleScores, type ScoredRecord } from "./sample_scores.ts";
import { testConfig } from "../testing/run_fixtures.ts";

const fields = (log_line: string, root_cause: string, namespace: string): SampleFields => ({
  timestamp: 0,
  namespace,
  pod: "p",
  container: "c",
  node: "n",
  log_line,
  root_cause,
  severity: "error",
  component: "etcd",
  summary: "s",
  action_needed: "none",
});
const SAMPLES = identifySamples([
  fields("a", "timeout", "llm"),
  fields("b", "timeout", "logging"),
  fields("c", "unknown", "llm"),
  fields("d", "unknown", "llm"),
]);
const scores = (overall: number, root_cause = 0) => ({
  overall,
  root_cause,
  severity: 0,
  action: 0,
  component_f1: 0,
  summary_rouge_l: 0,
});
const record = (at: number, rest: Partial<ScoredRecord>): ScoredRecord => ({
  id: SAMPLES[at]!.id,
  repeat: 1,
  outcome: "scored",
  predicted: null,
  scores: null,
  latency_ms: null,
  tokens: null,
  error: null,
  elapsed_ms: 0,
  ...rest,
});
const CONFIG = testConfig();
CONFIG.dataset.n = SAMPLES.length;
const FLOORS = { most_common: scores(0), embedded: scores(0) };
const RECORDS = [
  record(0, {
    scores: scores(0.5, 1),
    latency_ms: 100,
    tokens: { prompt: 10, completion: 4, cached: 2 },
  }),
  record(1, {
    outcome: "unparseable",
    scores: scores(0),
    latency_ms: 300,
    tokens: { prompt: 20, completion: 6, cached: null },
  }),
  record(2, { scores: scores(1, 1), latency_ms: 200 }),
  record(3, { outcome: "failed" }),
];

Deno.test("computeMetrics() keeps bad answers in the mean and failed ones out", () => {
  const metrics = computeMetrics(CONFIG, SAMPLES, RECORDS, FLOORS, 2000);
  // (0.5 + 0 + 1) / 3
  assert.equal(metrics.overall.mean, 0.5);
  assert.equal(metrics.metrics.root_cause.mean, 2 / 3);
  assert.equal(metrics.coverage, 0.75);
  assert.equal(metrics.status, "partial");
  assert.deepEqual(metrics.outcomes, {
    scored: 2,
    unparseable: 1,
    truncated: 0,
    empty: 0,
    refused: 0,
    failed: 1,
  });
});

Deno.test("computeMetrics() groups by root cause and namespace, answered samples alone", () => {
  const metrics = computeMetrics(CONFIG, SAMPLES, RECORDS, FLOORS, 2000);
  assert.deepEqual(Object.keys(metrics.by_root_cause), ["timeout", "unknown"]);
  assert.deepEqual(
    [metrics.by_root_cause["timeout"]?.n, metrics.by_root_cause["timeout"]?.overall],
    [
      2,
      0.25,
    ],
  );
  assert.deepEqual(
    [metrics.by_root_cause["unknown"]?.n, metrics.by_root_cause["unknown"]?.overall],
    [
      1,
      1,
    ],
  );
  assert.equal(metrics.by_namespace["llm"]?.n, 2);
});

Deno.test("computeMetrics() sums what was reported; unknown stays unknown", () => {
  const metrics = computeMetrics(CONFIG, SAMPLES, RECORDS, FLOORS, 2000);
  assert.deepEqual(metrics.latency_ms, { p50: 200, p95: 290, max: 300 });
  // 10 completion tokens in 2 s.
  assert.deepEqual(metrics.tokens, { prompt: 30, completion: 10, cached: 2, per_second: 5 });
  const none = computeMetrics(CONFIG, SAMPLES, [], FLOORS, 0);
  assert.deepEqual(none.tokens, { prompt: null, completion: null, cached: null, per_second: null });
  assert.deepEqual(none.overall, { mean: null, ci95: null });
  assert.equal(none.coverage, 0);
});

Deno.test("the order in which answers came changes nothing, bit by bit", () => {
  const thirds = SAMPLES.map((_, at) => record(at, { scores: scores(1 / (at + 3)) }));
  const forward = computeMetrics(CONFIG, SAMPLES, thirds, FLOORS, 1);
  const backward = computeMetrics(CONFIG, SAMPLES, thirds.toReversed(), FLOORS, 1);
  assert.deepEqual(forward, backward);
});

Deno.test("with repeats a sample's score is its mean over the answered ones", () => {
  const repeats = [
    record(0, { scores: scores(1, 1) }),
    record(0, { repeat: 2, scores: scores(0.5, 0) }),
    record(1, { scores: scores(0.4) }),
    record(1, { repeat: 2, outcome: "failed" }),
  ];
  const means = sampleScores(SAMPLES, repeats).map((entry) => entry.scores.overall);
  assert.deepEqual(means, [0.75, 0.4]);
});
