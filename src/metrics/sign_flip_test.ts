import assert from "node:assert/strict";
import fc from "fast-check";
import { seededRandom } from "../random.ts";
import { signFlipInterval, signFlipTest } from "./sign_flip.ts";
import reference from "./testdata/statistics.json" with { type: "json" };

const own = (values: readonly number[]) => values.map((_, at) => String(at));
const noChance = () => assert.fail("an exact test draws nothing");
const near = (found: number | undefined, want: number, within = 1e-9) => {
  assert.ok(found !== undefined && Math.abs(found - want) <= within, `${found}, want ${want}`);
};

for (const { differences, p_exact } of reference.sign_flip_exact) {
  Deno.test(`signFlipTest() equals the reference for ${JSON.stringify(differences)}`, () => {
    const found = signFlipTest(differences, own(differences), { random: noChance });
    assert.equal(found.exact, true);
    near(found.p, p_exact);
  });
}

for (const { only_a_right, only_b_right, p_exact } of reference.mcnemar_exact) {
  Deno.test(`signFlipTest() is McNemar's exact test for ${only_a_right} against ${only_b_right}`, () => {
    const differences = [
      ...Array<number>(only_a_right).fill(-1),
      ...Array<number>(only_b_right).fill(1),
      ...Array<number>(20).fill(0),
    ];
    const found = signFlipTest(differences, own(differences), { random: noChance });
    assert.equal(found.exact, true);
    near(found.p, p_exact);
  });
}

const ON_55 = [
  { flips: 6, p: 0.03125, excludes: true },
  { flips: 5, p: 0.0625, excludes: false },
];
for (const { flips, p, excludes } of ON_55) {
  Deno.test(`${flips} flips to none on 55: p = ${p}, the interval ${excludes ? "excludes" : "holds"} 0`, () => {
    const differences = Array.from({ length: 55 }, (_, at) => at < flips ? 1 : 0);
    near(signFlipTest(differences, own(differences), { random: noChance }).p, p);
    const random = seededRandom(0);
    const interval = signFlipInterval(differences, own(differences), { random });
    assert.ok(interval !== null);
    assert.equal(interval[0] > 0, excludes);
  });
}

Deno.test("signFlipTest() flips clusters as a whole", () => {
  // Sums 2, 1 and 1 of clusters a, b, c: 4 or more only by all or none, 2 of 8 flips.
  const found = signFlipTest([1, 1, 1, 1], ["a", "a", "b", "c"], { random: noChance });
  assert.deepEqual(found, { p: 0.25, exact: true });
  // The sums of both are 0.
  const even = signFlipTest([1, -1, 0.5, -0.5], ["a", "a", "b", "b"], { random: noChance });
  assert.deepEqual(even, { p: 1, exact: true });
});

Deno.test("signFlipTest() does not let rounding break a tie", () => {
  // 0.1 + 0.2 is more than 0.3 in a double: 0.3 and 0.1 + 0.2 against each other is no difference.
  const found = signFlipTest([0.3, -0.1, -0.2, 0], ["a", "b", "c", "d"], { random: noChance });
  assert.deepEqual(found, { p: 1, exact: true });
});

const MANY = Array.from({ length: 40 }, (_, at) => Math.sin(at * 12.9898) / 2 + 0.1);

Deno.test("signFlipTest() samples where there are many sums, the same for a seed", () => {
  const run = (seed: number) => signFlipTest(MANY, own(MANY), { random: seededRandom(seed) });
  assert.deepEqual(run(1), run(1));
  assert.equal(run(1).exact, false);
  near(run(1).p, run(2).p, 0.02);
  assert.equal(
    signFlipTest([...MANY, 0], own([...MANY, 0]), { random: seededRandom(1) }).p,
    run(1).p,
  );
});

Deno.test("signFlipTest() by sampling agrees with the exact count", () => {
  const whole = MANY.map((value) => Math.round(10 * value));
  const parts = whole.map((value) => value / 10 + (value === 0 ? 0 : 1e-13));
  const exact = signFlipTest(whole, own(whole), { random: noChance });
  const sampled = signFlipTest(parts, own(parts), { random: seededRandom(3) });
  assert.equal(sampled.exact, false);
  near(sampled.p, exact.p, 4 * Math.sqrt(exact.p / 20_000));
});

Deno.test("signFlipTest() of 3,000 flips one way is above 0", () => {
  const differences = Array<number>(3000).fill(1);
  const { p } = signFlipTest(differences, own(differences), { random: noChance });
  assert.ok(p > 0 && p < 1e-300);
});

Deno.test("signFlipInterval() of six clusters by hand", () => {
  // The bound is the 4th lowest of 64 (5 % of them are 3.2). Two flips, none and all, are -Infinity;
  // two split 0 from 1..5 and have the lower mean 0. Above likewise: 5. No skew: they are symmetric.
  const values = [0, 1, 2, 3, 4, 5];
  const found = signFlipInterval(values, own(values), { random: noChance });
  near(found?.[0], 0);
  near(found?.[1], 5);
});

/** (2 z^2 + 1) / 6 */
const CORNISH_FISHER = (2 * 1.959963984540054 ** 2 + 1) / 6;

Deno.test("signFlipInterval() of clusters of one size moves out by the plain skew, by hand", () => {
  // Of 64 flips the 4th highest upper mean is that of the last cluster alone, 6. N = 12, mean 1,
  // residuals 10 and 5 times -2: sum e^2 = 120, sum e^3 = 960.
  const values = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 6];
  const clusters = [..."aabbccddeeff"];
  const found = signFlipInterval(values, clusters, { random: noChance });
  near(found?.[0], 0);
  near(found?.[1], 6 + CORNISH_FISHER * 960 / 120 / 12);
});

Deno.test("signFlipInterval() sees rare changes for the better beside a large unchanged cluster", () => {
  // Of 512 flips the 26th lowest lower mean is that of zeros alone, 0, and the upper of ones alone, 1.
  // N = 16, mean 1/4, residuals -2, 4 times 3/4, 4 times -1/4: sum e^2 = 6.5, sum e^3 = -6.375, which
  // would move the lower bound. sum e^3 / n = 0.625, sum n e^2 = 34.5.
  const values = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0];
  const clusters = [..."aaaaaaaabcdefghi"];
  const found = signFlipInterval(values, clusters, { random: noChance });
  near(found?.[0], 0);
  near(found?.[1], 1 + CORNISH_FISHER * (0.625 / 6.5 * 34.5) / 6.5 / 16);
});

Deno.test("signFlipInterval() of fewer than six clusters is unknown, of equal values has width 0", () => {
  assert.equal(signFlipInterval([1, 2, 3, 4, 5], own([1, 2, 3, 4, 5]), { random: noChance }), null);
  const same = Array<number>(30).fill(0.25);
  const found = signFlipInterval(same, own(same), { random: seededRandom(1) });
  assert.deepEqual(found, [0.25, 0.25]);
});

const PAIRS = fc.array(
  fc.record({
    value: fc.integer({ min: -8, max: 8 }).map((value) => value / 8),
    cluster: fc.integer({ min: 0, max: 30 }).map(String),
  }),
  { minLength: 1, maxLength: 60 },
);

Deno.test("sign flips: p is in (0, 1], the interval holds the mean, the order does not matter", () => {
  const both = (pairs: readonly { value: number; cluster: string }[]) => {
    const [values, clusters] = [pairs.map((p) => p.value), pairs.map((p) => p.cluster)];
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const options = () => ({ random: seededRandom(1), draws: 500 });
    const { p } = signFlipTest(values, clusters, options());
    return { p, mean, interval: signFlipInterval(values, clusters, options()) };
  };
  fc.assert(
    fc.property(PAIRS, (pairs) => {
      const { p, mean, interval } = both(pairs);
      assert.ok(p > 0 && p <= 1);
      if (interval !== null) assert.ok(interval[0] <= mean && mean <= interval[1]);
      const renamed = pairs.toReversed().map(({ value, cluster }) => ({
        value,
        cluster: `c${cluster}`,
      }));
      assert.deepEqual(both(renamed), { p, mean, interval });
    }),
    { seed: 1, numRuns: 200 },
  );
});

Deno.test("sign flips: negated differences have the interval negated, and the same p", () => {
  const both = (values: readonly number[], clusters: readonly string[]) => {
    const options = () => ({ random: seededRandom(1), draws: 300 });
    const { p } = signFlipTest(values, clusters, options());
    return { p, interval: signFlipInterval(values, clusters, options()) };
  };
  fc.assert(
    fc.property(PAIRS, fc.boolean(), (pairs, mirrored) => {
      const mirror = pairs.map(({ value, cluster }) => ({ value: -value, cluster: `m${cluster}` }));
      const all = mirrored ? [...pairs, ...mirror] : pairs;
      const clusters = all.map(({ cluster }) => cluster);
      const found = both(all.map(({ value }) => value), clusters);
      const negated = both(all.map(({ value }) => -value), clusters);
      assert.equal(negated.p, found.p);
      if (found.interval === null) return assert.equal(negated.interval, null);
      const [low, high] = found.interval;
      assert.deepEqual(negated.interval, [0 - high, 0 - low]);
    }),
    { seed: 1, numRuns: 300 },
  );
});

Deno.test("sign flips: up to 14 clusters the interval excludes 0 only where p < 0.05", () => {
  const value = fc.integer({ min: -2, max: 8 }).map((value) => value / 8);
  const values = fc.array(value, { minLength: 6, maxLength: 14 });
  fc.assert(
    fc.property(values, (values) => {
      const { p } = signFlipTest(values, own(values), { random: noChance });
      const interval = signFlipInterval(values, own(values), { random: noChance });
      assert.ok(interval !== null);
      if (interval[0] > 0 || interval[1] < 0) assert.ok(p < 0.05, `${interval}, p ${p}`);
    }),
    { seed: 1, numRuns: 300 },
  );
});
