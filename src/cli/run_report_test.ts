import assert from "node:assert/strict";
import picocolors from "picocolors";
import type { RunMetrics } from "../harness/run_files.ts";
import { testConfig } from "../testing/run_fixtures.ts";
import { renderRunHeader, renderRunReport } from "./run_report.ts";

const PLAIN = picocolors.createColors(false);
const group = (n: number, root_cause: number) => ({
  n,
  overall: root_cause,
  root_cause,
  action: 0,
  severity: 0,
  summary_rouge_l: 0,
  component_f1: 0,
  precision: null,
  recall: root_cause,
  f1: null,
});
const { n: _, precision: __, recall: ___, f1: ____, ...FLOOR } = group(0, 0.25);
const METRICS: RunMetrics = {
  schema_version: 1,
  metric_version: "1",
  run_id: "20260109-143000-a",
  experiment_id: "a",
  status: "complete",
  changed: [],
  n: 115,
  repeats: 1,
  coverage: 1,
  outcomes: { scored: 112, unparseable: 2, truncated: 1, empty: 0, refused: 0, failed: 0 },
  overall: { mean: 0.6119, ci95: null },
  metrics: {
    root_cause: { mean: 0.583, ci95: null },
    action: { mean: 0.557, ci95: null },
    severity: { mean: 0.783, ci95: null },
    summary_rouge_l: { mean: 0.412, ci95: null },
    component_f1: { mean: null, ci95: null },
  },
  by_root_cause: {
    rare: group(1, 0),
    apiserver_not_ready: group(14, 2 / 14),
    empty_query_result: group(11, 3 / 11),
    unknown: group(31, 12 / 31),
    fine: group(20, 1),
  },
  by_namespace: {},
  confusion: { labels: [], counts: [], unreadable: [], outside: [] },
  noise: null,
  floors: { most_common: FLOOR, embedded: FLOOR },
  latency_ms: { p50: 1900, p95: 3400, max: 5000 },
  tokens: { prompt: 1000, completion: 300, cached: 710, per_second: 41.2 },
  wall_s: 58,
};

Deno.test("renderRunReport() is the table of the design", () => {
  assert.equal(
    renderRunReport(testConfig(), METRICS, PLAIN),
    `a   overall 0.612   115 of 115 samples, 58.0 s

                score        most common    nearest example
  overall       0.612              0.250              0.250
  root cause    0.583              0.250              0.250
  action        0.557              0.000              0.000
  severity      0.783              0.000              0.000
  summary       0.412              0.000              0.000
  component         –              0.000              0.000

  unreadable 3 (2.6 %)   failed 0   latency p50 1.9 s  p95 3.4 s   41 tokens/s   71 % of prompt tokens from cache
  weakest: apiserver_not_ready 2 of 14 · empty_query_result 3 of 11 · unknown 12 of 31
`,
  );
});

Deno.test("renderRunReport() shows intervals when there are some", () => {
  const text = renderRunReport(
    testConfig(),
    { ...METRICS, overall: { mean: 0.6119, ci95: [0.551, 0.673] } },
    PLAIN,
  );
  assert.match(text, /^a {3}overall 0\.612 {2}95 % 0\.551 to 0\.673 /);
  assert.match(text, /score +95 % interval +most common/);
});

Deno.test("renderRunReport() says partial, changed and unknown", () => {
  const text = renderRunReport(testConfig(), {
    ...METRICS,
    status: "partial",
    changed: ["model", "limit"],
    coverage: 100 / 115,
    outcomes: { ...METRICS.outcomes, scored: 97, failed: 5 },
    latency_ms: { p50: null, p95: null, max: null },
    tokens: { prompt: null, completion: null, cached: null, per_second: null },
  }, PLAIN);
  assert.match(text, /100 of 115 samples, 58\.0 s {3}partial: 5 failed, 10 not asked\n/);
  assert.match(text, /changed: model, limit; it does not stand for a\n/);
  assert.match(text, /latency p50 – {2}p95 –\n/);
});

Deno.test("renderRunReport() of a rescored run names its parent", () => {
  const config = testConfig({ parent_run_id: "20260108-120000-a" });
  assert.match(
    renderRunReport(config, METRICS, PLAIN),
    /\n {2}rescored: the answers of 20260108-120000-a, without a model call\n/,
  );
});

Deno.test("colour only marks what words already say", () => {
  const coloured = renderRunReport(testConfig(), METRICS, picocolors.createColors(true));
  // deno-lint-ignore no-control-regex
  const stripped = coloured.replace(/\x1b\[\d+m/g, "");
  assert.notEqual(coloured, stripped);
  assert.equal(stripped, renderRunReport(testConfig(), METRICS, PLAIN));
});

Deno.test("renderRunHeader() names samples, model and slots", () => {
  assert.equal(
    renderRunHeader(testConfig({ changed: ["limit"] })),
    "a · 1 sample · m at localhost:8080 (4 slots, 2048 tokens each) · changed: limit",
  );
});
