// The interval of a share: honest near 0 and 1, where mean +- 2 standard errors is not.

/** The 97.5 % point of the standard normal distribution. */
export const Z_95 = 1.959963984540054;

/**
 * Wilson's 95 % interval of a share: with z = 1.96 the shares q for which
 * `|share - q| <= z * sqrt(q * (1 - q) / n)`.
 *
 * @param share 0..1
 * @param n on how many independent values it rests: above 0, need not be whole (an effective size)
 * @returns within 0..1, holds `share`, never of width 0: nothing of 55 gives 0..0.065
 * @see Wilson, "Probable Inference", 1927; equals statsmodels' `proportion_confint(…, "wilson")`
 */
export function wilsonInterval(share: number, n: number): [number, number] {
  const z2 = Z_95 ** 2 / n;
  const centre = (share + z2 / 2) / (1 + z2);
  const half = Math.sqrt(z2 * (share * (1 - share) + z2 / 4)) / (1 + z2);
  // At 0 and 1 rounding must not push a bound past the share.
  return [
    Math.max(0, Math.min(share, centre - half)),
    Math.min(1, Math.max(share, centre + half)),
  ];
}
