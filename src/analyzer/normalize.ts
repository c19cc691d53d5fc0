// Brings a model's words into the one form in which they are kept and compared. Takes and gives
// plain strings; called by the parser for every field and by the dataset reader for golden labels.

/** What may stand around a value, and what closes it. */
const CLOSING = new Map([
  ['"', '"'],
  ["'", "'"],
  ["`", "`"],
  ["*", "*"],
  ["“", "”"],
  ["‘", "’"],
]);

/**
 * Gives the identifier form of a label: `OOM killed` and `` `OOM-Killed`. `` are `oom_killed`.
 *
 * Never maps to the nearest allowed label and never splits CamelCase: what the model did not say
 * is not read into its answer. Gives `""` when the value holds no letter or digit.
 *
 * @example
 * ```ts
 * import { normalizeLabel } from "@logeval/logeval";
 * import assert from "node:assert/strict";
 *
 * assert.equal(normalizeLabel(" `OOM-Killed`. "), "oom_killed");
 * assert.equal(normalizeLabel("errors"), "errors"); // never `error`
 * ```
 */
export function normalizeLabel(value: string): string {
  return value
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_|_$/g, "");
}

/**
 * Gives a component or summary without surrounding space, quotes, backticks and asterisks. Marks
 * that also stand inside stay, because `"a" and "b"` is not one quoted text.
 */
export function cleanText(value: string): string {
  const text = value.trim();
  const close = CLOSING.get(text.charAt(0));
  if (close === undefined) return text;
  const open = text.charAt(0);
  let depth = 0;
  while (
    2 * depth < text.length - 1 && text[depth] === open && text.at(-1 - depth) === close
  ) depth++;
  const inner = text.slice(depth, text.length - depth);
  return depth === 0 || inner.includes(open) || inner.includes(close) ? text : cleanText(inner);
}
