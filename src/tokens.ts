// Words of a text, as ROUGE and token F1 count them.

/**
 * Lower-cased runs of letters, marks and digits; everything else separates. Google's `rouge_score`
 * keeps only a-z and 0-9, which loses every other script; on ASCII text the two agree.
 */
export function tokenize(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}
