// Loki over HTTP: takes filters and a window, gives the newest log entries or a `LokiError`. Called by
// the service and by `logeval analyze --loki`.

import { Buffer } from "node:buffer";
import type { LogEntry } from "../analyzer/analysis.ts";
import { connectionFault } from "../analyzer/connection_fault.ts";
import { decodeJson } from "../analyzer/json_value.ts";
import { type Clock, withRetries } from "../analyzer/retry.ts";
import { UsageError } from "../errors.ts";
import { quote } from "../faults.ts";
import { type LogFilters, logqlQuery } from "./logql.ts";
import { readStreams, wordsOf } from "./loki_answer.ts";

/**
 * Why Loki gave no log entries.
 *
 * - `unreachable`: no connection (refused, reset before an answer, unknown host)
 * - `timeout`: no complete answer within the time limit
 * - `rejected`: a 4xx: the same query will fail again
 * - `rate_limited`: 429
 * - `server_error`: 408 or 5xx
 * - `bad_response`: the body broke off or is no list of log streams
 */
export type LokiErrorKind =
  | "unreachable"
  | "timeout"
  | "rejected"
  | "server_error"
  | "rate_limited"
  | "bad_response";

/** Loki gave no log entries. Not for a window without any, which is an empty list. */
export class LokiError extends Error {
  override readonly name = "LokiError";
  readonly code = "loki";
  readonly kind: LokiErrorKind;
  /** HTTP status, `null` when there was no answer. */
  readonly status: number | null;
  /** What the user can do about it. */
  readonly hint: string | undefined;

  constructor(
    kind: LokiErrorKind,
    message: string,
    { status = null, hint, cause }: {
      readonly status?: number | null;
      readonly hint?: string | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause });
    this.kind = kind;
    this.status = status;
    this.hint = hint;
  }

  /** Whether another attempt may help. A query that took too long would take as long again. */
  get retriable(): boolean {
    return this.kind === "unreachable" || this.kind === "rate_limited" ||
      this.kind === "server_error";
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
   * Returns the newest `limit` entries of the window, oldest first. What Loki does not know of an
   * entry, such as its node, is `unknown`.
   *
   * @throws {LokiError} when the last attempt failed
   * @throws the signal's reason when it is aborted
   */
  query(
    query: LokiQuery,
    options: { readonly signal: AbortSignal },
  ): Promise<readonly LogEntry[]>;
  /**
   * Ends well when Loki says that it is ready. One attempt.
   *
   * @throws {LokiError} when it does not
   * @throws the signal's reason when it is aborted
   */
  ready(options: { readonly signal: AbortSignal }): Promise<void>;
}

export interface LokiOptions {
  /**
   * Root of Loki, such as `http://loki.logging:3100`, with the path of a gateway if there is one. A
   * user and a password in it are sent as basic authentication and never part of an error.
   */
  readonly url: string;
  /** Time limit of one attempt, in milliseconds. */
  readonly timeoutMs: number;
  /** Most further attempts after the first; 0 or more. */
  readonly retries: number;
  readonly clock: Clock;
  readonly fetch?: typeof fetch | undefined;
  /** Sent as `X-Scope-OrgID`, which a Loki of several tenants demands. */
  readonly tenant?: string | undefined;
}

const ROOT_HINT = "Is this the root of a Loki, such as http://loki:3100?";
/** Most characters of Loki's words that an error repeats: a parse error names line and column first. */
const EXCERPT_CHARS = 200;
/** Most bytes of a body: a log line has 256 KB at most by Loki's default, most have below one. */
const MOST_BODY_BYTES = 32 * 1024 * 1024;

/**
 * Returns a client of one Loki. Nothing is sent before the first query.
 *
 * @throws {UsageError} when the address is no http(s) URL or the tenant cannot stand in a header
 */
export function lokiClient(
  { url, timeoutMs, retries, clock, fetch = globalThis.fetch, tenant }: LokiOptions,
): LokiClient {
  const { root, password, headers } = addressOf(url, tenant);

  /** Loki's words as an error may show them: one line, cut, without the password. */
  function excerpt(text: string): string {
    const line = (password ? text.replaceAll(password, "…") : text).replace(/\s+/g, " ").trim();
    return line.length > EXCERPT_CHARS ? `${line.slice(0, EXCERPT_CHARS)}…` : line;
  }

  function failure(kind: LokiErrorKind, what: string, details: ErrorDetails = {}): LokiError {
    return new LokiError(kind, `Cannot read logs from Loki at ${root}: ${what}`, details);
  }

  /** One request; gives the text of a good answer. */
  async function get(path: string, signal: AbortSignal): Promise<string> {
    let response: Response;
    try {
      // Followed, a redirect would lead user and tenant to a host that nobody named.
      response = await fetch(`${root}${path}`, { headers, signal, redirect: "manual" });
    } catch (cause) {
      signal.throwIfAborted();
      throw failure("unreachable", excerpt(connectionFault(cause)), { cause });
    }
    const { status } = response;
    const location = response.headers.get("location");
    if (location !== null && status >= 300 && status < 400) {
      await response.body?.cancel().catch(() => {});
      const to = URL.canParse(location, root) ? new URL(location, root) : null;
      const where = to === null ? "nowhere" : excerpt(`${to.origin}${to.pathname}`);
      throw failure("bad_response", `it answered ${status}, which leads to ${where}`, {
        status,
        hint: ROOT_HINT,
      });
    }
    let text: string | null;
    try {
      text = await readBody(response);
    } catch (cause) {
      signal.throwIfAborted();
      throw failure("bad_response", "the answer broke off", { cause, status });
    }
    if (text === null) {
      const size = `${MOST_BODY_BYTES / 1024 / 1024} MB`;
      const hint = "Ask for fewer log lines";
      throw failure("bad_response", `the answer is longer than ${size}`, { status, hint });
    }
    if (response.ok) return text;
    const said = excerpt(wordsOf(decodeJson(text)) ?? text);
    const kind = kindOf(status);
    const verb = kind === "rejected" ? "it refused the request with" : "it answered";
    throw failure(kind, `${verb} ${status}${said && `: ${said}`}`, {
      status,
      hint: hintOf(status, tenant),
    });
  }

  function attempts<T>(
    call: (signal: AbortSignal) => Promise<T>,
    { signal, retries }: { readonly signal: AbortSignal; readonly retries: number },
  ): Promise<T> {
    const timeoutError = (message: string, cause: unknown) =>
      failure("timeout", message, { cause });
    return withRetries(call, { retries, timeoutMs, signal, clock, timeoutError })
      .then(({ value }) => value);
  }

  return {
    query: ({ filters, start, end, limit }, { signal }) => {
      const parameters = new URLSearchParams({
        query: logqlQuery(filters),
        start: nanoseconds(start),
        end: nanoseconds(end),
        limit: String(limit),
        direction: "backward",
      });
      return attempts(async (signal) => {
        const text = await get(`/loki/api/v1/query_range?${parameters}`, signal);
        const answer = decodeJson(text);
        const read = readStreams(answer);
        if (read.entries !== null) return read.entries.slice(-limit);
        const what = answer === undefined
          ? `the answer is no JSON: ${text === "" ? "it is empty" : text}`
          : read.fault;
        const hint = answer === undefined ? ROOT_HINT : undefined;
        throw failure("bad_response", excerpt(what), { status: 200, hint });
      }, { signal, retries });
    },
    ready: async ({ signal }) => {
      await attempts((signal) => get("/ready", signal), { signal, retries: 0 });
    },
  };
}

interface ErrorDetails {
  readonly status?: number | null;
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

interface Address {
  /** Without user, password, query and the last slash. */
  readonly root: string;
  readonly password: string;
  readonly headers: Readonly<Record<string, string>>;
}

function addressOf(text: string, tenant: string | undefined): Address {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`Cannot use Loki's address ${quote(text)}: it is no http or https URL`, {
      hint: 'It looks like "http://loki.logging.svc.cluster.local:3100"',
    });
  }
  if (tenant !== undefined && !/^[\x21-\x7e]+$/.test(tenant)) {
    throw new UsageError(`Cannot use Loki's tenant ${quote(tenant)}: it cannot stand in a header`, {
      hint: "It is a name of ASCII characters without white space",
    });
  }
  const [user, password] = [url.username, url.password].map(percentDecoded);
  return {
    root: `${url.origin}${url.pathname.replace(/\/+$/, "")}`,
    password: password!,
    headers: {
      accept: "application/json",
      ...(user || password
        ? { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` }
        : {}),
      ...(tenant === undefined ? {} : { "x-scope-orgid": tenant }),
    },
  };
}

/** What cannot be decoded, such as a password with a bare `%`, stays as it is. */
function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The body as text, `null` when it is too long. */
async function readBody({ body }: Response): Promise<string | null> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  // Leaving the loop cancels the rest of the body.
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > MOST_BODY_BYTES) return null;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function kindOf(status: number): LokiErrorKind {
  if (status === 429) return "rate_limited";
  if (status === 408 || status >= 500) return "server_error";
  return status >= 400 ? "rejected" : "bad_response";
}

function hintOf(status: number, tenant: string | undefined): string | undefined {
  if (status === 401 || status === 403) {
    return tenant === undefined
      ? "Name the tenant in LOG_ANALYZER_LOKI_TENANT, or user and password in LOG_ANALYZER_LOKI_URL"
      : "Check the tenant, and user and password in LOG_ANALYZER_LOKI_URL";
  }
  return status === 404 ? ROOT_HINT : undefined;
}

/** Epoch nanoseconds of epoch milliseconds, which as a number would lose their last digits. */
function nanoseconds(ms: number): string {
  return String(BigInt(Math.floor(ms)) * 1_000_000n);
}
