// `scriptedModel`: order, defaults, errors, and the end of the script.

import assert from "node:assert/strict";
import { LlmError } from "../errors.ts";
import { type ChatRequest, DEFAULT_LLM_CONFIG } from "./llm.ts";
import { scriptedModel } from "./scripted.ts";

const { signal } = new AbortController();

function request(content: string): ChatRequest {
  return { messages: [{ role: "user", content }], sampling: DEFAULT_LLM_CONFIG, logs: [] };
}

Deno.test("scriptedModel() answers in order and keeps the requests", async () => {
  const model = scriptedModel(["one", { text: "two", finish_reason: "length" }]);
  const first = await model.complete(request("a"), { signal });
  const second = await model.complete(request("b"), { signal });
  const nothing = { usage: null, timings: null, model: null, system_fingerprint: null };
  assert.deepEqual(first, { text: "one", finish_reason: "stop", ...nothing });
  assert.deepEqual(second, { text: "two", finish_reason: "length", ...nothing });
  assert.deepEqual(model.requests, [request("a"), request("b")]);
});

Deno.test("scriptedModel() takes an empty string as an answer", async () => {
  const { text } = await scriptedModel([""]).complete(request("a"), { signal });
  assert.equal(text, "");
});

Deno.test("scriptedModel() throws the errors of the script and goes on", async () => {
  const fault = new LlmError("timeout", "no answer within 1 s");
  const model = scriptedModel([fault, "two"]);
  await assert.rejects(model.complete(request("a"), { signal }), fault);
  assert.equal((await model.complete(request("b"), { signal })).text, "two");
});

Deno.test("scriptedModel() throws when its script runs out", async () => {
  const model = scriptedModel(["one", "two"]);
  await model.complete(request("a"), { signal });
  await model.complete(request("b"), { signal });
  await assert.rejects(model.complete(request("c"), { signal }), {
    message: "Script ran out after 2 answers",
  });
});

Deno.test("scriptedModel() throws the reason of an aborted signal and keeps its answer", async () => {
  const model = scriptedModel(["one"]);
  const reason = new Error("Ctrl-C");
  await assert.rejects(model.complete(request("a"), { signal: AbortSignal.abort(reason) }), reason);
  assert.equal((await model.complete(request("a"), { signal })).text, "one");
});
