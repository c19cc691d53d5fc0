// Several tests at once: one of twenty is below 0.05 by chance.

/**
 * Holm's adjusted p values: the k-th smallest of m times `m - k + 1`, at least the adjusted one before
 * it, at most 1. Rejecting where they are below 0.05 makes one false rejection among all with at most
 * 5 %, whatever the tests depend on.
 *
 * @param p each 0..1
 * @returns in the order of `p`
 * @see Holm, "A Simple Sequentially Rejective Multiple Test Procedure", 1979; equals statsmodels'
 * `multipletests(p, method="holm")`
 */
export function holm(p: readonly number[]): number[] {
  const adjusted = [...p];
  let floor = 0;
  [...p.keys()].sort((a, b) => p[a]! - p[b]!).forEach((at, rank) => {
    floor = Math.min(1, Math.max(floor, p[at]! * (p.length - rank)));
    adjusted[at] = floor;
  });
  return adjusted;
}
