import assert from "node:assert/strict";
import { mean, percentile } from "./percentile.ts";

// Checked against numpy.percentile(values, 100 * share).
const CASES: { values: number[]; share: number; want: number | null }[] = [
  { values: [], share: 0.5, want: null },
  { values: [7], share: 0.95, want: 7 },
  { values: [3, 1, 2], share: 0.5, want: 2 },
  { values: [4, 1, 3, 2], share: 0.5, want: 2.5 },
  { values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], share: 0.95, want: 9.55 },
  { values: [10, 20], share: 1, want: 20 },
  { values: [10, 20], share: 0, want: 10 },
];
for (const { values, share, want } of CASES) {
  Deno.test(`percentile() ${share} of [${values}] is ${want}`, () => {
    const found = percentile(values, share);
    if (want === null) assert.equal(found, null);
    else assert.ok(found !== null && Math.abs(found - want) < 1e-12);
  });
}

Deno.test("percentile() leaves its values as they are", () => {
  const values = [3, 1, 2];
  percentile(values, 0.5);
  assert.deepEqual(values, [3, 1, 2]);
});

Deno.test("mean() of nothing is unknown, not 0", () => {
  assert.equal(mean([]), null);
  assert.equal(mean([1, 2, 6]), 3);
});
