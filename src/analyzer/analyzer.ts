// The shared analyzer: log entries in, an analysis out. Production service, harness and optimizer
// all use this class, and nothing else calls a model: what is measured is what is deployed.

import { UsageError } from "../errors.ts";
import { ATTRIBUTE, SPAN } from "../telemetry/names.ts";
import { inSpan, type Instruments } from "../telemetry/spans.ts";
import type { LogEntry, ParseResult } from "./analysis.ts";
import { type ChatObserver, observeChat } from "./chat_span.ts";
import { checkOptions } from "./check_options.ts";
import type { ChatMessage, ChatModel, Completion, LLMConfig, ResponseFormat } from "./llm.ts";
import { renderLogEntries } from "./log_entry.ts";
import { openAiModel } from "./openai.ts";
import { parseResponse } from "./parse.ts";
import type { PromptTemplate } from "./prompt.ts";
import { type PromptIdentity, renderPrompt } from "./render.ts";
import { type AllowedLabels, responseFormat } from "./response_format.ts";
import { type Clock, systemClock, withRetries } from "./retry.ts";
import { mergeSampling, type SamplingLayer } from "./sampling.ts";

const DEFAULT_TIMEOUT_MS = 180_000;
const DEFAULT_RETRIES = 2;

/** Besides what to ask and how: what to report to (`tracer`, `meter`, …), nothing by default. */
export interface LogAnalyzerOptions extends Instruments {
  /** Base URL of an OpenAI-compatible server, such as `http://localhost:8080`. */
  readonly llmUrl: string;
  /** The model to ask for. llama-server answers with the one it has, whatever the name. */
  readonly modelName: string;
  /** From `parsePromptTemplate`. */
  readonly promptTemplate: PromptTemplate;
  /** Beats the prompt's `model_defaults`, which beat `DEFAULT_LLM_CONFIG`. */
  readonly config?: SamplingLayer;
  /** Bearer token for the server. */
  readonly apiKey?: string | undefined;
  /** Answers instead of the server at `llmUrl`. */
  readonly model?: ChatModel;
  /** Closed sets for a prompt whose `response_format` is `json_schema`. */
  readonly allowedLabels?: AllowedLabels;
  /** Attempts after the first; 2 by default. */
  readonly retries?: number;
  /** Limit of one attempt in milliseconds; 180,000 by default. */
  readonly timeoutMs?: number;
  /** Time and jitter of the retries; the system's by default. */
  readonly clock?: Clock;
  /** `gen_ai.provider.name` of spans and metrics; by default `openai`, the API that is spoken. */
  readonly provider?: string;
}

/** What the log entries are about. */
export interface AnalyzeContext {
  /** Kubernetes namespace; a prompt may name it as an input. */
  readonly namespace: string;
  /** ISO 8601 times. */
  readonly time_range: { readonly start: string; readonly end: string };
  /** Values of the prompt's further inputs, by name. */
  readonly [variable: string]: unknown;
}

/** How one call is made. */
export interface CallOptions {
  /** Ends the call, also between attempts. */
  readonly signal?: AbortSignal | undefined;
  /** Told before each attempt, from 1. */
  readonly onAttempt?: ((attempt: number) => void) | undefined;
  /**
   * Told each piece of the answer's text as it is generated: joined they are the completion's `text`.
   * Once it was told something, a failed attempt is not repeated.
   */
  readonly onText?: ((text: string) => void) | undefined;
}

/** A completion and what it took. */
export interface TimedCompletion extends Completion {
  /** Of the answering attempt alone, in milliseconds. */
  readonly latency_ms: number;
  /** Attempts made, at least 1. */
  readonly attempts: number;
}

/** What became of the answer, with the answer itself and the prompt that it answers. */
export type AnalyzeResult = ParseResult & {
  /** What the model said, and what it took. */
  readonly completion: TimedCompletion;
  /** Hashes of the template and of the bytes that were sent. */
  readonly prompt: PromptIdentity;
};

/**
 * Prompt, model and parser as one: `analyze` is the entry point.
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
 *   // Without this line the server at llmUrl answers.
 *   model: {
 *     complete: () =>
 *       Promise.resolve({
 *         text: "Root cause: OOM killed",
 *         finish_reason: "stop",
 *         usage: null,
 *         timings: null,
 *         model: null,
 *         system_fingerprint: null,
 *       }),
 *   },
 * });
 * const { outcome, analysis, prompt } = await analyzer.analyze([{
 *   timestamp: Date.UTC(2026, 0, 9, 14),
 *   namespace: "llm",
 *   pod: "log-analyzer-0",
 *   container: "log-analyzer",
 *   node: "node-1",
 *   message: "Memory cgroup out of memory: Killed process 1234 (python3)",
 * }], {
 *   namespace: "llm",
 *   time_range: { start: "2026-01-09T14:00:00Z", end: "2026-01-09T14:15:00Z" },
 * });
 * assert.equal(outcome, "scored");
 * assert.equal(analysis?.root_cause, "oom_killed");
 * assert.match(prompt.rendered_hash, /^sha256:[0-9a-f]{64}$/);
 * ```
 */
export class LogAnalyzer {
  /** As given. */
  readonly promptTemplate: PromptTemplate;
  /** The sampling that goes over the wire, every default filled. */
  readonly sampling: LLMConfig;
  readonly #model: ChatModel;
  readonly #responseFormat: ResponseFormat | undefined;
  readonly #retries: number;
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  readonly #tracer: Instruments["tracer"];
  readonly #inject: Instruments["inject"];
  /** `undefined` without tracer and meter: a call then goes straight to the model. */
  readonly #observe: ChatObserver | undefined;

  /**
   * Makes an analyzer; nothing is sent yet.
   *
   * @throws {UsageError} when `promptTemplate` is none, when `modelName`, `config`, `retries` or
   * `timeoutMs` cannot be used, or when no `model` is given and `llmUrl` is no http or https URL, or
   * `apiKey` holds what no header can
   */
  constructor(options: LogAnalyzerOptions) {
    if (typeof options?.promptTemplate?.user !== "string") {
      throw new UsageError("Cannot make a LogAnalyzer: promptTemplate is no prompt template", {
        hint: "parsePromptTemplate(text, name).template is one",
      });
    }
    checkOptions(options);
    this.promptTemplate = options.promptTemplate;
    this.sampling = mergeSampling(options.promptTemplate.model_defaults, options.config ?? {});
    this.#model = options.model ?? openAiModel({
      endpoint: options.llmUrl,
      model: options.modelName,
      ...(options.apiKey === undefined ? {} : { apiKey: options.apiKey }),
    });
    this.#responseFormat = responseFormat(
      options.promptTemplate.response_format,
      options.allowedLabels,
    );
    this.#retries = options.retries ?? DEFAULT_RETRIES;
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#clock = options.clock ?? systemClock();
    this.#tracer = options.tracer;
    this.#inject = options.inject;
    this.#observe = observeChat(options, {
      provider: options.provider ?? "openai",
      model: options.modelName,
      url: options.model === undefined ? options.llmUrl : null,
      sampling: this.sampling,
      responseFormat: this.#responseFormat,
      clock: this.#clock,
    });
  }

  /**
   * The messages for some logs.
   *
   * @throws {UsageError} without log entries or time range, or naming every required input of the
   * prompt that is missing
   * @throws {DataError} naming all that is wrong with the log entries
   */
  buildPrompt(logs: readonly LogEntry[], context: AnalyzeContext): readonly ChatMessage[] {
    return this.#render(logs, context).messages;
  }

  /**
   * Sends messages to the model, trying again what may succeed later.
   *
   * @param logs the entries behind the messages; only the embedded model looks at them
   * @throws {LlmError} when no attempt brought a completion
   */
  async callLlm(
    messages: readonly ChatMessage[],
    { logs = [], signal, onAttempt, onText }: CallOptions & {
      readonly logs?: readonly LogEntry[];
    } = {},
  ): Promise<TimedCompletion> {
    const request = {
      messages,
      sampling: this.sampling,
      response_format: this.#responseFormat,
      logs,
      headers: this.#inject?.(),
    };
    let told = false;
    const tell = onText && ((text: string) => {
      told = true;
      onText(text);
    });
    const { value, attempts, latency_ms } = await withRetries(
      (attemptSignal) => this.#model.complete(request, { signal: attemptSignal, onText: tell }),
      {
        retries: this.#retries,
        timeoutMs: this.#timeoutMs,
        clock: this.#clock,
        signal: signal ?? new AbortController().signal,
        onAttempt,
        mayRepeat: onText && (() => !told),
      },
    );
    return { ...value, latency_ms, attempts };
  }

  /** Reads a model's text; never throws. */
  parseResponse(text: string, finishReason: string | null = null): ParseResult {
    return parseResponse(text, { finishReason });
  }

  /**
   * Analyzes logs: renders the prompt, calls the model, reads the answer.
   *
   * @returns the answer's outcome; a bad answer is a value, not an error
   * @throws {UsageError} without log entries or time range, or when a required input is missing
   * @throws {DataError} naming all that is wrong with the log entries
   * @throws {LlmError} when the model gave no completion
   */
  analyze(
    logs: readonly LogEntry[],
    options: AnalyzeContext & CallOptions,
  ): Promise<AnalyzeResult> {
    const { signal, onAttempt, onText, ...context } = options ?? {};
    return inSpan(this.#tracer, SPAN.analyze, undefined, async (span) => {
      const { messages, prompt } = inSpan(
        this.#tracer,
        SPAN.render,
        undefined,
        () => this.#render(logs, context as AnalyzeContext),
      );
      span?.setAttributes({
        [ATTRIBUTE.logCount]: logs.length,
        [ATTRIBUTE.promptId]: prompt.id,
        [ATTRIBUTE.promptTemplateHash]: prompt.template_hash,
        [ATTRIBUTE.promptHash]: prompt.rendered_hash,
      });
      const call = () => this.callLlm(messages, { logs, signal, onAttempt, onText });
      const completion = await (this.#observe ? this.#observe(messages, call) : call());
      const parsed = inSpan(
        this.#tracer,
        SPAN.parse,
        undefined,
        () => this.parseResponse(completion.text, completion.finish_reason),
      );
      span?.setAttribute(ATTRIBUTE.outcome, parsed.outcome);
      return { ...parsed, completion, prompt };
    });
  }

  #render(logs: readonly LogEntry[], context: AnalyzeContext) {
    const { time_range, ...variables } = context ?? {};
    if (typeof time_range?.start !== "string" || typeof time_range.end !== "string") {
      throw new UsageError(
        "Cannot analyze logs: time_range is missing or no pair of ISO 8601 times",
        {
          hint: "the second argument is { namespace, time_range: { start, end } }",
        },
      );
    }
    const values: Record<string, string> = {
      logs: renderLogEntries(logs),
      time_range: `${time_range.start} to ${time_range.end}`,
    };
    for (const [name, value] of Object.entries(variables)) {
      if (typeof value === "string" || typeof value === "number") values[name] = String(value);
    }
    return renderPrompt(this.promptTemplate, values);
  }
}
