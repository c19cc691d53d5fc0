// Reads an answer of labelled lines: `**Root cause:** oom_killed`, `| Severity | error |`, a heading
// with its value below, or several labels on one line. Called by parse.ts with the text that is
// left when the JSON objects are taken out.

import {
  CUT,
  type FieldName,
  fieldNamed,
  type Fields,
  hasWords,
  isOwnName,
  readValue,
} from "./parse_fields.ts";

/** A label and its value as written. */
interface Entry extends FieldName {
  value: string;
  /** Whether the label stands further on in a line that began with another one. */
  readonly inline: boolean;
}

/**
 * Reads the answers in a text, in its order. A name that comes again begins a new answer.
 *
 * @param cut Whether the model was stopped: a label that ends with the text is then no label.
 */
export function readLines(text: string, cut: boolean): Fields[] {
  const lines = text.split(/\r\n?|\n/);
  const inString = (lines.at(-1) ?? "").split('"').length % 2 === 0;
  if (cut || inString) lines.push((lines.pop() ?? "") + CUT);
  let answer: Fields = {};
  const answers = [answer];
  const names = new Set<string>();
  for (const entry of readEntries(lines)) {
    const value = readValue(entry.field, withoutEnd(entry.value));
    if (value === null) continue;
    if (!entry.inline) {
      if (names.has(entry.name)) {
        answers.push(answer = {});
        names.clear();
      }
      names.add(entry.name);
    }
    const wins = !entry.inline && isOwnName(entry);
    if (answer[entry.field] === undefined || wins) answer[entry.field] = value;
  }
  return answers;
}

function readEntries(lines: readonly string[]): Entry[] {
  const entries: Entry[] = [];
  let open: Entry | undefined;
  for (const line of lines) {
    if (!hasWords(line) || /^\s*(?:```|~~~)/.test(line)) {
      if (open !== undefined && hasWords(open.value)) open = undefined;
      continue;
    }
    const found = entriesOfLine(line);
    entries.push(...found);
    if (found.length > 0) open = found.at(-1);
    else if (/^\s*#/.test(line)) open = undefined;
    else if (open !== undefined && (open.field === "summary" || !hasWords(open.value))) {
      open.value += ` ${line.replace(/^(?:[\s>|]|[-*•+]\s|\d{1,2}[.)]\s)+/, "")}`;
    }
  }
  return entries;
}

/**
 * The labels of a line: one at its start, then those after a `|`, `;`, comma or full stop. Prose
 * also says "died, cause: timeout", so inside a summary only a field's own name counts.
 */
function entriesOfLine(line: string): Entry[] {
  const first = entryAt(line, false);
  if (first === null) {
    const name = fieldNamed(line);
    return name === null ? [] : [{ ...name, value: "", inline: false }];
  }
  const pieces = hasWords(first.value) ? first.value.split(/( ?[|;]\s*|[,.]\s+|,(?="))/) : [];
  const value = pieces[0] ?? "";
  // A row of field names is a table's header.
  if (line.includes("|") && fieldNamed(value) !== null) return [];
  let entry: Entry = { ...first, value };
  const entries = [entry];
  for (let at = 1; at < pieces.length; at += 2) {
    const piece = pieces[at + 1] ?? "";
    const next = entryAt(piece, true);
    if (next === null || (entry.field === "summary" && !isOwnName(next))) {
      entry.value += `${pieces[at]}${piece}`;
    } else {
      entry = next;
      entries.push(entry);
    }
  }
  return entries;
}

/** The label at the start of a text, with all that follows it as its value. */
function entryAt(text: string, inline: boolean): Entry | null {
  const line = text.replace(/^[\s>|]+/, "");
  const start = line.slice(0, 80).replace(/\([^)]*\)/, (remark) => "(".repeat(remark.length));
  const separator = /[:=：|]|\s[-–—]\s/.exec(start);
  if (separator === null) return null;
  const label = line.slice(0, separator.index);
  const name = fieldNamed(label);
  const value = line.slice(separator.index + separator[0].length);
  return name === null ? null : { ...name, value: withoutClosingMarks(label, value), inline };
}

/** Takes the second `**` out of `**Severity:** error` and `**Severity: error**`. */
function withoutClosingMarks(label: string, value: string): string {
  const opened = /^[^\p{L}\p{N}]*[*_`]/u.test(label) && !/[*_`]\s*$/.test(label);
  if (!opened) return value;
  return /^[*_`]/.test(value)
    ? value.replace(/^[*_`]+/, "")
    : value.trimEnd().replace(/(?<![*_`])[*_`]+$/, "");
}

/** Takes off what follows a value in a table row or in a line of broken JSON. */
function withoutEnd(value: string): string {
  return value.trim().replace(/^"([^"]*)"\s*[,}\]/#].*$/, "$1").replace(/\|$/, "");
}
