// What holds of every search, whatever it is given and sent.

import assert from "node:assert/strict";
import fc from "fast-check";
import { seededRandom } from "../random.ts";
import { fullSearch, randomSearch } from "./grid.ts";
import { halving } from "./halving.ts";
import { planSearch, type SearchMethod } from "./plan.ts";
import type { Search, SearchProblem, SearchResult, Stage } from "./search.ts";

const SEARCHES = { halving, random: randomSearch, full: fullSearch } as const;
/** A space of two dimensions: `[1 level, 1 level]` up to 6 x 6. */
const SPACE = fc.record({
  levels: fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })),
  categories: fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 12 }),
  budget: fc.integer({ min: 1, max: 500 }),
  seed: fc.integer({ min: 0, max: 1000 }),
  failures: fc.constantFrom(0, 0.2, 1),
});

type Scores = (candidate: number, sample: number) => number | null;

function grid([rows, columns]: readonly [number, number]): number[][] {
  return Array.from({ length: rows * columns }, (_, c) => [Math.floor(c / columns), c % columns]);
}

function run(
  search: (problem: SearchProblem) => Search,
  problem: Omit<SearchProblem, "random">,
  seed: number,
  scores: Scores,
): { stages: Stage[]; result: SearchResult } {
  const running = search({ ...problem, random: seededRandom(seed) });
  const stages: Stage[] = [];
  let step = running.next();
  while (!step.done) {
    stages.push(step.value);
    const { survivors, samples } = step.value;
    step = running.next(survivors.map((c) => samples.map((s) => scores(c, s))));
  }
  return { stages, result: step.value };
}

for (const [name, search] of Object.entries(SEARCHES)) {
  Deno.test(`${name}: within its budget, no pair twice, no candidate back, the same for a seed`, () => {
    fc.assert(
      fc.property(SPACE, ({ levels, categories, budget: most, seed, failures }) => {
        const candidates = grid(levels);
        const all = candidates.length * categories.length;
        const budget = search === fullSearch ? all : most;
        const random = seededRandom(seed);
        const table = candidates.map(() =>
          categories.map(() => random() < failures ? null : Math.round(4 * random()) / 4)
        );
        const once = () =>
          run(search, { levels: candidates, categories, budget }, seed, (c, s) => table[c]![s]!);
        const { stages, result } = once();
        assert.deepEqual(once(), { stages, result });

        const asked = new Set<string>();
        let [calls, survivors] = [0, new Set(candidates.keys())];
        stages.forEach((stage, at) => {
          assert.deepEqual([stage.stage, stage.of], [at + 1, stages.length]);
          assert.ok(stage.survivors.every((c) => survivors.has(c)));
          survivors = new Set(stage.survivors);
          for (const c of stage.survivors) for (const s of stage.samples) asked.add(`${c} ${s}`);
          calls += stage.survivors.length * stage.samples.length;
        });
        assert.ok(calls <= Math.min(budget, all) && calls > 0);
        assert.deepEqual(
          stages.map(({ survivors, samples }) => (
            { survivors: survivors.length, samples: samples.length }
          )),
          planSearch(name as SearchMethod, {
            candidates: candidates.length,
            samples: categories.length,
            budget,
          }),
        );
        assert.equal(asked.size, calls);
        assert.deepEqual(result.ranking.toSorted(), stages.at(-1)!.survivors.toSorted());
        assert.equal(result.candidates.reduce((sum, { calls }) => sum + calls, 0), calls);
        assert.ok(result.candidates.every(({ estimate }) => Number.isFinite(estimate)));
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  Deno.test(`${name} finds the candidate that is right where all others are wrong`, () => {
    const levels = grid([6, 6]);
    const categories = Array.from({ length: 12 }, (_, at) => "abc"[at % 3]!);
    const budget = levels.length * categories.length;
    const { result } = run(search, { levels, categories, budget }, 1, (c) => c === 7 ? 1 : 0);
    assert.equal(result.ranking[0], 7);
    assert.equal(result.candidates[7]?.mean, 1);
  });
}

Deno.test("randomSearch asks as many candidates as the budget pays for, on all samples", () => {
  const [levels, categories] = [grid([6, 6]), [..."aabbc"]];
  for (const [budget, want] of [[5, [1, 5]], [14, [2, 5]], [3, [1, 3]], [9999, [36, 5]]] as const) {
    const { stages: [stage] } = run(randomSearch, { levels, categories, budget }, 1, () => 0);
    assert.deepEqual([stage?.survivors.length, stage?.samples.length], want);
  }
});

Deno.test("halving starts half as many candidates as there are calls, at random, all where it can", () => {
  const first = (seed: number, budget: number, categories = ["a", "b"]) =>
    run(halving, { levels: grid([6, 6]), categories, budget }, seed, () => 0).stages[0]!.survivors;
  for (const [budget, want] of [[1, 1], [20, 10], [71, 35], [72, 36], [500, 36]] as const) {
    assert.equal(first(1, budget).length, want);
  }
  assert.equal(first(1, 20, ["a"]).length, 20);
  assert.notDeepEqual(first(1, 20), first(2, 20));
});

Deno.test("halving starts on samples that the baseline answers half right", () => {
  const problem = { levels: grid([6, 6]), categories: [..."aabbc"], budget: 100 };
  const baseline = [1, 0, 0.5, null, 1];
  const { stages } = run(halving, { ...problem, baseline }, 1, (c) => c / 36);
  assert.deepEqual(stages.flatMap(({ samples }) => samples).slice(0, 2).sort(), [2, 3]);
});
