// Everything that is wrong with a file, said at once: zod's issues and our own findings become
// lines with a place, a field and a remedy. Experiments, prompts, taxonomies and datasets use it.

import { distance } from "fastest-levenshtein";
import * as z from "zod";

/** One thing that is wrong in a file. */
export interface Fault {
  /** 1-based line in the file, or another place such as `sample 12`; `null` for the whole file. */
  readonly at: number | string | null;
  /** Dotted path of the field. */
  readonly field: string;
  readonly message: string;
}

const MOST_LISTED = 20;
const LONGEST_VALUE = 60;

/**
 * The text of an error that lists faults, the first 20 of them in full.
 *
 * @param action what could not be done, such as `Cannot use evals/…/high-temp.yaml`
 */
export function describeFaults(action: string, faults: readonly Fault[]): string {
  const listed = faults.slice(0, MOST_LISTED).map((fault) => ({
    place: typeof fault.at === "number" ? `line ${fault.at}` : fault.at ?? "",
    ...fault,
  }));
  const placeWidth = Math.max(...listed.map((fault) => fault.place.length));
  const fieldWidth = Math.min(30, Math.max(...listed.map((fault) => fault.field.length)));
  const lines = listed.map(({ place, field, message }) =>
    `  ${place.padEnd(placeWidth)}  ${field.padEnd(fieldWidth)}  ${message}`.trimEnd()
  );
  const more = faults.length - listed.length;
  if (more > 0) lines.push(`  … and ${more} more`);
  return `${action}: ${faults.length} ${faults.length === 1 ? "fault" : "faults"}\n${
    lines.join("\n")
  }`;
}

/**
 * Faults from zod's issues, each with the line of its field and the nearest valid name.
 *
 * @param value what was checked; the messages quote it
 * @param lineOf the 1-based line of a path in the file, `null` when the path is not in it
 */
export function faultsOf(
  error: z.ZodError,
  schema: z.ZodType,
  value: unknown,
  lineOf: (path: readonly PropertyKey[]) => number | string | null,
): Fault[] {
  return error.issues.flatMap((issue): Fault[] => {
    if (issue.code === "unrecognized_keys") {
      const known = keysAt(schema, issue.path);
      return issue.keys.map((key) => ({
        at: lineOf([...issue.path, key]),
        field: [...issue.path, key].join("."),
        message: `unknown field${suggestion(key, known)}`,
      }));
    }
    const found = valueAt(value, issue.path);
    if (issue.path.length === 0) {
      const message = found === null || found === undefined ? "is empty" : complaint(issue, found);
      return [{ at: lineOf([]), field: "the file", message }];
    }
    return [{
      at: lineOf(issue.path),
      field: issue.path.join("."),
      message: found === undefined
        ? absent(issue)
        : isSecret(issue)
        ? issue.message
        : `${quote(found)} ${complaint(issue, found)}`,
    }];
  });
}

/** `; did you mean NAME?` for the nearest known name, else the list of names, else nothing. */
export function suggestion(name: string, known: readonly string[]): string {
  const nearest = known
    .map((candidate) => ({
      candidate,
      edits: distance(name.toLowerCase(), candidate.toLowerCase()),
    }))
    .sort((a, b) => a.edits - b.edits)[0];
  if (nearest && nearest.edits <= Math.max(2, name.length / 3)) {
    return `; did you mean ${nearest.candidate}?`;
  }
  return known.length > 0 ? `; there are: ${known.join(", ")}` : "";
}

/** A value as a message shows it: JSON, cut after 60 characters, without the password of a URL. */
export function quote(value: unknown): string {
  // JSON has no NaN and no Infinity.
  const json = typeof value === "number" ? undefined : JSON.stringify(value);
  const text = (json ?? String(value)).replace(/\/\/[^/@\s"]+@/g, "//…@");
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

function absent(issue: z.core.$ZodIssue): string {
  return issue.code === "custom" ? issue.message : `is missing${expectation(issue)}`;
}

function expectation(issue: z.core.$ZodIssue): string {
  return issue.code === "invalid_type" ? `; a ${issue.expected} is needed` : "";
}

function complaint(issue: z.core.$ZodIssue, found: unknown): string {
  switch (issue.code) {
    case "invalid_type":
      return `is not ${article(issue.expected)}`;
    case "too_small":
      return issue.origin === "string" || issue.origin === "array"
        ? "is empty"
        : `is ${issue.inclusive ? "below" : "not above"} ${issue.minimum}`;
    case "too_big":
      return `is above ${issue.maximum}`;
    case "invalid_value":
      return `is not allowed${suggestion(String(found), issue.values.map(String))}`;
    default:
      return issue.message;
  }
}

function isSecret(issue: z.core.$ZodIssue): boolean {
  return issue.code === "custom" && issue.params?.["secret"] === true;
}

function article(type: string): string {
  if (type === "int") return "a whole number";
  return `${/^[aeio]/.test(type) ? "an" : "a"} ${type}`;
}

function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let current: unknown = schema;
  for (const key of [...path, null]) {
    while (
      current instanceof z.ZodOptional || current instanceof z.ZodDefault ||
      current instanceof z.ZodPrefault
    ) {
      current = current.unwrap();
    }
    if (key === null) break;
    current = current instanceof z.ZodObject
      ? current.shape[String(key)]
      : current instanceof z.ZodArray
      ? current.element
      : undefined;
  }
  return current instanceof z.ZodObject ? Object.keys(current.shape) : [];
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === "object" && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
}
