import assert from "node:assert/strict";
import { LlmError, UsageError } from "../errors.ts";
import { scriptedClock } from "../testing/scripted_clock.ts";
import { LogAnalyzer, type LogAnalyzerOptions, renderLogEntry } from "./analyzer.ts";
import { parsePromptTemplate } from "./prompt.ts";
import { scriptedModel } from "./scripted.ts";

const PROMPT = parsePromptTemplate(
  `id: p
version: 1
model_defaults: {temperature: 0.7, max_tokens: 50}
inputs:
  required: [logs, namespace]
  optional: {time_range: any time, labels: any}
system: "Labels: {{ labels }}"
user: "{{ namespace }} from {{ time_range }}\\n{{ logs }}"
`,
  "p.yaml",
).template;
const ENTRY = {
  timestamp: 1795500577620,
  namespace: "llm",
  pod: "llama-0",
  container: "llama",
  node: "node-1",
  message: "out of memory",
};
const CONTEXT = {
  namespace: "llm",
  time_range: { start: "2026-11-24T06:00:00Z", end: "2026-11-24T07:00:00Z" },
};
const ANSWER = "Root cause: OOM killed\nSeverity: error";

function analyzer(options: Partial<LogAnalyzerOptions> & Pick<LogAnalyzerOptions, "model">) {
  return new LogAnalyzer({
    llmUrl: "http://localhost:8080",
    modelName: "m",
    promptTemplate: PROMPT,
    clock: scriptedClock(),
    ...options,
  });
}

Deno.test("renderLogEntry() puts the origin before the message", () => {
  assert.equal(
    renderLogEntry(ENTRY),
    "[2026-11-24T06:09:37.620Z] llm/llama (pod=llama-0, node=node-1)\nout of memory",
  );
});

Deno.test("buildPrompt() fills logs, namespace, time range and further inputs", () => {
  const messages = analyzer({ model: scriptedModel([]) })
    .buildPrompt([ENTRY, ENTRY], { ...CONTEXT, labels: "a, b", other: "passed over" });
  assert.equal(messages[0]?.content, "Labels: a, b");
  const entry = renderLogEntry(ENTRY);
  assert.equal(
    messages[1]?.content,
    `llm from 2026-11-24T06:00:00Z to 2026-11-24T07:00:00Z\n${entry}\n${entry}`,
  );
});

Deno.test("analyze() gives outcome, analysis, completion and prompt", async () => {
  const model = scriptedModel([ANSWER]);
  const result = await analyzer({ model }).analyze([ENTRY], CONTEXT);
  assert.equal(result.outcome, "scored");
  assert.equal(result.analysis?.root_cause, "oom_killed");
  assert.equal(result.analysis?.raw_response, ANSWER);
  assert.equal(result.completion.text, ANSWER);
  assert.equal(result.completion.attempts, 1);
  assert.equal(result.prompt.id, "p");
  assert.match(result.prompt.rendered_hash, /^sha256:[0-9a-f]{64}$/);
  assert.deepEqual(model.requests[0]?.logs, [ENTRY]);
});

Deno.test("a bad answer is a value", async () => {
  const model = scriptedModel(["", "I do not know", { text: "Roo", finish_reason: "length" }]);
  const subject = analyzer({ model });
  const outcomes = [];
  for (let call = 0; call < 3; call++) {
    outcomes.push((await subject.analyze([ENTRY], CONTEXT)).outcome);
  }
  assert.deepEqual(outcomes, ["empty", "unparseable", "truncated"]);
});

Deno.test("an experiment's config beats the prompt's, which beats the defaults", async () => {
  const model = scriptedModel([ANSWER]);
  await analyzer({ model, config: { max_tokens: 120, seed: 1 } }).analyze([ENTRY], CONTEXT);
  assert.deepEqual(model.requests[0]?.sampling, {
    temperature: 0.7,
    max_tokens: 120,
    top_p: 0.95,
    frequency_penalty: 0,
    presence_penalty: 0,
    seed: 1,
  });
});

Deno.test("analyze() tries again, and counts", async () => {
  const model = scriptedModel([new LlmError("rate_limited", "busy"), ANSWER]);
  const attempts: number[] = [];
  const result = await analyzer({ model, retries: 1 }).analyze([ENTRY], {
    ...CONTEXT,
    onAttempt: (attempt) => attempts.push(attempt),
  });
  assert.equal(result.completion.attempts, 2);
  assert.deepEqual(attempts, [1, 2]);
});

Deno.test("analyze() throws what the model could not overcome", async () => {
  const model = scriptedModel([new LlmError("rejected", "no such model")]);
  await assert.rejects(analyzer({ model }).analyze([ENTRY], CONTEXT), { kind: "rejected" });
});

Deno.test("a missing required input is misuse", async () => {
  const { namespace: _, ...rest } = CONTEXT;
  await assert.rejects(
    analyzer({ model: scriptedModel([]) }).analyze([ENTRY], rest as typeof CONTEXT),
    (error) => error instanceof UsageError && /namespace/.test(error.message),
  );
});

Deno.test("analyze() ends with the signal's reason", async () => {
  const reason = new Error("client left");
  await assert.rejects(
    analyzer({ model: scriptedModel([ANSWER]) }).analyze([ENTRY], {
      ...CONTEXT,
      signal: AbortSignal.abort(reason),
    }),
    reason,
  );
});

Deno.test("the constructor refuses an address that is none", () => {
  assert.throws(
    () => new LogAnalyzer({ llmUrl: "localhost", modelName: "m", promptTemplate: PROMPT }),
    UsageError,
  );
});
