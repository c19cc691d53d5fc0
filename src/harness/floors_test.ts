import assert from "node:assert/strict";
import { identifySamples, type SampleFields } from "../dataset/sample.ts";
import { computeFloors, exampleIndex, mostCommonLabels } from "./floors.ts";

const row = (log_line: string, root_cause: string, severity = "error"): SampleFields => ({
  timestamp: 0,
  namespace: "n",
  pod: "p",
  container: "c",
  node: "o",
  log_line,
  root_cause,
  severity,
  component: "etcd",
  summary: "It failed.",
  action_needed: "none",
});
const SAMPLES = identifySamples([
  row("connection refused by etcd", "connection_failed"),
  row("connection refused by loki", "connection_failed"),
  row("certificate expired", "certificate_invalid", "warn"),
]);

Deno.test("mostCommonLabels() takes each label by itself, of equals the first", () => {
  const labels = mostCommonLabels(SAMPLES);
  assert.equal(labels.root_cause, "connection_failed");
  assert.equal(labels.severity, "error");
  const tied = mostCommonLabels(SAMPLES.slice(1));
  assert.equal(tied.root_cause, "connection_failed");
});

Deno.test("computeFloors() scores both floors on all samples", () => {
  const floors = computeFloors(SAMPLES, exampleIndex(SAMPLES, 0), 0);
  // Two of three root causes and severities are the most common; all else is equal.
  // 0.40 * 2/3 + 0.20 * 2/3 + 0.25 + 0.10 + 0.05
  assert.ok(Math.abs(floors.most_common.overall - 0.8) < 1e-12);
  // The two refusals find each other; "certificate expired" shares no word and scores 0.
  assert.equal(floors.embedded.root_cause, 2 / 3);
  assert.ok(Math.abs(floors.embedded.overall - 2 / 3) < 1e-12);
});

Deno.test("exampleIndex() of many samples is a seeded sample of them", () => {
  const many = identifySamples(Array.from({ length: 5200 }, (_, at) => {
    const word = [...String(at)].map((digit) => "abcdefghij"[Number(digit)]).join("");
    return row(`word${word}`, `cause_${at}`);
  }));
  const found = (seed: number) => {
    const index = exampleIndex(many, seed);
    return many.slice(0, 800).map((sample) => index.nearest(`${sample.input.log_line} 1`));
  };
  assert.deepEqual(found(1), found(1));
  assert.notDeepEqual(found(1), found(2));
});
