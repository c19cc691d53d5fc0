import assert from "node:assert/strict";
import fc from "fast-check";
import reference from "./testdata/statistics.json" with { type: "json" };
import { wilsonInterval } from "./wilson.ts";

for (const { successes, n, wilson } of reference.proportion_intervals) {
  Deno.test(`wilsonInterval() equals statsmodels for ${successes} of ${n}`, () => {
    wilsonInterval(successes / n, n).forEach((bound, at) => {
      assert.ok(Math.abs(bound - wilson[at]!) < 1e-9, `${bound}, want ${wilson[at]}`);
    });
  });
}

Deno.test("wilsonInterval() holds its share, within 0..1, and shrinks with n", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const n = fc.double({ min: 0.5, max: 1e5, noNaN: true });
  fc.assert(
    fc.property(share, n, (share, n) => {
      const [low, high] = wilsonInterval(share, n);
      assert.ok(0 <= low && low <= share && share <= high && high <= 1 && low < high);
      const [lowOfMore, highOfMore] = wilsonInterval(share, 2 * n);
      assert.ok(highOfMore - lowOfMore < high - low);
    }),
    { seed: 1, numRuns: 300 },
  );
});
