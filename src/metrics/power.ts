// What a comparison could have seen at all.

import { studentTQuantile } from "./student_t.ts";

/**
 * The smallest true difference that a two-sided test at 5 % shows with 80 % power:
 * `(t_0.975 + t_0.8) * se`.
 *
 * @param se standard error of the difference
 * @param df its degrees of freedom, above 0
 * @returns in the unit of `se`; lower is better. 2.80 standard errors for many clusters, 3.11 for 10
 * degrees of freedom, 14.1 for 1
 * @see Bloom, "Minimum Detectable Effects", 1995
 */
export function smallestVisible(se: number, df: number): number {
  return (studentTQuantile(0.975, df) + studentTQuantile(0.8, df)) * se;
}
