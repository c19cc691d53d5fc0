import assert from "node:assert/strict";
import { bestFirst, foundCandidates, relativeMeans, trialsOf } from "./trials.ts";

const STAGE_1 = { stage: 1, of: 2, survivors: [2, 0], samples: [0, 1] };
const STAGE_2 = { stage: 2, of: 2, survivors: [0], samples: [2] };
/** Sample 0 has mean 0.5, sample 1 has 0.2, its other call brought no answer; sample 2 has 0.7. */
const TRIALS = [
  ...trialsOf(STAGE_1, [[0.25, null], [0.75, 0.2]]),
  ...trialsOf(STAGE_2, [[0.7]]),
];

Deno.test("trialsOf() is one trial a pair, survivor by survivor", () => {
  assert.deepEqual(TRIALS.map((t) => [t.stage, t.candidate, t.sample, t.score]), [
    [1, 2, 0, 0.25],
    [1, 2, 1, null],
    [1, 0, 0, 0.75],
    [1, 0, 1, 0.2],
    [2, 0, 2, 0.7],
  ]);
});

Deno.test("relativeMeans() counts what has no score as the sample's mean", () => {
  // Candidate 0: (0.25 + 0 + 0 + 0) / 4; candidate 2: -0.25 / 4; candidate 1 was not asked.
  assert.deepEqual(relativeMeans(TRIALS, 3, 4), [0.0625, 0, -0.0625]);
});

Deno.test("foundCandidates() counts calls, means raw scores, leaves out who was not asked", () => {
  assert.deepEqual(foundCandidates(TRIALS, [3, 4, 5]), [
    { candidate: 0, estimate: 3, calls: 3, mean: (0.75 + 0.2 + 0.7) / 3, lastStage: 2 },
    { candidate: 2, estimate: 5, calls: 2, mean: 0.25, lastStage: 1 },
  ]);
  assert.equal(foundCandidates(trialsOf(STAGE_2, [[null]]), [0])[0]?.mean, null);
});

Deno.test("bestFirst() puts the lower index first of equals", () => {
  assert.deepEqual(bestFirst([3, 1, 2, 0], [0.1, 0.5, 0.2, 0.5]), [1, 3, 2, 0]);
});
