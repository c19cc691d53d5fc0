// The service's log: one JSON object a line, in the order of what happens. Never holds log text, an
// answer or a credential: its callers give it counts, names and errors.

import { LlmError, messageOf } from "../errors.ts";

export type LogLevel = "info" | "warning" | "error";

/** Further fields of a line; one that is `undefined` is left out. */
export type LogFields = Readonly<Record<string, unknown>>;

export type ServiceLog = (level: LogLevel, message: string, fields?: LogFields) => void;

/**
 * @param write takes a whole line with its line feed
 * @param now epoch milliseconds
 */
export function serviceLog(write: (line: string) => void, now: () => number): ServiceLog {
  return (level, message, fields = {}) => {
    const time = new Date(now()).toISOString();
    write(`${JSON.stringify({ time, level, message, ...fields })}\n`);
  };
}

/** How deep a chain of causes is told. */
const DEEPEST_CAUSE = 4;
/** Longest text of an error, in characters. */
const LONGEST_MESSAGE = 500;

/** An error as fields: its kind, its message, the messages of what caused it. */
export function errorFields(error: unknown): LogFields {
  const causes: string[] = [];
  let cause = error instanceof Error ? error.cause : undefined;
  while (cause !== undefined && causes.length < DEEPEST_CAUSE) {
    causes.push(cut(messageOf(cause)));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  const kind = error instanceof Error && "kind" in error ? error.kind : undefined;
  return {
    error: cut(ownWords(error)),
    error_type: error instanceof Error ? error.name : typeof error,
    error_kind: kind,
    error_status: error instanceof LlmError ? error.status ?? undefined : undefined,
    causes: causes.length === 0 ? undefined : causes,
  };
}

/**
 * The message, without what a model's server said where that may be what the model said: it repeats
 * answers that it cannot read.
 */
function ownWords(error: unknown): string {
  const message = messageOf(error);
  const repeats = error instanceof LlmError &&
    (error.kind === "bad_response" || error.kind === "server_error");
  return repeats ? message.replace(/:.*/s, "") : message;
}

function cut(text: string): string {
  return text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE)}…` : text;
}
