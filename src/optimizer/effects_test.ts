import assert from "node:assert/strict";
import { studentTQuantile } from "../metrics/student_t.ts";
import { mainEffects } from "./effects.ts";
import type { Trial } from "./trials.ts";

const near = (found: number | null | undefined, want: number, within = 1e-7) => {
  assert.ok(typeof found === "number" && Math.abs(found - want) < within, `${found}, want ${want}`);
};

/** Two levels x three levels, each candidate on every sample. */
const LEVELS = [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]];
const trialsOf = (table: readonly (readonly (number | null)[])[]): Trial[] =>
  table.flatMap((row, candidate) => row.map((score, sample) => ({ candidate, sample, score })));

Deno.test("mainEffects() of a balanced table are its marginal means, by hand", () => {
  // Candidate means 0.4, 0.5, 0.9, 0.6, 0.7, 0.8; of all 0.65. The second sample is 0.2 harder.
  const means = [0.4, 0.5, 0.9, 0.6, 0.7, 0.8];
  const [first, second] = mainEffects(
    LEVELS,
    [2, 3],
    trialsOf(means.map((m) => [m + 0.1, m - 0.1])),
  );
  near(first?.[0]?.effect, 0.6 - 0.65);
  near(first?.[1]?.effect, 0.7 - 0.65);
  near(second?.[0]?.effect, 0.5 - 0.65);
  near(second?.[1]?.effect, 0.6 - 0.65);
  near(second?.[2]?.effect, 0.85 - 0.65);
  assert.deepEqual([first?.[0]?.n_calls, first?.[0]?.n_candidates], [6, 3]);
  assert.deepEqual([second?.[0]?.n_calls, second?.[0]?.n_candidates], [4, 2]);
});

Deno.test("mainEffects() has the jackknife's interval, by hand", () => {
  // One dimension, two candidates a level, one sample: 1, 0.5 | 0.25, 0.25. Effect of the first level
  // (0.75 - 0.25) / 2 = 0.25; without each candidate in turn 0.125, 0.375, 0.25, 0.25:
  // se^2 = 3/4 * 2 * 0.125^2
  const trials = trialsOf([[1], [0.5], [0.25], [0.25]]);
  const found = mainEffects([[0], [0], [1], [1]], [2], trials)[0]?.[0];
  const half = studentTQuantile(0.975, 3) * Math.sqrt(1.5) * 0.125;
  near(found?.effect, 0.25);
  near(found?.ci95?.[0], 0.25 - half);
  near(found?.ci95?.[1], 0.25 + half);
});

Deno.test("mainEffects() takes sample effects off: who met hard samples is not worse for it", () => {
  // Both candidates on the first sample; the second one alone on two hard ones.
  const trials = trialsOf([[0.9, null, null], [0.8, 0.1, 0]]);
  const [[first, second] = []] = mainEffects([[0], [1]], [2], trials);
  near(first?.effect, 0.05);
  near(second?.effect, -0.05);
  assert.deepEqual([second?.n_calls, second?.ci95], [3, null]);
});

const UNKNOWN: {
  name: string;
  levels: number[][];
  counts: number[];
  table: (number | null)[][];
}[] = [
  { name: "nothing was asked", levels: [[0], [1]], counts: [2], table: [] },
  { name: "no call was answered", levels: [[0], [1]], counts: [2], table: [[null], [null]] },
  { name: "no sample was shared", levels: [[0], [1]], counts: [2], table: [[1, null], [null, 0]] },
  {
    name: "two dimensions move together",
    levels: [[0, 0], [1, 1]],
    counts: [2, 2],
    table: [[1, 1], [0, 0.5]],
  },
];
for (const { name, levels, counts, table } of UNKNOWN) {
  Deno.test(`mainEffects() are unknown where ${name}`, () => {
    for (const { effect, ci95 } of mainEffects(levels, counts, trialsOf(table)).flat()) {
      assert.deepEqual([effect, ci95], [null, null]);
    }
  });
}

Deno.test("mainEffects() of a level that was not asked are unknown, of the others known", () => {
  const [found] = mainEffects([[0], [1], [2]], [3], trialsOf([[1, 1], [], [0, 0]]));
  near(found?.[0]?.effect, 0.5);
  assert.deepEqual(found?.[1], { effect: null, ci95: null, n_calls: 0, n_candidates: 0 });
  near(found?.[2]?.effect, -0.5);
});

Deno.test("mainEffects() of a dimension with one level are 0", () => {
  const [found] = mainEffects([[0], [0]], [1], trialsOf([[1, 0], [0, 0]]));
  near(found?.[0]?.effect, 0);
});
