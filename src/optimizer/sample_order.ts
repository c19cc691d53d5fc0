// The order in which a search asks for samples.

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
