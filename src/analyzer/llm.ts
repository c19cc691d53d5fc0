// The seam between the analyzer and a model: one call in, one completion out. Everything that
// answers (HTTP server, embedded model, script) implements `ChatModel`; only `LogAnalyzer` calls it.

import type { LogEntry } from "./analysis.ts";

/** One message of a chat. */
export interface ChatMessage {
  /** Who says it. */
  readonly role: "system" | "user" | "assistant";
  /** What is said, as plain text. */
  readonly content: string;
}

/** How the model samples its tokens. */
export interface LLMConfig {
  /** 0 to 2; 0 takes the likeliest token. */
  readonly temperature: number;
  /** Most tokens of an answer. */
  readonly max_tokens: number;
  /** 0 to 1. */
  readonly top_p: number;
  /** -2 to 2. */
  readonly frequency_penalty: number;
  /** -2 to 2. */
  readonly presence_penalty: number;
  /** Sampling seed; the server draws its own when there is none. */
  readonly seed?: number | undefined;
}

/** What stands where neither prompt nor caller sets anything. */
export const DEFAULT_LLM_CONFIG: LLMConfig = Object.freeze({
  temperature: 0.3,
  max_tokens: 200,
  top_p: 0.95,
  frequency_penalty: 0,
  presence_penalty: 0,
});

/**
 * The form an answer must have, as it goes over the wire. For a schema this is OpenAI's wrapper:
 * llama-server silently ignores the flat `{type: "json_schema", schema}`.
 */
export type ResponseFormat =
  | { readonly type: "text" }
  | { readonly type: "json_object" }
  | {
    readonly type: "json_schema";
    readonly json_schema: {
      readonly name: string;
      readonly strict: boolean;
      readonly schema: Readonly<Record<string, unknown>>;
    };
  };

/** What a model is asked. */
export interface ChatRequest {
  /** In their order; the last one is answered. */
  readonly messages: readonly ChatMessage[];
  /** Every default filled. */
  readonly sampling: LLMConfig;
  /** The form of the answer, when the prompt asks for one. */
  readonly response_format?: ResponseFormat | undefined;
  /** The entries behind the messages. Only the embedded model looks at them; none goes on the wire. */
  readonly logs: readonly LogEntry[];
  /** Headers of this request besides the client's own: the trace that it belongs to. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Token counts as the server reported them. */
export interface TokenUsage {
  /** Tokens of the prompt, those from the cache included. */
  readonly prompt_tokens: number;
  /** Tokens of the answer, thinking included. */
  readonly completion_tokens: number;
  /** Prompt tokens that came from the server's cache; `null` when it does not say. */
  readonly cached_tokens: number | null;
}

/** llama-server's own clock, in milliseconds. */
export interface ServerTimings {
  /** For reading the prompt, what came from the cache left out. */
  readonly prompt_ms: number;
  /** For writing the answer. */
  readonly predicted_ms: number;
}

/** What a model said. Whatever a server did not report is `null`. */
export interface Completion {
  /** The answer; what was thought before it stands in `<think>` in front. */
  readonly text: string;
  /** `stop`, `length`, … as reported. */
  readonly finish_reason: string | null;
  /** Tokens, as the server counted them. */
  readonly usage: TokenUsage | null;
  /** Only llama-server reports them. */
  readonly timings: ServerTimings | null;
  /** The model that answered, in the server's words. */
  readonly model: string | null;
  /** The server's build, or what else it says of itself. */
  readonly system_fingerprint: string | null;
}

/** How one call of a model is made. */
export interface CompleteOptions {
  /** Ends the request. */
  readonly signal: AbortSignal;
  /**
   * Told each piece of the completion's text as it is generated, never an empty one: joined they are
   * its `text`. A model that answers in one go gives one piece.
   */
  readonly onText?: ((text: string) => void) | undefined;
}

/** Anything that answers a chat request. */
export interface ChatModel {
  /**
   * Answers once, without trying again. The completion is the same with and without `onText`.
   *
   * @throws {LlmError} when no completion came; its `retriable` says whether to try again.
   * @throws the signal's reason when `signal` is aborted, which also ends the request.
   */
  complete(request: ChatRequest, options: CompleteOptions): Promise<Completion>;
}
