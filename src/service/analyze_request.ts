// Body of POST /v1/analyze -> a checked request, or every fault in the words that the clients of the
// old service know (FastAPI's and pydantic's). Pure. What pydantic let through is let through: fields
// that nobody knows, a limit in quotes, a time without a zone.

import { asString } from "../analyzer/json_value.ts";
import { type LogFilters, patternFault, type SeverityFilter } from "./logql.ts";

/** A body that can be answered. */
export interface AnalyzeRequest {
  /** ISO 8601 in UTC, to the millisecond; `start` is part of the window, `end` is not. */
  readonly time_range: { readonly start: string; readonly end: string };
  readonly filters: LogFilters;
  /** Most log lines, 1 or more. */
  readonly limit: number;
}

/** One thing that is wrong in a body, as FastAPI lists it in `detail`. */
export interface BodyFault {
  /** Where: `["body", "time_range", "start"]`. */
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
}

export interface RequestLimits {
  /** Lines when the body does not say. */
  readonly defaultLimit: number;
  readonly maxLimit: number;
}

export type ParsedRequest =
  | {
    readonly ok: true;
    readonly request: AnalyzeRequest;
    /** Fields that nobody knows, such as `filters.namespac`: a slip asks for more than was meant. */
    readonly ignored: readonly string[];
  }
  | { readonly ok: false; readonly faults: readonly BodyFault[] };

/**
 * Checks a body: `time_range` with `start` before `end` (ISO 8601; UTC without a zone), `filters`
 * (each may be absent, `null` or empty) and `limit`.
 *
 * @param body parsed JSON
 */
export function parseAnalyzeRequest(body: unknown, limits: RequestLimits): ParsedRequest {
  const faults: BodyFault[] = [];
  if (body === null || body === undefined) {
    return { ok: false, faults: [{ loc: ["body"], msg: "Field required", type: "missing" }] };
  }
  const top = new Fields(body, ["body"], faults);
  top.require("time_range");
  const window = top.object("time_range");
  const time_range = timeRange(window);
  const filter = top.get("filters") === null
    ? new Fields(undefined, [], faults)
    : top.object("filters");
  const filters = logFilters(filter);
  const limit = lineLimit(top, limits);
  if (faults.length > 0 || time_range === null) return { ok: false, faults };
  const ignored = [top, window, filter].flatMap((fields) => fields.unasked());
  return { ok: true, request: { time_range, filters, limit }, ignored };
}

/** An object of the body; says what is wrong with its fields. */
class Fields {
  readonly #value: Readonly<Record<string, unknown>> | null;
  readonly #loc: readonly string[];
  readonly #faults: BodyFault[];
  readonly #asked = new Set<string>();

  /** @param value `undefined` for an object that may be absent, or of which all is said */
  constructor(value: unknown, loc: readonly string[], faults: BodyFault[]) {
    this.#loc = loc;
    this.#faults = faults;
    this.#value = typeof value === "object" && value !== null && !Array.isArray(value)
      ? value as Readonly<Record<string, unknown>>
      : null;
    if (this.#value !== null || value === undefined) return;
    this.fault(
      null,
      "model_attributes_type",
      "Input should be a valid dictionary or object to extract fields from",
    );
  }

  /** Whether there is an object at all; without one its fields are not missing. */
  get present(): boolean {
    return this.#value !== null;
  }

  has(key: string): boolean {
    this.#asked.add(key);
    return this.#value !== null && Object.hasOwn(this.#value, key);
  }

  /** The value of a field, `null` when it is absent. */
  get(key: string): unknown {
    return this.has(key) ? this.#value![key] : null;
  }

  object(key: string): Fields {
    return new Fields(this.has(key) ? this.get(key) : undefined, [...this.#loc, key], this.#faults);
  }

  /** Says when a field is missing. */
  require(key: string): boolean {
    if (this.present && !this.has(key)) this.fault(key, "missing", "Field required");
    return this.has(key);
  }

  /** The paths of the fields that were never asked for. */
  unasked(): string[] {
    return Object.keys(this.#value ?? {})
      .filter((key) => !this.#asked.has(key))
      .map((key) => [...this.#loc.slice(1), key].join("."));
  }

  /** @param key `null` for the object itself */
  fault(key: string | null, type: string, msg: string): void {
    this.#faults.push({ loc: key === null ? this.#loc : [...this.#loc, key], msg, type });
  }
}

function timeRange(fields: Fields): AnalyzeRequest["time_range"] | null {
  const start = microseconds(fields, "start");
  const end = microseconds(fields, "end");
  if (start === null || end === null) return null;
  if (start >= end) {
    fields.fault(null, "value_error", "Value error, end must be after start");
    return null;
  }
  // Outward to the millisecond, so that the window loses nothing.
  return { start: isoTime(Math.floor(start / 1000)), end: isoTime(Math.ceil(end / 1000)) };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

const ISO_TIME =
  /^(?<date>\d{4}-\d{2}-\d{2})(?:[Tt _](?<time>\d{2}:\d{2})(?::(?<second>\d{2})(?:[.,](?<fraction>\d{1,9}))?)?(?<zone>[Zz]|[+\u2212-]\d{2}:?\d{2})?)?$/;
/** What Loki's nanoseconds can hold ends in the year 2262. */
const LATEST_MS = Date.UTC(2262, 0, 1);

/** Epoch microseconds of a field, `null` when it is no time, which is then said. */
function microseconds(fields: Fields, key: string): number | null {
  if (!fields.require(key)) return null;
  const text = asString(fields.get(key));
  const time = text === null ? null : epochMicroseconds(text);
  if (time === null) {
    fields.fault(
      key,
      text === null ? "datetime_type" : "datetime_from_date_parsing",
      "Input should be a valid datetime in ISO 8601, such as 2026-11-24T06:00:00Z",
    );
    return null;
  }
  if (time < 0 || time > LATEST_MS * 1000) {
    fields.fault(key, "value_error", "Value error, the year must be from 1970 to 2261");
    return null;
  }
  return time;
}

function epochMicroseconds(text: string): number | null {
  const parts = ISO_TIME.exec(text)?.groups;
  if (parts === undefined) return null;
  const { date, time = "00:00", second = "00", fraction = "", zone = "Z" } = parts;
  const local = `${date}T${time}:${second}.000Z`;
  const ms = Date.parse(local);
  // A day that its month does not have becomes one of the next.
  if (Number.isNaN(ms) || isoTime(ms) !== local) return null;
  const [, sign, hours, minutes] = /^(.)(\d{2}):?(\d{2})$/.exec(zone) ?? ["", "+", "0", "0"];
  if (Number(hours) > 23 || Number(minutes) > 59) return null;
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === "+" ? 1 : -1);
  return (ms - offsetMs) * 1000 + Number(fraction.padEnd(6, "0").slice(0, 6));
}

const SEVERITIES: readonly SeverityFilter[] = ["info", "error", "all"];

function logFilters(fields: Fields): LogFilters {
  const severity = fields.get("severity") || "all";
  if (!SEVERITIES.some((known) => known === severity)) {
    fields.fault("severity", "literal_error", "Input should be 'info', 'error' or 'all'");
  }
  const pod = text(fields, "pod");
  const fault = pod.pod === undefined ? null : patternFault(pod.pod);
  if (fault !== null) {
    fields.fault("pod", "value_error", `Value error, not a regular expression of RE2: ${fault}`);
  }
  return {
    ...text(fields, "namespace"),
    ...pod,
    ...text(fields, "container"),
    ...text(fields, "node"),
    severity: severity as SeverityFilter,
    ...text(fields, "log_filter"),
  };
}

/** The field alone in an object, or an empty one when it is not given. */
function text<K extends string>(fields: Fields, key: K): Partial<Record<K, string>> {
  const value = fields.get(key);
  if (value === null || value === "") return {};
  if (asString(value) === null) {
    fields.fault(key, "string_type", "Input should be a valid string");
    return {};
  }
  return { [key]: value } as Record<K, string>;
}

function lineLimit(fields: Fields, { defaultLimit, maxLimit }: RequestLimits): number {
  const given = fields.get("limit");
  if (given === null) return defaultLimit;
  const isText = typeof given === "string";
  const limit = isText && /^\s*[+-]?\d+(\.0+)?\s*$/.test(given) ? Number(given) : given;
  if (typeof limit !== "number") {
    const msg = "Input should be a valid integer";
    if (isText) {
      fields.fault("limit", "int_parsing", `${msg}, unable to parse string as an integer`);
    } else fields.fault("limit", "int_type", msg);
    return defaultLimit;
  }
  if (!Number.isInteger(limit)) {
    const msg = "Input should be a valid integer, got a number with a fractional part";
    fields.fault("limit", "int_from_float", msg);
  } else if (limit < 1) {
    const msg = "Input should be greater than or equal to 1";
    fields.fault("limit", "greater_than_equal", msg);
  } else if (limit > maxLimit) {
    const msg = `Input should be less than or equal to ${maxLimit}`;
    fields.fault("limit", "less_than_equal", msg);
  }
  return limit;
}
