// Tries a call to a server again: takes one attempt as a function, gives its value with the number of
// attempts and the latency, or the last error. Called by `LogAnalyzer` around `ChatModel.complete`
// and by the client of Loki.

import { LlmError } from "../errors.ts";

/** Time and chance, so that tests need neither. */
export interface Clock {
  /** Milliseconds that only go forward. */
  monotonic(): number;
  /**
   * Waits.
   *
   * @throws the signal's reason, at once, when `signal` is aborted.
   */
  sleep(ms: number, options: { readonly signal: AbortSignal }): Promise<void>;
  /** 0 to 1, 1 excluded. */
  random(): number;
}

export interface RetryOptions {
  /** Most further attempts after the first; 0 or more. */
  readonly retries: number;
  /** Time limit of one attempt, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Called before each attempt with its number, the first being 1: the count when all fail. */
  readonly onAttempt?: ((attempt: number) => void) | undefined;
  /** Asked before another attempt; `false` makes the error the last one. */
  readonly mayRepeat?: (() => boolean) | undefined;
  /** Makes the error of an attempt that took too long; an `LlmError` when not given. */
  readonly timeoutError?: ((message: string, cause: unknown) => Error) | undefined;
}

export interface Answered<T> {
  readonly value: T;
  /** Attempts made, the answering one included. */
  readonly attempts: number;
  /** Milliseconds of the answering attempt alone, without earlier ones and waits. */
  readonly latency_ms: number;
}

const BACKOFF_BASE_MS = 500;
const BACKOFF_CAP_MS = 30_000;
const RETRY_AFTER_CAP_MS = 120_000;
/** Spreads out the calls that one `Retry-After` would bring back in the same instant. */
const RETRY_AFTER_JITTER_MS = 250;
/** `setTimeout` fires at once for anything longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Calls until an answer comes, the error is not retriable, or the attempts are used up. Waits as the
 * server asked (120 s at most), else a random time below 500 ms, 1 s, 2 s … 30 s.
 *
 * @param call One attempt. It must end when its signal is aborted. Another follows an error whose
 * `retriable` is true.
 * @throws what the last attempt threw; {LlmError} `timeout` when it took longer than `timeoutMs`.
 * @throws the signal's reason when `signal` is aborted, also during a wait.
 */
export async function withRetries<T>(
  call: (signal: AbortSignal) => Promise<T>,
  {
    retries,
    timeoutMs,
    signal,
    clock,
    onAttempt,
    mayRepeat,
    timeoutError = modelTimeout,
  }: RetryOptions,
): Promise<Answered<T>> {
  for (let attempt = 1;; attempt++) {
    signal.throwIfAborted();
    onAttempt?.(attempt);
    const started = clock.monotonic();
    try {
      const value = await withTimeout(call, timeoutMs, signal, timeoutError);
      return { value, attempts: attempt, latency_ms: clock.monotonic() - started };
    } catch (error) {
      signal.throwIfAborted();
      if (attempt > retries || !isRetriable(error)) throw error;
      if (mayRepeat?.() === false) throw error;
      await clock.sleep(waitMs(attempt, error.retryAfterMs ?? null, clock.random()), { signal });
    }
  }
}

/** What an error says of another attempt. */
interface Retriable {
  readonly retriable: true;
  readonly retryAfterMs?: number | null;
}

function isRetriable(error: unknown): error is Retriable {
  return error instanceof Error && "retriable" in error && error.retriable === true;
}

function modelTimeout(message: string, cause: unknown): Error {
  return new LlmError("timeout", message, { cause });
}

/** The real clock. `random` draws the jitter: seed it to repeat a run. */
export function systemClock(random: () => number = Math.random): Clock {
  return { monotonic: () => performance.now(), sleep, random };
}

// One controller and one timer: half the cost of AbortSignal.any with AbortSignal.timeout, and the
// timer ends with the attempt.
async function withTimeout<T>(
  call: (signal: AbortSignal) => Promise<T>,
  timeoutMs: number,
  outer: AbortSignal,
  timeoutError: (message: string, cause: unknown) => Error,
): Promise<T> {
  const controller = new AbortController();
  let timedOut = false;
  const follow = () => controller.abort(outer.reason);
  outer.addEventListener("abort", follow, { once: true });
  const timer = setTimeout(() => {
    timedOut = true;
    controller.abort(new DOMException("The time limit is reached", "TimeoutError"));
  }, Math.min(timeoutMs, LONGEST_TIMER_MS));
  try {
    return await call(controller.signal);
  } catch (error) {
    if (!timedOut) throw error;
    throw timeoutError(`no answer within ${timeoutMs / 1000} s`, error);
  } finally {
    clearTimeout(timer);
    outer.removeEventListener("abort", follow);
  }
}

function waitMs(attempt: number, retryAfterMs: number | null, random: number): number {
  if (retryAfterMs !== null) {
    return Math.min(RETRY_AFTER_CAP_MS, retryAfterMs + random * RETRY_AFTER_JITTER_MS);
  }
  return random * Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** (attempt - 1));
}

function sleep(ms: number, { signal }: { readonly signal: AbortSignal }): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", wake);
      resolve();
    }, ms);
    function wake(): void {
      clearTimeout(timer);
      reject(signal.reason);
    }
    signal.addEventListener("abort", wake, { once: true });
  });
}
