// A text with tags and what some of them stand for -> the text without those tags, and without the
// holes that empty ones would leave. Pure.

/**
 * Replaces the tags whose names are among `texts`; other tags stay as they are written.
 *
 * A line that holds nothing but tags of empty texts vanishes; an empty text within a line takes the
 * blanks at the line's end with it. Then several blank lines become one, and those at both ends go.
 * Only the text itself is tidied: what is put in keeps its bytes.
 */
export function fillText(text: string, texts: ReadonlyMap<string, string>): string {
  const fill = (part: string, wanted: (value: string) => boolean) =>
    part.replace(/\{\{([^]*?)\}\}/g, (tag, inner: string) => {
      const value = texts.get(inner.trim());
      return value !== undefined && wanted(value) ? value : tag;
    });
  const lines = text.split("\n").flatMap((line) => {
    const left = fill(line, (value) => value === "");
    if (left === line) return [line];
    return left.trim() === "" ? [] : [left.trimEnd()];
  });
  return fill(tidy(lines.join("\n")), () => true);
}

/** At most one blank line in a row, none at the ends, and no line end behind the last line. */
export function tidy(text: string): string {
  return text.replace(/\n(?:[ \t]*\n){2,}/g, "\n\n").replace(/^(?:[ \t]*\n)+/, "").trimEnd();
}
