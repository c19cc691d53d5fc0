// Filters of a request -> the LogQL query that Loki is asked. Pure; every value is quoted so that it
// stays a value, whatever it holds. Loki reads regular expressions by RE2's rules, so these are
// checked by a port of RE2 and not by JavaScript's own.

import { RE2JS } from "re2js";
import { messageOf } from "../errors.ts";

/** Which lines a severity lets through: `all` every one, else those that hold one of its words. */
export type SeverityFilter = "info" | "error" | "all";

/** What narrows a query. A filter that is not there lets everything through. */
export interface LogFilters {
  readonly namespace?: string;
  /** Regular expression in RE2's syntax that has to match the whole name of the pod. */
  readonly pod?: string;
  readonly container?: string;
  readonly node?: string;
  readonly severity: SeverityFilter;
  /** Text that a line has to hold, in upper or lower case. No regular expression. */
  readonly log_filter?: string;
}

/**
 * What a line holds that tells of ordinary work. Part of a word is enough. A level of one letter, as
 * klog's `I1124 …` and llama-server's ` I ` are, is no word and not seen.
 */
export const INFO_WORDS: readonly string[] = [
  "info",
  "notice",
  "started",
  "starting",
  "listening",
  "success",
  "succeeded",
  "completed",
];

/** What a line holds that tells of trouble, warnings included. As with {@linkcode INFO_WORDS}. */
export const ERROR_WORDS: readonly string[] = [
  "error",
  "err=",
  '"err"',
  "warn",
  "fail",
  "fatal",
  "panic",
  "exception",
  "traceback",
  "critical",
  "emerg",
  "crash",
  "abort",
  "killed",
  "oom-kill",
  "out of memory",
  "segfault",
  "timeout",
  "timed out",
  "deadline exceeded",
  "refused",
  "denied",
  "forbidden",
  "unauthorized",
  "unavailable",
  "unreachable",
  "unhealthy",
  "unable to",
  "could not",
  "couldn't",
  "cannot",
  "not found",
  "insufficient",
  "invalid",
  "evicted",
  "back-off",
  "backoff",
  "broken pipe",
  "connection reset",
  "no space left",
];

/**
 * Returns the query for some filters: one matcher for each filter that is given and one that leaves
 * out Loki's own lines, one line filter for a severity and one for a text.
 *
 * Loki refuses a query in which every matcher lets an absent label through, as `!=` and a pod's
 * `.*` do. There `namespace=~".+"` stands for the namespace that was not asked for.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { logqlQuery } from "./logql.ts";
 *
 * assert.equal(
 *   logqlQuery({ namespace: "llm", pod: "llama-.*", severity: "all", log_filter: "n_ctx = 2048." }),
 *   String.raw`{container!="loki", namespace="llm", pod=~"llama-.*"} |~ "(?i)n_ctx = 2048\\."`,
 * );
 * ```
 */
export function logqlQuery(filters: LogFilters): string {
  const { namespace, pod, container, node, severity, log_filter } = filters;
  const anyValue = (namespace ?? container ?? node) === undefined && matchesNothing(pod);
  const matchers = [
    'container!="loki"',
    anyValue ? 'namespace=~".+"' : matcher("namespace", "=", namespace),
    matcher("pod", "=~", pod),
    matcher("container", "=", container),
    matcher("node", "=", node),
  ].filter((text) => text !== null);
  const words = severity === "info" ? INFO_WORDS : severity === "error" ? ERROR_WORDS : [];
  return [
    `{${matchers.join(", ")}}`,
    ...(words.length > 0 ? [holdsOneOf(words)] : []),
    ...(log_filter === undefined ? [] : [holdsOneOf([log_filter])]),
  ].join(" ");
}

/** A longer one would keep all other requests waiting while it is compiled. */
const LONGEST_PATTERN = 10_000;

/**
 * What RE2, and so Loki, has against a regular expression, such as ``unexpected ): `a)(b` ``; `null`
 * when nothing. It knows neither look-around nor back-references.
 */
export function patternFault(pattern: string): string | null {
  if (pattern.length > LONGEST_PATTERN) return `it is longer than ${LONGEST_PATTERN} characters`;
  try {
    RE2JS.compile(pattern);
    return null;
  } catch (error) {
    return messageOf(error).replace(/^error parsing regexp: /, "");
  }
}

/** Whether an absent name, which is the empty one for Loki, matches. */
function matchesNothing(pattern: string | undefined): boolean {
  return pattern === undefined || patternFault(pattern) !== null || RE2JS.matches(pattern, "");
}

function matcher(label: string, operator: "=" | "=~", value: string | undefined): string | null {
  return value === undefined ? null : `${label}${operator}${quoted(value)}`;
}

function holdsOneOf(words: readonly string[]): string {
  return `|~ ${quoted(`(?i)${words.map(literal).join("|")}`)}`;
}

/** RE2's regular expression for a text as it stands. */
function literal(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, "\\$&");
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/**
 * A string literal as Go reads it. Half a surrogate pair, which Go knows no way to write, becomes
 * U+FFFD; what is not seen on a screen is written by its number.
 */
function quoted(value: string): string {
  const text = value.toWellFormed().replace(
    /["\\]|[\p{Cc}\p{Zl}\p{Zp}\ufeff]/gu,
    (char) => SHORT_ESCAPES[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `"${text}"`;
}
