// `openAiModel` against a real server that answers well, badly or not at all.

import assert from "node:assert/strict";
import { LlmError, type LlmErrorKind, UsageError } from "../errors.ts";
import {
  type FakeAnswer,
  type FakeStep,
  FAULTS,
  startFakeServer,
  status,
} from "../testing/fake_server.ts";
import { type ChatRequest, type Completion, DEFAULT_LLM_CONFIG } from "./llm.ts";
import { connectionFault } from "./connection_fault.ts";
import { chatCompletionsUrl, openAiModel } from "./openai.ts";

const KEY = "sk-secret-0123456789";
const NOW = Date.UTC(2026, 9, 1, 12, 0, 0);
const REQUEST: ChatRequest = {
  messages: [{ role: "system", content: "Read logs" }, { role: "user", content: "OOMKilled" }],
  sampling: DEFAULT_LLM_CONFIG,
  logs: [],
};

function ask(
  endpoint: string,
  { request = REQUEST, signal = new AbortController().signal, fetch }: {
    readonly request?: ChatRequest;
    readonly signal?: AbortSignal;
    readonly fetch?: typeof globalThis.fetch;
  } = {},
): Promise<Completion> {
  const model = openAiModel({ endpoint, model: "m", apiKey: KEY, fetch, now: () => NOW });
  return model.complete(request, { signal });
}

async function failure(promise: Promise<unknown>): Promise<LlmError> {
  const error = await promise.then(() => assert.fail("no error"), (error: unknown) => error);
  assert.ok(error instanceof LlmError, String(error));
  assert.ok(!`${error.message} ${error.hint}`.includes(KEY), "an error never shows the key");
  return error;
}

const URLS: readonly (readonly [endpoint: string, url: string])[] = [
  ["http://localhost:8080", "http://localhost:8080/v1/chat/completions"],
  ["http://localhost:8080/", "http://localhost:8080/v1/chat/completions"],
  ["http://localhost:8080/v1", "http://localhost:8080/v1/chat/completions"],
  ["http://localhost:8080/v1/", "http://localhost:8080/v1/chat/completions"],
  ["http://localhost:8080/v1/chat/completions", "http://localhost:8080/v1/chat/completions"],
  ["https://host/api/v1", "https://host/api/v1/chat/completions"],
  ["https://host/llm", "https://host/llm/v1/chat/completions"],
  ["https://host/v1?api-version=2#x", "https://host/v1/chat/completions?api-version=2"],
];
for (const [endpoint, url] of URLS) {
  Deno.test(`chatCompletionsUrl("${endpoint}")`, () => {
    assert.equal(chatCompletionsUrl(endpoint), url);
  });
}

for (const endpoint of ["", "localhost", "localhost:8080", "ftp://host/v1", "http://"]) {
  Deno.test(`chatCompletionsUrl() refuses "${endpoint}"`, () => {
    assert.throws(() => chatCompletionsUrl(endpoint), UsageError);
  });
}

Deno.test("openAiModel() refuses a key that cannot stand in a header, without showing it", () => {
  const make = () => openAiModel({ endpoint: "http://host", model: "m", apiKey: `${KEY}\n` });
  assert.throws(
    make,
    (error) =>
      error instanceof UsageError && !error.message.includes(KEY) &&
      error.hint === "Is there a line break at its end?",
  );
});

Deno.test("openAiModel() sends the request field by field, with the key in its header", async () => {
  await using server = startFakeServer(["ok"]);
  await ask(server.url);
  const [sent] = server.requests;
  assert.equal(sent?.path, "/v1/chat/completions");
  assert.equal(sent?.headers.get("authorization"), `Bearer ${KEY}`);
  assert.equal(sent?.headers.get("content-type"), "application/json");
  assert.deepEqual(sent?.body, {
    model: "m",
    messages: REQUEST.messages,
    temperature: 0.3,
    max_tokens: 200,
    top_p: 0.95,
    frequency_penalty: 0,
    presence_penalty: 0,
    stream: false,
  });
});

Deno.test("openAiModel() sends seed and response_format when set, no key when there is none", async () => {
  await using server = startFakeServer(["ok"]);
  const request: ChatRequest = {
    ...REQUEST,
    sampling: { ...DEFAULT_LLM_CONFIG, seed: 7 },
    response_format: { type: "json_object" },
  };
  const { signal } = new AbortController();
  await openAiModel({ endpoint: server.url, model: "m" }).complete(request, { signal });
  const [sent] = server.requests;
  assert.ok(sent?.body instanceof Object && "seed" in sent.body && "response_format" in sent.body);
  assert.equal(sent.body.seed, 7);
  assert.deepEqual(sent.body.response_format, { type: "json_object" });
  assert.equal(sent.headers.get("authorization"), null);
});

const USAGE = { prompt_tokens: 350, completion_tokens: 80 };
const FULL: FakeStep = {
  kind: "answer",
  text: "OOM",
  usage: { ...USAGE, prompt_tokens_details: { cached_tokens: 300 } },
  timings: { prompt_ms: 12.5, predicted_ms: 99, predicted_n: 80 },
  model: "fake-1b",
  system_fingerprint: "b1",
};
const FULL_COMPLETION: Completion = {
  text: "OOM",
  finish_reason: "stop",
  usage: { ...USAGE, cached_tokens: 300 },
  timings: { prompt_ms: 12.5, predicted_ms: 99 },
  model: "fake-1b",
  system_fingerprint: "b1",
};
const UNREPORTED = { usage: null, timings: null, model: null, system_fingerprint: null };
function answer(extra: Partial<FakeAnswer>): FakeStep {
  return { kind: "answer", text: "x", ...extra };
}
function message(fields: Record<string, unknown>): FakeStep {
  return status(200, { choices: [{ message: fields }] });
}
const ANSWERS: readonly (readonly [string, FakeStep, Partial<Completion>])[] = [
  ["a full answer", FULL, FULL_COMPLETION],
  ["unreported fields as null", "OOM", UNREPORTED],
  ["usage without cache", answer({ usage: USAGE }), { usage: { ...USAGE, cached_tokens: null } }],
  ["half a usage as null", answer({ usage: { prompt_tokens: 3 } }), { usage: null }],
  ["foreign timings as null", answer({ timings: { total_ms: 3 } }), { timings: null }],
  ["null content", answer({ text: null }), { text: "" }],
  ["a cut answer", answer({ finish_reason: "length" }), { text: "x", finish_reason: "length" }],
  ["no finish_reason", message({ content: "x" }), { text: "x", finish_reason: null }],
  ["reasoning", answer({ reasoning: "Memory" }), { text: "<think>Memory</think>\nx" }],
  ["vLLM's reasoning", message({ reasoning: "Why" }), { text: "<think>Why</think>\n" }],
  ["a refusal", message({ content: null, refusal: "I cannot" }), { text: "I cannot" }],
];
for (const [name, step, want] of ANSWERS) {
  Deno.test(`openAiModel() reads ${name}`, async () => {
    await using server = startFakeServer([step]);
    const got = await ask(server.url);
    assert.deepEqual({ ...got, ...want }, got);
  });
}

const REFUSED = "the server refused the request with";
const NO_CHAT = "the answer is no chat completion";
const TOO_LONG = "the prompt has 5000 tokens, the server's context only 2048";
const KEY_HINT = /model\.api_key_env/;
const NO_QUOTA = `${REFUSED} 429: You exceeded your quota`;
const LONG = "x".repeat(999);
type FailureRow = readonly [
  name: string,
  step: FakeStep,
  kind: LlmErrorKind,
  status: number | null,
  message: string,
  hint?: RegExp,
];
const FAILURES: readonly FailureRow[] = [
  ["429", FAULTS.rate_limited, "rate_limited", 429, "rate limited: Slow down"],
  ["no quota", FAULTS.insufficient_quota, "rejected", 429, NO_QUOTA],
  ["500", FAULTS.server_error, "server_error", 500, "the server answered 500: Boom"],
  ["loading", FAULTS.loading, "server_error", 503, "the server answered 503: Loading model"],
  ["408", status(408), "server_error", 408, "the server answered 408"],
  ["409", status(409, { detail: "busy" }), "server_error", 409, "the server answered 409: busy"],
  ["304", status(304), "bad_response", 304, "the server answered 304"],
  ["a long prompt", FAULTS.context, "rejected", 400, TOO_LONG, /server's -c .* shorten the prompt/],
  ["401", FAULTS.unauthorized, "rejected", 401, `${REFUSED} 401: Invalid API Key`, KEY_HINT],
  ["the key", status(403, { error: KEY }), "rejected", 403, `${REFUSED} 403: [key]`, KEY_HINT],
  ["404", status(404, "x"), "rejected", 404, `${REFUSED} 404: x`, /to http.*\/v1\/chat\/comp/],
  ["HTML", FAULTS.not_json, "bad_response", 200, `${NO_CHAT}: <!doctype html> <p>Hi`],
  ["a long body", status(200, LONG), "bad_response", 200, `${NO_CHAT}: ${LONG.slice(0, 200)}…`],
  [
    "a body without end",
    status(200, "x".repeat(9 * 1024 * 1024), { "transfer-encoding": "identity" }),
    "bad_response",
    200,
    "the answer is longer than 8 MB",
  ],
  ["an empty body", FAULTS.empty_body, "bad_response", 200, `${NO_CHAT}: the body is empty`],
  ["no choices", status(200, { choices: [] }), "bad_response", 200, `${NO_CHAT}: {"choices":[]}`],
  ["a cut-off body", FAULTS.cut_off, "bad_response", 200, "the answer broke off"],
  ["no answer", FAULTS.close, "unreachable", null, "connection closed without an answer"],
];
for (const [name, step, kind, status, message, hint] of FAILURES) {
  Deno.test(`openAiModel() on ${name}: ${kind}`, async () => {
    await using server = startFakeServer(() => step);
    const error = await failure(ask(server.url));
    assert.deepEqual([error.kind, error.status, error.message], [kind, status, message]);
    assert.equal(error.hint !== undefined, hint !== undefined);
    if (hint !== undefined) assert.match(error.hint ?? "", hint);
  });
}

const RETRY_AFTER: readonly (readonly [string, Record<string, string>, number | null])[] = [
  ["seconds", { "retry-after": "7" }, 7000],
  ["a date", { "retry-after": new Date(NOW + 90_000).toUTCString() }, 90_000],
  ["a date in the past", { "retry-after": new Date(NOW - 90_000).toUTCString() }, 0],
  ["milliseconds, the more exact", { "retry-after-ms": "1500", "retry-after": "2" }, 1500],
  ["words as nothing", { "retry-after": "soon" }, null],
  ["nothing", {}, null],
];
for (const [name, headers, want] of RETRY_AFTER) {
  Deno.test(`openAiModel() reads a Retry-After of ${name}`, async () => {
    await using server = startFakeServer([status(429, "", headers), status(503, "", headers)]);
    assert.equal((await failure(ask(server.url))).retryAfterMs, want);
    assert.equal((await failure(ask(server.url))).retryAfterMs, want);
  });
}

Deno.test("startFakeServer() answers 500 when its script runs out", async () => {
  await using server = startFakeServer(["one"]);
  assert.equal((await ask(server.url)).text, "one");
  const error = await failure(ask(server.url));
  assert.equal(error.message, "the server answered 500: script ran out");
});

Deno.test("openAiModel() on a port without a server: unreachable, cause kept", async () => {
  const server = startFakeServer([]);
  await server[Symbol.asyncDispose]();
  const error = await failure(ask(server.url));
  assert.deepEqual([error.kind, error.message], ["unreachable", "connection refused"]);
  assert.ok(error.cause instanceof TypeError);
});

/** As Deno 2.9 and Node throw it; Deno 2.7 has no cause and all in the message. */
function fetchFailed(message: string, code?: string): TypeError {
  return new TypeError("fetch failed", { cause: Object.assign(new Error(message), { code }) });
}
const DNS =
  "error sending request for url (x): client error (Connect): dns error: failed to lookup";
const CONNECTION_FAULTS: readonly (readonly [name: string, error: unknown, want: string])[] = [
  ["Deno 2.7's DNS error", new TypeError(DNS), "unknown host"],
  ["Deno 2.9's DNS error", fetchFailed(DNS), "unknown host"],
  ["a reset", fetchFailed("Connection reset by peer (os error 104)"), "connection reset"],
  ["Node's code", fetchFailed("", "ECONNREFUSED"), "connection refused"],
  ["http", fetchFailed("InvalidContentType"), "the server does not speak https: try http"],
  ["others without a URL", new TypeError("error sending request for url (http://h/): odd"), "odd"],
  ["what is no error", "odd", "odd"],
];
for (const [name, error, want] of CONNECTION_FAULTS) {
  Deno.test(`connectionFault() words ${name}`, () => assert.equal(connectionFault(error), want));
}

Deno.test("openAiModel() throws the signal's reason and hangs up", async () => {
  const controller = new AbortController();
  const reason = new Error("Ctrl-C");
  await using server = startFakeServer(() => {
    controller.abort(reason);
    return FAULTS.hang;
  });
  await assert.rejects(ask(server.url, { signal: controller.signal }), reason);
  await server.idle();
});

Deno.test("openAiModel() throws the signal's reason when aborted in the middle of a body", async () => {
  const controller = new AbortController();
  const reason = new Error("Ctrl-C");
  const body = new ReadableStream({
    pull: (stream) => {
      controller.abort(reason);
      stream.error(new TypeError("error reading a body from connection"));
    },
  }, { highWaterMark: 0 });
  const fetch = () => Promise.resolve(new Response(body));
  await assert.rejects(ask("http://host", { signal: controller.signal, fetch }), reason);
});

Deno.test("openAiModel() leaves a TimeoutError of the signal as it is", async () => {
  await using server = startFakeServer([FAULTS.hang]);
  const signal = AbortSignal.timeout(20);
  await assert.rejects(ask(server.url, { signal }), { name: "TimeoutError" });
});

Deno.test("openAiModel() keeps calls apart that run at the same time", async () => {
  const allCame = Promise.withResolvers<void>();
  await using server = startFakeServer(async (_, index) => {
    if (index === 7) allCame.resolve();
    await allCame.promise;
    return `${index}`;
  });
  const texts = await Promise.all(Array.from({ length: 8 }, () => ask(server.url)));
  assert.equal(new Set(texts.map(({ text }) => text)).size, 8);
  assert.equal(server.maxInFlight, 8);
});
