// Log lines that say nearly the same: a pair of them across train and validation leaks as equal ones
// do. Pure.

import { tokenize } from "../tokens.ts";

/** Share of all words of two templates that stand in both, from which they count as near. */
const NEAR = 0.9;
const FEWEST_WORDS = 5;

/** Two texts, by their places in the lists. */
export interface NearPair {
  readonly a: number;
  readonly b: number;
  /** Jaccard similarity of their words, 0.9..1. */
  readonly similarity: number;
}

/**
 * The pairs of a text of `a` and a text of `b` that share at least 90 % of their words without being
 * equal. Texts under five words are passed over: too little to be alike by.
 */
export function nearDuplicates(a: readonly string[], b: readonly string[]): NearPair[] {
  const [wordsA, wordsB] = [a, b].map((texts) => texts.map((text) => new Set(tokenize(text)))) as [
    Set<string>[],
    Set<string>[],
  ];
  const uses = new Map<string, number>();
  for (const words of [...wordsA, ...wordsB]) {
    for (const word of words) uses.set(word, (uses.get(word) ?? 0) + 1);
  }
  // Sets so alike must share one of their rarest words (prefix filter): only those are looked up.
  const rarest = (words: ReadonlySet<string>) =>
    [...words].sort((x, y) => uses.get(x)! - uses.get(y)! || (x < y ? -1 : 1))
      .slice(0, words.size - Math.ceil(NEAR * words.size) + 1);
  const holders = new Map<string, number[]>();
  wordsB.forEach((words, at) => {
    for (const word of rarest(words)) {
      const list = holders.get(word);
      if (list) list.push(at);
      else holders.set(word, [at]);
    }
  });
  return wordsA.flatMap((words, at): NearPair[] => {
    if (words.size < FEWEST_WORDS) return [];
    const candidates = new Set(rarest(words).flatMap((word) => holders.get(word) ?? []));
    return [...candidates].sort((x, y) => x - y).flatMap((other) => {
      const shared = words.intersection(wordsB[other]!).size;
      const similarity = shared / (words.size + wordsB[other]!.size - shared);
      return similarity >= NEAR && a[at] !== b[other] ? [{ a: at, b: other, similarity }] : [];
    });
  });
}
