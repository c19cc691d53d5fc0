import assert from "node:assert/strict";
import fc from "fast-check";
import { seededRandom } from "../random.ts";
import { clusterMean } from "./cluster_mean.ts";
import { pairedComparison } from "./paired.ts";

const own = (values: readonly number[]) => values.map((_, at) => String(at));
const zeros = (length: number) => Array<number>(length).fill(0);

Deno.test("pairedComparison() of nothing is unknown", () => {
  assert.equal(pairedComparison([], [], [], { random: seededRandom(0) }), null);
});

Deno.test("pairedComparison() of a run with itself: difference 0, p = 1", () => {
  const scores = Array.from({ length: 55 }, (_, at) => at % 7 / 7);
  assert.deepEqual(pairedComparison(scores, scores, own(scores), { random: seededRandom(0) }), {
    n: 55,
    n_clusters: 55,
    difference: 0,
    ci95: [0, 0],
    se: 0,
    p: 1,
    exact: true,
    smallest_visible: null,
  });
});

for (
  const { flips, p, excludes } of [
    { flips: 6, p: 0.03125, excludes: true },
    { flips: 5, p: 0.0625, excludes: false },
  ]
) {
  Deno.test(`pairedComparison() of ${flips} flips to none on 55: p = ${p}`, () => {
    const b = Array.from({ length: 55 }, (_, at) => at < flips ? 1 : 0);
    const found = pairedComparison(zeros(55), b, own(b), { random: seededRandom(0) });
    assert.ok(found?.ci95);
    assert.equal(found.p, p);
    assert.equal(found.exact, true);
    assert.equal(found.ci95[0] > 0, excludes);
    assert.ok(Math.abs(found.difference - flips / 55) < 1e-12);
    const worse = pairedComparison(b, zeros(55), own(b), { random: seededRandom(0) });
    assert.equal(worse?.p, p);
    assert.ok(worse?.ci95 && worse.difference < 0);
    assert.equal(worse.ci95[1] < 0, excludes);
  });
}

Deno.test("pairedComparison() of few clusters: the t interval, then none", () => {
  const b = [0.1, 0.2, 0.4];
  const three = pairedComparison(zeros(3), b, ["a", "b", "c"], { random: seededRandom(0) });
  assert.deepEqual(three?.ci95, clusterMean(b, ["a", "b", "c"])?.ci95);
  assert.equal(three?.p, 0.25); // all or none of 2^3
  const one = pairedComparison(zeros(3), b, ["a", "a", "a"], { random: seededRandom(0) });
  assert.deepEqual(
    [one?.ci95, one?.p, one?.smallest_visible, one?.n_clusters],
    [null, 1, null, 1],
  );
});

const ALIKE = [
  { name: "3 samples, all from wrong to right", n: 3, each: 1, low: -0.42, high: 1 },
  { name: "55 samples, all from wrong to right", n: 55, each: 1, low: 0.87, high: 1 },
  { name: "55 samples by -0.4", n: 55, each: -0.4, low: -0.44, high: -0.31 },
];
for (const { name, n, each, low, high } of ALIKE) {
  Deno.test(`pairedComparison() of ${name}: ${low} to ${high}, no width of 0`, () => {
    const [a, b] = each < 0 ? [zeros(n).fill(-each), zeros(n)] : [zeros(n), zeros(n).fill(each)];
    const found = pairedComparison(a, b, own(a), { random: seededRandom(0) });
    assert.deepEqual(found?.ci95?.map((bound) => Math.round(100 * bound) / 100), [low, high]);
    assert.equal(found && found.p < 0.05, low > 0 || high < 0);
    assert.equal(found?.smallest_visible, null);
  });
}

Deno.test("pairedComparison() of changes that cancel out within each cluster is not [0, 0]", () => {
  const found = pairedComparison([0, 1, 1, 0], [1, 0, 1, 0], ["a", "a", "b", "b"], {
    random: seededRandom(0),
  });
  assert.equal(found?.difference, 0);
  assert.equal(found?.p, 1);
  assert.ok(found?.ci95 && found.ci95[0] < 0 && found.ci95[1] > 0);
});

Deno.test("pairedComparison() gives the same for a seed, and holds its difference", () => {
  const score = fc.double({ min: 0, max: 1, noNaN: true });
  const sample = fc.record({ a: score, b: score, cluster: fc.integer({ max: 25, min: 0 }) });
  fc.assert(
    fc.property(fc.array(sample, { minLength: 1, maxLength: 60 }), (samples) => {
      const compare = () =>
        pairedComparison(
          samples.map(({ a }) => a),
          samples.map(({ b }) => b),
          samples.map(({ cluster }) => String(cluster)),
          { random: seededRandom(4), draws: 500 },
        );
      const found = compare();
      assert.deepEqual(found, compare());
      assert.ok(found !== null && found.p > 0 && found.p <= 1);
      const [low, high] = found.ci95 ?? [-1, 1];
      assert.ok(low <= found.difference && found.difference <= high);
    }),
    { seed: 1, numRuns: 100 },
  );
});
