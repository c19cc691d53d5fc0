// The order in which a search asks for samples.

/** A score at least this far from 0 and from 1, by `4 y (1 - y)`: 0.15 to 0.85. */
const TELLING = 0.5;

/**
 * All samples, those first on which prompts are likely to disagree: where the baseline is neither
 * nearly right nor nearly wrong. (Where one prompt scores 1 or 0, on made-up tables, others have two
 * thirds of the variance.) Without a baseline, and among equals, in `mirroredOrder`.
 *
 * @param baseline score 0..1 of each sample; `null` where it is not known
 */
export function tellingOrder(
  categories: readonly string[],
  baseline: readonly (number | null)[] | undefined,
  random: () => number,
): number[] {
  const isTelling = (sample: number) => {
    const score = baseline?.[sample] ?? 0.5;
    return 4 * score * (1 - score) >= TELLING;
  };
  return mirroredOrder(categories, random)
    .sort((a, b) => Number(isTelling(b)) - Number(isTelling(a)));
}

/**
 * All samples, in an order of which every beginning mirrors the mix of categories: sample i of a
 * category's n, in random order, stands at (i + 1/2) / n. Categories that meet there are in random
 * order too.
 *
 * @param categories of each sample
 * @returns indexes into `categories`
 */
export function mirroredOrder(categories: readonly string[], random: () => number): number[] {
  const byCategory = Map.groupBy(shuffled(categories.keys(), random), (at) => categories[at]!);
  return [...byCategory.values()]
    .flatMap((samples) =>
      samples.map((sample, at) => ({ sample, place: (at + 0.5) / samples.length }))
    )
    .sort((a, b) => a.place - b.place)
    .map(({ sample }) => sample);
}

function shuffled<T>(items: Iterable<T>, random: () => number): T[] {
  return [...items].map((item) => ({ item, key: random() })).sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
