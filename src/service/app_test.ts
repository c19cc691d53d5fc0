// The service over real sockets: every status, the shape of every answer, what it logs and counts.

import assert from "node:assert/strict";
import { LogAnalyzer } from "../analyzer/analyzer.ts";
import { taxonomyVariables } from "../dataset/taxonomy.ts";
import { startFakeLoki } from "../testing/fake_loki.ts";
import { type FakeStep, FAULTS, startFakeServer, status } from "../testing/fake_server.ts";
import {
  ANSWER,
  BODY,
  ENTRY,
  failingLoki,
  lokiOf,
  startService,
  storedOf,
  TAXONOMY,
  TEMPLATE,
  type TestServiceOptions,
  WINDOW,
} from "../testing/service_fixtures.ts";
import { LokiError } from "./loki.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";

const OK: FakeStep = {
  kind: "answer",
  text: ANSWER,
  usage: { prompt_tokens: 120, completion_tokens: 20 },
};

Deno.test("analyze answers with the model's text, its reading, the logs and the prompt", async () => {
  await using model = startFakeServer([OK]);
  await using service = startService({ llmUrl: model.url });
  const response = await service.post(BODY);
  const { prompt, ...answer } = await response.json();
  assert.equal(response.status, 200);
  assert.deepEqual(answer, {
    log_count: 1,
    analysis: ANSWER,
    logs: [{
      time: "2026-01-09T14:00:00.250Z",
      source: "llm/llama-server",
      pod: "llama-server-0",
      node: "node-1",
      message: ENTRY.message,
    }],
    logs_left_out: 0,
    outcome: "scored",
    finish_reason: "stop",
    result: {
      root_cause: "oom_killed",
      severity: "critical",
      component: null,
      summary: "Pod killed.",
      action_needed: null,
    },
  });
  const analyzer = new LogAnalyzer({
    llmUrl: "http://localhost",
    modelName: "fake-1b",
    promptTemplate: TEMPLATE,
  });
  const context = { ...taxonomyVariables(TAXONOMY), namespace: "llm", time_range: WINDOW };
  const { messages } = model.requests[0]!.body as { messages: unknown };
  assert.deepEqual(messages, analyzer.buildPrompt([ENTRY], context));
  assert.deepEqual(Object.keys(prompt), ["id", "template_hash", "rendered_hash"]);
  assert.equal(prompt.id, "test_prompt");
});

Deno.test("an answer that cannot be read is an answer, with no result", async () => {
  await using model = startFakeServer(["I have no idea."]);
  await using service = startService({ llmUrl: model.url });
  const { analysis, outcome, result } = await (await service.post(BODY)).json();
  assert.deepEqual({ analysis, outcome, result }, {
    analysis: "I have no idea.",
    outcome: "unparseable",
    result: null,
  });
});

Deno.test("without a namespace in the filters the prompt names those of the logs", async () => {
  await using model = startFakeServer([OK]);
  const entries = [ENTRY, { ...ENTRY, namespace: "db" }, ENTRY];
  await using service = startService({ llmUrl: model.url, loki: lokiOf(entries) });
  await (await service.post({ time_range: WINDOW })).body?.cancel();
  assert.match(JSON.stringify(model.requests[0]!.body), /db, llm from 2026/);
});

Deno.test("a long line is cut, with a mark, in the prompt and in the answer", async () => {
  await using model = startFakeServer([OK]);
  const message = `${"x".repeat(99)}🔥 and more`;
  const loki = lokiOf([{ ...ENTRY, message }]);
  const env = { MAX_LOG_CHARS: "100" };
  await using service = startService({ llmUrl: model.url, loki, env });
  const { logs } = await (await service.post(BODY)).json();
  const cut = `${"x".repeat(99)}… [cut: 110 characters]`;
  assert.equal(logs[0].message, cut);
  assert.ok(JSON.stringify(model.requests[0]!.body).includes(cut));
});

Deno.test("the newest lines that the filters let through, oldest first", async () => {
  const line = (minute: number, message: string, container = "llama-server") => ({
    ...ENTRY,
    container,
    timestamp: ENTRY.timestamp + minute * 60_000,
    message,
  });
  await using loki = startFakeLoki(storedOf([
    line(3, "error: third"),
    line(1, "error: first"),
    line(2, "error: second", "sidecar"),
    line(4, "error: of Loki itself", "loki"),
    line(5, "all is well"),
    line(600, "error: after the window"),
  ]));
  await using model = startFakeServer([OK]);
  await using service = startService({ llmUrl: model.url, lokiUrl: loki.url });
  const body = { time_range: WINDOW, filters: { namespace: "llm", severity: "error" }, limit: 2 };
  const { log_count, logs } = await (await service.post(body)).json();
  assert.equal(log_count, 2);
  assert.deepEqual(logs.map((log: Record<string, string>) => [log["source"], log["message"]]), [
    ["llm/sidecar", "error: second"],
    ["llm/llama-server", "error: third"],
  ]);
});

interface Refusal extends TestServiceOptions {
  readonly name: string;
  readonly body?: unknown;
  /** Of the model, for each attempt. */
  readonly model?: FakeStep;
  readonly status: number;
  readonly detail: RegExp;
  /** Seconds, as the header says them. */
  readonly retryAfter?: string;
  /** Whether a stream has begun by then, and ends with the status in its last line. */
  readonly afterHead?: boolean;
}

/** An address at which nobody listens. */
function closedPort(): string {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return `http://127.0.0.1:${listener.addr.port}`;
}

const lokiFails = (kind: LokiError["kind"], message: string) =>
  failingLoki(new LokiError(kind, message, { cause: new Error("tcp") }));

const REFUSALS: readonly Refusal[] = [
  { name: "no logs", loki: lokiOf([]), status: 404, detail: /^"No logs found/ },
  { name: "an empty body", body: "", status: 422, detail: /^\[\{"loc":\["body"\],.*"missing"/ },
  {
    name: "a body without fields",
    body: {},
    status: 422,
    detail: /^\[\{"loc":\["body","time_range"\]/,
  },
  {
    name: "a limit that is too high",
    body: { ...BODY, limit: 201 },
    status: 422,
    detail: /"limit"/,
  },
  { name: "no JSON", body: "{", status: 422, detail: /"JSON decode error","type":"json_invalid"/ },
  {
    name: "a body that is too large",
    body: `{"a": "${"x".repeat(70_000)}"}`,
    status: 413,
    detail: /^"Cannot take this body: it has more than 65536 bytes"/,
  },
  {
    name: "Loki is away",
    loki: lokiFails("unreachable", "Cannot read logs from Loki: connection refused"),
    status: 502,
    detail: /^"Cannot read logs from Loki: connection refused"/,
  },
  {
    name: "Loki refuses the query",
    loki: lokiFails("rejected", "parse error"),
    status: 502,
    detail: /parse error/,
  },
  {
    name: "Loki is late",
    loki: lokiFails("timeout", "Cannot read logs from Loki: no answer within 20 s"),
    status: 504,
    detail: /^"Cannot read logs from Loki: no answer within 20 s"/,
  },
  {
    name: "Loki is later than the deadline",
    loki: { ...lokiOf([]), query: (_, { signal }) => untilAborted(signal) },
    env: { DEADLINE_S: "0.05" },
    status: 504,
    detail: /^"Cannot answer within 0.05 s: it waited for Loki"/,
  },
  {
    name: "the model is away",
    llmUrl: closedPort(),
    status: 502,
    detail: /^"Cannot ask the model: connection refused"/,
    afterHead: true,
  },
  {
    name: "the model fails",
    model: FAULTS.server_error,
    status: 502,
    detail: /^"Cannot ask the model: the server answered 500: Boom"/,
    afterHead: true,
  },
  {
    name: "the model is rate limited",
    model: FAULTS.rate_limited,
    status: 503,
    detail: /^"Cannot ask the model: rate limited: Slow down/,
    retryAfter: "7",
    afterHead: true,
  },
  {
    name: "the model is rate limited and does not say for how long",
    model: status(429, { error: { message: "Slow down" } }),
    status: 503,
    detail: /rate limited: Slow down/,
    retryAfter: "5",
    afterHead: true,
  },
  {
    name: "the prompt is longer than the context",
    model: FAULTS.context,
    status: 502,
    detail: /the prompt has 5000 tokens, the server's context only 2048/,
    afterHead: true,
  },
  {
    name: "the model answers no completion",
    model: FAULTS.not_json,
    status: 502,
    detail: /no chat completion/,
    afterHead: true,
  },
  {
    name: "the model breaks off",
    model: FAULTS.cut_off,
    status: 502,
    detail: /broke off/,
    afterHead: true,
  },
  {
    name: "the model is late",
    model: FAULTS.hang,
    env: { LLM_TIMEOUT_S: "0.02" },
    status: 504,
    detail: /^"Cannot ask the model: no answer within 0.02 s"/,
    afterHead: true,
  },
  {
    name: "the model is later than the deadline",
    model: FAULTS.hang,
    env: { DEADLINE_S: "0.05" },
    status: 504,
    detail: /^"Cannot answer within 0.05 s: it waited for the model"/,
    afterHead: true,
  },
  {
    name: "a bug",
    loki: failingLoki(new RangeError("secret detail")),
    status: 500,
    detail: /^"Internal Server Error"$/,
  },
];

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

for (const { name, body = BODY, model, detail, afterHead, ...row } of REFUSALS) {
  Deno.test(`${name}: ${row.status}`, async () => {
    const { status: expected, retryAfter = null, ...options } = row;
    await using server = startFakeServer(() => model ?? OK);
    await using service = startService({ llmUrl: server.url, ...options });
    const response = await service.post(body);
    assert.equal(response.status, expected);
    assert.equal(response.headers.get("retry-after"), retryAfter);
    assert.match(JSON.stringify((await response.json()).detail), detail);

    const streamed = await service.post(body, { stream: true });
    if (afterHead) {
      assert.equal(streamed.status, 200);
      const last = (await streamed.text()).trimEnd().split("\n").at(-1)!;
      assert.match(last, new RegExp(`^\\[error ${expected}\\] `));
      assert.match(JSON.stringify(last.slice(12)), detail);
    } else {
      assert.equal(streamed.status, expected);
      assert.match(JSON.stringify((await streamed.json()).detail), detail);
    }

    await service.service.drain();
    for (const line of service.lines) {
      assert.equal(line["status"], expected);
      assert.equal(
        line["level"],
        expected === 404 ? "info" : expected < 500 || expected === 503 ? "warning" : "error",
      );
    }
    assert.equal(service.lines.length, 2);
    await server.idle();
  });
}

interface Rude {
  readonly name: string;
  readonly sends: string;
  /** Of the answer; `null` when the client leaves without one. */
  readonly answer: RegExp | null;
  /** As it is logged. */
  readonly logged: readonly number[];
}

const HEAD = "POST /v1/analyze HTTP/1.1\r\nHost: localhost\r\n";

const RUDE: readonly Rude[] = [
  {
    name: "promises a large body and sends none",
    sends: `${HEAD}Content-Length: 900000\r\n\r\n`,
    answer: /^HTTP\/1.1 413 /,
    logged: [413],
  },
  {
    name: "sends chunks without end",
    sends: `${HEAD}Transfer-Encoding: chunked\r\n\r\n` +
      `ffff\r\n${"x".repeat(65_535)}\r\n`.repeat(2),
    answer: /^HTTP\/1.1 413 /,
    logged: [413],
  },
  {
    name: "sends half a body and waits",
    sends: `${HEAD}Content-Length: 90\r\n\r\n{`,
    answer: /^HTTP\/1.1 408 /,
    logged: [408],
  },
  {
    name: "sends half a body and leaves",
    sends: `${HEAD}Content-Length: 90\r\n\r\n{`,
    answer: null,
    // Whichever is seen first: that the body broke off, or that its client left.
    logged: [400, 499],
  },
  ...['a b"c', "a:999999", "[::1"].map((host) => ({
    name: `says that it is at ${host}`,
    sends: `GET /health HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
    answer: /^HTTP\/1.1 400 [^]*"Cannot read the request's address: its Host header is no host"/,
    logged: [400],
  })),
];

for (const { name, sends, answer, logged } of RUDE) {
  Deno.test(`a client that ${name}: ${logged.join(" or ")}`, async () => {
    await using service = startService({ env: { DEADLINE_S: answer === null ? "10" : "0.05" } });
    const { port } = new URL(service.url);
    const conn = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
    await conn.write(new TextEncoder().encode(sends));
    if (answer !== null) {
      const bytes = new Uint8Array(4096);
      const count = await conn.read(bytes) ?? 0;
      assert.match(new TextDecoder().decode(bytes.subarray(0, count)), answer);
    }
    conn.close();
    while (service.lines.length === 0) {
      await (await fetch(`${service.url}/health`)).body?.cancel();
    }
    assert.equal(service.lines.length, 1);
    const [line] = service.lines;
    assert.ok(logged.includes(Number(line!["status"])), service.logText);
    assert.deepEqual([line!["level"], line!["stack"]], ["warning", undefined]);
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    assert.match(metrics, new RegExp(`requests_total\\{[^}]*status="${line!["status"]}"\\} 1\n`));
  });
}

Deno.test("bodies that stall are bounded, and a drain does not wait for them", async () => {
  await using model = startFakeServer(() => OK);
  const env = { MAX_CONCURRENT: "1", MAX_QUEUED: "0" };
  await using service = startService({ llmUrl: model.url, env });
  const port = Number(new URL(service.url).port);
  const stalled = await Promise.all(Array.from({ length: 17 }, async () => {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    await conn.write(new TextEncoder().encode(`${HEAD}Content-Length: 90\r\n\r\n{`));
    return conn;
  }));
  let response = await service.post(BODY);
  while (response.status !== 503) {
    await response.body?.cancel();
    response = await service.post(BODY);
  }
  assert.equal(response.headers.get("retry-after"), "5");
  assert.equal(
    (await response.json()).detail,
    "Cannot take a further request: 17 have not sent all of their body",
  );

  await service.service.drain();
  for (const conn of stalled) {
    const bytes = new Uint8Array(4096);
    const count = await conn.read(bytes) ?? 0;
    assert.match(new TextDecoder().decode(bytes.subarray(0, count)), /^HTTP\/1.1 503 /);
    conn.close();
  }
});

const PATHS: readonly {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly allow?: string;
  readonly body?: RegExp;
}[] = [
  { method: "GET", path: "/", status: 200, body: /^\{"service":"log-analyzer","version":"1.2.3"/ },
  { method: "GET", path: "/health", status: 200, body: /^\{"status":"ok","version":"1.2.3"\}$/ },
  { method: "HEAD", path: "/health", status: 200, body: /^$/ },
  { method: "GET", path: "/ready", status: 200, body: /^\{"status":"ready","loki":null,/ },
  {
    method: "GET",
    path: "/prompts",
    status: 200,
    body:
      /^\{"prompts":\[\{"id":"test_prompt","template_hash":"sha256:\w+","description":"For tests\."/,
  },
  {
    method: "GET",
    path: "/metrics",
    status: 200,
    body: /log_analyzer_build_info\{version="1.2.3"\} 1/,
  },
  { method: "GET", path: "/v1/analyze", status: 405, allow: "POST", body: /"Method Not Allowed"/ },
  { method: "PUT", path: "/v1/analyze/stream", status: 405, allow: "POST" },
  { method: "POST", path: "/health", status: 405, allow: "GET, HEAD" },
  { method: "GET", path: "/v1/", status: 404, body: /^\{"detail":"Not Found"\}$/ },
  { method: "POST", path: "/v1/analyze/", status: 404 },
];

for (const { method, path, status: expected, allow = null, body = /(?:)/ } of PATHS) {
  Deno.test(`${method} ${path}: ${expected}`, async () => {
    await using service = startService();
    const response = await fetch(`${service.url}${path}`, { method });
    assert.equal(response.status, expected);
    assert.equal(response.headers.get("allow"), allow);
    assert.match(await response.text(), body);
  });
}

Deno.test("ready says what Loki says; probes that find all well are not logged", async () => {
  const loki = failingLoki(new LokiError("unreachable", "connection refused"));
  await using service = startService({ loki });
  const headers = { traceparent: `00-${TRACE}-b7ad6b7169203331-01` };
  const response = await fetch(`${service.url}/ready`, { headers });
  assert.equal(response.status, 503);
  const { status, loki: cause } = await response.json();
  assert.deepEqual([status, cause], ["not ready", "connection refused"]);
  await (await fetch(`${service.url}/health`)).body?.cancel();
  await service.service.drain();
  assert.deepEqual(service.lines.map(({ path, trace_id }) => [path, trace_id]), [[
    "/ready",
    TRACE,
  ]]);
});

Deno.test("a request is one line: counts and identity, never a text", async () => {
  await using model = startFakeServer([OK, FAULTS.unauthorized]);
  const env = { LLM_API_KEY: "key-1234" };
  await using service = startService({ llmUrl: model.url, env });
  await (await service.post(BODY)).body?.cancel();
  const failing = { ...BODY, filters: { log_filter: "needle", namespac: "llm" } };
  const headers = { traceparent: `00-${TRACE}-b7ad6b7169203331-01` };
  await (await service.post(failing, { headers })).body?.cancel();
  await service.service.drain();
  const [line, failed] = service.lines;
  const { time, ms, wait_ms, loki_ms, model_ms, trace_id, ...fields } = line!;
  assert.match(String(trace_id), /^[\da-f]{32}$/);
  assert.deepEqual([failed!["trace_id"], failed!["ignored"]], [TRACE, ["filters.namespac"]]);
  for (const value of [ms, wait_ms, loki_ms, model_ms]) assert.equal(typeof value, "number");
  assert.match(String(time), /^\d{4}-\d\d-\d\dT/);
  assert.deepEqual(fields, {
    level: "info",
    message: "request",
    method: "POST",
    path: "/v1/analyze",
    status: 200,
    entries: 1,
    prompt: "test_prompt",
    outcome: "scored",
    attempts: 1,
    prompt_tokens: 120,
    completion_tokens: 20,
  });
  assert.deepEqual([failed!["status"], failed!["error_kind"]], [502, "rejected"]);
  for (const secret of ["bind HTTP", "OOM killed", "needle", "key-1234", "Root causes"]) {
    assert.ok(!service.logText.includes(secret), secret);
  }
});

Deno.test("metrics count requests, tokens, outcomes and failures", async () => {
  await using model = startFakeServer([OK, status(400, { error: { message: "no" } })]);
  await using service = startService({ llmUrl: model.url });
  await (await service.post(BODY)).body?.cancel();
  await (await service.post(BODY)).body?.cancel();
  await (await fetch(`${service.url}/nowhere/else`)).body?.cancel();
  await service.service.drain();
  const text = await (await fetch(`${service.url}/metrics`)).text();
  for (
    const line of [
      'log_analyzer_requests_total{route="/v1/analyze",status="200"} 1',
      'log_analyzer_requests_total{route="/v1/analyze",status="502"} 1',
      'log_analyzer_requests_total{route="other",status="404"} 1',
      'log_analyzer_tokens_total{kind="prompt"} 120',
      'log_analyzer_tokens_total{kind="completion"} 20',
      'log_analyzer_outcomes_total{outcome="scored"} 1',
      'log_analyzer_outcomes_total{outcome="refused"} 0',
      'log_analyzer_loki_duration_seconds_count{result="ok"} 2',
      'log_analyzer_model_duration_seconds_count{result="ok"} 1',
      'log_analyzer_model_duration_seconds_count{result="rejected"} 1',
      "log_analyzer_queued 0",
      "log_analyzer_model_in_flight 0",
    ]
  ) assert.ok(text.includes(`${line}\n`), `${line} is not in\n${text}`);
  assert.match(text, /log_analyzer_prompt_info\{id="test_prompt",template_hash="sha256:\w+"/);
});
