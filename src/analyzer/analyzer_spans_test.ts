// What an analysis tells a collector: spans by name, parent, kind and attributes, histograms by value.

import assert from "node:assert/strict";
import { LlmError } from "../errors.ts";
import { startTelemetry } from "../telemetry/otel.ts";
import { startFakeServer } from "../testing/fake_server.ts";
import { type OtlpSink, otlpSink, sinkEnv } from "../testing/otlp_sink.ts";
import { scriptedClock } from "../testing/scripted_clock.ts";
import { LogAnalyzer, type LogAnalyzerOptions } from "./analyzer.ts";
import { observeChat } from "./chat_span.ts";
import type { Completion } from "./llm.ts";
import { parsePromptTemplate } from "./prompt.ts";
import { scriptedModel } from "./scripted.ts";

const PROMPT = parsePromptTemplate(
  `id: p
version: 1
response_format: json_object
model_defaults: {temperature: 0, max_tokens: 50, seed: 7}
inputs: {required: [logs]}
system: Read.
user: "{{ logs }}"
`,
  "p.yaml",
).template;
const SECRET = "user root logged in with hunter2";
const ENTRY = {
  timestamp: 1795500577620,
  namespace: "llm",
  pod: "llama-0",
  container: "llama",
  node: "node-1",
  message: SECRET,
};
const CONTEXT = {
  namespace: "llm",
  time_range: { start: "2026-11-24T06:00:00Z", end: "2026-11-24T07:00:00Z" },
};
const ANSWER = '{"root_cause": "access_denied", "summary": "hunter2 was seen"}';
const USAGE = { prompt_tokens: 600, completion_tokens: 40, cached_tokens: 512 };

/** Analyzes once, with everything that it tells in the sink afterwards. */
async function analyzed(
  sink: OtlpSink,
  options: Partial<LogAnalyzerOptions>,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const telemetry = await startTelemetry(sinkEnv(sink.url, env), {
    version: "1",
    warn: assert.fail,
  });
  assert.ok(telemetry);
  const { tracer, meter, captureContent, inject } = telemetry;
  const analyzer = new LogAnalyzer({
    llmUrl: "http://localhost:8080",
    modelName: "m",
    promptTemplate: PROMPT,
    clock: scriptedClock(),
    ...{ tracer, meter, captureContent, inject },
    ...options,
  });
  try {
    await analyzer.analyze([ENTRY], CONTEXT).catch((error) => assert.ok(error instanceof LlmError));
  } finally {
    await telemetry.shutdown();
  }
}

Deno.test("an analysis has its render, its call and its parsing in it", async () => {
  await using sink = otlpSink();
  await using server = startFakeServer([{
    kind: "answer",
    text: ANSWER,
    model: "served",
    usage: {
      prompt_tokens: 600,
      completion_tokens: 40,
      prompt_tokens_details: { cached_tokens: 512 },
    },
  }]);
  await analyzed(sink, { llmUrl: server.url });
  const spans = sink.spans();
  const analyze = spans.find(({ name }) => name === "analyze");
  assert.deepEqual(spans.map(({ name, kind, status }) => [name, kind, status]), [
    ["render prompt", 1, 0],
    ["chat m", 3, 0],
    ["parse answer", 1, 0],
    ["analyze", 1, 0],
  ]);
  assert.equal(analyze?.parentSpanId, null);
  for (const span of spans.slice(0, 3)) assert.equal(span.parentSpanId, analyze?.spanId);
  assert.deepEqual(Object.keys(analyze?.attributes ?? {}), [
    "logeval.log.count",
    "logeval.prompt.id",
    "logeval.prompt.template_hash",
    "logeval.prompt.rendered_hash",
    "logeval.outcome",
  ]);
  const { "server.port": port, ...chat } = spans[1]!.attributes;
  assert.equal(port, Number(new URL(server.url).port));
  assert.deepEqual(chat, {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "m",
    "server.address": "127.0.0.1",
    "gen_ai.request.temperature": 0,
    "gen_ai.request.max_tokens": 50,
    "gen_ai.request.top_p": 0.95,
    "gen_ai.request.frequency_penalty": 0,
    "gen_ai.request.presence_penalty": 0,
    "gen_ai.request.seed": 7,
    "gen_ai.output.type": "json",
    "logeval.attempts": 1,
    "gen_ai.response.model": "served",
    "gen_ai.response.finish_reasons": ["stop"],
    "gen_ai.usage.input_tokens": 600,
    "gen_ai.usage.output_tokens": 40,
    "gen_ai.usage.cache_read.input_tokens": 512,
  });
  // The model server can go on with the trace.
  assert.equal(
    server.requests[0]?.headers.get("traceparent"),
    `00-${analyze?.traceId}-${spans[1]?.spanId}-01`,
  );
});

Deno.test("time and tokens of calls are histograms with the conventions' bounds", async () => {
  await using sink = otlpSink();
  const model = scriptedModel([{ text: ANSWER, model: "served", usage: USAGE }]);
  const monotonic = [1000, 1000, 3500, 3500];
  const clock = { ...scriptedClock(), monotonic: () => monotonic.shift() ?? 3500 };
  await analyzed(sink, { model, clock, provider: "embedded" });
  const attributes = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "embedded",
    "gen_ai.request.model": "m",
    "gen_ai.response.model": "served",
  };
  const histograms = sink.histograms();
  assert.deepEqual(
    histograms.map((each) => [each.name, each.unit, each.count, each.sum, each.attributes]),
    [
      ["gen_ai.client.operation.duration", "s", 1, 2.5, attributes],
      ["gen_ai.client.inference.operation.input_tokens", "{token}", 1, 600, attributes],
      ["gen_ai.client.inference.operation.output_tokens", "{token}", 1, 40, attributes],
    ],
  );
  // 1.28 < 2.5 <= 2.56: the ninth bucket.
  assert.equal(histograms[0]?.counts.indexOf(1), 8);
  assert.deepEqual(histograms[1]?.bounds.slice(0, 4), [1, 4, 16, 64]);
});

Deno.test("tokens that a server does not report are not counted as none", async () => {
  await using sink = otlpSink();
  await analyzed(sink, { model: scriptedModel([ANSWER]) });
  assert.deepEqual(sink.histograms().map(({ name }) => name), ["gen_ai.client.operation.duration"]);
  const chat = sink.spans().find(({ name }) => name === "chat m");
  assert.ok(!Object.keys(chat?.attributes ?? {}).some((name) => name.startsWith("gen_ai.usage")));
});

Deno.test("a call covers its attempts", async () => {
  await using sink = otlpSink();
  const model = scriptedModel([new LlmError("rate_limited", "busy"), ANSWER]);
  await analyzed(sink, { model, retries: 1 });
  const chats = sink.spans().filter(({ name }) => name === "chat m");
  assert.deepEqual(chats.map(({ attributes }) => attributes["logeval.attempts"]), [2]);
});

Deno.test("a failed call fails its analysis, by the kind of the error", async () => {
  await using sink = otlpSink();
  await analyzed(sink, { model: scriptedModel([new LlmError("rejected", `no: ${SECRET}`)]) });
  const failed = sink.spans().filter(({ name }) => name !== "render prompt");
  assert.deepEqual(failed.map(({ name }) => name), ["chat m", "analyze"]);
  for (const { status, attributes } of failed) {
    assert.deepEqual([status, attributes["error.type"]], [2, "rejected"]);
  }
  const [duration] = sink.histograms();
  assert.equal(duration?.attributes["error.type"], "rejected");
  assert.equal(duration?.count, 1);
});

Deno.test("text of logs and answers is nowhere unless it is asked for", async () => {
  await using sink = otlpSink();
  await analyzed(sink, { model: scriptedModel([ANSWER]) });
  const sent = sink.requests.map(({ body }) => new TextDecoder().decode(body)).join("");
  assert.ok(sent.includes("chat m") && !sent.includes("hunter2"));
});

Deno.test("text of logs and answers is in the call's span when it is asked for", async () => {
  await using sink = otlpSink();
  await analyzed(sink, { model: scriptedModel([ANSWER]) }, {
    OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "true",
  });
  const chat = sink.spans().find(({ name }) => name === "chat m");
  const [system, user] = JSON.parse(String(chat?.attributes["gen_ai.input.messages"]));
  assert.deepEqual(system, { role: "system", parts: [{ type: "text", content: "Read." }] });
  assert.ok(user.role === "user" && user.parts[0].content.endsWith(SECRET));
  assert.deepEqual(JSON.parse(String(chat?.attributes["gen_ai.output.messages"])), [{
    role: "assistant",
    parts: [{ type: "text", content: ANSWER }],
    finish_reason: "stop",
  }]);
});

Deno.test("observeChat() tells when the first text of a streamed answer came", async () => {
  await using sink = otlpSink();
  const telemetry = await startTelemetry(sinkEnv(sink.url), { version: "1", warn: assert.fail });
  const monotonic = [0, 250, 1000];
  const observe = observeChat(telemetry!, {
    provider: "openai",
    model: "m",
    url: "https://api.example.com/v1",
    sampling: new LogAnalyzer({ llmUrl: "http://x", modelName: "m", promptTemplate: PROMPT })
      .sampling,
    responseFormat: undefined,
    clock: { monotonic: () => monotonic.shift() ?? 1000 },
  });
  const heard: string[] = [];
  await observe!([], (onText) => {
    onText?.("a");
    onText?.("b");
    const completion: Completion = {
      text: "ab",
      finish_reason: null,
      usage: null,
      timings: null,
      model: null,
      system_fingerprint: null,
    };
    return Promise.resolve({ ...completion, latency_ms: 1, attempts: 1 });
  }, (text) => heard.push(text));
  await telemetry!.shutdown();
  const [chat] = sink.spans();
  assert.deepEqual(heard, ["a", "b"]);
  assert.equal(chat?.attributes["gen_ai.request.stream"], true);
  assert.equal(chat?.attributes["gen_ai.response.time_to_first_chunk"], 0.25);
  assert.equal(chat?.attributes["server.port"], 443);
  assert.deepEqual(sink.histograms().map(({ name, sum }) => [name, sum]), [
    ["gen_ai.client.operation.duration", 1],
    ["gen_ai.client.operation.time_to_first_chunk", 0.25],
  ]);
});
