// Looking into JSON of unknown shape, as servers send it.

/** Returns the value at a path into parsed JSON, `undefined` where the path does not lead on. */
export function valueAt(value: unknown, ...path: readonly (string | number)[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== "object" || current === null) return undefined;
    current = (current as Readonly<Record<string | number, unknown>>)[key];
  }
  return current;
}

/** Returns parsed JSON, `undefined` for any other text. */
export function decodeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The value when it is text, else `null`. */
export function asString(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
