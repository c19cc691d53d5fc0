/**
 * What other services import: the analyzer that is measured, its prompts, its parser and its
 * metrics. Nothing of harness, server or command line comes with it, and nothing that only Deno has:
 * bundled to one file it runs in Node.
 *
 * Three things can go wrong, and they are never mixed: what was given cannot be used (`UsageError`,
 * `DataError`), the model gave no completion (`LlmError`), the model gave a bad answer (a value:
 * `outcome` says which kind).
 *
 * @example
 * ```ts
 * import { LogAnalyzer, parsePromptTemplate } from "@logeval/logeval";
 * import assert from "node:assert/strict";
 *
 * const { template } = parsePromptTemplate(
 *   "id: short\nversion: 1\ninputs: {required: [logs]}\nuser: 'Root cause? {{ logs }}'\n",
 *   "short.yaml",
 * );
 * const analyzer = new LogAnalyzer({
 *   llmUrl: "http://localhost:8080",
 *   modelName: "llama-3.2-3b-instruct",
 *   promptTemplate: template,
 * });
 * assert.equal(analyzer.parseResponse("Root cause: OOM killed").analysis?.root_cause, "oom_killed");
 * ```
 *
 * @module
 */

export {
  type AnalyzeContext,
  type AnalyzeResult,
  type CallOptions,
  LogAnalyzer,
  type LogAnalyzerOptions,
  type TimedCompletion,
} from "./analyzer/analyzer.ts";
export type { Analysis, LogEntry, Outcome, ParseResult } from "./analyzer/analysis.ts";
export {
  type ChatMessage,
  type ChatModel,
  type ChatRequest,
  type CompleteOptions,
  type Completion,
  DEFAULT_LLM_CONFIG,
  type LLMConfig,
  type ResponseFormat,
  type ServerTimings,
  type TokenUsage,
} from "./analyzer/llm.ts";
export { renderLogEntry } from "./analyzer/log_entry.ts";
export { normalizeLabel } from "./analyzer/normalize.ts";
export { openAiModel, type OpenAiOptions } from "./analyzer/openai.ts";
export { type ParseOptions, parseResponse } from "./analyzer/parse.ts";
export {
  type ParsedPrompt,
  parsePromptTemplate,
  type PromptProvenance,
  type PromptTemplate,
} from "./analyzer/prompt.ts";
export { renderPromptYaml } from "./analyzer/prompt_yaml.ts";
export {
  type PromptIdentity,
  type RenderedPrompt,
  renderPrompt,
  templateHash,
  variablesHash,
} from "./analyzer/render.ts";
export type { AllowedLabels } from "./analyzer/response_format.ts";
export type { Clock } from "./analyzer/retry.ts";
export type { SamplingLayer } from "./analyzer/sampling.ts";
export {
  FIXED_INPUTS,
  type FixedInput,
  type PromptVerification,
  renderedHashes,
  type RenderedMismatch,
  requestHash,
  verifyPrompt,
} from "./analyzer/verify.ts";
export {
  allowedLabels,
  type LabelDefinitions,
  parseTaxonomy,
  type Taxonomy,
  taxonomyVariables,
} from "./dataset/taxonomy.ts";
export { DataError, type ErrorDetails, LlmError, type LlmErrorKind, UsageError } from "./errors.ts";
export { rougeL } from "./metrics/rouge_l.ts";
export {
  type Expected,
  type Metric,
  METRIC_VERSION,
  METRICS,
  type Predicted,
  scoreAnalysis,
  type Scores,
  WEIGHTS,
} from "./metrics/score.ts";
export { tokenF1 } from "./metrics/token_f1.ts";
export type { Meter, Tracer } from "./telemetry/api_types.ts";
export type { Instruments } from "./telemetry/spans.ts";
