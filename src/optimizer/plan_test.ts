import assert from "node:assert/strict";
import fc from "fast-check";
import { planStages } from "./plan.ts";

/** As "survivors x samples". */
const CASES: { problem: [candidates: number, samples: number, budget: number]; want: string[] }[] =
  [
    { problem: [1, 1, 1], want: ["1x1"] },
    { problem: [1, 55, 550], want: ["1x55"] },
    { problem: [4, 10, 30], want: ["4x7", "2x1"] },
    { problem: [3, 2, 1000], want: ["3x2"] },
    // One call left over pays for no comparison.
    { problem: [4, 10, 5], want: ["4x1"] },
  ];
for (const { problem, want } of CASES) {
  Deno.test(`planStages(${problem.join(", ")})`, () => {
    assert.deepEqual(planStages(...problem).map((s) => `${s.survivors}x${s.samples}`), want);
  });
}

Deno.test("planStages() never asks for more than there is, nor passes on more than it has", () => {
  const sizes = fc.record({
    candidates: fc.integer({ min: 1, max: 200 }),
    samples: fc.integer({ min: 1, max: 60 }),
    extra: fc.integer({ min: 0, max: 3000 }),
  });
  fc.assert(
    fc.property(sizes, ({ candidates, samples, extra }) => {
      const budget = candidates + extra;
      const stages = planStages(candidates, samples, budget);
      assert.equal(stages[0]?.survivors, candidates);
      let [calls, seen, before] = [0, 0, candidates];
      for (const stage of stages) {
        assert.ok(stage.survivors >= 1 && stage.samples >= 1 && stage.survivors <= before);
        calls += stage.survivors * stage.samples;
        seen += stage.samples;
        before = stage.survivors;
      }
      assert.ok(calls <= budget && seen <= samples);
      // Nothing is left that would pay for a comparison of two finalists.
      assert.ok(budget - calls < 2 || seen === samples);
    }),
    { seed: 1, numRuns: 300 },
  );
});
