// Columns of text that line up on a terminal. Pure.

/**
 * @param rows cells; the first row is the head
 * @param right indexes of the columns whose cells stand at the right
 */
export function renderTable(
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, at) => widths[at] = Math.max(widths[at] ?? 0, cell.length));
  }
  return rows.map((row) =>
    `  ${
      row.map((cell, at) =>
        right.includes(at) ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)
      ).join("  ")
    }`.trimEnd()
  ).join("\n");
}
