// The second half of every analysis: a turn at the model, then the same analyzer that is measured.

import type { LogEntry } from "../analyzer/analysis.ts";
import { type AnalyzeResult, LogAnalyzer } from "../analyzer/analyzer.ts";
import type { PromptTemplate } from "../analyzer/prompt.ts";
import type { Clock } from "../analyzer/retry.ts";
import { allowedLabels, type Taxonomy, taxonomyVariables } from "../dataset/taxonomy.ts";
import { LlmError, UsageError } from "../errors.ts";
import type { AnalyzeRequest } from "./analyze_request.ts";
import type { Call } from "./call.ts";
import type { Gathered } from "./gather.ts";
import type { Prompts } from "./prompts.ts";
import type { Tracing } from "./request_span.ts";
import type { ServiceMetrics } from "./service_metrics.ts";
import type { ServiceSettings } from "./settings.ts";

/** A prompt's analyzer, one for each template. */
export type AnalyzerOf = (template: PromptTemplate) => LogAnalyzer;

/** Makes the analyzers as `logeval run` makes its own. */
export function analyzers(
  settings: ServiceSettings,
  taxonomy: Taxonomy,
  { clock, tracing }: { readonly clock: Clock; readonly tracing: Tracing | null },
): AnalyzerOf {
  const made = new WeakMap<PromptTemplate, LogAnalyzer>();
  return (template) => {
    const known = made.get(template);
    if (known !== undefined) return known;
    const analyzer = new LogAnalyzer({
      llmUrl: settings.llm_url,
      modelName: settings.llm_model,
      promptTemplate: template,
      apiKey: settings.llm_api_key,
      allowedLabels: allowedLabels(taxonomy),
      timeoutMs: settings.llm_timeout_s * 1000,
      clock,
      tracer: tracing?.tracer,
    });
    made.set(template, analyzer);
    return analyzer;
  };
}

/** What the prompt is told besides the logs, the same as in a run. */
export function analyzeContext(
  { filters, time_range }: Pick<AnalyzeRequest, "filters" | "time_range">,
  entries: readonly LogEntry[],
  taxonomy: Taxonomy,
) {
  const seen = [...new Set(entries.map(({ namespace }) => namespace))].sort();
  const namespace = filters.namespace ?? seen.join(", ");
  return { ...taxonomyVariables(taxonomy), namespace, time_range };
}

/**
 * Whether the service can fill in all that a prompt asks for.
 *
 * @throws {UsageError} naming the inputs that it cannot give
 */
export function checkPrompt(template: PromptTemplate, taxonomy: Taxonomy): void {
  const given = Object.keys(analyzeContext(CHECKED, [], taxonomy));
  const missing = template.inputs.required.filter((name) =>
    name !== "logs" && !given.includes(name)
  );
  if (missing.length === 0) return;
  throw new UsageError(
    `Cannot use prompt "${template.id}": the service has no value for its required input ${
      missing.join(", ")
    }`,
    { hint: `it gives logs, ${given.join(", ")}; give the input a default under inputs.optional` },
  );
}

/** Any request: only the names of what it gives are looked at. */
const CHECKED = { filters: { severity: "all" }, time_range: { start: "", end: "" } } as const;

export interface AskDeps {
  readonly prompts: Prompts;
  readonly taxonomy: Taxonomy;
  readonly analyzerOf: AnalyzerOf;
  readonly metrics: ServiceMetrics;
  readonly clock: Pick<Clock, "monotonic">;
}

/**
 * @param onText told each piece of the answer as it is generated
 * @throws {LlmError} when the model gave no completion
 * @throws the reason of the call's signal
 */
export async function askModel(
  call: Call,
  { request, entries, place }: Gathered,
  { prompts, taxonomy, analyzerOf, metrics, clock }: AskDeps,
  onText?: (text: string) => void,
): Promise<AnalyzeResult> {
  call.stage = "turn";
  const asked = clock.monotonic();
  await place.turn(call.signal);
  const started = clock.monotonic();
  call.stage = "model";
  const { template } = prompts.current().active;
  call.note({ prompt: template.id, wait_ms: Math.round(started - asked) });
  try {
    const result = await analyzerOf(template).analyze(entries, {
      ...analyzeContext(request, entries, taxonomy),
      signal: call.signal,
      onText,
    });
    const ms = clock.monotonic() - started;
    metrics.answer(result, ms);
    const { usage, attempts } = result.completion;
    call.note({
      outcome: result.outcome,
      attempts,
      prompt_tokens: usage?.prompt_tokens ?? null,
      completion_tokens: usage?.completion_tokens ?? null,
    });
    return result;
  } catch (error) {
    const kind = error instanceof LlmError ? error.kind : "ended early";
    metrics.modelFailed(kind, clock.monotonic() - started);
    throw error;
  } finally {
    call.note({ model_ms: Math.round(clock.monotonic() - started) });
    place[Symbol.dispose]();
  }
}
