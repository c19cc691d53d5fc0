// The Markdown that reports are made of. Text of models and logs goes through `inline` or `code`, so
// that none of it becomes a heading, a tag or a cell border.

import { oneLine } from "../format.ts";

/** A table of figures: all columns but the first at the right. */
export function figuresTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  return table(head, rows, "---:");
}

/** A table, its cells already safe: see `inline`. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  alignment = "---",
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, index) => index === 0 ? "---" : alignment);
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

/** Text on one line, safe within a sentence or a table cell, of at most `length` characters. */
export function inline(text: string, length: number): string {
  return oneLine(text, length).replace(/[\\|<>`*_[\]]/g, (mark) => `\\${mark}`)
    .replace(/\\_/g, "_")
    // GitHub would make a mention or a link of these.
    .replace(/@/g, "&#64;").replace(/#(?=\d)/g, "&#35;");
}

/** Text as a block of code on one line. Indented, because no log line can close an indentation. */
export function code(text: string, length: number): string {
  return `    ${oneLine(text, length) || "(no text)"}`;
}
