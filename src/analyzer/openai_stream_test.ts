// `openAiModel` with `onText` against a real server that streams well, badly or not at all.

import assert from "node:assert/strict";
import { LlmError } from "../errors.ts";
import { type FakeStep, FAULTS, startFakeServer, status } from "../testing/fake_server.ts";
import {
  chatEvents,
  chatStream,
  CUT,
  DONE,
  event,
  packetStream,
  type StreamOptions,
} from "../testing/fake_stream.ts";
import { scriptedClock } from "../testing/scripted_clock.ts";
import { LogAnalyzer } from "./analyzer.ts";
import { type ChatRequest, type Completion, DEFAULT_LLM_CONFIG } from "./llm.ts";
import { openAiModel } from "./openai.ts";
import { parsePromptTemplate } from "./prompt.ts";

const REQUEST: ChatRequest = {
  messages: [{ role: "user", content: "OOMKilled" }],
  sampling: DEFAULT_LLM_CONFIG,
  logs: [],
};

async function ask(url: string, onText: (text: string) => void, signal?: AbortSignal) {
  const model = openAiModel({ endpoint: url, model: "m", apiKey: "sk-secret" });
  return await model.complete(REQUEST, { signal: signal ?? new AbortController().signal, onText });
}

const REPORTED: Omit<StreamOptions, "thoughts"> = {
  usage: {
    prompt_tokens: 350,
    completion_tokens: 4,
    prompt_tokens_details: { cached_tokens: 300 },
  },
  timings: { prompt_ms: 12.5, predicted_ms: 99 },
  model: "fake-1b",
  system_fingerprint: "b1",
};
const COMPLETION: Completion = {
  text: "Root cause: OOM",
  finish_reason: "stop",
  usage: { prompt_tokens: 350, completion_tokens: 4, cached_tokens: 300 },
  timings: { prompt_ms: 12.5, predicted_ms: 99 },
  model: "fake-1b",
  system_fingerprint: "b1",
};
const PIECES = ["Root", " cause:", " OOM"];
const events = chatEvents(PIECES, REPORTED);
const unreported = { usage: null, timings: null, model: null, system_fingerprint: null };

/** Bytes cut in two inside the first character of more than one byte. */
function cutInCharacter(text: string): [Uint8Array, Uint8Array] {
  const bytes = new TextEncoder().encode(text);
  const at = bytes.findIndex((byte) => byte > 0x7f) + 1;
  return [bytes.subarray(0, at), bytes.subarray(at)];
}

const STREAMS: readonly {
  readonly name: string;
  readonly step: FakeStep;
  readonly told: readonly string[];
  readonly want: Partial<Completion>;
}[] = [
  {
    name: "chunks, with the usage in the last one",
    step: chatStream(PIECES, REPORTED),
    told: PIECES,
    want: COMPLETION,
  },
  { name: "nothing reported", step: chatStream(["x"]), told: ["x"], want: unreported },
  {
    name: "a cut answer",
    step: chatStream(["x"], { finish_reason: "length" }),
    told: ["x"],
    want: { finish_reason: "length" },
  },
  { name: "an empty answer", step: chatStream([]), told: [], want: { text: "" } },
  {
    name: "a finished answer without [DONE]",
    step: packetStream(events),
    told: PIECES,
    want: COMPLETION,
  },
  {
    name: "[DONE] without a finish reason",
    step: packetStream([event({ choices: [{ delta: { content: "x" } }] }), DONE]),
    told: ["x"],
    want: { text: "x", finish_reason: null },
  },
  {
    name: "no empty line at the end",
    step: packetStream([events.join("").trimEnd()]),
    told: PIECES,
    want: COMPLETION,
  },
  {
    name: "CRLF, keep-alive comments, event names and a byte order mark",
    step: packetStream([
      "\ufeff: ping\r\n\r\n",
      ...[...events, DONE].map((text) =>
        `: ping\r\n\r\nevent: x\r\n${text.replaceAll("\n", "\r\n")}`
      ),
    ]),
    told: PIECES,
    want: COMPLETION,
  },
  {
    name: "events that run over packets, a byte each",
    step: packetStream([...events, DONE].join("").split("")),
    told: PIECES,
    want: COMPLETION,
  },
  {
    name: "a character cut in two by packets",
    step: packetStream([
      ...cutInCharacter(event({ choices: [{ delta: { content: "Süd→🚀" } }] })),
      DONE,
    ]),
    told: ["Süd→🚀"],
    want: { text: "Süd→🚀" },
  },
  {
    name: "thoughts before the answer",
    step: chatStream(["O", "OM"], { thoughts: ["Mem", "ory"] }),
    told: ["<think>Mem", "ory", "</think>\nO", "OM"],
    want: { text: "<think>Memory</think>\nOOM" },
  },
  {
    name: "thoughts without an answer",
    step: chatStream([], { thoughts: ["Memory"], finish_reason: "length" }),
    told: ["<think>Memory", "</think>\n"],
    want: { text: "<think>Memory</think>\n", finish_reason: "length" },
  },
  {
    name: "vLLM's name for thoughts",
    step: packetStream([event({ choices: [{ delta: { reasoning: "Why" } }] }), DONE]),
    told: ["<think>Why", "</think>\n"],
    want: { text: "<think>Why</think>\n" },
  },
  {
    name: "a refusal",
    step: packetStream([event({ choices: [{ delta: { refusal: "I cannot" } }] }), DONE]),
    told: ["I cannot"],
    want: { text: "I cannot" },
  },
  {
    name: "one JSON body of a server that does not stream",
    step: { kind: "answer", text: "Root cause: OOM" },
    told: ["Root cause: OOM"],
    want: { text: "Root cause: OOM" },
  },
];
for (const { name, step, told, want } of STREAMS) {
  Deno.test(`openAiModel() streams ${name}`, async () => {
    await using server = startFakeServer([step]);
    const heard: string[] = [];
    const got = await ask(server.url, (text) => heard.push(text));
    assert.deepEqual({ ...got, ...want }, got);
    assert.deepEqual(heard, told);
    assert.equal(heard.join(""), got.text);
  });
}

Deno.test("openAiModel() asks for a stream with usage, and only with onText", async () => {
  await using server = startFakeServer([chatStream(["x"]), "x"]);
  await ask(server.url, () => {});
  const { signal } = new AbortController();
  await openAiModel({ endpoint: server.url, model: "m" }).complete(REQUEST, { signal });
  const [first, second] = server.requests.map(({ body }) => body as Record<string, unknown>);
  assert.equal(first?.stream, true);
  assert.deepEqual(first?.stream_options, { include_usage: true });
  assert.equal(second?.stream, false);
  assert.ok(second !== undefined && !("stream_options" in second));
});

const CONTEXT = {
  error: {
    code: 400,
    type: "exceed_context_size_error",
    message: "too long",
    n_prompt_tokens: 5000,
    n_ctx: 2048,
  },
};
const FAILURES: readonly (readonly [
  name: string,
  step: FakeStep,
  kind: LlmError["kind"],
  message: RegExp,
  told: number,
])[] = [
  [
    "cut off in the middle",
    packetStream([...events.slice(0, 3), CUT]),
    "bad_response",
    /broke off/,
    2,
  ],
  ["ended in the middle", packetStream(events.slice(0, 3)), "bad_response", /broke off/, 2],
  [
    "ended in an event",
    packetStream([events[1]!.slice(0, 40)]),
    "bad_response",
    /not hold JSON/,
    0,
  ],
  ["without an event", packetStream([": ping\n\n"]), "bad_response", /broke off/, 0],
  ["with [DONE] alone", packetStream([DONE]), "bad_response", /broke off/, 0],
  ["of no JSON", packetStream(["data: hello\n\n"]), "bad_response", /not hold JSON/, 0],
  [
    "with an error in it",
    packetStream([
      ...events.slice(0, 2),
      event({ error: { code: 500, message: "Context size sk-secret", type: "server_error" } }),
    ]),
    "server_error",
    /answered 500: Context size \[key\]/,
    1,
  ],
  [
    "with an error without a code",
    packetStream([event({ error: { message: "Compute error" } }), DONE]),
    "server_error",
    /answered 500: Compute error/,
    0,
  ],
  [
    "with a context error in it",
    packetStream([event(CONTEXT)]),
    "rejected",
    /5000 tokens.*only 2048/,
    0,
  ],
  ["refused with 400 before it began", FAULTS.context, "rejected", /only 2048/, 0],
  ["of a server that is busy", status(429, { error: "slow" }), "rate_limited", /slow/, 0],
  ["in which one event never ends", packetStream(endless("data: ")), "bad_response", /8 MB/, 0],
];
function endless(start: string): string[] {
  return [start, ...Array(10).fill("x".repeat(1024 * 1024))];
}
for (const [name, step, kind, message, told] of FAILURES) {
  Deno.test(`openAiModel() says why of a stream ${name}`, async () => {
    await using server = startFakeServer([step]);
    const heard: string[] = [];
    const error = await ask(server.url, (text) => heard.push(text)).catch((error) => error);
    assert.ok(error instanceof LlmError, String(error));
    assert.equal(error.kind, kind);
    assert.match(error.message, message);
    assert.ok(error.status !== null && !error.message.includes("sk-secret"));
    assert.equal(heard.length, told);
  });
}

Deno.test("openAiModel() leaves a stream when its signal is aborted", async () => {
  const leave = new AbortController();
  await using server = startFakeServer([{
    kind: "stream",
    packets: async function* () {
      yield events[1]!;
      await new Promise<void>((go) => leave.signal.addEventListener("abort", () => go()));
      // Until the client's hanging up is seen.
      while (true) yield ": ping\n\n";
    },
  }]);
  const asked = ask(server.url, () => leave.abort(new Error("enough")), leave.signal);
  await assert.rejects(asked, /enough/);
  await server.idle();
});

Deno.test("openAiModel() passes on what onText throws, and leaves the stream", async () => {
  await using server = startFakeServer([chatStream(PIECES)]);
  await assert.rejects(
    ask(server.url, () => {
      throw new TypeError("the reader went away");
    }),
    TypeError,
  );
});

const TEMPLATE = parsePromptTemplate(
  "id: short\nversion: 1\ninputs: {required: [logs]}\nuser: 'Root cause? {{ logs }}'\n",
  "short.yaml",
).template;
function analyzerAt(url: string): LogAnalyzer {
  return new LogAnalyzer({
    llmUrl: url,
    modelName: "m",
    promptTemplate: TEMPLATE,
    clock: scriptedClock(),
  });
}
const ENTRY = {
  timestamp: 0,
  namespace: "llm",
  pod: "web-0",
  container: "web",
  node: "node-1",
  message: "boom",
};
const CONTEXT_OF_LOGS = { namespace: "llm", time_range: { start: "a", end: "b" } };

Deno.test("LogAnalyzer.analyze() gives the same with and without onText", async () => {
  const answer: FakeStep = { ...REPORTED, kind: "answer", text: "Root cause: OOM" };
  await using server = startFakeServer([chatStream(PIECES, REPORTED), answer]);
  const analyzer = analyzerAt(server.url);
  let heard = "";
  const onText = (text: string) => {
    heard += text;
  };
  const streamed = await analyzer.analyze([ENTRY], { ...CONTEXT_OF_LOGS, onText });
  const whole = await analyzer.analyze([ENTRY], CONTEXT_OF_LOGS);
  const alike = ({ completion, ...rest }: typeof whole) => ({
    ...rest,
    completion: { ...completion, latency_ms: 0 },
  });
  assert.deepEqual(alike(streamed), alike(whole));
  assert.equal(heard, "Root cause: OOM");
});

Deno.test("LogAnalyzer.analyze() tries again before the first text and never after it", async () => {
  const broken = packetStream([...events.slice(0, 2), CUT]);
  await using server = startFakeServer([FAULTS.loading, broken, chatStream(PIECES)]);
  const analyzer = analyzerAt(server.url);
  const heard: string[] = [];
  const attempts: number[] = [];
  await assert.rejects(
    analyzer.analyze([ENTRY], {
      ...CONTEXT_OF_LOGS,
      onText: (text) => heard.push(text),
      onAttempt: (attempt) => attempts.push(attempt),
    }),
    (error) => error instanceof LlmError && error.kind === "bad_response",
  );
  assert.deepEqual(heard, ["Root"]);
  assert.deepEqual(attempts, [1, 2]);
  assert.equal(server.requests.length, 2);
});
