// The three errors that a caller catches. Each names what failed and carries a stable `code` and,
// where there is one, a `hint` that says what to do. Bad model answers are values, never errors.

/** What an error says besides its message. */
export interface ErrorDetails {
  /** What the user can do about it; shown on a line of its own. */
  readonly hint?: string;
  /** What was thrown below. */
  readonly cause?: unknown;
}

/**
 * The command line, an experiment, a prompt or an option cannot be used as it stands.
 *
 * @example
 * ```ts
 * import { openAiModel, UsageError } from "@logeval/logeval";
 * import assert from "node:assert/strict";
 *
 * assert.throws(
 *   () => openAiModel({ endpoint: "localhost", model: "llama" }),
 *   (error) => error instanceof UsageError && error.code === "usage",
 * );
 * ```
 */
export class UsageError extends Error {
  /** The class, for logs. */
  override readonly name = "UsageError";
  /** Stable, for programs. */
  readonly code = "usage";
  /** What to do about it, in a sentence. */
  readonly hint: string | undefined;

  /** An error whose message begins with the action: `Cannot use …: why`. */
  constructor(message: string, { hint, cause }: ErrorDetails = {}) {
    super(message, { cause });
    this.hint = hint;
  }
}

/**
 * A dataset, a taxonomy or a run folder cannot be read, or does not say what it must.
 *
 * @example
 * ```ts
 * import { DataError, parseTaxonomy } from "@logeval/logeval";
 * import assert from "node:assert/strict";
 *
 * assert.throws(
 *   () => parseTaxonomy("root_causes: {oom_killed: }", "labels.yaml"),
 *   (error) => error instanceof DataError && error.message.includes("severities"),
 * );
 * ```
 */
export class DataError extends Error {
  /** The class, for logs. */
  override readonly name = "DataError";
  /** Stable, for programs. */
  readonly code = "data";
  /** What to do about it, in a sentence. */
  readonly hint: string | undefined;

  /** An error whose message begins with the action: `Cannot read …: why`. */
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

/**
 * The model gave no completion. Not for answers that are merely bad.
 *
 * @example
 * ```ts
 * import { LlmError } from "@logeval/logeval";
 * import assert from "node:assert/strict";
 *
 * const busy = new LlmError("rate_limited", "rate limited", { status: 429, retryAfterMs: 2000 });
 * assert.equal(busy.retriable, true);
 * assert.equal(new LlmError("rejected", "the key is wrong", { status: 401 }).retriable, false);
 * ```
 */
export class LlmError extends Error {
  /** The class, for logs. */
  override readonly name = "LlmError";
  /** Stable, for programs. */
  readonly code = "model";
  /** Why there is no completion. */
  readonly kind: LlmErrorKind;
  /** What to do about it, in a sentence. */
  readonly hint: string | undefined;
  /** HTTP status, `null` when there was no answer. */
  readonly status: number | null;
  /** How long the server asked to wait, in milliseconds; `null` when it did not say. */
  readonly retryAfterMs: number | null;

  /** An error whose message is a part of a sentence, such as `the server answered 500: Boom`. */
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
