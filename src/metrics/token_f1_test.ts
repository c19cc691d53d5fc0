import assert from "node:assert/strict";
import { tokenF1 } from "./token_f1.ts";

const CASES = [
  // One of one and three words: 2 * 1 / (1 + 3).
  { expected: "kubelet", predicted: "kube-system/kubelet", want: 0.5 },
  { expected: "log_analyzer", predicted: "log-analyzer", want: 1 },
  { expected: "log_analyzer", predicted: "Log Analyzer.", want: 1 },
  { expected: "loki", predicted: "promtail", want: 0 },
  // A word counts as often as it stands in both: 2 * 1 / (1 + 3).
  { expected: "etcd", predicted: "etcd etcd etcd", want: 0.5 },
  { expected: "a b a", predicted: "a a c", want: 2 * 2 / 6 },
  { expected: "", predicted: "", want: 1 },
  { expected: "-", predicted: "/", want: 1 },
  { expected: "etcd", predicted: "", want: 0 },
];
for (const { expected, predicted, want } of CASES) {
  Deno.test(`tokenF1() of ${JSON.stringify(expected)} / ${JSON.stringify(predicted)} is ${want}`, () => {
    assert.equal(tokenF1(expected, predicted), want);
  });
}
