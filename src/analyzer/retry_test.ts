// `withRetries` on a scripted clock, and over HTTP where the request itself has to stop.

import assert from "node:assert/strict";
import { LlmError, type LlmErrorKind } from "../errors.ts";
import { FAULTS, startFakeServer } from "../testing/fake_server.ts";
import { scriptedClock } from "../testing/scripted_clock.ts";
import { DEFAULT_LLM_CONFIG } from "./llm.ts";
import { openAiModel } from "./openai.ts";
import { systemClock, withRetries } from "./retry.ts";

const SIGNAL = new AbortController().signal;
const TIMEOUT_MS = 60_000;

function fault(kind: LlmErrorKind, retryAfterMs: number | null = null): LlmError {
  return new LlmError(kind, kind, { retryAfterMs });
}

/** A call that throws the errors in order and then gives "ok". */
function failing(errors: readonly Error[]): () => Promise<string> {
  const left = [...errors];
  return () => {
    const error = left.shift();
    return error === undefined ? Promise.resolve("ok") : Promise.reject(error);
  };
}

const TEN_RESETS = Array.from({ length: 10 }, () => fault("unreachable"));
const WAITS: readonly {
  readonly name: string;
  readonly errors: readonly LlmError[];
  readonly random: number;
  readonly want: readonly number[];
}[] = [
  { name: "not at all before a first answer", errors: [], random: 0.5, want: [] },
  {
    name: "a random part of 500 ms, doubled up to 30 s",
    errors: TEN_RESETS,
    random: 0.5,
    want: [250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000, 15_000],
  },
  {
    name: "as long as the server asked",
    errors: [fault("rate_limited", 7000)],
    random: 0,
    want: [7000],
  },
  {
    name: "a little longer by chance",
    errors: [fault("rate_limited", 7000)],
    random: 0.5,
    want: [7125],
  },
  {
    name: "120 s when the server asked for more",
    errors: [fault("server_error", 3_600_000)],
    random: 0.5,
    want: [120_000],
  },
];
for (const { name, errors, random, want } of WAITS) {
  Deno.test(`withRetries() waits ${name}`, async () => {
    const clock = scriptedClock(random);
    const options = { retries: 10, timeoutMs: TIMEOUT_MS, signal: SIGNAL, clock };
    const { value, attempts } = await withRetries(failing(errors), options);
    assert.deepEqual([value, attempts], ["ok", errors.length + 1]);
    assert.deepEqual(clock.waits, want);
  });
}

const last = fault("server_error");
const ENDS: readonly {
  readonly name: string;
  readonly errors: readonly Error[];
  readonly retries: number;
  readonly want: Error;
  readonly attempts: number;
}[] = [
  {
    name: "the last error when the attempts are used up",
    errors: [fault("unreachable"), fault("timeout"), last, fault("bad_response")],
    retries: 2,
    want: last,
    attempts: 3,
  },
  { name: "the first without retries", errors: [last, last], retries: 0, want: last, attempts: 1 },
  {
    name: "a rejected request at once",
    errors: [fault("rejected")],
    retries: 5,
    want: fault("rejected"),
    attempts: 1,
  },
  {
    name: "a bug at once",
    errors: [new RangeError("bug")],
    retries: 5,
    want: new RangeError("bug"),
    attempts: 1,
  },
];
for (const { name, errors, retries, want, attempts } of ENDS) {
  Deno.test(`withRetries() throws ${name}`, async () => {
    const seen: number[] = [];
    const options = { retries, timeoutMs: TIMEOUT_MS, signal: SIGNAL, clock: scriptedClock() };
    await assert.rejects(
      withRetries(failing(errors), { ...options, onAttempt: (attempt) => seen.push(attempt) }),
      want,
    );
    assert.deepEqual(seen, Array.from({ length: attempts }, (_, index) => index + 1));
  });
}

Deno.test("withRetries() gives the latency of the answering attempt alone", async () => {
  const clock = scriptedClock(0.5);
  let attempt = 0;
  const call = () => {
    attempt++;
    clock.advance(attempt === 1 ? 900 : 40);
    return attempt === 1 ? Promise.reject(fault("server_error")) : Promise.resolve("ok");
  };
  const options = { retries: 1, timeoutMs: TIMEOUT_MS, signal: SIGNAL, clock };
  // 900 ms of the failed attempt and 250 ms of waiting are not in it.
  assert.deepEqual(await withRetries(call, options), { value: "ok", attempts: 2, latency_ms: 40 });
});

Deno.test("withRetries() stops a request at the time limit and tries again", async () => {
  await using server = startFakeServer([FAULTS.hang, FAULTS.hang]);
  const model = openAiModel({ endpoint: server.url, model: "m" });
  const request = { messages: [], sampling: DEFAULT_LLM_CONFIG, logs: [] };
  const signals: AbortSignal[] = [];
  const call = (signal: AbortSignal) => {
    signals.push(signal);
    return model.complete(request, { signal });
  };
  const options = { retries: 1, timeoutMs: 20, signal: SIGNAL, clock: scriptedClock() };
  const error = await withRetries(call, options).catch((error: unknown) => error);
  assert.ok(error instanceof LlmError);
  assert.deepEqual([error.kind, error.message], ["timeout", "no answer within 0.02 s"]);
  assert.ok(error.cause instanceof DOMException && error.cause.name === "TimeoutError");
  assert.deepEqual(signals.map(({ aborted }) => aborted), [true, true]);
  await server.idle();
});

Deno.test("withRetries() takes a time limit longer than any timer", async () => {
  const options = { retries: 0, timeoutMs: Infinity, signal: SIGNAL, clock: scriptedClock() };
  const call = (signal: AbortSignal) =>
    new Promise<boolean>((ok) => setTimeout(() => ok(signal.aborted), 2));
  assert.equal((await withRetries(call, options)).value, false);
});

Deno.test("withRetries() throws the reason of an abort during a request", async () => {
  const controller = new AbortController();
  const reason = new Error("Ctrl-C");
  const call = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      controller.abort(reason);
    });
  const { signal } = controller;
  const options = { retries: 5, timeoutMs: TIMEOUT_MS, signal, clock: scriptedClock() };
  await assert.rejects(withRetries(call, options), reason);
});

Deno.test("withRetries() makes no attempt after an abort", async () => {
  const options = { retries: 5, timeoutMs: TIMEOUT_MS, clock: scriptedClock() };
  const reason = new Error("Ctrl-C");
  const call = () => assert.fail("called");
  await assert.rejects(
    withRetries(call, { ...options, signal: AbortSignal.abort(reason) }),
    reason,
  );
});

Deno.test("withRetries() throws the reason of an abort during a wait, at once", async () => {
  const controller = new AbortController();
  const reason = new Error("Ctrl-C");
  const system = systemClock(() => 0.99);
  const clock = {
    ...system,
    sleep: (ms: number, options: { readonly signal: AbortSignal }) => {
      const sleeping = system.sleep(ms, options);
      controller.abort(reason);
      return sleeping;
    },
  };
  const { signal } = controller;
  const options = { retries: 5, timeoutMs: TIMEOUT_MS, signal, clock };
  await assert.rejects(withRetries(failing([fault("rate_limited", 90_000)]), options), reason);
});

Deno.test("systemClock() sleeps, and not at all for an aborted signal", async () => {
  const clock = systemClock();
  const started = clock.monotonic();
  await clock.sleep(1, { signal: SIGNAL });
  assert.ok(clock.monotonic() > started);
  const reason = new Error("Ctrl-C");
  await assert.rejects(clock.sleep(60_000, { signal: AbortSignal.abort(reason) }), reason);
});
