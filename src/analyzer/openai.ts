// The OpenAI-compatible HTTP client: takes a `ChatRequest`, posts it to llama-server, Ollama, vLLM
// or OpenAI, and gives a `Completion` or an `LlmError`. Built by the wiring, called by `LogAnalyzer`.
// Decoding is by hand and not by schema because this is the hot path of a run.

import { LlmError, UsageError } from "../errors.ts";
import { connectionFault } from "./connection_fault.ts";
import { asString, decodeJson, valueAt } from "./json_value.ts";
import type {
  ChatModel,
  ChatRequest,
  CompleteOptions,
  Completion,
  ServerTimings,
  TokenUsage,
} from "./llm.ts";
import { retryAfter, serverWords, statusError } from "./openai_status.ts";
import { isEventStream, readStream } from "./openai_stream.ts";

/** Where the model answers. */
export interface OpenAiOptions {
  /** Root of the server, its `/v1`, or the whole URL of its chat completions. */
  readonly endpoint: string;
  /** The model to ask for. llama-server answers with the one it has, whatever the name. */
  readonly model: string;
  /** Sent as bearer token; never part of an error. */
  readonly apiKey?: string | undefined;
  /** Makes the requests; the global one by default. */
  readonly fetch?: typeof fetch | undefined;
  /** Epoch milliseconds, for a `Retry-After` that is a date. */
  readonly now?: (() => number) | undefined;
}

/** Most characters of a server's words that an error repeats. */
const EXCERPT_CHARS = 200;
/** Most bytes of a body: an answer is a few thousand; without a limit a broken server fills memory. */
const MOST_BODY_BYTES = 8 * 1024 * 1024;

/**
 * Returns a model that answers over HTTP, one request a call, without retries.
 *
 * @throws {UsageError} when the endpoint is no http(s) URL or the key cannot stand in a header.
 *
 * @example
 * ```ts
 * import { openAiModel } from "@logeval/logeval";
 * import assert from "node:assert/strict";
 *
 * const model = openAiModel({
 *   endpoint: "http://localhost:8080",
 *   model: "llama-3.2-3b-instruct",
 *   // Stands in for a server here.
 *   fetch: () =>
 *     Promise.resolve(Response.json({
 *       choices: [{ message: { content: "Severity: error" }, finish_reason: "stop" }],
 *     })),
 * });
 * const { text, usage } = await model.complete({
 *   messages: [{ role: "user", content: "How bad is it?" }],
 *   sampling: {
 *     temperature: 0,
 *     max_tokens: 20,
 *     top_p: 1,
 *     frequency_penalty: 0,
 *     presence_penalty: 0,
 *   },
 *   logs: [],
 * }, { signal: AbortSignal.timeout(5000) });
 * assert.equal(text, "Severity: error");
 * assert.equal(usage, null); // the server reported none
 * ```
 */
export function openAiModel(
  { endpoint, model, apiKey, fetch = globalThis.fetch, now = Date.now }: OpenAiOptions,
): ChatModel {
  const url = chatCompletionsUrl(endpoint);
  const headers = { "content-type": "application/json", ...authorization(apiKey) };

  /** Server text as an error may show it: one line, cut, without the key. */
  function excerpt(text: string): string {
    const line = (apiKey ? text.replaceAll(apiKey, "[key]") : text).replace(/\s+/g, " ").trim();
    return line.length > EXCERPT_CHARS ? `${line.slice(0, EXCERPT_CHARS)}…` : line;
  }

  async function post(
    body: string,
    signal: AbortSignal,
    more: ChatRequest["headers"],
  ): Promise<Response> {
    try {
      const all = more === undefined ? headers : { ...more, ...headers };
      return await fetch(url, { method: "POST", headers: all, body, signal });
    } catch (error) {
      signal.throwIfAborted();
      throw new LlmError("unreachable", excerpt(connectionFault(error)), { cause: error });
    }
  }

  async function fromStream(
    body: ReadableStream<Uint8Array>,
    onText: (text: string) => void,
    signal: AbortSignal,
  ): Promise<Completion> {
    let answer: unknown;
    try {
      answer = await readStream(body, onText);
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
    const completion = decodeCompletion(answer);
    if (completion !== null) return completion;
    const code = valueAt(answer, "error", "code");
    const status = typeof code === "number" && code >= 400 ? code : 500;
    const said = excerpt(serverWords(answer) ?? JSON.stringify(answer));
    throw statusError(answer, { status, retryAfterMs: null, said, url });
  }

  async function complete(
    request: ChatRequest,
    { signal, onText }: CompleteOptions,
  ): Promise<Completion> {
    const body = requestBody(model, request, onText !== undefined);
    const response = await post(body, signal, request.headers);
    const { status } = response;
    if (onText !== undefined && response.ok && response.body && isEventStream(response)) {
      return await fromStream(response.body, onText, signal);
    }
    let text: string;
    try {
      text = await readBody(response);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof LlmError) throw error;
      throw new LlmError("bad_response", "the answer broke off", { cause: error, status });
    }
    const answer = decodeJson(text);
    if (!response.ok) {
      const retryAfterMs = retryAfter(response.headers, now);
      const said = excerpt(serverWords(answer) ?? text);
      throw statusError(answer, { status, retryAfterMs, said, url });
    }
    const completion = decodeCompletion(answer);
    if (completion === null) {
      const said = text === "" ? "the body is empty" : excerpt(text);
      throw new LlmError("bad_response", `the answer is no chat completion: ${said}`, { status });
    }
    // A server that does not know `stream` answers in one piece.
    if (completion.text !== "") onText?.(completion.text);
    return completion;
  }

  return { complete };
}

/** The body as text, in one go when its length is known to be small. */
async function readBody(response: Response): Promise<string> {
  const length = Number(response.headers.get("content-length") ?? NaN);
  if (length <= MOST_BODY_BYTES || response.body === null) return await response.text();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  // Leaving the loop cancels the rest of the body.
  for await (const chunk of response.body) {
    bytes += chunk.length;
    if (bytes > MOST_BODY_BYTES) {
      throw new LlmError("bad_response", "the answer is longer than 8 MB", {
        status: response.status,
      });
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/**
 * Returns the URL of the chat completions of a server that is named by its root, by its `/v1` (any
 * version) or in full. Other path prefixes and a query are kept.
 *
 * @throws {UsageError} when `endpoint` is no URL or neither http nor https.
 */
export function chatCompletionsUrl(endpoint: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : null;
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw new UsageError(
      `Cannot use the model endpoint "${endpoint}": it is no http or https URL`,
      {
        hint: 'It looks like "http://localhost:8080" or "https://api.openai.com/v1"',
      },
    );
  }
  const path = url.pathname.replace(/\/+$/, "");
  if (path.endsWith("/chat/completions")) {
    url.pathname = path;
  } else {
    url.pathname = /\/v\d+$/.test(path)
      ? `${path}/chat/completions`
      : `${path}/v1/chat/completions`;
  }
  url.hash = "";
  return url.href;
}

/**
 * Returns the header that carries the key; none without a key.
 *
 * @throws {UsageError} when the key holds what no header can: fetch's own error would show the key.
 */
export function authorization(apiKey: string | undefined): Record<string, string> {
  if (!apiKey) return {};
  if (!/^[\x21-\x7e]+$/.test(apiKey)) {
    throw new UsageError("Cannot use the API key: it holds white space or a non-ASCII character", {
      hint: "Is there a line break at its end?",
    });
  }
  return { authorization: `Bearer ${apiKey}` };
}

function requestBody(
  model: string,
  { messages, sampling, response_format }: ChatRequest,
  stream: boolean,
): string {
  // What is undefined (seed, response_format, stream_options) does not get into the JSON.
  return JSON.stringify({
    model,
    messages: messages.map(({ role, content }) => ({ role, content })),
    temperature: sampling.temperature,
    max_tokens: sampling.max_tokens,
    top_p: sampling.top_p,
    frequency_penalty: sampling.frequency_penalty,
    presence_penalty: sampling.presence_penalty,
    seed: sampling.seed,
    response_format,
    stream,
    stream_options: stream ? { include_usage: true } : undefined,
  });
}

function decodeCompletion(body: unknown): Completion | null {
  const choice = valueAt(body, "choices", 0);
  const message = valueAt(choice, "message");
  if (typeof message !== "object" || message === null) return null;
  // A refusal of OpenAI's comes with a content that is null.
  const content = valueAt(message, "content") ?? valueAt(message, "refusal") ?? "";
  if (typeof content !== "string") return null;
  // llama-server says `reasoning_content`; Ollama and vLLM say `reasoning`.
  const thoughts = asString(valueAt(message, "reasoning_content")) ??
    asString(valueAt(message, "reasoning"));
  return {
    text: thoughts ? `<think>${thoughts}</think>\n${content}` : content,
    finish_reason: asString(valueAt(choice, "finish_reason")),
    usage: decodeUsage(valueAt(body, "usage")),
    timings: decodeTimings(valueAt(body, "timings")),
    model: asString(valueAt(body, "model")),
    system_fingerprint: asString(valueAt(body, "system_fingerprint")),
  };
}

function decodeUsage(usage: unknown): TokenUsage | null {
  const prompt_tokens = valueAt(usage, "prompt_tokens");
  const completion_tokens = valueAt(usage, "completion_tokens");
  if (typeof prompt_tokens !== "number" || typeof completion_tokens !== "number") return null;
  const cached = valueAt(usage, "prompt_tokens_details", "cached_tokens");
  return {
    prompt_tokens,
    completion_tokens,
    cached_tokens: typeof cached === "number" ? cached : null,
  };
}

function decodeTimings(timings: unknown): ServerTimings | null {
  const prompt_ms = valueAt(timings, "prompt_ms");
  const predicted_ms = valueAt(timings, "predicted_ms");
  if (typeof prompt_ms !== "number" || typeof predicted_ms !== "number") return null;
  return { prompt_ms, predicted_ms };
}
