// How large a mean difference chance alone makes: where neither side is better, the sign of each
// cluster's difference is a coin's. Gives the test, and the interval of all differences that this
// test would not refuse: `compare` shows both.

import { type Cluster, sumsByCluster } from "./clusters.ts";
import { Z_95 } from "./wilson.ts";

export interface SignFlipTest {
  /** Two-sided, above 0, at most 1. */
  readonly p: number;
  /** Whether every flip was counted; else it is from `draws` of them. */
  readonly exact: boolean;
}

export interface SignFlipOptions {
  /** Seeded; drawn from only where flips are sampled. */
  readonly random: () => number;
  /** Flips to sample, 20,000 unless told: near p = 0.05 the standard error of p is 0.0015. */
  readonly draws?: number;
}

/** The test counts out as many clusters with a difference, 2^18 flips; the interval 2^14. */
const MOST_COUNTED = { test: 18, interval: 14 };
/** Steps of the count over whole sums: about half a second. */
const MOST_STEPS = 500_000_000;
/** Sums that differ by less, as a share of what all clusters sum to, are equal but for rounding. */
const ROUNDING = 1e-10;

/**
 * The share of all flips of signs, each cluster's as a whole, whose mean is at least as far from 0 as
 * the one found.
 *
 * Exact when all cluster sums are whole numbers (for differences of 0/1 scores in clusters of one
 * sample it is the exact McNemar test) and when at most 18 clusters have a sum other than 0. Else
 * `(b + 1) / (draws + 1)` with b of `draws` random flips at least as far out. The order of values and
 * clusters does not matter. 1 when every sum is 0; never below 0.0625 for 5 clusters.
 *
 * @param clusters the cluster of each difference
 * @see Winkler et al., "Permutation Inference for the General Linear Model", 2014; Phipson & Smyth,
 * "Permutation P-values Should Never Be Zero", 2010
 */
export function signFlipTest(
  differences: readonly number[],
  clusters: readonly string[],
  { random, draws = 20_000 }: SignFlipOptions,
): SignFlipTest {
  const groups = sumsByCluster(differences, clusters);
  const rounding = ROUNDING * differences.reduce((sum, value) => sum + Math.abs(value), 0);
  const found = Math.abs(total(groups.map(({ sum }) => sum)));
  // Sorted: the order in which clusters came must not decide what is drawn for them.
  const sizes = groups.map(({ sum }) => Math.abs(sum)).filter((size) => size > rounding)
    .sort((a, b) => b - a);
  const all = total(sizes);

  if (sizes.every(Number.isInteger) && sizes.length * all <= MOST_STEPS) {
    return { p: wholeSums(sizes, all, found), exact: true };
  }
  const exact = sizes.length <= MOST_COUNTED.test;
  const kept = exact ? subsetSums(sizes) : randomSums([sizes], draws, random)[0]!;
  const beyond = kept.filter((plus) => Math.abs(2 * plus - all) >= found - rounding).length;
  return { p: beyond / kept.length, exact };
}

/**
 * The 95 % interval of the mean difference: every difference that flips of the clusters' residuals do
 * not refuse at 5 %. A flip splits the clusters in two, and does not refuse what lies between the
 * means of the two; so the bounds are the 5 % and 95 % points of the lower and the upper of the two
 * means over all flips. It excludes 0 only where `signFlipTest` has p < 0.05, but for sampling.
 *
 * Differences that are rare and mostly one way make that too short on the far side. The bound to which
 * the residuals are skewed moves out by the Cornish-Fisher term, the other one stays:
 *
 *     (2 z^2 + 1) / 6 * k3 / sum e_g^2 / N,  k3 = c sum n_g e_g^2,  c = sum (e_g^3 / n_g) / sum e_g^2
 *
 * k3 estimates the third cumulant of the sum; for clusters of one size it is sum e_g^3. For others that
 * sum hangs on the few large ones, and where these are seen without their rare change it is near 0 or of
 * the wrong sign. But n_g alike values sum to a third cumulant of n_g^3 k and a variance of n_g^2 s^2:
 * the ratio of the two grows as n_g, and its factor c is estimated from all clusters together.
 *
 * Exact for at most 14 clusters, else from `draws` random flips. The interval of the negated differences
 * is exactly this one negated: A against B and B against A say the same.
 *
 * @param clusters the cluster of each difference
 * @returns holds the mean; of width 0 when no cluster differs from it; `null` for fewer than 6
 * clusters, which refuse nothing at 5 %
 * @see Hartigan, "Using Subsample Values as Typical Values", 1969; Cameron, Gelbach & Miller,
 * "Bootstrap-Based Improvements for Inference with Clustered Errors", 2008 (the null imposed);
 * Johnson, "Modified t Tests and Confidence Intervals for Asymmetrical Populations", 1978 (the term);
 * Cochran, "Sampling Techniques", 1977, chapter 6 (c, a ratio estimate)
 */
export function signFlipInterval(
  differences: readonly number[],
  clusters: readonly string[],
  { random, draws = 20_000 }: SignFlipOptions,
): [number, number] | null {
  const found = sumsByCluster(differences, clusters);
  if (found.length < 6) return null;
  const groups = sorted(found);
  const negated = sorted(found.map(({ n, sum }) => ({ n, sum: 0 - sum })));
  const direction = directionOf(groups, negated);
  const [low, high] = sortedInterval(direction < 0 ? negated : groups, { random, draws });
  if (direction > 0) return [low, high];
  if (direction < 0) return [0 - high, 0 - low];
  // Both directions are the same sums, and neither is to be drawn farther out than the other.
  const half = Math.max(-low, high);
  return [0 - half, half];
}

/** From the largest sum down: the order in which clusters came must not decide what is drawn. */
function sorted(groups: readonly Cluster[]): Cluster[] {
  return groups.toSorted((a, b) => b.sum - a.sum || b.n - a.n);
}

/** Which of the two draws are made for: above 0 for `groups`, below for `negated`, 0 for equals. */
function directionOf(groups: readonly Cluster[], negated: readonly Cluster[]): number {
  const at = groups.findIndex(({ sum, n }, at) => sum !== negated[at]!.sum || n !== negated[at]!.n);
  if (at === -1) return 0;
  return groups[at]!.sum - negated[at]!.sum || groups[at]!.n - negated[at]!.n;
}

function sortedInterval(
  groups: readonly Cluster[],
  { random, draws }: Required<SignFlipOptions>,
): [number, number] {
  const [sums, sizes] = [groups.map(({ sum }) => sum), groups.map(({ n }) => n)];
  const [sum, n] = [total(sums), total(sizes)];
  const [keptSums, keptSizes] = groups.length <= MOST_COUNTED.interval
    ? [subsetSums(sums), subsetSums(sizes)]
    : randomSums([sums, sizes], draws, random) as [Float64Array, Float64Array];
  const lower = new Float64Array(keptSums.length);
  const upper = new Float64Array(keptSums.length);
  keptSums.forEach((kept, at) => {
    const size = keptSizes[at]!;
    const split = size > 0 && size < n; // A flip of none or of all refuses nothing.
    const [a, b] = split ? [kept / size, (sum - kept) / (n - size)] : [-Infinity, Infinity];
    lower[at] = Math.min(a, b);
    upper[at] = Math.max(a, b);
  });
  const rank = Math.ceil(0.05 * lower.length) - 1;
  const [low, high] = [lower.sort()[rank]!, upper.sort()[lower.length - 1 - rank]!];
  const skew = skewTerm(groups, sum / n, n);
  return [
    Math.min(low, sum / n) + Math.min(0, skew),
    Math.max(high, sum / n) + Math.max(0, skew),
  ];
}

function skewTerm(groups: readonly Cluster[], mean: number, n: number): number {
  let [squares, sized, cubes] = [0, 0, 0];
  for (const cluster of groups) {
    const residual = cluster.sum - cluster.n * mean;
    squares += residual ** 2;
    sized += cluster.n * residual ** 2;
    cubes += residual ** 3 / cluster.n;
  }
  if (squares === 0) return 0;
  const cumulant = cubes / squares * sized;
  return (2 * Z_95 ** 2 + 1) / 6 * cumulant / squares / n;
}

/** The exact p for whole sums: the distribution of the sum that stays plus, a cluster at a time. */
function wholeSums(sizes: readonly number[], all: number, found: number): number {
  const share = new Float64Array(all + 1);
  share[0] = 1;
  let reached = 0;
  for (const size of sizes) {
    reached += size;
    for (let plus = reached; plus >= size; plus--) {
      share[plus] = (share[plus]! + share[plus - size]!) / 2;
    }
    for (let plus = 0; plus < size; plus++) share[plus]! /= 2;
  }
  const p = total([...share].filter((_, plus) => Math.abs(2 * plus - all) >= found));
  // Beyond a thousand flips one way a double holds no smaller share.
  return Math.min(1, Math.max(Number.MIN_VALUE, p));
}

/** The sum of every subset of `values`: bit k of the index says whether value k is in it. */
function subsetSums(values: readonly number[]): Float64Array {
  const sums = new Float64Array(2 ** values.length);
  values.forEach((value, bit) => {
    const half = 2 ** bit;
    for (let at = 0; at < half; at++) sums[half + at] = sums[at]! + value;
  });
  return sums;
}

/**
 * Sums over random subsets, the same ones in each column: `draws` of them, and the empty one at the
 * end (the flip that changes nothing is always counted). A byte of chance chooses eight at once.
 */
function randomSums(
  columns: readonly (readonly number[])[],
  draws: number,
  random: () => number,
): Float64Array[] {
  const sums = columns.map(() => new Float64Array(draws + 1));
  const chance = new Uint32Array(draws);
  for (let first = 0; first < columns[0]!.length; first += 32) {
    for (let draw = 0; draw < draws; draw++) chance[draw] = random() * 2 ** 32;
    columns.forEach((values, column) => {
      const into = sums[column]!;
      const [a, b, c, d] = [0, 8, 16, 24].map((at) => {
        const eight = values.slice(first + at, first + at + 8);
        return subsetSums([...eight, ...Array<number>(8 - eight.length).fill(0)]);
      }) as [Float64Array, Float64Array, Float64Array, Float64Array];
      for (let draw = 0; draw < draws; draw++) {
        const bits = chance[draw]!;
        into[draw]! += a[bits & 255]! + b[bits >>> 8 & 255]! + c[bits >>> 16 & 255]! +
          d[bits >>> 24]!;
      }
    });
  }
  return sums;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
