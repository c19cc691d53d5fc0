import assert from "node:assert/strict";
import { DEFAULT_LLM_CONFIG } from "./llm.ts";
import { mergeSampling } from "./sampling.ts";

Deno.test("mergeSampling() lays an experiment over a prompt over the defaults", () => {
  const merged = mergeSampling({ temperature: 0, max_tokens: 80 }, { max_tokens: 120, seed: 7 });
  assert.deepEqual(merged, { ...DEFAULT_LLM_CONFIG, temperature: 0, max_tokens: 120, seed: 7 });
});

Deno.test("mergeSampling() takes undefined as not set", () => {
  assert.deepEqual(mergeSampling({ temperature: undefined }), DEFAULT_LLM_CONFIG);
});
