import assert from "node:assert/strict";
import { METRICS, overallScore, scoreAnalysis, WEIGHTS } from "./score.ts";

const EXPECTED = {
  root_cause: "connection_failed",
  severity: "error",
  component: "loki",
  summary: "The log analyzer cannot reach Loki",
  action_needed: "restore_service",
};
const RIGHT = { ...EXPECTED };

const CASES = [
  { name: "everything right", predicted: RIGHT, want: { overall: 1 } },
  {
    name: "other case, separators and quotes",
    predicted: { ...RIGHT, root_cause: "Connection failed", severity: '"Error"' },
    want: { overall: 1, root_cause: 1, severity: 1 },
  },
  {
    // 1 - 0.40
    name: "a wrong root cause",
    predicted: { ...RIGHT, root_cause: "timeout" },
    want: { overall: 0.6, root_cause: 0 },
  },
  {
    // 1 - 0.25
    name: "a missing action",
    predicted: { ...RIGHT, action_needed: null },
    want: { overall: 0.75, action: 0 },
  },
  {
    name: "a neighbouring label, which is wrong",
    predicted: { ...RIGHT, severity: "errors" },
    want: { overall: 0.8, severity: 0 },
  },
  {
    // Summary: "loki" is 1 of 6 and 1 of 1 words, 2/7. Component: 2 * 1 / (1 + 2) = 2/3.
    // 0.85 + 0.10 * 2/7 + 0.05 * 2/3
    name: "half a component and a short summary",
    predicted: { ...RIGHT, component: "logging/loki", summary: "Loki" },
    want: {
      overall: 0.85 + 0.1 * 2 / 7 + 0.05 * 2 / 3,
      component_f1: 2 / 3,
      summary_rouge_l: 2 / 7,
    },
  },
  {
    name: "an answer nobody could read",
    predicted: null,
    want: {
      overall: 0,
      root_cause: 0,
      severity: 0,
      action: 0,
      component_f1: 0,
      summary_rouge_l: 0,
    },
  },
];
for (const { name, predicted, want } of CASES) {
  Deno.test(`scoreAnalysis() of ${name}`, () => {
    const scores = scoreAnalysis(EXPECTED, predicted);
    for (const [field, value] of Object.entries(want)) {
      const found = scores[field as keyof typeof scores];
      assert.ok(Math.abs(found - value) < 1e-12, `${field}: ${found}, want ${value}`);
    }
  });
}

Deno.test("scoreAnalysis() gives 0 for a missing summary even when none is expected", () => {
  const scores = scoreAnalysis({ ...EXPECTED, summary: "" }, { ...RIGHT, summary: null });
  assert.equal(scores.summary_rouge_l, 0);
});

Deno.test("the weights sum to 1 and a perfect answer scores exactly 1", () => {
  assert.equal(METRICS.reduce((sum, metric) => sum + WEIGHTS[metric], 0), 1);
  const perfect = { root_cause: 1, severity: 1, action: 1, component_f1: 1, summary_rouge_l: 1 };
  assert.equal(overallScore(perfect), 1);
});
