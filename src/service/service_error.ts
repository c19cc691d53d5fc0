// Why a request is not answered with an analysis: a status and a text for the client, in the shape of
// the service's errors, `{"detail": …}`.

import { LlmError } from "../errors.ts";
import type { BodyFault } from "./analyze_request.ts";
import { LokiError } from "./loki.ts";
import { errorFields, type LogFields } from "./service_log.ts";

/** The client left: nobody reads the answer, but log and metrics need a status. nginx's number. */
export const CLIENT_LEFT = 499;

export class ServiceError extends Error {
  override readonly name = "ServiceError";
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** What stands in `detail`: the message, or the faults of a body. */
  readonly detail: string | readonly BodyFault[];

  constructor(
    status: number,
    detail: string | readonly BodyFault[],
    { headers = {}, cause }: {
      readonly headers?: Readonly<Record<string, string>>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(typeof detail === "string" ? detail : placesOf(detail), { cause });
    this.status = status;
    this.headers = headers;
    this.detail = detail;
  }
}

/** Where a body is wrong, without its values: a log gets this. */
function placesOf(faults: readonly BodyFault[]): string {
  return `the body is not as it must be: ${faults.map(({ loc }) => loc.join(".")).join(", ")}`;
}

/** Seconds after which a client that was turned away may ask again. */
const RETRY_AFTER_S = 5;

/** 503: there is no room now, there may be later. */
export function comeAgain(
  why: string,
  { afterMs = null, cause }: { readonly afterMs?: number | null; readonly cause?: unknown } = {},
): ServiceError {
  const seconds = afterMs === null ? RETRY_AFTER_S : Math.max(1, Math.ceil(afterMs / 1000));
  return new ServiceError(503, why, { headers: { "retry-after": String(seconds) }, cause });
}

/** What a client is told about an error; a bug is told in the log alone. */
export function serviceErrorOf(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  if (error instanceof LokiError) return upstreamError(error.message, error);
  if (error instanceof LlmError) {
    const why = `Cannot ask the model: ${error.message}`;
    if (error.kind !== "rate_limited") return upstreamError(why, error);
    return comeAgain(why, { afterMs: error.retryAfterMs, cause: error });
  }
  return new ServiceError(500, "Internal Server Error", { cause: error });
}

function upstreamError(message: string, error: LokiError | LlmError): ServiceError {
  return new ServiceError(error.kind === "timeout" ? 504 : 502, message, { cause: error });
}

/** The same error for the log: what it was caused by, and for a bug where. */
export function failureFields(error: unknown): LogFields {
  const { status, message, cause } = serviceErrorOf(error);
  const stack = status === 500 && error instanceof Error ? error.stack : undefined;
  return { ...(cause === undefined ? { error: message } : errorFields(cause)), stack };
}

export function errorResponse({ status, detail, headers }: ServiceError): Response {
  return Response.json({ detail }, { status, headers });
}
