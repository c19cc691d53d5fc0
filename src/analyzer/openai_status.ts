// An answer that says why there is none: status, headers and body -> an `LlmError` with its kind, and
// what to do.

import { LlmError } from "../errors.ts";
import { asString, valueAt } from "./json_value.ts";

/** The message of an error body: OpenAI's form, a bare string, vLLM's old form, FastAPI's. */
export function serverWords(body: unknown): string | null {
  return asString(valueAt(body, "error", "message")) ?? asString(valueAt(body, "error")) ??
    asString(valueAt(body, "message")) ?? asString(valueAt(body, "detail"));
}

export interface StatusDetails {
  readonly status: number;
  readonly retryAfterMs: number | null;
  readonly said: string;
  readonly url: string;
}

export function statusError(body: unknown, details: StatusDetails): LlmError {
  const { status, retryAfterMs, said, url } = details;
  const type = valueAt(body, "error", "type");
  // By its type and not its status: the first llama-server builds that had it said 500.
  if (type === "exceed_context_size_error") {
    const [needs, has] = [
      valueAt(body, "error", "n_prompt_tokens"),
      valueAt(body, "error", "n_ctx"),
    ];
    const message = typeof needs === "number" && typeof has === "number"
      ? `the prompt has ${needs} tokens, the server's context only ${has}`
      : `the prompt is longer than the server's context: ${said}`;
    const hint = "Raise the server's -c (its -np slots share it) or shorten the prompt";
    return new LlmError("rejected", message, { status, hint });
  }
  const words = said === "" ? "" : `: ${said}`;
  const spent = type === "insufficient_quota" ||
    valueAt(body, "error", "code") === "insufficient_quota";
  if (status === 429 && !spent) {
    return new LlmError("rate_limited", `rate limited${words}`, { status, retryAfterMs });
  }
  if (status === 408 || status === 409 || status >= 500) {
    const message = `the server answered ${status}${words}`;
    return new LlmError("server_error", message, { status, retryAfterMs });
  }
  if (status < 400) {
    return new LlmError("bad_response", `the server answered ${status}${words}`, { status });
  }
  const message = `the server refused the request with ${status}${words}`;
  if (status === 401 || status === 403) {
    const hint = "Is the server's API key given, and is it the right one? " +
      "An experiment names the variable that holds it in model.api_key_env";
    return new LlmError("rejected", message, { status, hint });
  }
  if (status === 404) {
    const { origin, pathname } = new URL(url);
    const hint = `The request went to ${origin}${pathname}`;
    return new LlmError("rejected", message, { status, hint });
  }
  return new LlmError("rejected", message, { status });
}

/** Milliseconds to wait, from `retry-after-ms` or `Retry-After` (seconds or a date). */
export function retryAfter(headers: Headers, now: () => number): number | null {
  const ms = headers.get("retry-after-ms")?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(ms)) return Number(ms);
  const value = headers.get("retry-after")?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - now());
}
