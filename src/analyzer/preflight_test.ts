// `probeServer` against a real server that has all, some or none of llama-server's side endpoints.

import assert from "node:assert/strict";
import { LlmError, UsageError } from "../errors.ts";
import { FAULTS, LLAMA_SIDE, startFakeServer, status } from "../testing/fake_server.ts";
import { probeServer, type ServerInfo } from "./preflight.ts";

const SIGNAL = new AbortController().signal;
const NOTHING: ServerInfo = { slots: null, n_ctx: null, model: null, build: null };
const LLAMA: ServerInfo = {
  slots: 4,
  n_ctx: 2048,
  model: "/models/fake-1b.gguf",
  build: "b10868-0000000",
};
const HINT = "start one:     llama-server -m MODEL.gguf -ngl 99 -np 4 --port 8080";

const TWO_MODELS = status(200, { data: [{ id: "a" }, { id: "b" }] });
const SERVERS: readonly {
  readonly name: string;
  readonly side: typeof LLAMA_SIDE;
  readonly want: ServerInfo;
}[] = [
  { name: "llama-server", side: LLAMA_SIDE, want: LLAMA },
  {
    name: "llama-server with an alias",
    side: { ...LLAMA_SIDE, "/props": status(200, { model_alias: "tiny", model_path: "/m.gguf" }) },
    want: { ...NOTHING, model: "tiny" },
  },
  { name: "a server with nothing but 404", side: {}, want: NOTHING },
  {
    name: "a server that only lists its one model",
    side: { "/v1/models": status(200, { data: [{ id: "a" }] }) },
    want: { ...NOTHING, model: "a" },
  },
  { name: "a server with two models", side: { "/v1/models": TWO_MODELS }, want: NOTHING },
  { name: "HTML everywhere", side: { "/health": FAULTS.not_json }, want: NOTHING },
  {
    name: "503 that is not about loading",
    side: { ...LLAMA_SIDE, "/health": status(503, "no backend") },
    want: LLAMA,
  },
  {
    name: "a server that answers one question only (takes the 500 ms of grace)",
    side: { ...LLAMA_SIDE, "/health": FAULTS.hang, "/props": FAULTS.hang },
    want: { ...NOTHING, model: "fake-1b" },
  },
  {
    name: "a server that breaks off",
    side: { ...LLAMA_SIDE, "/props": FAULTS.cut_off },
    want: { ...NOTHING, model: "fake-1b" },
  },
];
for (const { name, side, want } of SERVERS) {
  Deno.test(`probeServer() on ${name}`, async () => {
    await using server = startFakeServer([], { side });
    assert.deepEqual(await probeServer(server.url, { signal: SIGNAL }), want);
    assert.equal(server.requests.length, 0);
  });
}

for (const path of ["", "/", "/v1", "/v1/", "/v1/chat/completions"]) {
  Deno.test(`probeServer() asks beside an endpoint that ends in "${path}"`, async () => {
    await using server = startFakeServer([]);
    await probeServer(`${server.url}${path}`, { signal: SIGNAL, apiKey: "sk-1" });
    const asked = server.sideRequests.map(({ path }) => path).sort();
    assert.deepEqual(asked, ["/health", "/props", "/v1/models"]);
    for (const { headers } of server.sideRequests) {
      assert.equal(headers.get("authorization"), "Bearer sk-1");
    }
  });
}

Deno.test("probeServer() keeps a path prefix", async () => {
  await using server = startFakeServer([]);
  await probeServer(`${server.url}/llm/v1`, { signal: SIGNAL });
  const asked = server.sideRequests.map(({ path }) => path).sort();
  assert.deepEqual(asked, ["/llm/health", "/llm/props", "/llm/v1/models"]);
});

Deno.test("probeServer() refuses an endpoint that is no URL", async () => {
  await assert.rejects(probeServer("localhost:8080", { signal: SIGNAL }), UsageError);
});

Deno.test("probeServer() says that the model is loading", async () => {
  const side = {
    "/health": FAULTS.loading,
    "/props": FAULTS.loading,
    "/v1/models": FAULTS.loading,
  };
  await using server = startFakeServer([], { side });
  const error = await failure(probeServer(server.url, { signal: SIGNAL }));
  assert.deepEqual([error.kind, error.status], ["server_error", 503]);
  assert.equal(error.message, `The model at ${server.url} is still loading`);
});

Deno.test("probeServer() on a port without a server: connection refused", async () => {
  const server = startFakeServer([]);
  await server[Symbol.asyncDispose]();
  const error = await failure(probeServer(server.url, { signal: SIGNAL }));
  assert.equal(error.kind, "unreachable");
  assert.equal(error.message, `Cannot reach the model at ${server.url}: connection refused`);
  assert.equal(error.hint, HINT);
});

Deno.test("probeServer() on an unknown host", async () => {
  const fetch = () => Promise.reject(new TypeError("client error (Connect): dns error: no name"));
  const error = await failure(probeServer("http://gpu", { signal: SIGNAL, fetch }));
  assert.equal(error.message, "Cannot reach the model at http://gpu: unknown host");
});

const SILENT = { "/health": FAULTS.hang, "/props": FAULTS.hang, "/v1/models": FAULTS.hang };

Deno.test("probeServer() on a server that never answers says how long it waited", async () => {
  await using server = startFakeServer([], { side: SILENT });
  const times = [0, 2004];
  const monotonic = () => times.shift() ?? assert.fail("asked too often");
  const error = await failure(
    probeServer(server.url, { signal: AbortSignal.timeout(20), monotonic }),
  );
  assert.equal(error.kind, "unreachable");
  assert.equal(error.message, `Cannot reach the model at ${server.url}: no answer within 2 s`);
  assert.equal(error.hint, HINT);
});

Deno.test("probeServer() throws the reason of any other abort", async () => {
  await using server = startFakeServer([], { side: SILENT });
  const controller = new AbortController();
  const reason = new Error("Ctrl-C");
  const probing = probeServer(server.url, { signal: controller.signal });
  controller.abort(reason);
  await assert.rejects(probing, reason);
});

async function failure(promise: Promise<unknown>): Promise<LlmError> {
  const error = await promise.then(() => assert.fail("no error"), (error: unknown) => error);
  assert.ok(error instanceof LlmError, String(error));
  return error;
}
