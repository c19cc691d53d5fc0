import assert from "node:assert/strict";
import { DataError, LlmError, UsageError } from "../errors.ts";
import { scriptedClock } from "../testing/scripted_clock.ts";
import { LogAnalyzer, type LogAnalyzerOptions } from "./analyzer.ts";
import { renderLogEntry } from "./log_entry.ts";
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

/** What a caller without types may hand over. */
const MISUSES: readonly {
  readonly name: string;
  readonly logs?: unknown;
  readonly context?: unknown;
  readonly error: RegExp;
}[] = [
  {
    name: "no entries",
    logs: [],
    error: /^Cannot analyze logs: the list of log entries is empty$/,
  },
  { name: "no context", context: undefined, error: /^Cannot analyze logs: time_range is missing/ },
  {
    name: "no time range",
    context: { namespace: "llm" },
    error: /^Cannot analyze logs: time_range is missing/,
  },
  {
    name: "times that are numbers",
    context: { namespace: "llm", time_range: { start: 1, end: 2 } },
    error: /no pair of ISO 8601 times$/,
  },
];
for (const { name, logs = [ENTRY], error, ...given } of MISUSES) {
  Deno.test(`analyze() and buildPrompt() refuse ${name} before the model is asked`, async () => {
    const model = scriptedModel([ANSWER]);
    const subject = analyzer({ model });
    const context = ("context" in given ? given.context : CONTEXT) as typeof CONTEXT;
    const entries = logs as readonly (typeof ENTRY)[];
    const told = (thrown: unknown) => thrown instanceof UsageError && error.test(thrown.message);
    await assert.rejects(subject.analyze(entries, context), told);
    assert.throws(() => subject.buildPrompt(entries, context), told);
    assert.equal(model.requests.length, 0);
  });
}

Deno.test("analyze() names what is wrong with an entry before the model is asked", async () => {
  const model = scriptedModel([ANSWER]);
  await assert.rejects(
    analyzer({ model }).analyze([ENTRY, { ...ENTRY, timestamp: NaN }], CONTEXT),
    (error) => error instanceof DataError && /logs\[1\] {2}timestamp {2}NaN/.test(error.message),
  );
  assert.equal(model.requests.length, 0);
});

Deno.test("the constructor refuses what is no template, such as all of parsePromptTemplate()", () => {
  const parsed = parsePromptTemplate(
    "id: p\nversion: 1\ninputs: {required: [logs]}\nuser: '{{ logs }}'\n",
    "p",
  );
  for (const promptTemplate of [undefined, "k8s_log_analysis_v2", parsed]) {
    const options = { llmUrl: "http://localhost", modelName: "m", promptTemplate };
    assert.throws(
      () => new LogAnalyzer(options as unknown as LogAnalyzerOptions),
      (error) => error instanceof UsageError && /promptTemplate/.test(error.message),
    );
  }
});

Deno.test("the constructor refuses an address that is none", () => {
  assert.throws(
    () => new LogAnalyzer({ llmUrl: "localhost", modelName: "m", promptTemplate: PROMPT }),
    UsageError,
  );
});

const OPTIONS: readonly (readonly [Readonly<Record<string, unknown>>, string])[] = [
  [{ timeoutMs: 0 }, "timeoutMs  0 is no number of milliseconds above 0"],
  [{ timeoutMs: -1 }, "timeoutMs  -1 is no"],
  [{ timeoutMs: NaN }, "timeoutMs  NaN is no"],
  [{ timeoutMs: Infinity }, "timeoutMs  Infinity is no"],
  [{ timeoutMs: "1000" }, 'timeoutMs  "1000" is no'],
  [{ timeoutMs: null }, "timeoutMs  null is no"],
  [{ retries: -1 }, "retries  -1 is no whole number from 0 on; 0 makes one attempt"],
  [{ retries: 1.5 }, "retries  1.5 is no"],
  [{ retries: NaN }, "retries  NaN is no"],
  [{ retries: Infinity }, "retries  Infinity is no"],
  [{ modelName: "" }, 'modelName  "" is no name; give the name'],
  [{ modelName: undefined }, "modelName  is no name"],
  [{ config: { temperature: "hot" } }, 'config.temperature  "hot" is not a number'],
  [{ config: { temperature: 3 } }, "config.temperature  3 is above 2"],
  [{ config: { max_tokens: 0.5 } }, "config.max_tokens  0.5 is not a whole number"],
  [{ config: { max_token: 5 } }, "config.max_token  unknown field; did you mean max_tokens?"],
  [{ config: "0.3" }, 'config  "0.3" is not an object'],
  [{ config: null }, "config  null is not an object"],
];
for (const [given, says] of OPTIONS) {
  Deno.test(`the constructor refuses ${says}`, () => {
    assert.throws(
      () => analyzer({ model: scriptedModel([]), ...given }),
      (error) =>
        error instanceof UsageError &&
        error.message.startsWith("Cannot make a LogAnalyzer: 1 fault\n") &&
        error.message.includes(`  ${says}`),
    );
  });
}

Deno.test("the constructor names all that cannot be used, and takes what is at the edge", () => {
  const model = scriptedModel([]);
  assert.throws(() => analyzer({ model, retries: -1, timeoutMs: 0 }), /2 faults/);
  const edge = { retries: 0, timeoutMs: 0.5, config: { temperature: 0, seed: undefined } };
  assert.equal(analyzer({ model, ...edge }).sampling.temperature, 0);
});
