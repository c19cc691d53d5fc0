// The text of `kubectl logs` (plain, --timestamps, --prefix), of a log file or of JSON lines -> log
// entries as the analyzer takes them. Pure; what the text does not say is told by the caller.

import { stripVTControlCharacters } from "node:util";
import type { LogEntry } from "../analyzer/analysis.ts";
import { decodeJson, valueAt } from "../analyzer/json_value.ts";
import { printable } from "../format.ts";

/** Stands for what neither the text nor the caller says. */
export const UNKNOWN_ORIGIN = "unknown";

/** What the caller knows of lines that do not say it themselves. */
export interface KnownOrigin {
  readonly namespace?: string | undefined;
  readonly pod?: string | undefined;
  readonly container?: string | undefined;
  readonly node?: string | undefined;
  /** Epoch milliseconds of lines before the first that tells its time. */
  readonly timestamp: number;
}

/** Log entries, and of how many lines each was made. */
export interface ParsedLogs {
  readonly entries: readonly LogEntry[];
  readonly lineCounts: readonly number[];
}

/** A line taken apart: what it says of itself, and what it says. */
interface Line {
  readonly origin: Partial<Omit<LogEntry, "message" | "timestamp">>;
  readonly timestamp: number | null;
  readonly message: string;
}

/**
 * Makes an entry of each line, oldest first. A line that goes on with the one before it (indented,
 * `Caused by:`, the last line of a Python traceback) belongs to that one's entry, also where the
 * lines of several pods are mixed. Colours are taken off, blank lines left out, and control characters
 * become `�`; a JSON line stays as it is, because that is how a log store keeps it.
 *
 * @param lines without their line feeds
 */
export function parseLogLines(lines: readonly string[], known: KnownOrigin): ParsedLogs {
  const entries: LogEntry[] = [];
  const lineCounts: number[] = [];
  /** The entry, by its place, that a source's next line may go on with. */
  const open = new Map<string, number>();
  let { timestamp } = known;
  for (const raw of lines) {
    const line = readLine(cleaned(raw));
    if (line.message.trim() === "") continue;
    const source = `${line.origin.pod}/${line.origin.container}`;
    const at = open.get(source);
    const before = at === undefined ? undefined : entries[at];
    if (at !== undefined && before !== undefined && goesOn(before.message, line.message)) {
      entries[at] = { ...before, message: `${before.message}\n${line.message}` };
      lineCounts[at]!++;
      continue;
    }
    timestamp = line.timestamp ?? timestamp;
    open.set(source, entries.length);
    lineCounts.push(1);
    entries.push({
      timestamp,
      namespace: line.origin.namespace ?? known.namespace ?? UNKNOWN_ORIGIN,
      pod: line.origin.pod ?? known.pod ?? UNKNOWN_ORIGIN,
      container: line.origin.container ?? known.container ?? UNKNOWN_ORIGIN,
      node: line.origin.node ?? known.node ?? UNKNOWN_ORIGIN,
      message: line.message,
    });
  }
  return { entries, lineCounts };
}

// Of a line that writes over itself, as progress bars do, what stood at last.
function cleaned(raw: string): string {
  const text = stripVTControlCharacters(raw).replace(/\r+$/, "");
  return printable(text.slice(text.lastIndexOf("\r") + 1));
}

/** `kubectl logs --prefix`; older versions name the pod alone. */
const PREFIX = /^\[pod\/([^\]/ ]+)(?:\/([^\]/ ]+))?\] ?/;
/** `--timestamps`: kubelet and Docker always write nine digits, which hardly any program does. */
const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}(?:Z|[+-]\d\d:\d\d))(?: |$)/;
/** The time with which a program starts its own line. It stays in the message. */
const OWN_TIME = /^\[?(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?(Z|[+-]\d\d:?\d\d)?/;

function readLine(text: string): Line {
  const prefix = PREFIX.exec(text);
  let rest = text.slice(prefix?.[0].length ?? 0);
  const stamp = STAMP.exec(rest);
  rest = rest.slice(stamp?.[0].length ?? 0);
  const origin = {
    ...(prefix?.[1] === undefined ? {} : { pod: prefix[1] }),
    ...(prefix?.[2] === undefined ? {} : { container: prefix[2] }),
  };
  const json = rest.startsWith("{") ? readJson(rest) : null;
  return {
    origin: { ...origin, ...json?.origin },
    timestamp: (stamp === null ? null : timeOf(stamp[1])) ?? json?.timestamp ?? ownTime(rest),
    message: json?.message ?? rest,
  };
}

/**
 * A line of JSON. Only one that has our own fields (an entry of the dataset, or of the service's
 * `logs`) is taken apart; a program's own JSON is its message.
 */
function readJson(text: string): Line | null {
  const json = decodeJson(text);
  if (typeof json !== "object" || json === null) return null;
  const field = (name: string) => {
    const value = valueAt(json, name);
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const times = ["timestamp", "time", "ts", "@timestamp"].map((name) => valueAt(json, name));
  const timestamp = timeOf(times.find((time) => time !== undefined));
  const message = field("log_line") ?? field("message");
  const [sourceNamespace, sourceContainer] = field("source")?.split("/") ?? [];
  const namespace = field("namespace") ?? sourceNamespace;
  const container = field("container") ?? sourceContainer;
  const pod = field("pod");
  if (message === undefined || namespace === undefined || pod === undefined) {
    return { origin: {}, timestamp, message: text };
  }
  const node = field("node");
  return {
    origin: {
      namespace,
      pod,
      ...(container === undefined ? {} : { container }),
      ...(node === undefined ? {} : { node }),
    },
    timestamp,
    message,
  };
}

/** Epoch milliseconds of a time as JSON logs write it: ISO 8601, or seconds to nanoseconds. */
function timeOf(time: unknown): number | null {
  if (typeof time === "string") {
    return ownTime(time) ?? (/^\d{10,19}$/.test(time) ? epoch(Number(time)) : null);
  }
  return typeof time === "number" ? epoch(time) : null;
}

// By its size: seconds since 2001 have 10 digits, milliseconds 13, and so on.
function epoch(time: number): number | null {
  const digits = Math.floor(Math.log10(time)) + 1;
  const perMs = { 10: 1e-3, 13: 1, 16: 1e3, 19: 1e6 }[digits];
  return perMs === undefined ? null : Math.floor(time / perMs);
}

/** Without a zone it is taken for UTC, which containers are set to. */
function ownTime(text: string): number | null {
  const [, date, time, fraction = "0", zone = "Z"] = OWN_TIME.exec(text) ?? [];
  if (date === undefined) return null;
  const ms = Date.parse(`${date}T${time}.${fraction.padEnd(3, "0").slice(0, 3)}${zone}`);
  return Number.isNaN(ms) ? null : ms;
}

function goesOn(entry: string, line: string): boolean {
  if (/^(\s|Caused by: )/.test(line)) return true;
  // `ValueError: …` stands behind the indented lines of the traceback that it ends.
  return entry.includes("Traceback (most recent call last):") &&
    /\n\s[^\n]*$/.test(entry) && /^[A-Za-z_][\w.]*(:|$)/.test(line);
}
