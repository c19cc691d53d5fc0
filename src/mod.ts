/**
 * What other services import: the analyzer that is measured, its prompts, its parser and its
 * metrics. Nothing of harness or command line comes with it.
 *
 * @example
 * ```ts
 * import { LogAnalyzer, parsePromptTemplate } from "./mod.ts";
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
 * analyzer.parseResponse("Root cause: OOM killed"); // { outcome: "scored", analysis: … }
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
  renderLogEntry,
  type TimedCompletion,
} from "./analyzer/analyzer.ts";
export type { Analysis, LogEntry, Outcome, ParseResult } from "./analyzer/analysis.ts";
export { BUILTIN_PROMPTS } from "./analyzer/builtin_prompts.ts";
export type {
  ChatMessage,
  ChatModel,
  ChatRequest,
  Completion,
  LLMConfig,
  ResponseFormat,
} from "./analyzer/llm.ts";
export { normalizeLabel } from "./analyzer/normalize.ts";
export { openAiModel } from "./analyzer/openai.ts";
export { parseResponse } from "./analyzer/parse.ts";
export {
  parsePromptTemplate,
  type PromptProvenance,
  type PromptTemplate,
} from "./analyzer/prompt.ts";
export { renderPromptYaml } from "./analyzer/prompt_yaml.ts";
export {
  type PromptIdentity,
  renderPrompt,
  templateHash,
  variablesHash,
} from "./analyzer/render.ts";
export type { AllowedLabels } from "./analyzer/response_format.ts";
export {
  FIXED_INPUTS,
  type FixedInput,
  type PromptVerification,
  renderedHashes,
  type RenderedMismatch,
  verifyPrompt,
} from "./analyzer/verify.ts";
export {
  allowedLabels,
  parseTaxonomy,
  type Taxonomy,
  taxonomyVariables,
} from "./dataset/taxonomy.ts";
export { LlmError, type LlmErrorKind, UsageError } from "./errors.ts";
export { rougeL } from "./metrics/rouge_l.ts";
export { METRIC_VERSION, scoreAnalysis, type Scores, WEIGHTS } from "./metrics/score.ts";
export { tokenF1 } from "./metrics/token_f1.ts";
export type { Instruments } from "./telemetry/spans.ts";
