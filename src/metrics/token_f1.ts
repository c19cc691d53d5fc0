// Token F1: how many words two names share, whatever their order.

import { tokenize } from "../tokens.ts";

/**
 * F1 over the words of two names, each word counted as often as it stands in both: "kubelet"
 * against "kube-system/kubelet" shares 1 of 1 and 3 words, so 2 * 1 / (1 + 3) = 0.5.
 *
 * @returns 0..1, higher is better; 1 for two names without words, 0 when one has none
 * @see Rajpurkar et al., "SQuAD: 100,000+ Questions for Machine Comprehension of Text", 2016, whose F1
 * this is, without leaving out articles
 *
 * @example
 * ```ts
 * import { tokenF1 } from "@logeval/logeval";
 * import assert from "node:assert/strict";
 *
 * assert.equal(tokenF1("kubelet", "kube-system/kubelet"), 0.5);
 * ```
 */
export function tokenF1(expected: string, predicted: string): number {
  const reference = tokenize(expected);
  const candidate = tokenize(predicted);
  const words = reference.length + candidate.length;
  if (words === 0) return 1;
  const left = new Map<string, number>();
  for (const word of reference) left.set(word, (left.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of candidate) {
    const count = left.get(word) ?? 0;
    if (count > 0) common++;
    left.set(word, count - 1);
  }
  return 2 * common / words;
}
