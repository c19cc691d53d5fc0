// A log entry as every prompt shows it, and whether what a caller hands over is one: where types were
// not checked a model would be asked about "undefined".

import { DataError, UsageError } from "../errors.ts";
import { describeFaults, type Fault, quote } from "../faults.ts";
import type { LogEntry } from "./analysis.ts";

/** The greatest distance from 1970 that a `Date` can hold, in milliseconds. */
const MOST_MS = 8.64e15;

const TEXT_FIELDS = ["namespace", "pod", "container", "node", "message"] as const;

/**
 * A log entry as every prompt shows it: its origin on one line, its message on the next.
 *
 * @throws {DataError} naming each field that is no text, and a timestamp that is no time
 *
 * @example
 * ```ts
 * import { renderLogEntry } from "@logeval/logeval";
 * import assert from "node:assert/strict";
 *
 * assert.equal(
 *   renderLogEntry({
 *     timestamp: Date.UTC(2026, 0, 9, 14),
 *     namespace: "llm",
 *     pod: "llama-server-0",
 *     container: "llama-server",
 *     node: "node-1",
 *     message: "exiting due to HTTP error",
 *   }),
 *   "[2026-01-09T14:00:00.000Z] llm/llama-server (pod=llama-server-0, node=node-1)\n" +
 *     "exiting due to HTTP error",
 * );
 * ```
 */
export function renderLogEntry(entry: LogEntry): string {
  if (!isLogEntry(entry)) throw noEntry("Cannot render the log entry", faultsOf(entry, null));
  return textOf(entry);
}

/**
 * Log entries as a prompt shows them, one below the other.
 *
 * @throws {UsageError} when there are none: a model would make something up
 * @throws {DataError} naming index, field and value of all that is wrong
 */
export function renderLogEntries(logs: readonly LogEntry[]): string {
  if (!Array.isArray(logs)) {
    throw new UsageError(`Cannot analyze logs: ${quote(logs)} is no list of log entries`);
  }
  if (logs.length === 0) {
    throw new UsageError("Cannot analyze logs: the list of log entries is empty", {
      hint: "look whether there are any first: about nothing a model makes something up",
    });
  }
  if (!logs.every(isLogEntry)) {
    const faults = logs.flatMap((entry, index) => faultsOf(entry, `logs[${index}]`));
    throw noEntry("Cannot analyze logs", faults);
  }
  return logs.map(textOf).join("\n");
}

function textOf({ timestamp, namespace, container, pod, node, message }: LogEntry): string {
  const time = new Date(timestamp).toISOString();
  return `[${time}] ${namespace}/${container} (pod=${pod}, node=${node})\n${message}`;
}

function isLogEntry(entry: LogEntry): boolean {
  return typeof entry === "object" && entry !== null && isTime(entry.timestamp) &&
    TEXT_FIELDS.every((field) => typeof entry[field] === "string");
}

function isTime(timestamp: unknown): boolean {
  // Not so for NaN either.
  return typeof timestamp === "number" && Math.abs(timestamp) <= MOST_MS;
}

function faultsOf(entry: LogEntry, at: string | null): Fault[] {
  if (typeof entry !== "object" || entry === null) {
    return [{ at, field: "the entry", message: `${quote(entry)} is no log entry` }];
  }
  const faults = TEXT_FIELDS.filter((field) => typeof entry[field] !== "string")
    .map((field) => ({ at, field, message: complaint(entry[field], "no text") }));
  if (isTime(entry.timestamp)) return faults;
  const message = complaint(entry.timestamp, "no time in milliseconds since 1970");
  return [{ at, field: "timestamp", message }, ...faults];
}

function complaint(value: unknown, what: string): string {
  if (value === undefined) return "is missing";
  // JSON would call NaN and Infinity null.
  return `${typeof value === "number" ? value : quote(value)} is ${what}`;
}

function noEntry(action: string, faults: readonly Fault[]): DataError {
  return new DataError(describeFaults(action, faults), {
    hint: 'timestamp is in epoch milliseconds; what is not known of the others is "unknown"',
  });
}
