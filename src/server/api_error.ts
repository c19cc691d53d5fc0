// What a client is told when it gets no answer: a status, a stable code, a message, the field.

import * as z from "zod";

/** The body of every answer that is not 2xx. */
export const ErrorBody = z.object({
  error: z.object({
    code: z.enum([
      "bad_request",
      "unauthorized",
      "not_found",
      "method_not_allowed",
      "not_comparable",
      "too_large",
      "wrong_host",
      "damaged",
      "unavailable",
      "too_many",
      "bug",
    ]),
    /** Starts with the action: "Cannot …". */
    message: z.string(),
    /** The part of the request that is at fault. */
    field: z.string().optional(),
  }),
});
export type ErrorCode = z.output<typeof ErrorBody>["error"]["code"];

const STATUS = {
  bad_request: 400,
  unauthorized: 401,
  not_found: 404,
  method_not_allowed: 405,
  not_comparable: 409,
  too_large: 413,
  wrong_host: 421,
  damaged: 422,
  bug: 500,
  unavailable: 503,
  too_many: 503,
} as const satisfies Readonly<Record<ErrorCode, number>>;

interface ApiErrorDetails {
  readonly field?: string;
  /** In place of the code's own. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that is not answered, and why. Thrown by routes, made an answer in one place. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: ErrorCode;
  readonly status: number;
  readonly field: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, message: string, details: ApiErrorDetails = {}) {
    super(message);
    this.code = code;
    this.status = details.status ?? STATUS[code];
    this.field = details.field;
    this.headers = details.headers ?? {};
  }
}

/** The error as a response; JSON, never kept by a cache. */
export function errorResponse({ code, message, field, status, headers }: ApiError): Response {
  const error = field === undefined ? { code, message } : { code, message, field };
  return new Response(`${JSON.stringify({ error } satisfies z.input<typeof ErrorBody>)}\n`, {
    status,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "cache-control": "no-store",
      ...headers,
    },
  });
}
