// Agreement of two raters, or of two runs, beyond what chance gives them.

/**
 * Cohen's kappa: `(agreed - chance) / (1 - chance)`, `agreed` the share of items with equal labels and
 * `chance` what two raters with these frequencies of labels agree on by chance.
 *
 * @param a labels in the order of the items; `null` (no label) is a label of its own
 * @param b as many
 * @returns -1..1, higher is better, 0 is chance; `null` for no items, and when both give one and the
 * same label throughout
 * @see Cohen, "A Coefficient of Agreement for Nominal Scales", 1960; equals scikit-learn's
 * `cohen_kappa_score`
 */
export function cohensKappa(
  a: readonly (string | null)[],
  b: readonly (string | null)[],
): number | null {
  const [inA, inB] = [countsOf(a), countsOf(b)];
  const agreed = a.filter((label, at) => label === b[at]).length;
  let chance = 0; // times n^2: whole numbers, so that 1 is 1
  for (const [label, count] of inA) chance += count * (inB.get(label) ?? 0);
  const n = a.length;
  if (n ** 2 === chance) return null;
  return (agreed * n - chance) / (n ** 2 - chance);
}

function countsOf(labels: readonly (string | null)[]): Map<string | null, number> {
  const counts = new Map<string | null, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}
