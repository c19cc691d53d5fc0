// The three errors that a caller catches. Each names what failed and carries a stable `code` and,
// where there is one, a `hint` that says what to do. Bad model answers are values, never errors.

interface ErrorDetails {
  /** What the user can do about it; shown on a line of its own. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** The command line, an experiment or a prompt cannot be used as it stands. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly code = "usage";
  readonly hint: string | undefined;

  constructor(message: string, { hint, cause }: ErrorDetails = {}) {
    super(message, { cause });
    this.hint = hint;
  }
}

/** A dataset, a taxonomy or a run folder cannot be read, or does not say what it must. */
export class DataError extends Error {
  override readonly name = "DataError";
  readonly code = "data";
  readonly hint: string | undefined;

  constructor(message: string, { hint, cause }: ErrorDetails = {}) {
    super(message, { cause });
    this.hint = hint;
  }
}

/**
 * Why a model call brought no completion.
 *
 * - `unreachable`: no connection (refused, reset before an answer, unknown host)
 * - `timeout`: no complete answer within the time limit
 * - `rate_limited`: 429
 * - `server_error`: 408, 409 or 5xx
 * - `bad_response`: the body broke off or is no chat completion
 * - `rejected`: any other 4xx, or a quota that is used up: the same request will fail again
 */
export type LlmErrorKind =
  | "unreachable"
  | "timeout"
  | "rate_limited"
  | "server_error"
  | "bad_response"
  | "rejected";

/** The model gave no completion. Not for answers that are merely bad. */
export class LlmError extends Error {
  override readonly name = "LlmError";
  readonly code = "model";
  readonly kind: LlmErrorKind;
  readonly hint: string | undefined;
  /** HTTP status, `null` when there was no answer. */
  readonly status: number | null;
  /** How long the server asked to wait, in milliseconds; `null` when it did not say. */
  readonly retryAfterMs: number | null;

  constructor(
    kind: LlmErrorKind,
    message: string,
    { hint, cause, status = null, retryAfterMs = null }: ErrorDetails & {
      readonly status?: number | null;
      readonly retryAfterMs?: number | null;
    } = {},
  ) {
    super(message, { cause });
    this.kind = kind;
    this.hint = hint;
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }

  /** Whether the same request may succeed later. */
  get retriable(): boolean {
    return this.kind !== "rejected";
  }
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const SYSTEM_FAULTS: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is a file",
  EEXIST: "a file of that name is in the way",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the disk is read-only",
  ENOSPC: "no space left on the disk",
  EMFILE: "too many open files",
};

/** What the system said of a file, in words. */
export function systemFault(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return SYSTEM_FAULTS[code] ?? messageOf(error);
}
