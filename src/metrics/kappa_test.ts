import assert from "node:assert/strict";
import { cohensKappa } from "./kappa.ts";
import reference from "./testdata/statistics.json" with { type: "json" };

for (const { rater_a, rater_b, kappa } of reference.cohen_kappa) {
  Deno.test(`cohensKappa() equals scikit-learn for ${rater_a.join("")} / ${rater_b.join("")}`, () => {
    const found = cohensKappa(rater_a, rater_b);
    if (kappa === null) assert.equal(found, null);
    else assert.ok(found !== null && Math.abs(found - kappa) < 1e-9);
  });
}

Deno.test("cohensKappa() of nothing is unknown, and no label is a label of its own", () => {
  assert.equal(cohensKappa([], []), null);
  assert.equal(cohensKappa([null, "a"], [null, "a"]), 1);
  // Agreed 3/4, chance (3*2 + 1*2) / 16 = 1/2: (3/4 - 1/2) / (1/2)
  assert.equal(cohensKappa(["a", "a", "a", null], ["a", "a", null, null]), 0.5);
});
