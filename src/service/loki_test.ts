// `lokiClient` against a Loki on loopback that answers well, badly or not at all.

import assert from "node:assert/strict";
import { systemClock } from "../analyzer/retry.ts";
import { UsageError } from "../errors.ts";
import {
  type FakeLogEntry,
  type FakeLokiOptions,
  LOKI_FAULTS,
  startFakeLoki,
  streams,
} from "../testing/fake_loki.ts";
import { type FakeStep, status } from "../testing/fake_server.ts";
import { scriptedClock } from "../testing/scripted_clock.ts";
import type { LogFilters } from "./logql.ts";
import { lokiClient, LokiError, type LokiErrorKind, type LokiOptions } from "./loki.ts";

const T0 = Date.UTC(2026, 10, 24, 6, 0, 0);
const ALL: LogFilters = { severity: "all" };
const WINDOW = { filters: ALL, start: T0, end: T0 + 60_000, limit: 15 };
const PASSWORD = "geheim%21";

function entry(
  afterNs: number,
  line: string,
  labels: Readonly<Record<string, string>> = {},
): FakeLogEntry {
  return {
    ns: BigInt(T0) * 1_000_000n + BigInt(afterNs),
    line,
    labels: { namespace: "llm", pod: "llama-0", container: "llama", node: "n1", ...labels },
  };
}

function client(url: string, options: Partial<LokiOptions> = {}) {
  return lokiClient({ url, timeoutMs: 5000, retries: 0, clock: scriptedClock(), ...options });
}

const signal = new AbortController().signal;

async function failure(promise: Promise<unknown>): Promise<LokiError> {
  const error = await promise.then(() => assert.fail("no error"), (error: unknown) => error);
  assert.ok(error instanceof LokiError, String(error));
  assert.doesNotMatch(`${error.message} ${error.hint}`, /geheim/, "an error shows no password");
  return error;
}

Deno.test("query() asks for the window in nanoseconds, newest first", async () => {
  await using loki = startFakeLoki([]);
  assert.deepEqual(await client(`${loki.url}/`).query(WINDOW, { signal }), []);
  assert.equal(loki.requests[0]!.method, "GET");
  assert.deepEqual(Object.fromEntries(loki.queries[0]!), {
    query: '{container!="loki", namespace=~".+"}',
    start: "1795500000000000000",
    end: "1795500060000000000",
    limit: "15",
    direction: "backward",
  });
});

Deno.test("query() gives the newest entries of the window, oldest first", async () => {
  await using loki = startFakeLoki([
    entry(59_999_999_999, "newest"),
    entry(-1, "before the window"),
    entry(60_000_000_000, "after the window"),
    entry(0, "first of the window"),
    entry(2_000_001, "same millisecond, later", { pod: "llama-1" }),
    entry(2_000_000, "same millisecond"),
    entry(3_000_000, "same nanosecond, first"),
    entry(3_000_000, "same nanosecond, second"),
    entry(4_000_000, "Loki's own", { container: "loki" }),
  ]);
  const messages = async (limit: number) =>
    (await client(loki.url).query({ ...WINDOW, limit }, { signal })).map((e) => e.message);
  const inOrder = [
    "first of the window",
    "same millisecond",
    "same millisecond, later",
    "same nanosecond, first",
    "same nanosecond, second",
    "newest",
  ];
  assert.deepEqual(await messages(15), inOrder);
  assert.deepEqual(await messages(2), inOrder.slice(-2));
  assert.deepEqual(await messages(1), ["newest"]);
});

Deno.test("query() gives labels and milliseconds, `unknown` for what Loki does not know", async () => {
  const stream = { app: "x", node_name: "n2", namespace: "" };
  const [first, second] = [
    { stream, values: [["1795500000123999999", "a\n\u001b[0m🔥", { trace_id: "1" }]] },
    { stream: { ...entry(0, "").labels, node_name: "n2" }, values: [["1795500001000000000", ""]] },
  ];
  await using loki = startFakeLoki([], { fault: () => streams([second, first]) });
  assert.deepEqual(await client(loki.url).query(WINDOW, { signal }), [
    {
      timestamp: T0 + 123,
      namespace: "unknown",
      pod: "unknown",
      container: "unknown",
      node: "n2",
      message: "a\n\u001b[0m🔥",
    },
    {
      timestamp: T0 + 1000,
      namespace: "llm",
      pod: "llama-0",
      container: "llama",
      node: "n1",
      message: "",
    },
  ]);
});

Deno.test("query() takes no more than the limit, though Loki gives more", async () => {
  const values = [["3", "c"], ["2", "b"], ["1", "a"]];
  await using loki = startFakeLoki([], { fault: () => streams([{ stream: {}, values }]) });
  const entries = await client(loki.url).query({ ...WINDOW, limit: 2 }, { signal });
  assert.deepEqual(entries.map(({ message }) => message), ["b", "c"]);
});

const FILTERED: readonly (readonly [filters: Partial<LogFilters>, lines: readonly string[]])[] = [
  [{}, ["a", "b Error", "c INFO", "d (a+b)", "a&b+c=%d"]],
  [{ namespace: "llm" }, ["a", "b Error"]],
  [{ namespace: 'llm"} or {namespace="web' }, []],
  [{ namespace: '"}\n`🔥\\&+%22' }, ["a&b+c=%d"]],
  [{ namespace: '"}\n`🔥\\&+%22', log_filter: "A&B+C=%D" }, ["a&b+c=%d"]],
  [{ pod: "llama-[01]" }, ["a", "b Error"]],
  [{ pod: "llama" }, []],
  [{ pod: ".*-0" }, ["a", "c INFO"]],
  [{ container: "nginx" }, ["c INFO", "d (a+b)"]],
  [{ container: "loki" }, []],
  [{ node: "n2" }, ["b Error"]],
  [{ severity: "error" }, ["b Error"]],
  [{ severity: "info" }, ["c INFO"]],
  [{ log_filter: "(A+B)" }, ["d (a+b)"]],
  [{ log_filter: ".*" }, []],
];
Deno.test("query() lets through what the filters say", async () => {
  await using loki = startFakeLoki([
    entry(1, "a"),
    entry(2, "b Error", { pod: "llama-1", node: "n2" }),
    entry(3, "c INFO", { namespace: "web", pod: "nginx-0", container: "nginx" }),
    entry(4, "d (a+b)", { namespace: "web", pod: "nginx-1", container: "nginx" }),
    entry(5, "e error", { container: "loki" }),
    entry(6, "a&b+c=%d", { namespace: '"}\n`🔥\\&+%22', pod: "x", container: "x", node: "x" }),
  ]);
  for (const [filters, lines] of FILTERED) {
    const query = { ...WINDOW, filters: { ...ALL, ...filters } };
    const entries = await client(loki.url).query(query, { signal });
    assert.deepEqual(entries.map(({ message }) => message), lines, JSON.stringify(filters));
  }
});

const FAILURES: readonly (readonly [
  fault: FakeStep,
  kind: LokiErrorKind,
  status: number | null,
  message: string,
])[] = [
  [
    LOKI_FAULTS.parse_error,
    "rejected",
    400,
    "it refused the request with 400: parse error at line 1, col 12: syntax error: unexpected IDENTIFIER",
  ],
  [LOKI_FAULTS.rate_limited, "rate_limited", 429, "it answered 429: too many outstanding requests"],
  [
    LOKI_FAULTS.server_error,
    "server_error",
    500,
    "it answered 500: rpc error: code = Canceled desc = context canceled",
  ],
  [
    LOKI_FAULTS.bad_gateway,
    "server_error",
    502,
    "it answered 502: <html> <h1>502 Bad Gateway</h1>",
  ],
  [LOKI_FAULTS.unavailable, "server_error", 503, "it answered 503: empty ring"],
  [
    status(403, { message: "no user reader with password geheim!" }),
    "rejected",
    403,
    "it refused the request with 403: no user reader with password …",
  ],
  [status(404), "rejected", 404, "it refused the request with 404"],
  [
    LOKI_FAULTS.login_page,
    "bad_response",
    200,
    "the answer is no JSON: <!doctype html> <title>Log in",
  ],
  [LOKI_FAULTS.empty_body, "bad_response", 200, "the answer is no JSON: it is empty"],
  [
    LOKI_FAULTS.error_in_200,
    "bad_response",
    200,
    "it answered without logs: query timed out",
  ],
  [
    LOKI_FAULTS.matrix,
    "bad_response",
    200,
    'the answer is no list of log streams: data.resultType is "matrix"',
  ],
  [
    LOKI_FAULTS.no_stream,
    "bad_response",
    200,
    "the answer is no list of log streams: data.result.0.stream is missing",
  ],
  [
    LOKI_FAULTS.number_as_time,
    "bad_response",
    200,
    "the answer is no list of log streams: data.result.0.values.0.0 is 1",
  ],
  [
    LOKI_FAULTS.time_in_words,
    "bad_response",
    200,
    'the answer is no list of log streams: data.result.0.values.0.0 is "now"',
  ],
  [
    LOKI_FAULTS.no_line,
    "bad_response",
    200,
    "the answer is no list of log streams: data.result.0.values.0.1 is missing",
  ],
  [status(200, "null"), "bad_response", 200, "the answer is no list of log streams: it is null"],
  [LOKI_FAULTS.cut_off, "bad_response", 200, "the answer broke off"],
  [LOKI_FAULTS.close, "unreachable", null, "connection closed without an answer"],
];
for (const [fault, kind, code, message] of FAILURES) {
  Deno.test(`query() says: ${message}`, async () => {
    await using loki = startFakeLoki([], { fault: () => fault });
    const url = loki.url.replace("//", `//reader:${PASSWORD}@`);
    const error = await failure(client(url).query(WINDOW, { signal }));
    assert.equal(error.message, `Cannot read logs from Loki at ${loki.url}: ${message}`);
    assert.deepEqual([error.kind, error.status], [kind, code]);
  });
}

const REDIRECTS: readonly (readonly [status: number, location: string, where: string])[] = [
  [302, "http://user:pw@elsewhere:9/login?next=1", "http://elsewhere:9/login"],
  [307, "https://gw/logs/", "https://gw/logs/"],
  [308, "/other", "http://loki/other"],
  [301, "http://[", "nowhere"],
];
for (const [status, location, where] of REDIRECTS) {
  Deno.test(`query() follows no redirect with ${status} to ${location}`, async () => {
    const asked: string[] = [];
    const fetch = (url: unknown, init?: RequestInit) => {
      asked.push(String(url));
      assert.equal(init?.redirect, "manual");
      return Promise.resolve(new Response("moved", { status, headers: { location } }));
    };
    const error = await failure(client("http://loki", { fetch }).query(WINDOW, { signal }));
    assert.equal(
      error.message,
      `Cannot read logs from Loki at http://loki: it answered ${status}, which leads to ${where}`,
    );
    assert.deepEqual([error.kind, error.status, error.retriable], ["bad_response", status, false]);
    assert.equal(asked.length, 1);
  });
}

Deno.test("over a socket a redirect is not followed either", async () => {
  await using other = startFakeLoki([entry(0, "there")]);
  const redirecting = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response(null, { status: 302, headers: { location: `${other.url}/ready` } }),
  );
  const url = `http://127.0.0.1:${redirecting.addr.port}`;
  const error = await failure(client(url).query(WINDOW, { signal }));
  assert.match(error.message, / it answered 302, which leads to http:.*\/ready$/);
  assert.equal(other.queries.length, 0);
  await redirecting.shutdown();
});

Deno.test("query() says when nothing listens", async () => {
  const loki = startFakeLoki([]);
  await loki[Symbol.asyncDispose]();
  const error = await failure(client(loki.url).query(WINDOW, { signal }));
  assert.equal(error.kind, "unreachable");
  assert.match(error.message, /: connection refused$/);
});

Deno.test("query() ends at the time limit and when the caller leaves", async () => {
  await using loki = startFakeLoki([], { fault: () => LOKI_FAULTS.hang });
  const clock = systemClock();
  const slow = await failure(
    client(loki.url, { timeoutMs: 20, retries: 3, clock }).query(WINDOW, { signal }),
  );
  assert.deepEqual([slow.kind, slow.status], ["timeout", null]);
  assert.match(slow.message, /: no answer within 0\.02 s$/);
  assert.equal(loki.queries.length, 1, "a query that takes too long is not sent again");

  const left = new Error("left");
  const controller = new AbortController();
  const asked = client(loki.url).query(WINDOW, { signal: controller.signal });
  controller.abort(left);
  await assert.rejects(asked, left);
});

Deno.test("query() stops reading a body that does not end", async () => {
  const chunk = new Uint8Array(1024 * 1024).fill(32);
  let pulled = 0;
  let cancelled = false;
  const body = () =>
    new ReadableStream({
      pull: (controller) => {
        pulled++;
        controller.enqueue(chunk);
      },
      cancel: () => {
        cancelled = true;
      },
    });
  const fetch = () => Promise.resolve(new Response(body()));
  const error = await failure(client("http://loki", { fetch }).query(WINDOW, { signal }));
  assert.match(error.message, /: the answer is longer than 32 MB$/);
  assert.ok(cancelled && pulled < 40);
});

const AGAIN: readonly (readonly [name: keyof typeof LOKI_FAULTS, queries: number])[] = [
  ["rate_limited", 3],
  ["server_error", 3],
  ["bad_gateway", 3],
  ["unavailable", 3],
  ["parse_error", 1],
  ["login_page", 1],
];
for (const [name, queries] of AGAIN) {
  Deno.test(`query() after ${name}: ${queries === 1 ? "no other" : "another"} attempt`, async () => {
    const fault: FakeLokiOptions["fault"] = (index) => index < 2 ? LOKI_FAULTS[name] : undefined;
    await using loki = startFakeLoki([entry(0, "there")], { fault });
    const clock = scriptedClock(0.5);
    const asked = client(loki.url, { retries: 2, clock }).query(WINDOW, { signal });
    if (queries === 1) await failure(asked);
    else assert.equal((await asked).length, 1);
    assert.equal(loki.queries.length, queries);
    assert.deepEqual(clock.waits, queries === 1 ? [] : [250, 500]);
  });
}

Deno.test("user, password and tenant go in headers, the path of a gateway is kept", async () => {
  const requests: { url: string; headers: Headers }[] = [];
  const fetch = (url: unknown, init?: RequestInit) => {
    requests.push({ url: String(url), headers: new Headers(init?.headers) });
    return Promise.resolve(new Response("ready"));
  };
  await client("https://reader:geheim%21@gw/logs/?x=1#y", { fetch, tenant: "team-a" })
    .ready({ signal });
  await client("http://loki:3100", { fetch }).ready({ signal });
  assert.equal(requests[0]!.url, "https://gw/logs/ready");
  assert.equal(requests[0]!.headers.get("authorization"), `Basic ${btoa("reader:geheim!")}`);
  assert.equal(requests[0]!.headers.get("x-scope-orgid"), "team-a");
  assert.equal(requests[1]!.headers.get("authorization"), null);
  assert.equal(requests[1]!.headers.get("x-scope-orgid"), null);
});

Deno.test("a Loki of several tenants wants one to be named", async () => {
  await using loki = startFakeLoki([entry(0, "there")], { tenant: "team-a" });
  const error = await failure(client(loki.url).query(WINDOW, { signal }));
  assert.match(error.message, /: it refused the request with 401: no org id$/);
  assert.match(error.hint!, /LOG_ANALYZER_LOKI_TENANT/);
  assert.equal((await client(loki.url, { tenant: "team-a" }).query(WINDOW, { signal })).length, 1);
});

Deno.test("ready() is one attempt", async () => {
  await using ready = startFakeLoki([]);
  await client(ready.url).ready({ signal });
  await using starting = startFakeLoki([], { ready: LOKI_FAULTS.not_ready });
  const error = await failure(client(starting.url, { retries: 3 }).ready({ signal }));
  assert.match(error.message, /: it answered 503: Ingester not ready: waiting for 15s/);
  assert.equal(starting.requests.length, 1);
});

for (const url of ["loki:3100", "ftp://loki", "", "http://"]) {
  Deno.test(`lokiClient() refuses the address "${url}"`, () => {
    assert.throws(() => client(url), UsageError);
  });
}

Deno.test("lokiClient() refuses a tenant that is no header", () => {
  assert.throws(() => client("http://loki", { tenant: "a\nb" }), UsageError);
});

Deno.test("lokiClient() shows no password of an address it refuses", () => {
  assert.throws(() => client("ftp://reader:geheim%21@loki"), (error: Error) => {
    return error instanceof UsageError && !error.message.includes("geheim");
  });
});
