// What a model call tells OpenTelemetry: a client span by the GenAI conventions, around all attempts,
// and histograms of time and tokens. Used by `LogAnalyzer` when it has a tracer or a meter.

import type { Attributes, Histogram, Meter, Span } from "@opentelemetry/api";
import { ATTRIBUTE, HISTOGRAM, SPAN } from "../telemetry/names.ts";
import { serverAddress } from "../telemetry/server_address.ts";
import { CLIENT, errorTypeOf, inSpan, type Instruments } from "../telemetry/spans.ts";
import type { TimedCompletion } from "./analyzer.ts";
import type { ChatMessage, LLMConfig, ResponseFormat } from "./llm.ts";
import type { Clock } from "./retry.ts";

/** What is the same for all calls of an analyzer. */
export interface ChatFacts {
  readonly provider: string;
  readonly model: string;
  /** The server's address, `null` when a call goes to none. */
  readonly url: string | null;
  readonly sampling: LLMConfig;
  readonly responseFormat: ResponseFormat | undefined;
  readonly clock: Pick<Clock, "monotonic">;
}

/** Told each piece of a streamed answer. */
export type OnText = (text: string) => void;

/**
 * Makes a call and tells of it.
 *
 * @param call gets `onText` as it is to be called, `undefined` when there is none
 * @throws what `call` throws
 */
export type ChatObserver = (
  messages: readonly ChatMessage[],
  call: (onText: OnText | undefined) => Promise<TimedCompletion>,
  onText?: OnText,
) => Promise<TimedCompletion>;

/**
 * Returns what observes the calls of an analyzer; `undefined` when nobody listens.
 *
 * Token counts that a server does not report are left out, also of failed calls: the conventions'
 * zero would count as a prompt without tokens.
 */
export function observeChat(
  { tracer, meter, captureContent = false }: Instruments,
  facts: ChatFacts,
): ChatObserver | undefined {
  if (tracer === undefined && meter === undefined) return undefined;
  const { clock } = facts;
  const name = `${SPAN.chat} ${facts.model}`;
  const common = commonAttributes(facts);
  const requested = { ...common, ...requestAttributes(facts) };
  const histograms = meter && chatHistograms(meter);

  return (messages, call, onText) =>
    inSpan(tracer, name, requested, async (span) => {
      if (captureContent) span?.setAttribute(ATTRIBUTE.inputMessages, inputMessages(messages));
      const started = clock.monotonic();
      const seconds = () => (clock.monotonic() - started) / 1000;
      let first: number | undefined;
      const heard = onText && ((text: string) => {
        first ??= seconds();
        onText(text);
      });
      if (heard) span?.setAttribute(ATTRIBUTE.stream, true);
      let completion: TimedCompletion;
      try {
        completion = await call(heard);
      } catch (error) {
        histograms?.duration.record(seconds(), {
          ...common,
          [ATTRIBUTE.errorType]: errorTypeOf(error),
        });
        throw error;
      }
      if (histograms) recordCompletion(histograms, completion, common, seconds(), first);
      if (span) tellCompletion(span, completion, first, captureContent);
      return completion;
    }, { kind: CLIENT });
}

function commonAttributes({ provider, model, url }: ChatFacts): Attributes {
  return {
    [ATTRIBUTE.operation]: "chat",
    [ATTRIBUTE.provider]: provider,
    [ATTRIBUTE.requestModel]: model,
    ...(url === null ? {} : serverAddress(url)),
  };
}

function requestAttributes({ sampling, responseFormat }: ChatFacts): Attributes {
  const { seed } = sampling;
  const json = responseFormat !== undefined && responseFormat.type !== "text";
  return {
    [ATTRIBUTE.temperature]: sampling.temperature,
    [ATTRIBUTE.maxTokens]: sampling.max_tokens,
    [ATTRIBUTE.topP]: sampling.top_p,
    [ATTRIBUTE.frequencyPenalty]: sampling.frequency_penalty,
    [ATTRIBUTE.presencePenalty]: sampling.presence_penalty,
    ...(seed === undefined ? {} : { [ATTRIBUTE.seed]: seed }),
    ...(json ? { [ATTRIBUTE.outputType]: "json" } : {}),
  };
}

type ChatHistograms = Readonly<Record<keyof typeof HISTOGRAM, Histogram>>;

function chatHistograms(meter: Meter): ChatHistograms {
  const create = ({ name, description, unit, bounds }: (typeof HISTOGRAM)[keyof ChatHistograms]) =>
    meter.createHistogram(name, {
      description,
      unit,
      advice: { explicitBucketBoundaries: [...bounds] },
    });
  return {
    duration: create(HISTOGRAM.duration),
    timeToFirstChunk: create(HISTOGRAM.timeToFirstChunk),
    inputTokens: create(HISTOGRAM.inputTokens),
    outputTokens: create(HISTOGRAM.outputTokens),
  };
}

function recordCompletion(
  { duration, timeToFirstChunk, inputTokens, outputTokens }: ChatHistograms,
  { usage, model }: TimedCompletion,
  common: Attributes,
  seconds: number,
  first: number | undefined,
): void {
  const attributes = model === null ? common : { ...common, [ATTRIBUTE.responseModel]: model };
  duration.record(seconds, attributes);
  if (first !== undefined) timeToFirstChunk.record(first, attributes);
  if (usage === null) return;
  inputTokens.record(usage.prompt_tokens, attributes);
  outputTokens.record(usage.completion_tokens, attributes);
}

function tellCompletion(
  span: Span,
  { usage, model, finish_reason, attempts, text }: TimedCompletion,
  first: number | undefined,
  captureContent: boolean,
): void {
  span.setAttribute(ATTRIBUTE.attempts, attempts);
  if (model !== null) span.setAttribute(ATTRIBUTE.responseModel, model);
  if (finish_reason !== null) span.setAttribute(ATTRIBUTE.finishReasons, [finish_reason]);
  if (first !== undefined) span.setAttribute(ATTRIBUTE.timeToFirstChunk, first);
  if (usage !== null) {
    span.setAttribute(ATTRIBUTE.inputTokens, usage.prompt_tokens);
    span.setAttribute(ATTRIBUTE.outputTokens, usage.completion_tokens);
    if (usage.cached_tokens !== null) {
      span.setAttribute(ATTRIBUTE.cachedTokens, usage.cached_tokens);
    }
  }
  if (captureContent) {
    span.setAttribute(ATTRIBUTE.outputMessages, outputMessages(text, finish_reason));
  }
}

function inputMessages(messages: readonly ChatMessage[]): string {
  return JSON.stringify(messages.map(({ role, content }) => ({ role, parts: [part(content)] })));
}

function outputMessages(text: string, finish_reason: string | null): string {
  const message = { role: "assistant", parts: [part(text)] };
  return JSON.stringify([finish_reason === null ? message : { ...message, finish_reason }]);
}

function part(content: string) {
  return { type: "text", content };
}
