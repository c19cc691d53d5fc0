// Lines of a JSON array's elements and their fields, which JSON.parse does not tell. Only looked up
// to place a fault, so it may be slow; the text is known to be valid JSON.

/** The 1-based line on which each element of a top-level JSON array starts. */
export function elementLines(text: string): number[] {
  const lines: number[] = [];
  let line = 1;
  let depth = 0;
  let expectsElement = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === "\n") line++;
    if (char === undefined || /[\s,]/.test(char)) {
      if (char === "," && depth === 1) expectsElement = true;
      continue;
    }
    if (depth === 1 && expectsElement && char !== "]") {
      lines.push(line);
      expectsElement = false;
    }
    if (char === '"') at = endOfString(text, at);
    else if (char === "[" || char === "{") {
      depth++;
      if (depth === 1) expectsElement = true;
    } else if (char === "]" || char === "}") depth--;
  }
  return lines;
}

/**
 * The 1-based line of a field within the element that starts on `from`; the element's own line when
 * the field is not there.
 *
 * @param lines the text's lines: split once, however many fields are looked up
 */
export function fieldLine(
  lines: readonly string[],
  from: number,
  to: number | undefined,
  field?: string,
): number {
  if (field === undefined) return from;
  const key = `${JSON.stringify(field)}`;
  const within = lines.slice(from - 1, to);
  const index = within.findIndex((line) => line.includes(key));
  return index === -1 ? from : from + index;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}
