import assert from "node:assert/strict";
import { factorEstimates } from "./factor_model.ts";
import { relativeMeans, type Trial } from "./trials.ts";

const near = (found: number | undefined, want: number) => {
  assert.ok(found !== undefined && Math.abs(found - want) < 1e-12, `${found}, want ${want}`);
};
const trial = (candidate: number, sample: number, score: number | null): Trial => {
  return { candidate, sample, score };
};

Deno.test("factorEstimates() of two candidates without a level in common, by hand", () => {
  // K = 0.03 I; one sample with both: M = [[1/2, -1/2], [-1/2, 1/2]], r = [1/4, -1/4].
  // I + M K has the eigenvalue 1.03 for [1, -1]: effects = 0.03 / 1.03 * r.
  // Their rest on the sample, r - effects = r / 1.03, counts for one of 10 samples.
  const found = factorEstimates([[0, 0], [1, 1]], 10, [trial(0, 0, 0.5), trial(1, 0, 0)]);
  near(found[0], 0.25 * (0.03 + 0.1) / 1.03);
  near(found[1], -0.25 * (0.03 + 0.1) / 1.03);
});

Deno.test("factorEstimates() expects a candidate to be like those that share its levels", () => {
  const levels = [[0, 0], [0, 1], [1, 0], [1, 1]];
  // Candidate 1 was never scored, candidate 3 without an answer: their first level speaks for them.
  const found = factorEstimates(levels, 5, [trial(0, 0, 1), trial(2, 0, 0), trial(3, 0, null)]);
  assert.ok(found[0]! > found[1]! && found[1]! > 0);
  near(found[2], -found[0]!);
  near(found[3], -found[1]!);
});

Deno.test("factorEstimates() of candidates scored on every sample are their relative means", () => {
  const levels = [[0, 0], [0, 1], [1, 0]];
  const scores = [[1, 0, 0.5], [0.25, 0, 0], [1, 1, 0.25]];
  const trials = scores.flatMap((row, c) => row.map((score, s) => trial(c, s, score)));
  const want = relativeMeans(trials, 3, 3);
  const found = factorEstimates(levels, 3, trials);
  // Up to a constant: which mean the effects are taken off does not matter.
  found.forEach((estimate, c) => near(estimate - found[0]!, want[c]! - want[0]!));
});

const SMALL: { name: string; levels: number[][]; trials: Trial[]; want: number[] }[] = [
  { name: "no trials", levels: [[0], [1]], trials: [], want: [0, 0] },
  { name: "one candidate", levels: [[0]], trials: [trial(0, 0, 1)], want: [0] },
  { name: "no dimensions", levels: [[]], trials: [trial(0, 0, 1)], want: [0] },
];
for (const { name, levels, trials, want } of SMALL) {
  Deno.test(`factorEstimates() with ${name}`, () => {
    assert.deepEqual(factorEstimates(levels, 2, trials), want);
  });
}
