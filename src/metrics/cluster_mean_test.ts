import assert from "node:assert/strict";
import fc from "fast-check";
import { clusterMean, scoreInterval } from "./cluster_mean.ts";
import { sumsByCluster } from "./clusters.ts";
import { studentTQuantile } from "./student_t.ts";
import reference from "./testdata/statistics.json" with { type: "json" };
import { wilsonInterval } from "./wilson.ts";

const near = (found: number | undefined, want: number | undefined, within = 1e-9) => {
  assert.ok(found !== undefined && want !== undefined);
  assert.ok(Math.abs(found - want) <= within, `${found}, want ${want}`);
};

/** What the reference has: CR1, where CR2 divides by 1 - n_g/N instead of by one factor for all. */
function cr1(values: readonly number[], clusters: readonly string[]) {
  const n = values.length;
  const groups = sumsByCluster(values, clusters);
  const mean = groups.reduce((sum, cluster) => sum + cluster.sum, 0) / n;
  const squares = groups.reduce((sum, cluster) => sum + (cluster.sum - cluster.n * mean) ** 2, 0);
  const df = groups.length - 1;
  return { mean, se: Math.sqrt(squares * groups.length / df) / n, df };
}

for (const row of reference.cluster_t_interval.rows) {
  const { values, clusters, n_clusters } = row;
  Deno.test(`clusterMean() beside statsmodels on ${values.length} values in ${n_clusters} clusters`, () => {
    const plain = cr1(values, clusters);
    const half = studentTQuantile(0.975, row.df) * plain.se;
    near(plain.mean, row.mean);
    near(plain.se, row.se);
    near(plain.mean - half, row.ci95[0]);
    near(plain.mean + half, row.ci95[1]);

    const found = clusterMean(values, clusters);
    near(found?.mean, row.mean);
    assert.equal(found?.n_clusters, n_clusters);
    // The clusters are of 1 to 5 values: CR2 is within 4 % of CR1, with fewer degrees of freedom.
    near(found?.se, row.se, 0.04 * row.se);
    assert.ok(found !== null && found.df < row.df && found.df > 0.6 * row.df);
  });
}

Deno.test("clusterMean() of clusters of one size is CR1 with G - 1 degrees of freedom", () => {
  const values = [1, 0.5, 0, 0.25, 0.75, 1, 0, 0];
  const clusters = ["a", "a", "b", "b", "c", "c", "d", "d"];
  const [found, plain] = [clusterMean(values, clusters), cr1(values, clusters)];
  near(found?.se, plain.se);
  near(found?.df, 3);
});

Deno.test("clusterMean() of clusters of one value is Student's interval", () => {
  // Mean 2.5, s^2 = (2.25 + 0.25 + 0.25 + 2.25) / 3 = 5/3, se = sqrt(5/12), t_0.975,3 = 3.18245
  const found = clusterMean([1, 2, 3, 4], ["a", "b", "c", "d"]);
  near(found?.se, Math.sqrt(5 / 12));
  near(found?.df, 3);
  near(found?.ci95?.[0], 2.5 - 3.182446305284263 * Math.sqrt(5 / 12));
});

Deno.test("clusterMean() of one large and two small clusters, by hand", () => {
  // N = 4, mean 1/2. Residual sums: a (1, 1) 1, b (0) -1/2, c (0) -1/2; 1 - n_g/N: 1/2, 3/4, 3/4.
  // se^2 = (1 / (1/2) + 2 * (1/4) / (3/4)) / 16 = (2 + 2/3) / 16 = 1/6
  // a_g = 8, 4/3, 4/3: (sum a)^2 - sum a^2 = (32/3)^2 - 608/9 = 416/9; sum n_g^2 = 6
  // df = 16 / (6 + 416/9/16) = 16 / (80/9) = 9/5
  const found = clusterMean([1, 1, 0, 0], ["a", "a", "b", "c"]);
  near(found?.se, Math.sqrt(1 / 6));
  near(found?.df, 1.8);
});

Deno.test("clusterMean() of nothing is unknown, of one cluster has no interval", () => {
  assert.equal(clusterMean([], []), null);
  assert.deepEqual(clusterMean([1, 2], ["a", "a"]), {
    mean: 1.5,
    se: 0,
    df: 0,
    n_clusters: 1,
    ci95: null,
  });
});

const PAIRS = fc.array(
  fc.record({ value: fc.integer({ min: 0, max: 20 }), cluster: fc.constantFrom(..."abcdefgh") }),
  { minLength: 1, maxLength: 40 },
);

Deno.test("clusterMean() holds its mean, whatever the order, with 1 to G - 1 degrees of freedom", () => {
  fc.assert(
    fc.property(PAIRS, (pairs) => {
      const found = clusterMean(pairs.map((p) => p.value), pairs.map((p) => p.cluster));
      const turned = pairs.toReversed();
      const other = clusterMean(turned.map((p) => p.value), turned.map((p) => p.cluster));
      assert.ok(found !== null && other !== null);
      near(found.se, other.se);
      near(found.df, other.df);
      if (found.ci95 === null) return;
      assert.ok(found.ci95[0] <= found.mean && found.mean <= found.ci95[1]);
      assert.ok(found.df > 1 - 1e-9 && found.df < found.n_clusters - 1 + 1e-9);
    }),
    { seed: 1, numRuns: 200 },
  );
});

for (const { successes, n } of reference.proportion_intervals.filter(({ n }) => n > 1)) {
  Deno.test(`scoreInterval() of ${successes} of ${n} without clusters is Wilson's`, () => {
    const values = Array.from({ length: n }, (_, at) => at < successes ? 1 : 0);
    const found = scoreInterval(values, values.map((_, at) => String(at)), { kind: "share" });
    const want = wilsonInterval(successes / n, n);
    near(found?.[0], want[0]);
    near(found?.[1], want[1]);
  });
}

const CASES: {
  name: string;
  values: number[];
  clusters: string[];
  kind: "share" | "mean";
  want: [number, number] | null;
}[] = [
  { name: "nothing", values: [], clusters: [], kind: "share", want: null },
  {
    name: "all right: each cluster counts once",
    values: [1, 1, 1, 1, 1, 1],
    clusters: ["a", "a", "a", "a", "b", "b"],
    kind: "share",
    want: wilsonInterval(1, 2),
  },
  {
    name: "equal scores: not of width 0",
    values: [0.3, 0.3, 0.3, 0.3],
    clusters: ["a", "a", "b", "c"],
    kind: "mean",
    want: wilsonInterval(0.3, 3),
  },
  {
    name: "one cluster",
    values: [1, 0],
    clusters: ["a", "a"],
    kind: "share",
    want: wilsonInterval(0.5, 1),
  },
  {
    // mean 0.95, se 0.05, t_0.975,1 = 12.7: clipped
    name: "a mean near 1",
    values: [1, 0.9],
    clusters: ["a", "b"],
    kind: "mean",
    want: [0.95 - 0.05 * 12.706204736174694, 1],
  },
  {
    // As in sign_flip_test.ts, a tenth of it: the means of halves refuse nothing from 0 to 0.5.
    name: "a mean of six clusters",
    values: [0, 0.1, 0.2, 0.3, 0.4, 0.5],
    clusters: ["a", "b", "c", "d", "e", "f"],
    kind: "mean",
    want: [0, 0.5],
  },
  {
    // Two values a cluster, always alike: mean 1/2, CR2 se^2 = 4 * 1 / (3/4) / 64 = 1/12, df 3.
    // Design effect (1/12) / (1/28) = 7/3, n = 8 / (7/3) * (t_7 / t_3)^2.
    name: "clusters that answer alike",
    values: [1, 1, 1, 1, 0, 0, 0, 0],
    clusters: ["a", "a", "b", "b", "c", "c", "d", "d"],
    kind: "share",
    want: wilsonInterval(0.5, 24 / 7 * (2.364624251592785 / 3.182446305284263) ** 2),
  },
];
for (const { name, values, clusters, kind, want } of CASES) {
  Deno.test(`scoreInterval() of ${name}`, () => {
    const found = scoreInterval(values, clusters, { kind });
    if (want === null) assert.equal(found, null);
    else want.forEach((bound, at) => near(found?.[at], bound));
  });
}

Deno.test("scoreInterval() stays within 0..1, holds its mean and never has width 0", () => {
  fc.assert(
    fc.property(PAIRS, fc.constantFrom("share", "mean"), (pairs, kind) => {
      const values = pairs.map(({ value }) => kind === "share" ? value % 2 : value / 20);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const found = scoreInterval(values, pairs.map((p) => p.cluster), { kind });
      assert.ok(found !== null && 0 <= found[0] && found[0] < found[1] && found[1] <= 1);
      assert.ok(found[0] <= mean + 1e-12 && mean <= found[1] + 1e-12);
    }),
    { seed: 1, numRuns: 300 },
  );
});
