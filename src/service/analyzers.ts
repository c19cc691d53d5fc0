// The analyzers behind the service, one for each prompt, made as `logeval run` makes its own: what is
// measured is what answers here.

import type { LogEntry } from "../analyzer/analysis.ts";
import { type AnalyzeContext, LogAnalyzer } from "../analyzer/analyzer.ts";
import type { PromptTemplate } from "../analyzer/prompt.ts";
import type { Clock } from "../analyzer/retry.ts";
import { allowedLabels, type Taxonomy, taxonomyVariables } from "../dataset/taxonomy.ts";
import { UsageError } from "../errors.ts";
import type { Instruments } from "../telemetry/spans.ts";
import type { AnalyzeRequest } from "./analyze_request.ts";
import type { ServiceSettings } from "./settings.ts";

/** A prompt's analyzer, one for each template. */
export type AnalyzerOf = (template: PromptTemplate) => LogAnalyzer;

export function analyzers(
  settings: ServiceSettings,
  taxonomy: Taxonomy,
  { clock, telemetry }: { readonly clock: Clock; readonly telemetry: Instruments | null },
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
      tracer: telemetry?.tracer,
      meter: telemetry?.meter,
      captureContent: telemetry?.captureContent,
      inject: telemetry?.inject,
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
): AnalyzeContext {
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
