// Loki over HTTP: takes filters and a window, gives the newest log entries or a `LokiError`.

import type { LogEntry } from "../analyzer/analysis.ts";
import type { Clock } from "../analyzer/retry.ts";
import type { LogFilters } from "./logql.ts";

export type LokiErrorKind =
  | "unreachable"
  | "timeout"
  | "rejected"
  | "server_error"
  | "rate_limited"
  | "bad_response";

export class LokiError extends Error {
  override readonly name = "LokiError";
  readonly kind: LokiErrorKind;
  readonly status: number | null;
  readonly hint: string | undefined;

  constructor(
    kind: LokiErrorKind,
    message: string,
    { status = null, hint, cause }: { status?: number | null; hint?: string; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.kind = kind;
    this.status = status;
    this.hint = hint;
  }
}

export interface LokiQuery {
  readonly filters: LogFilters;
  /** Epoch milliseconds; `start` is part of the window, `end` is not. */
  readonly start: number;
  readonly end: number;
  /** Most entries, 1 or more. */
  readonly limit: number;
}

export interface LokiClient {
  /**
   * The newest `limit` entries of the window, oldest first.
   *
   * @throws {LokiError}
   * @throws the signal's reason when it is aborted
   */
  query(
    query: LokiQuery,
    options: { readonly signal: AbortSignal },
  ): Promise<readonly LogEntry[]>;
  /** @throws {LokiError} when it does not say that it is ready */
  ready(options: { readonly signal: AbortSignal }): Promise<void>;
}

export interface LokiOptions {
  /** Root of Loki, such as `http://loki.logging:3100`. */
  readonly url: string;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly clock: Clock;
  readonly fetch?: typeof fetch;
  readonly tenant?: string;
}

export function lokiClient(_options: LokiOptions): LokiClient {
  throw new LokiError("unreachable", "not yet");
}
