// A real HTTP server on loopback that misbehaves on demand: takes a script, answers one step a chat
// request, and keeps what it was asked. For tests of everything that talks to a model server.
// It is a plain TCP listener: Deno.serve cannot close a connection without an answer, and where it
// cuts off a body differs by version.

import { systemClock } from "../analyzer/retry.ts";
import { requestsOf, responseText } from "./fake_http.ts";
import { writeAll, writeStream } from "./fake_stream.ts";

/** What becomes of one request. A bare string is the text of a good answer. */
export type FakeStep = string | FakeAnswer | FakeStatus | FakeStream | FakeFault;

interface Delayed {
  /** Milliseconds before the step begins. */
  readonly delay_ms?: number;
}

/** A chat completion in llama-server's form; what is not given is not in the body. */
export interface FakeAnswer extends Delayed {
  readonly kind: "answer";
  readonly text: string | null;
  readonly reasoning?: string;
  /** `stop` when not given. */
  readonly finish_reason?: string;
  readonly usage?: Readonly<Record<string, unknown>>;
  readonly timings?: Readonly<Record<string, unknown>>;
  readonly model?: string;
  readonly system_fingerprint?: string;
}

export interface FakeStatus extends Delayed {
  readonly kind: "status";
  readonly status: number;
  /** A string goes out as it is, anything else as JSON, nothing as an empty body. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A body in pieces, as server-sent events come; `fake_stream.ts` makes chat completions of it. */
export interface FakeStream extends Delayed {
  readonly kind: "stream";
  /** Each is written on its own; a generator may wait, or throw to break the connection off. */
  readonly packets: () => Iterable<Packet> | AsyncIterable<Packet>;
}

export type Packet = string | Uint8Array;

/**
 * - `hang`: no answer until the client leaves or the server is disposed
 * - `cut_off`: half of a good answer, then the connection closes
 * - `close`: the connection closes without any answer. Deno 2.7's fetch sends the request again.
 */
export interface FakeFault extends Delayed {
  readonly kind: "hang" | "cut_off" | "close";
}

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  /** Parsed JSON; the text itself when it is none. */
  readonly body: unknown;
}

export interface FakeServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Chat requests in the order of their arrival. */
  readonly requests: readonly FakeRequest[];
  /** All other requests. */
  readonly sideRequests: readonly FakeRequest[];
  /** Most chat requests that were open at the same time. */
  readonly maxInFlight: number;
  /** Resolves when no chat request is open: after a client's timeout, that it really hung up. */
  idle(): Promise<void>;
}

export interface FakeServerOptions {
  /** Steps for everything but chat, by path or by request; what has none is 404. */
  readonly side?:
    | Readonly<Record<string, FakeStep>>
    | ((request: FakeRequest) => FakeStep | undefined);
}

/** From a request and its index, the first being 0, to its step. A promise must settle. */
export type FakeScript = (request: FakeRequest, index: number) => FakeStep | Promise<FakeStep>;

/** What `llama-server -np 4 -c 8192` says of itself. `side: {}` is a server without any of it. */
export const LLAMA_SIDE: Readonly<Record<string, FakeStep>> = {
  "/health": status(200, { status: "ok" }),
  "/props": status(200, {
    default_generation_settings: { n_ctx: 2048 },
    total_slots: 4,
    model_path: "/models/fake-1b.gguf",
    build_info: "b10868-0000000",
  }),
  "/v1/models": status(200, { object: "list", data: [{ id: "fake-1b", object: "model" }] }),
};

/** The ways in which servers fail, as their own bodies say it. */
export const FAULTS = {
  rate_limited: status(429, { error: { message: "Slow down", type: "requests" } }, {
    "retry-after": "7",
  }),
  insufficient_quota: status(429, {
    error: { message: "You exceeded your quota", type: "insufficient_quota" },
  }),
  server_error: status(500, { error: { code: 500, message: "Boom", type: "server_error" } }),
  loading: status(503, {
    error: { code: 503, message: "Loading model", type: "unavailable_error" },
  }),
  context: status(400, {
    error: {
      code: 400,
      type: "exceed_context_size_error",
      message: "request (5000 tokens) exceeds the available context size (2048 tokens)",
      n_prompt_tokens: 5000,
      n_ctx: 2048,
    },
  }),
  unauthorized: status(401, {
    error: { code: 401, message: "Invalid API Key", type: "authentication_error" },
  }),
  not_json: status(200, "<!doctype html>\n<p>Hi", { "content-type": "text/html" }),
  empty_body: status(200),
  hang: { kind: "hang" },
  cut_off: { kind: "cut_off" },
  close: { kind: "close" },
} as const satisfies Readonly<Record<string, FakeStep>>;

/** Returns the step that answers with `code`; for `body` see {@linkcode FakeStatus}. */
export function status(
  code: number,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): FakeStatus {
  return { kind: "status", status: code, body, headers };
}

/**
 * Starts a server on a free port; `await using` ends it with all its connections.
 *
 * @param script The steps in order of arrival, after the last 500 "script ran out"; or a function.
 */
export function startFakeServer(
  script: readonly FakeStep[] | FakeScript,
  { side = LLAMA_SIDE }: FakeServerOptions = {},
): FakeServer {
  const requests: FakeRequest[] = [];
  const sideRequests: FakeRequest[] = [];
  const ended = new AbortController();
  const open = new Set<Deno.Conn>();
  const loops: Promise<void>[] = [];
  let waiting: (() => void)[] = [];
  let inFlight = 0;
  let maxInFlight = 0;

  function nextStep(request: FakeRequest): FakeStep | Promise<FakeStep> {
    const index = requests.push(request) - 1;
    maxInFlight = Math.max(maxInFlight, ++inFlight);
    if (typeof script === "function") return script(request, index);
    return script[index] ?? status(500, { error: { message: "script ran out" } });
  }

  function done(): void {
    if (--inFlight > 0) return;
    waiting.forEach((resolve) => resolve());
    waiting = [];
  }

  async function respond(conn: Deno.Conn, request: FakeRequest): Promise<void> {
    if (!request.path.endsWith("/chat/completions")) {
      sideRequests.push(request);
      const step = typeof side === "function"
        ? side(request)
        : side[request.path.replace(/\?.*/, "")];
      return await play(conn, step ?? status(404, { error: { message: "Not Found" } }));
    }
    let finished = false;
    // Counted out before the answer goes, so that a client's next request never meets this one.
    const finish = () => {
      if (!finished) done();
      finished = true;
    };
    try {
      await play(conn, await nextStep(request), finish);
    } finally {
      finish();
    }
  }

  async function play(conn: Deno.Conn, step: FakeStep, beforeWrite?: () => void): Promise<void> {
    const delay = typeof step === "string" ? undefined : step.delay_ms;
    if (delay !== undefined) await systemClock().sleep(delay, { signal: ended.signal });
    const kind = typeof step === "string" ? "answer" : step.kind;
    // Reads nothing: it ends when the client leaves or `dispose` closes the connection.
    if (kind === "hang") await conn.read(new Uint8Array(1));
    beforeWrite?.();
    if (kind === "hang" || kind === "close") throw new Deno.errors.ConnectionAborted();
    if (typeof step !== "string" && step.kind === "stream") return await writeStream(conn, step);
    const bytes = new TextEncoder().encode(responseText(step));
    const length = kind === "cut_off" ? bytes.length - 20 : bytes.length;
    await writeAll(conn, bytes.subarray(0, length));
    if (kind === "cut_off") throw new Deno.errors.ConnectionAborted();
  }

  async function serve(conn: Deno.Conn): Promise<void> {
    open.add(conn);
    try {
      for await (const request of requestsOf(conn)) await respond(conn, request);
    } catch (error) {
      if (!ended.signal.aborted && !isHangUp(error)) throw error;
    } finally {
      if (open.delete(conn)) conn.close();
    }
  }

  async function accept(): Promise<void> {
    for await (const conn of listener) loops.push(serve(conn));
  }

  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepting = accept();

  return {
    url: `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`,
    requests,
    sideRequests,
    get maxInFlight() {
      return maxInFlight;
    },
    idle: () => inFlight === 0 ? Promise.resolve() : new Promise((ok) => waiting.push(ok)),
    [Symbol.asyncDispose]: async () => {
      ended.abort();
      listener.close();
      await accepting;
      for (const conn of open) conn.close();
      open.clear();
      await Promise.all(loops);
    },
  };
}

function isHangUp(error: unknown): boolean {
  const { ConnectionAborted, ConnectionReset, BrokenPipe } = Deno.errors;
  return [ConnectionAborted, ConnectionReset, BrokenPipe].some((kind) => error instanceof kind);
}
