import assert from "node:assert/strict";
import { formatCount, formatDuration, formatPercent, formatScore, oneLine } from "./format.ts";

const DURATIONS: [number | null, string][] = [
  [null, "–"],
  [Infinity, "–"],
  [0, "0.0 ms"],
  [9.94, "9.9 ms"],
  [350, "350 ms"],
  [999.4, "999 ms"],
  [999.6, "1.0 s"],
  [59_949, "59.9 s"],
  [59_951, "1 min 0 s"],
  [245_000, "4 min 5 s"],
  [3_599_600, "1 h 0 min"],
  [7_800_000, "2 h 10 min"],
];
for (const [ms, want] of DURATIONS) {
  Deno.test(`formatDuration() of ${ms} ms`, () => assert.equal(formatDuration(ms), want));
}

Deno.test("unknown is an en dash, never 0", () => {
  assert.equal(formatScore(null), "–");
  assert.equal(formatPercent(null), "–");
  assert.equal(formatScore(0), "0.000");
  assert.equal(formatPercent(0.026), "2.6 %");
});

Deno.test("formatCount() groups digits and knows one", () => {
  assert.equal(formatCount(1, "sample"), "1 sample");
  assert.equal(formatCount(115, "sample"), "115 samples");
  assert.equal(formatCount(1_234_567, "call"), "1,234,567 calls");
});

Deno.test("oneLine() flattens control characters and cuts by character", () => {
  assert.equal(oneLine("a\u001b[31m\r\nb", 20), "a [31m b");
  assert.equal(oneLine("😀😀😀", 2), "😀…");
});
