// A YAML file as data together with the place of every field, so that messages can name a line.

import {
  type Document,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  type YAMLParseError,
} from "yaml";
import { messageOf, UsageError } from "./errors.ts";

export interface YamlSource {
  /** The file's content as plain data; `null` for an empty file. */
  readonly value: unknown;
  readonly document: Document;
  /** 1-based line of a field, of its nearest existing parent when it is absent. */
  lineOf(path: readonly PropertyKey[]): number | null;
  /** 1-based line and column of a character offset in the file. */
  placeOf(offset: number): { readonly line: number; readonly column: number };
}

/**
 * Parses YAML text.
 *
 * @param name the file's name for messages
 * @throws {UsageError} when the text is not YAML (a duplicate key and an alias of nothing included),
 * with line and column
 */
export function parseYaml(text: string, name: string): YamlSource {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter,
    prettyErrors: false,
    logLevel: "error", // the library would print its warnings itself
  });
  const placeOf = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset);
    return { line, column: col };
  };
  const fault = document.errors[0];
  if (fault) {
    const { line, column } = placeOf(fault.pos[0]);
    throw new UsageError(
      `Cannot read ${name} at line ${line}, column ${column}: ${describe(fault, text)}`,
      slippedHint(document, fault.pos[0], placeOf),
    );
  }
  return {
    value: dataOf(document, name, placeOf),
    document,
    placeOf,
    lineOf(path) {
      for (let depth = path.length; depth > 0; depth--) {
        const offset = keyOffset(document, path.slice(0, depth));
        if (offset !== null) return placeOf(offset).line;
      }
      return null;
    },
  };
}

function dataOf(document: Document, name: string, placeOf: YamlSource["placeOf"]): unknown {
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return;
      const { line, column } = placeOf(alias.range?.[0] ?? 0);
      throw new UsageError(
        `Cannot read ${name} at line ${line}, column ${column}: *${alias.source} refers to nothing`,
        { hint: "a text that begins with * stands in quotes" },
      );
    },
  });
  try {
    return document.toJS();
  } catch (cause) {
    throw new UsageError(`Cannot read ${name}: ${messageOf(cause)}`, { cause });
  }
}

function keyOffset(document: Document, path: readonly PropertyKey[]): number | null {
  const parent = document.getIn(path.slice(0, -1), true);
  const last = path[path.length - 1];
  if (isMap(parent)) {
    const pair = parent.items.find((item) =>
      isScalar(item.key) && String(item.key.value) === String(last)
    );
    return pair && isScalar(pair.key) ? pair.key.range?.[0] ?? null : null;
  }
  const node = document.getIn(path, true);
  return isNode(node) ? node.range?.[0] ?? null : null;
}

/**
 * The block text (`|` or `>`) right before a top-level key, if there is one: when the key is
 * strange, a line of that text is probably indented too little.
 */
export function blockTextBefore(
  document: Document,
  isThisKey: (keyOffset: number, key: unknown) => boolean,
): { readonly key: string; readonly end: number } | null {
  const pairs = isMap(document.contents) ? document.contents.items : [];
  const index = pairs.findLastIndex((pair) =>
    isScalar(pair.key) && pair.key.range && isThisKey(pair.key.range[0], pair.key.value)
  );
  // A key with a block text of its own is no line of the text before it.
  const own = pairs[index]?.value;
  if (isScalar(own) && String(own.type).startsWith("BLOCK_")) return null;
  const before = pairs[index - 1];
  if (!before || !isScalar(before.key) || !isScalar(before.value) || !before.value.range) {
    return null;
  }
  return String(before.value.type).startsWith("BLOCK_")
    ? { key: String(before.key.value), end: before.value.range[1] - 1 }
    : null;
}

function describe({ code, message, pos }: YAMLParseError, text: string): string {
  if (code === "MULTIPLE_DOCS") return "a second document starts here (---); one is allowed";
  if (code === "DUPLICATE_KEY") {
    return `${/^[^\s:]*/.exec(text.slice(pos[0]))?.[0] || "a key"} stands here a second time`;
  }
  return message.split("\n")[0] ?? message;
}

function slippedHint(
  document: Document,
  offset: number,
  placeOf: YamlSource["placeOf"],
): { hint?: string } {
  const block = blockTextBefore(document, (key) => key <= offset);
  if (!block) return {};
  const end = placeOf(block.end).line;
  if (placeOf(offset).line > end + 2) return {};
  return {
    hint: `the text of "${block.key}" ends at line ${end}; is line ${end + 1} indented too little?`,
  };
}
