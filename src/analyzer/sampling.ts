// Sampling settings as a prompt or an experiment gives them, and how the two are put together.

import * as z from "zod";
import { DEFAULT_LLM_CONFIG, type LLMConfig } from "./llm.ts";

/** Any of the fields of `LLMConfig`, each within the range that servers accept. */
export const SamplingSettings = z.strictObject({
  temperature: z.number().min(0).max(2).optional(),
  max_tokens: z.int().min(1).optional(),
  top_p: z.number().min(0).max(1).optional(),
  frequency_penalty: z.number().min(-2).max(2).optional(),
  presence_penalty: z.number().min(-2).max(2).optional(),
  seed: z.int().optional(),
});

/** What one layer sets. */
export type SamplingLayer = { readonly [Field in keyof LLMConfig]?: LLMConfig[Field] | undefined };

/** Defaults, overlaid by each layer in turn; `undefined` counts as not set. */
export function mergeSampling(...layers: readonly SamplingLayer[]): LLMConfig {
  const set = layers.map((layer) =>
    Object.fromEntries(Object.entries(layer).filter(([, value]) => value !== undefined))
  );
  return Object.assign({}, DEFAULT_LLM_CONFIG, ...set);
}
