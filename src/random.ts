// Seeded randomness: the same seed draws the same numbers everywhere.

import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** A source of numbers in [0, 1), drawn anew from `seed` at each call of this function. */
export function seededRandom(seed: number): () => number {
  const generator = xoroshiro128plus(seed);
  return () => uniformFloat64(generator);
}

/** `count` of the items, each equally likely, in their order; all of them when there are fewer. */
export function sampleOf<T>(items: readonly T[], count: number, random: () => number): T[] {
  let wanted = Math.min(count, items.length);
  return items.filter((_, at) => {
    if (random() * (items.length - at) >= wanted) return false;
    wanted--;
    return true;
  });
}
