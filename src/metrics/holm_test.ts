import assert from "node:assert/strict";
import fc from "fast-check";
import { holm } from "./holm.ts";
import reference from "./testdata/statistics.json" with { type: "json" };

for (const { p, adjusted } of reference.holm) {
  Deno.test(`holm() equals statsmodels for ${JSON.stringify(p)}`, () => {
    holm(p).forEach((found, at) => assert.ok(Math.abs(found - adjusted[at]!) < 1e-9));
  });
}

Deno.test("holm() of nothing is nothing, and leaves its values as they are", () => {
  assert.deepEqual(holm([]), []);
  const p = [0.2, 0.01];
  // 0.01 * 2; 0.2 * 1
  assert.deepEqual(holm(p), [0.2, 0.02]);
  assert.deepEqual(p, [0.2, 0.01]);
});

Deno.test("holm() keeps the order of p, raises each, and stays at most 1", () => {
  const p = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 10 });
  fc.assert(
    fc.property(p, (p) => {
      const found = holm(p);
      p.forEach((a, at) => {
        assert.ok(found[at]! >= a && found[at]! <= 1);
        p.forEach((b, other) => assert.ok(a > b || found[at]! <= found[other]!));
      });
    }),
    { seed: 1, numRuns: 200 },
  );
});
