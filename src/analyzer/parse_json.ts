// Finds the JSON objects in an answer and reads the fields they hold, as small models write JSON:
// with prose around, broken quotes, comments, or cut off. Called by parse.ts.

import { jsonrepair } from "jsonrepair";
import { CUT, fieldNamed, type Fields, hasLabel, isOwnName, readValue } from "./parse_fields.ts";

/** jsonrepair needs quadratic time on hostile text, so one object gets no more than this. */
const MAX_OBJECT_CHARS = 20_000;
/** What is read in all, over every `{` where an object might begin. */
const MAX_TOTAL_CHARS = 100_000;

const DOUBLE_QUOTES = '"“”„';
const SINGLE_QUOTES = "'‘’`";
const QUOTES = DOUBLE_QUOTES + SINGLE_QUOTES;

/** The objects of an answer. */
export interface Objects {
  /** In the order of the text; only objects that name a field. */
  readonly answers: readonly Fields[];
  /** The text without those objects. */
  readonly rest: string;
  /** Whether the text ends inside an object. */
  readonly unclosed: boolean;
}

interface Span {
  readonly start: number;
  readonly end: number;
  /** What ended it: its brace, a closing fence, or the end of what is read. */
  readonly by: "brace" | "fence" | "cut";
  readonly inString: boolean;
}

/** Reads every object of a text; an object that holds no label is searched for inner ones. */
export function readObjects(text: string): Objects {
  const answers: Fields[] = [];
  const rest: string[] = [];
  let restFrom = 0;
  let unclosed = false;
  let budget = MAX_TOTAL_CHARS;
  let start = text.indexOf("{");
  while (start >= 0 && budget > 0) {
    const span = spanAt(text, start);
    const fields = readFields(parseObject(text, span));
    if (fields !== null) {
      answers.push(fields);
      if (start >= restFrom) rest.push(text.slice(restFrom, start), "\n");
      restFrom = Math.max(restFrom, span.end);
    }
    unclosed ||= span.by === "cut" && /^\{\s*(?:["'“]|$)/.test(text.slice(start, start + 100));
    budget -= span.end - start;
    // An unclosed object may have swallowed the complete one that follows it.
    const done = span.by === "brace" && fields !== null && hasLabel(fields);
    start = text.indexOf("{", done ? span.end : start + 1);
  }
  return { answers, rest: rest.join("") + text.slice(restFrom), unclosed };
}

/**
 * Finds where the object at `start` ends: at its brace, at a closing fence, or at the end of the
 * text. A quote inside a string (`"the "api" pod"`) is told from a closing one by what follows it.
 */
function spanAt(text: string, start: number): Span {
  const limit = Math.min(text.length, start + MAX_OBJECT_CHARS);
  const fence = /[ \t]*(?:```|~~~)/y;
  let depth = 0;
  let quotes = "";
  let previous = "";
  for (let at = start; at < limit; at++) {
    const char = text.charAt(at);
    if (char === "\n") {
      fence.lastIndex = at + 1;
      if (fence.test(text)) return { start, end: at, by: "fence", inString: false };
    }
    if (char === "\\") at++;
    else if (quotes !== "") {
      if (quotes.includes(char) && closesString(text, at)) {
        quotes = "";
        previous = ",";
        continue;
      }
    } else if (QUOTES.includes(char) && "{[,:=\n".includes(previous)) {
      quotes = DOUBLE_QUOTES.includes(char) ? DOUBLE_QUOTES : SINGLE_QUOTES;
    } else if (char === "{") depth++;
    else if (char === "}" && --depth === 0) {
      return { start, end: at + 1, by: "brace", inString: false };
    }
    if (char === "\n" || char.trim() !== "") previous = char;
  }
  return { start, end: limit, by: "cut", inString: quotes !== "" };
}

function closesString(text: string, at: number): boolean {
  let next = at + 1;
  while (text[next] === " " || text[next] === "\t") next++;
  return `,:}]/#\r\n${QUOTES}`.includes(text.charAt(next));
}

function parseObject(text: string, span: Span): unknown {
  const written = text.slice(span.start, span.end);
  // The whole object may be escaped, as if it stood in a string.
  const escaped = /^\{\s*\\[n"]/.test(written);
  const source = escaped ? written.replaceAll("\\n", "\n").replaceAll('\\"', '"') : written;
  try {
    return JSON.parse(source);
  } catch {
    try {
      return JSON.parse(jsonrepair(span.by === "cut" ? markCut(source, span.inString) : source));
    } catch {
      return null;
    }
  }
}

/** jsonrepair closes what is open, so the value that was cut off must be marked before. */
function markCut(source: string, inString: boolean): string {
  if (inString) return source.replace(/\\(?:u[\da-f]{0,3})?$/i, "") + CUT;
  return /[\p{L}\p{N}_.\-]\s*$/u.test(source.slice(-100)) ? source + CUT : source;
}

/** Reads the fields of an object and of the objects in it, one level down; `null` if none is named. */
function readFields(value: unknown): Fields | null {
  if (!isObject(value)) return null;
  const entries = Object.entries(value);
  const inner = entries.flatMap(([key, item]) =>
    fieldNamed(key) === null && isObject(item) ? Object.entries(item) : []
  );
  const fields: Fields = {};
  let named = false;
  for (const [key, item] of [...inner, ...entries]) {
    const name = fieldNamed(key);
    if (name === null) continue;
    named = true;
    const read = readValue(name.field, textOf(item, name.field === "summary"));
    if (read !== null && (fields[name.field] === undefined || isOwnName(name))) {
      fields[name.field] = read;
    }
  }
  return named ? fields : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A list in a summary is joined; of a list of labels the first counts. */
function textOf(value: unknown, joined: boolean): string {
  if (Array.isArray(value)) {
    const items = value.map((item) => Array.isArray(item) ? "" : textOf(item, joined));
    return joined ? items.filter((item) => item !== "").join(", ") : items[0] ?? "";
  }
  return value === null || typeof value === "object" ? "" : String(value);
}
