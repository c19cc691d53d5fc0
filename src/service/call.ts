// One request from its first byte to its last: what may end it early, how far it is, what its line in
// the log will say.

import { CLIENT_LEFT, comeAgain, ServiceError } from "./service_error.ts";
import type { LogFields } from "./service_log.ts";

/** Where a request is; the message says so when its time is up. */
export type Stage = "body" | "loki" | "turn" | "model";

const WAITS_FOR: Readonly<Record<Stage, string>> = {
  body: "it waited for the request's body",
  loki: "it waited for Loki",
  turn: "it waited for its turn at the model",
  model: "it waited for the model",
};

export interface Call {
  readonly request: Request;
  /** Aborted with what the request is to be answered with: its client left, time is up, shutdown. */
  readonly signal: AbortSignal;
  stage: Stage;
  /** Adds to the request's line in the log. */
  note(fields: LogFields): void;
  readonly notes: LogFields;
  /** Ends the call early. */
  end(why: ServiceError): void;
  /** Resolves when an answer that goes on after its head has ended; at once for all others. */
  lasting: Promise<void>;
  /** What became of a stream whose head had said 200 already; `null` when that holds. */
  endedAs: number | null;
  /** Lets go of timer and client. */
  close(): void;
}

export interface CallLimits {
  /** For the request's body. */
  readonly bodyMs: number;
  /** Over all stages. */
  readonly deadlineMs: number;
}

export function openCall(request: Request, { bodyMs, deadlineMs }: CallLimits): Call {
  const controller = new AbortController();
  const notes: Record<string, unknown> = {};
  const end = (why: ServiceError) => controller.abort(why);
  const left = () => end(new ServiceError(CLIENT_LEFT, "the client left"));
  const call: Call = {
    request,
    signal: controller.signal,
    stage: "body",
    notes,
    note: (fields) => void Object.assign(notes, fields),
    end,
    lasting: Promise.resolve(),
    endedAs: null,
    close() {
      clearTimeout(bodyTimer);
      clearTimeout(timer);
      request.signal.removeEventListener("abort", left);
    },
  };
  const late = (ms: number, status: number) => {
    const message = `Cannot answer within ${ms / 1000} s: ${WAITS_FOR[call.stage]}`;
    end(new ServiceError(status, message));
  };
  const bodyTimer = setTimeout(() => {
    if (call.stage === "body") late(bodyMs, 408);
  }, bodyMs);
  const timer = setTimeout(() => late(deadlineMs, 504), deadlineMs);
  request.signal.addEventListener("abort", left, { once: true });
  return call;
}

/** What a request gets that is still not answered when the service has to end. */
export function shuttingDown(): ServiceError {
  return comeAgain("Cannot answer: the service is shutting down");
}
