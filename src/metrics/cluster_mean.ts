// The mean of values that come in clusters, and its interval. Samples of one masked template are
// answered alike: they are one piece of evidence, not many.

import { seededRandom } from "../random.ts";
import { sumsByCluster } from "./clusters.ts";
import { signFlipInterval } from "./sign_flip.ts";
import { studentTQuantile } from "./student_t.ts";
import { wilsonInterval } from "./wilson.ts";

export interface ClusterMean {
  readonly mean: number;
  /** Standard error of the mean; 0 for fewer than 2 clusters, where it is not known. */
  readonly se: number;
  /** Degrees of freedom, 1 to clusters - 1, need not be whole; 0 for fewer than 2 clusters. */
  readonly df: number;
  readonly n_clusters: number;
  /** `null` for fewer than 2 clusters; of width 0 when no cluster differs from the mean. */
  readonly ci95: [number, number] | null;
}

/**
 * The mean with its cluster-robust standard error (CR2) and 95 % t interval with Satterthwaite's
 * degrees of freedom. With N values, n_g of them in cluster g, and e_g the sum of the cluster's
 * residuals:
 *
 *     se^2 = sum_g e_g^2 / (1 - n_g/N) / N^2
 *     df   = N^2 / (sum n_g^2 + ((sum a_g)^2 - sum a_g^2) / N^2),  a_g = n_g^2 / (1 - n_g/N)
 *
 * For clusters of one size this is the usual cluster-robust interval (CR1 with G - 1 degrees of
 * freedom, statsmodels' `cov_type="cluster"`), and for clusters of one value Student's. With a few
 * large clusters CR1 is too short; CR2 is unbiased when values are independent.
 *
 * @param clusters the cluster of each value, by any name
 * @returns `null` for no values
 * @see Bell & McCaffrey, "Bias Reduction in Standard Errors for Linear Regression with Multi-Stage
 * Samples", 2002; Pustejovsky & Tipton, 2018
 */
export function clusterMean(
  values: readonly number[],
  clusters: readonly string[],
): ClusterMean | null {
  const n = values.length;
  if (n === 0) return null;
  const groups = sumsByCluster(values, clusters);
  const mean = groups.reduce((sum, cluster) => sum + cluster.sum, 0) / n;
  if (groups.length < 2) return { mean, se: 0, df: 0, n_clusters: groups.length, ci95: null };

  let [variance, squares, weights, squaredWeights] = [0, 0, 0, 0];
  for (const cluster of groups) {
    const rest = 1 - cluster.n / n;
    const weight = cluster.n ** 2 / rest;
    variance += (cluster.sum - cluster.n * mean) ** 2 / rest;
    squares += cluster.n ** 2;
    weights += weight;
    squaredWeights += weight ** 2;
  }
  const se = Math.sqrt(variance) / n;
  const df = n ** 2 / (squares + (weights ** 2 - squaredWeights) / n ** 2);
  const half = studentTQuantile(0.975, df) * se;
  return { mean, se, df, n_clusters: groups.length, ci95: [mean - half, mean + half] };
}

/** Flips behind the interval of one score; every run makes six, and a verdict needs none of them. */
const SCORE_DRAWS = 2_000;
/** Below this a standard error is rounding. */
export const NO_SPREAD = 1e-12;

/**
 * The 95 % interval of the mean of scores in 0..1 that come in clusters.
 *
 * A "share" (every value 0 or 1) gets Wilson's interval on the effective number of values: their
 * number, by the design effect of the clusters and by the uncertainty of that, never more than their
 * number. Values without clusters get Wilson's interval as it is. A "mean" gets `signFlipInterval`
 * with one seed for all, for fewer than 6 clusters the t interval of `clusterMean`, clipped to 0..1.
 * Where no spread was seen, or there is one cluster, either gets Wilson's with each cluster counted
 * once: no interval has width 0.
 *
 * @returns `null` for no values
 * @see Korn & Graubard, "Confidence Intervals for Proportions with Small Expected Number of Positive
 * Counts Estimated from Survey Data", 1998
 */
export function scoreInterval(
  values: readonly number[],
  clusters: readonly string[],
  { kind }: { readonly kind: "share" | "mean" },
): [number, number] | null {
  const found = clusterMean(values, clusters);
  if (found === null) return null;
  const { se, df, ci95 } = found;
  const mean = Math.min(1, Math.max(0, found.mean));
  if (ci95 === null || se < NO_SPREAD) return wilsonInterval(mean, found.n_clusters);
  if (kind === "mean") {
    const [low, high] = signFlipInterval(values, clusters, {
      random: seededRandom(0),
      draws: SCORE_DRAWS,
    }) ?? ci95;
    return [Math.max(0, low), Math.min(1, high)];
  }
  const n = values.length;
  const designEffect = se ** 2 / (mean * (1 - mean) / (n - 1));
  const certainty = studentTQuantile(0.975, n - 1) / studentTQuantile(0.975, df);
  return wilsonInterval(mean, Math.min(n, n / designEffect * certainty ** 2));
}
