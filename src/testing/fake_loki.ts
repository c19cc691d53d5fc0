// A Loki on loopback for tests: takes log entries, answers `query_range` by evaluating the LogQL it is
// sent, and fails on demand as Loki and the proxies before it do.

import { RE2JS } from "re2js";
import { messageOf } from "../errors.ts";
import { type FakeRequest, type FakeStep, startFakeServer, status } from "./fake_server.ts";
import { type LineFilter, type LogQuery, type Matcher, parseLogQuery } from "./logql_query.ts";

export interface FakeLogEntry {
  /** Epoch nanoseconds. */
  readonly ns: bigint;
  readonly labels: Readonly<Record<string, string>>;
  readonly line: string;
  /** Structured metadata: the third element of a value. */
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface FakeLokiOptions {
  /** What becomes of the query of an index, the first being 0, instead of a good answer. */
  readonly fault?: (index: number) => FakeStep | undefined;
  /** Demands this tenant, as a Loki with `auth_enabled` does. */
  readonly tenant?: string;
  /** Answers of `/ready`; ready when not given. */
  readonly ready?: FakeStep;
}

export interface FakeLoki extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Every request in the order of its arrival. */
  readonly requests: readonly FakeRequest[];
  /** The parameters of every `query_range`, in order. */
  readonly queries: readonly URLSearchParams[];
}

/** The ways in which Loki fails, as it and its proxies say it. */
export const LOKI_FAULTS = {
  parse_error: text(400, "parse error at line 1, col 12: syntax error: unexpected IDENTIFIER"),
  rate_limited: text(429, "too many outstanding requests"),
  server_error: text(500, "rpc error: code = Canceled desc = context canceled"),
  bad_gateway: status(502, "<html>\n<h1>502 Bad Gateway</h1>", { "content-type": "text/html" }),
  unavailable: status(503, { code: 503, status: "error", message: "empty ring" }),
  not_ready: text(503, "Ingester not ready: waiting for 15s after being ready\n"),
  login_page: status(200, "<!doctype html>\n<title>Log in", { "content-type": "text/html" }),
  empty_body: status(200),
  error_in_200: status(200, { status: "error", errorType: "timeout", error: "query timed out" }),
  matrix: status(200, {
    status: "success",
    data: { resultType: "matrix", result: [{ metric: {}, values: [[1, "2"]] }] },
  }),
  no_stream: streams([{ values: [["1", "x"]] }]),
  number_as_time: streams([{ stream: {}, values: [[1, "x"]] }]),
  time_in_words: streams([{ stream: {}, values: [["now", "x"]] }]),
  no_line: streams([{ stream: {}, values: [["1"]] }]),
  hang: { kind: "hang" },
  cut_off: { kind: "cut_off" },
  close: { kind: "close" },
} as const satisfies Readonly<Record<string, FakeStep>>;

/** Starts it on a free port; `await using` ends it. Entries may come in any order. */
export function startFakeLoki(
  entries: readonly FakeLogEntry[],
  { fault = () => undefined, tenant, ready = text(200, "ready\n") }: FakeLokiOptions = {},
): FakeLoki {
  const queries: URLSearchParams[] = [];

  function side(request: FakeRequest): FakeStep | undefined {
    const { pathname, searchParams } = new URL(request.path, "http://loki");
    if (pathname === "/ready") return ready;
    if (pathname !== "/loki/api/v1/query_range") return text(404, "404 page not found");
    const index = queries.push(searchParams) - 1;
    if (tenant !== undefined && request.headers.get("x-scope-orgid") !== tenant) {
      return text(401, "no org id");
    }
    return fault(index) ?? answer(entries, searchParams);
  }

  const server = startFakeServer([], { side });
  return {
    url: server.url,
    requests: server.sideRequests,
    queries,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function text(code: number, body: string): FakeStep {
  return status(code, body, { "content-type": "text/plain; charset=utf-8" });
}

/** A good answer with the streams as they are given. */
export function streams(result: readonly unknown[]): FakeStep {
  return status(200, { status: "success", data: { resultType: "streams", result, stats: {} } });
}

function answer(entries: readonly FakeLogEntry[], parameters: URLSearchParams): FakeStep {
  const [start, end] = ["start", "end"].map((name) => BigInt(parameters.get(name) ?? 0));
  const limit = Number(parameters.get("limit") ?? 100);
  if (start! >= end!) {
    return text(400, "end timestamp must not be before or equal to start time");
  }
  if (limit > 5000) {
    return text(400, `max entries limit per query exceeded, limit > max_entries_limit_per_query`);
  }
  let chosen: FakeLogEntry[];
  try {
    const matches = evaluator(parseLogQuery(parameters.get("query") ?? ""));
    chosen = entries.filter((entry) => entry.ns >= start! && entry.ns < end! && matches(entry));
  } catch (error) {
    return text(400, messageOf(error));
  }
  const byTime = chosen.toSorted((a, b) => a.ns < b.ns ? -1 : a.ns > b.ns ? 1 : 0);
  const backward = parameters.get("direction") !== "forward";
  const listed = (backward ? byTime.toReversed() : byTime).slice(0, limit);
  const groups = Map.groupBy(listed, ({ labels }) => JSON.stringify(Object.entries(labels).sort()));
  return streams(
    [...groups].sort(([a], [b]) => a < b ? -1 : 1).map(([, group]) => ({
      stream: group[0]!.labels,
      values: group.map((
        { ns, line, metadata },
      ) => [String(ns), line, ...metadata ? [metadata] : []]),
    })),
  );
}

/** @throws {SyntaxError} in Loki's words, for what it would not run */
function evaluator({ matchers, lineFilters }: LogQuery): (entry: FakeLogEntry) => boolean {
  const tests = matchers.map(matcherTest);
  if (tests.every((test) => test(""))) {
    throw new SyntaxError(
      "parse error : queries require at least one regexp or equality matcher that does not have " +
        'an empty-compatible value. For instance, app=~".*" does not meet this requirement, but ' +
        'app=~".+" will',
    );
  }
  const lines = lineFilters.map(lineTest);
  return ({ labels, line }) =>
    matchers.every(({ label }, i) => tests[i]!(labels[label] ?? "")) &&
    lines.every((test) => test(line));
}

function matcherTest({ operator, value }: Matcher): (label: string) => boolean {
  if (operator === "=" || operator === "!=") {
    return (label) => (label === value) === (operator === "=");
  }
  const pattern = compile(`^(?s:${value})$`);
  return (label) => pattern.matches(label) === (operator === "=~");
}

function lineTest({ operator, value }: LineFilter): (line: string) => boolean {
  if (operator === "|=" || operator === "!=") {
    return (line) => line.includes(value) === (operator === "|=");
  }
  const pattern = compile(value);
  return (line) => pattern.matcher(line).find() === (operator === "|~");
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    throw new SyntaxError(`parse error : ${messageOf(error)}`);
  }
}
