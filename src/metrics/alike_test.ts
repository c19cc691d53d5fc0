import assert from "node:assert/strict";
import fc from "fast-check";
import { seededRandom } from "../random.ts";
import { alikeInterval } from "./alike.ts";
import { signFlipTest } from "./sign_flip.ts";

// By hand: 0.025^(1/3) = 0.292402, ^(1/6) = 0.540742, ^(1/55) = 0.935129.
const CASES = [
  { difference: 1, clusters: 3, want: [-0.415197, 1] },
  { difference: 1, clusters: 6, want: [0.081484, 1] },
  { difference: -1, clusters: 55, want: [-1, -0.870258] },
  { difference: 0.4, clusters: 55, want: [0.309181, 0.438922] },
  { difference: 0, clusters: 55, want: [-0.064871, 0.064871] },
] as const;
for (const { difference, clusters, want } of CASES) {
  Deno.test(`alikeInterval() of ${clusters} clusters that differ by ${difference}: ${want.join(" to ")}`, () => {
    alikeInterval(difference, clusters).forEach((bound, at) =>
      assert.ok(Math.abs(bound - want[at]!) < 1e-6, `${bound}, want ${want[at]}`)
    );
  });
}

Deno.test("alikeInterval() holds the difference, shrinks, excludes 0 only where p < 0.05", () => {
  const difference = fc.double({ min: -1, max: 1, noNaN: true });
  fc.assert(
    fc.property(difference, fc.integer({ min: 1, max: 40 }), (difference, clusters) => {
      const [low, high] = alikeInterval(difference, clusters);
      assert.ok(-1 <= low && low < difference + 1e-12 && difference - 1e-12 < high && high <= 1);
      const more = alikeInterval(difference, clusters + 1);
      assert.ok(more[1] - more[0] < high - low);
      if (low <= 0 && high >= 0) return;
      const differences = Array<number>(clusters).fill(difference);
      const names = differences.map((_, at) => String(at));
      assert.ok(signFlipTest(differences, names, { random: seededRandom(0) }).p < 0.05);
    }),
    { seed: 1, numRuns: 300 },
  );
});
