// `logeval analyze` at the prompt: logs in, the model's analysis out, once.

import type { LogEntry } from "../analyzer/analysis.ts";
import { LogAnalyzer } from "../analyzer/analyzer.ts";
import { countTokens } from "../analyzer/count_tokens.ts";
import { probeServer } from "../analyzer/preflight.ts";
import { allowedLabels, taxonomyVariables } from "../dataset/taxonomy.ts";
import { LlmError } from "../errors.ts";
import { printable } from "../format.ts";
import {
  CHAT_TEMPLATE_TOKENS,
  estimateTokens,
  fitContext,
  shortened,
} from "../service/fit_context.ts";
import { readSettings, type ServiceSettings } from "../service/settings.ts";
import type { Instruments } from "../telemetry/spans.ts";
import type { AnalyzeOptions, LogSource } from "./analyze.ts";
import { type AnalyzeInput, readLogs } from "./analyze_input.ts";
import { analyzePrompt, analyzeTaxonomy } from "./analyze_prompt.ts";
import {
  analysisDocument,
  type Asked,
  renderAnalysis,
  renderAsked,
  renderEnd,
} from "./analyze_report.ts";
import { type CliContext, EXIT } from "./context.ts";

/** A name for servers that have one model and do not look at it. */
const UNNAMED = "default";
/** What holds here where no variable says otherwise; a service has to be told. */
const DEFAULTS: Readonly<Record<string, string>> = {
  LOG_ANALYZER_LLM_URL: "http://localhost:8080",
  LOG_ANALYZER_LLM_MODEL: UNNAMED,
  LOG_ANALYZER_LOKI_URL: "http://localhost:3100",
};
const PROBE_TIMEOUT_MS = 2500;
/** Ollama's own: the smallest of the servers that do not say theirs. */
const ASSUMED_CONTEXT = 4096;

/**
 * Analyzes once. The first Ctrl-C ends the reading of a pipe and lets what came be analyzed; after the
 * reading it ends the call, and so does a reader of stdout that leaves.
 *
 * @returns 4 when the answer cannot be read, 130 when it was not waited for
 * @throws {UsageError} for settings or a prompt that cannot be used
 * @throws {DataError} when there are no logs
 * @throws {LlmError} when the model cannot be reached or gives no answer
 */
export async function analyzeText(
  context: CliContext,
  source: LogSource,
  options: AnalyzeOptions,
  instruments: Instruments | undefined,
): Promise<number> {
  const { stdout, stderr, env, envNames } = context;
  // A variable that is set to nothing is not set.
  const settings = readSettings((name) => env(name)?.trim() || DEFAULTS[name], envNames());
  const template = await analyzePrompt(context, options.prompt, settings);
  const taxonomy = await analyzeTaxonomy(context, settings);
  const input = await readLogs(context, source, options, settings);
  if (input === null) {
    stderr("stopped: no line came in\n");
    return EXIT.interrupted;
  }

  /** Whether a line of the answer stands open on stdout. */
  let open = false;
  const tell = (text: string) => {
    open = true;
    stdout(printable(text));
  };
  const signal = AbortSignal.any([input.signal, context.unread]);
  const llmUrl = options.modelUrl ?? settings.llm_url;
  try {
    const server = await probeServer(llmUrl, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(PROBE_TIMEOUT_MS)]),
      apiKey: settings.llm_api_key,
    });
    const analyzer = new LogAnalyzer({
      llmUrl,
      modelName: options.model ?? modelName(settings, server.model),
      promptTemplate: template,
      apiKey: settings.llm_api_key,
      allowedLabels: allowedLabels(taxonomy),
      timeoutMs: settings.llm_timeout_s * 1000,
      clock: context.clock,
      tracer: instruments?.tracer,
      meter: instruments?.meter,
      captureContent: instruments?.captureContent,
      inject: instruments?.inject,
    });
    const variables = {
      ...taxonomyVariables(taxonomy),
      namespace: namespaceOf(input, options),
      time_range: input.time_range,
    };
    const { entries, asked } = await fitted(analyzer, variables, input, {
      settings,
      llmUrl,
      n_ctx: server.n_ctx,
      signal,
    });
    stderr(renderAsked(asked));
    const result = await analyzer.analyze(entries, {
      ...variables,
      signal,
      onText: options.stream && tell,
    });
    if (options.json) stdout(`${JSON.stringify(analysisDocument(result, asked), null, 2)}\n`);
    else stdout(options.stream ? "\n" : renderAnalysis(result));
    stderr(renderEnd(result));
    return result.outcome === "scored" ? EXIT.ok : EXIT.model;
  } catch (error) {
    if (context.unread.aborted) return EXIT.ok;
    if (open) stdout("\n");
    if (!signal.aborted) throw withKeyHint(error);
    stderr("stopped: the answer was not waited for\n");
    return EXIT.interrupted;
  }
}

interface Limits {
  readonly settings: ServiceSettings;
  readonly llmUrl: string;
  /** What the server says of itself. */
  readonly n_ctx: number | null;
  readonly signal: AbortSignal;
}

/** The newest entries that the model's context holds, and how many lines that leaves out. */
async function fitted(
  analyzer: LogAnalyzer,
  variables: Parameters<LogAnalyzer["buildPrompt"]>[1],
  input: AnalyzeInput,
  { settings, llmUrl, n_ctx, signal }: Limits,
): Promise<{ readonly entries: readonly LogEntry[]; readonly asked: Asked }> {
  let countable = true;
  async function tokensOf(entries: readonly LogEntry[]): Promise<number> {
    const text = analyzer.buildPrompt(entries, variables).map(({ content }) => content).join("\n");
    const options = { signal, apiKey: settings.llm_api_key };
    const counted = countable ? await countTokens(llmUrl, text, options) : null;
    countable = counted !== null;
    return counted ?? estimateTokens(text);
  }
  const contextTokens = n_ctx ?? ASSUMED_CONTEXT;
  const budget = contextTokens - analyzer.sampling.max_tokens - CHAT_TEMPLATE_TOKENS;
  const { entries, cut } = await fitContext(
    input.entries.map((entry) => shortened(entry, settings.max_log_chars)),
    { budget, tokensOf },
  );
  const lines = input.lineCounts.slice(cut).reduce((sum, count) => sum + count, 0);
  const asked = {
    url: llmUrl,
    lines: input.lines,
    cut: input.lines - lines,
    shortened: entries.filter(({ message }, at) => message !== input.entries[cut + at]?.message)
      .length,
    contextTokens,
    contextKnown: n_ctx !== null,
  };
  return { entries, asked };
}

function modelName({ llm_model }: ServiceSettings, served: string | null): string {
  return llm_model === UNNAMED && served !== null ? served : llm_model;
}

function namespaceOf({ entries }: AnalyzeInput, { namespace }: AnalyzeOptions): string {
  return namespace ?? [...new Set(entries.map((entry) => entry.namespace))].sort().join(", ");
}

/** The key has a place of its own here. */
function withKeyHint(error: unknown): unknown {
  if (!(error instanceof LlmError) || (error.status !== 401 && error.status !== 403)) return error;
  const { kind, message, status } = error;
  const hint = "LOG_ANALYZER_LLM_API_KEY holds the server's key";
  return new LlmError(kind, message, { hint, status, cause: error });
}
