// The look at a model server before a run: takes its endpoint, asks the three small questions that
// llama-server answers, and gives what is known about it. Called by the commands that need a server.

import { LlmError } from "../errors.ts";
import { connectionFault } from "./connection_fault.ts";
import { decodeJson, valueAt } from "./json_value.ts";
import { authorization, chatCompletionsUrl } from "./openai.ts";

/** What a server says of itself; `null` where it says nothing. */
export interface ServerInfo {
  /** Requests that it works on at the same time. */
  readonly slots: number | null;
  /** Tokens that one slot holds, prompt and answer together. */
  readonly n_ctx: number | null;
  /** Its alias or file; of a server without `/props`, the only model that it lists. */
  readonly model: string | null;
  readonly build: string | null;
}

export interface ProbeOptions {
  readonly fetch?: typeof fetch | undefined;
  readonly signal: AbortSignal;
  readonly apiKey?: string | undefined;
  /** Milliseconds that only go forward; says how long a server did not answer. */
  readonly monotonic?: (() => number) | undefined;
}

/** How long the other questions are waited for once one is answered, in milliseconds. */
const GRACE_MS = 500;

const START_HINT = "start one:     llama-server -m MODEL.gguf -ngl 99 -np 4 --port 8080";

interface Reply {
  /** `null` when no HTTP answer came. */
  readonly status: number | null;
  /** Parsed JSON, `undefined` without. */
  readonly body: unknown;
  /** Why there is no answer. */
  readonly error: unknown;
}

/**
 * Asks a server for `/health`, `/props` and `/v1/models`, all at once. Any HTTP answer, also 404,
 * means that it is there.
 *
 * @throws {LlmError} `unreachable` when none of the three is answered before `signal` times out.
 * @throws {LlmError} `server_error` when the model is still loading.
 * @throws {UsageError} when the endpoint is no http(s) URL or the key cannot stand in a header.
 * @throws the signal's reason when `signal` is aborted for anything but a timeout.
 */
export async function probeServer(
  endpoint: string,
  { fetch = globalThis.fetch, signal, apiKey, monotonic = () => performance.now() }: ProbeOptions,
): Promise<ServerInfo> {
  const urls = sideUrls(endpoint);
  const headers = authorization(apiKey);
  const started = monotonic();
  const enough = new AbortController();
  const either = AbortSignal.any([signal, enough.signal]);
  let grace: ReturnType<typeof setTimeout> | undefined;

  async function ask(url: string): Promise<Reply> {
    let status: number | null = null;
    try {
      const response = await fetch(url, { headers, signal: either });
      status = response.status;
      grace ??= setTimeout(() => enough.abort(), GRACE_MS);
      return { status, body: decodeJson(await response.text()), error: undefined };
    } catch (error) {
      return { status, body: undefined, error };
    }
  }

  const [health, props, models] = await Promise.all([
    ask(urls.health),
    ask(urls.props),
    ask(urls.models),
  ]);
  clearTimeout(grace);

  if (signal.aborted && !isTimeout(signal.reason)) throw signal.reason;
  if ([health, props, models].every(({ status }) => status === null)) {
    const why = signal.aborted
      ? `no answer within ${seconds(monotonic() - started)} s`
      : connectionFault(health.error);
    throw new LlmError("unreachable", `Cannot reach the model at ${endpoint}: ${why}`, {
      hint: START_HINT,
      cause: health.error,
    });
  }
  if (health.status === 503 && /loading/i.test(JSON.stringify(health.body) ?? "")) {
    throw new LlmError("server_error", `The model at ${endpoint} is still loading`, {
      hint: "Try again when the server has read its model",
      status: 503,
    });
  }
  return describe(props.body, models.body);
}

/** Where a server of llama.cpp answers what is no chat, from any way to name it. */
export function sideUrls(
  endpoint: string,
): { health: string; props: string; models: string; tokenize: string } {
  const chat = new URL(chatCompletionsUrl(endpoint));
  const api = chat.pathname.replace(/\/chat\/completions$/, "");
  const root = api.replace(/\/v\d+$/, "");
  function at(pathname: string): string {
    const url = new URL(chat);
    url.pathname = pathname;
    return url.href;
  }
  return {
    health: at(`${root}/health`),
    props: at(`${root}/props`),
    models: at(`${api}/models`),
    tokenize: at(`${root}/tokenize`),
  };
}

function describe(props: unknown, models: unknown): ServerInfo {
  const listed = valueAt(models, "data");
  const only = Array.isArray(listed) && listed.length === 1 ? valueAt(listed, 0, "id") : null;
  return {
    slots: count(valueAt(props, "total_slots")),
    n_ctx: count(valueAt(props, "default_generation_settings", "n_ctx")),
    model: words(valueAt(props, "model_alias")) ?? words(valueAt(props, "model_path")) ??
      words(only),
    build: words(valueAt(props, "build_info")),
  };
}

function count(value: unknown): number | null {
  return typeof value === "number" && value > 0 ? value : null;
}

function words(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === "TimeoutError";
}

/** Rounded to tenths, because a timer fires a little late. */
function seconds(ms: number): number {
  return Math.max(0.1, Math.round(ms / 100) / 10);
}
