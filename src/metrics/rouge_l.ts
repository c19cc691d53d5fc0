// ROUGE-L: how much of two sentences stands in both in the same order.

import { tokenize } from "../tokens.ts";

/**
 * ROUGE-L F1 of a predicted against an expected text: `2PR / (P + R)` with P and R the longest
 * common subsequence of words over the predicted and the expected length.
 *
 * @returns 0..1, higher is better; 1 for two texts without words, 0 when one has none
 * @see Lin, "ROUGE: A Package for Automatic Evaluation of Summaries", 2004; equals Google's
 * `rouge_score` without stemmer on ASCII text that has words
 *
 * @example
 * ```ts
 * import { rougeL } from "@logeval/logeval";
 * import assert from "node:assert/strict";
 *
 * // Two of two and of four words, in order: 2 * 1 * 0.5 / 1.5.
 * assert.equal(rougeL("the pod was killed", "Pod killed."), 2 / 3);
 * ```
 */
export function rougeL(expected: string, predicted: string): number {
  const reference = tokenize(expected);
  const candidate = tokenize(predicted);
  if (reference.length === 0 || candidate.length === 0) {
    return reference.length === candidate.length ? 1 : 0;
  }
  const common = longestCommonSubsequence(reference, candidate);
  const precision = common / candidate.length;
  const recall = common / reference.length;
  return common === 0 ? 0 : 2 * precision * recall / (precision + recall);
}

function longestCommonSubsequence(a: readonly string[], b: readonly string[]): number {
  let above = new Uint32Array(b.length + 1);
  for (const word of a) {
    const row = new Uint32Array(b.length + 1);
    for (let at = 0; at < b.length; at++) {
      row[at + 1] = word === b[at] ? above[at]! + 1 : Math.max(above[at + 1]!, row[at]!);
    }
    above = row;
  }
  return above[b.length]!;
}
