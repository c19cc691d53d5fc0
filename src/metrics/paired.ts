// Is B better than A on the same samples? Takes two scores a sample, gives the difference with
// everything that is needed to judge it. `compare` calls it once a metric.

import { alikeInterval } from "./alike.ts";
import { type ClusterMean, clusterMean, NO_SPREAD } from "./cluster_mean.ts";
import { smallestVisible } from "./power.ts";
import { signFlipInterval, type SignFlipOptions, signFlipTest } from "./sign_flip.ts";

export interface PairedComparison {
  /** Samples. */
  readonly n: number;
  readonly n_clusters: number;
  /** Mean of b - a: above 0 where B scores higher. */
  readonly difference: number;
  /**
   * Of `difference`, by `signFlipInterval`; for 2 to 5 clusters, where that gives none, the t interval
   * of `clusterMean`; where all clusters differ by the same, that of `alikeInterval`; `null` for one
   * cluster. [0, 0] where no sample differs, as in a run against itself, and nowhere else of width 0.
   */
  readonly ci95: [number, number] | null;
  /** Standard error of `difference`; 0 for one cluster, where it is not known. */
  readonly se: number;
  /** Two-sided, by `signFlipTest`; 1 for a run against itself. */
  readonly p: number;
  /** Whether `p` is exact, or from seeded draws. */
  readonly exact: boolean;
  /**
   * The smallest true difference that this many samples show with 80 % power; `null` when all clusters
   * differ by the same, as in a run against itself, and for one cluster.
   */
  readonly smallest_visible: number | null;
}

/**
 * Compares two scores of each sample. From 6 clusters on the interval excludes 0 only where p < 0.05,
 * but for sampling at the border: a verdict asks for both. With fewer p is never below 0.05.
 *
 * @param a scores of A, 0..1
 * @param b scores of B, in the same order
 * @param clusters the cluster of each sample
 * @param options the same seed gives the same interval and p
 * @returns `null` for no samples
 */
export function pairedComparison(
  a: readonly number[],
  b: readonly number[],
  clusters: readonly string[],
  options: SignFlipOptions,
): PairedComparison | null {
  const differences = a.map((score, at) => b[at]! - score);
  const found = clusterMean(differences, clusters);
  if (found === null) return null;
  const alike = found.se < NO_SPREAD;
  const ci95 = alike
    ? alikeOrEqual(differences, found)
    : signFlipInterval(differences, clusters, options) ?? found.ci95;
  return {
    n: differences.length,
    n_clusters: found.n_clusters,
    difference: found.mean,
    ci95,
    se: found.se,
    ...signFlipTest(differences, clusters, options),
    smallest_visible: alike ? null : smallestVisible(found.se, found.df),
  };
}

function alikeOrEqual(
  differences: readonly number[],
  { mean, n_clusters }: ClusterMean,
): [number, number] | null {
  if (n_clusters < 2) return null;
  const equal = differences.every((difference) => Math.abs(difference) < NO_SPREAD);
  // Rounding is no difference, yet the interval holds it.
  return equal ? [Math.min(0, mean), Math.max(0, mean)] : alikeInterval(mean, n_clusters);
}
