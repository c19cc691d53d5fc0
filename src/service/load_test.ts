// Many clients at once over real sockets: nothing is lost or mixed up, the model is never asked by more
// than it has slots, a drain loses none, and who leaves makes room.

import assert from "node:assert/strict";
import { startFakeLoki } from "../testing/fake_loki.ts";
import { type FakeRequest, type FakeStep, startFakeServer } from "../testing/fake_server.ts";
import {
  BODY,
  ENTRY,
  lokiOf,
  startService,
  storedOf,
  type TestService,
  WINDOW,
} from "../testing/service_fixtures.ts";

const CLIENTS = 200;

/** A model that speaks of the log line that it is shown. */
function echo(delay_ms?: number): (request: FakeRequest) => FakeStep {
  return ({ body }) => {
    const marker = /marker-\d+/.exec(JSON.stringify(body))?.[0] ?? "none";
    const text = `Root cause: ${marker}`;
    return { kind: "answer", text, ...(delay_ms === undefined ? {} : { delay_ms }) };
  };
}

/** A line of its own for each client, in one namespace. */
const LINES = Array.from(
  { length: CLIENTS },
  (_, at) => ({ ...ENTRY, timestamp: ENTRY.timestamp + at, message: `error marker-${at} end` }),
);

function ask(service: TestService, at: number, init: RequestInit = {}): Promise<Response> {
  const filters = { namespace: "llm", log_filter: `marker-${at} end` };
  return service.post({ time_range: WINDOW, filters }, init);
}

Deno.test("200 clients at four slots: each has the answer to its own logs, the rest come again", async () => {
  await using loki = startFakeLoki(storedOf(LINES));
  await using model = startFakeServer(echo(100));
  const env = { MAX_CONCURRENT: "4", MAX_QUEUED: "36" };
  await using service = startService({ llmUrl: model.url, lokiUrl: loki.url, env });
  const answers = await Promise.all(LINES.map(async (_, at) => {
    const response = await ask(service, at);
    return { at, response, answer: await response.json() };
  }));
  const answered = answers.filter(({ response }) => response.status === 200);
  const refused = answers.filter(({ response }) => response.status === 503);
  assert.equal(answered.length + refused.length, CLIENTS);
  // The place of one that is through goes to one that has not come yet.
  assert.ok(answered.length >= 40, `${answered.length} answered`);
  assert.ok(refused.length > 0);
  for (const { at, answer } of answered) {
    assert.equal(answer.analysis, `Root cause: marker-${at}`);
    assert.deepEqual([answer.log_count, answer.logs[0].message], [1, `error marker-${at} end`]);
  }
  for (const { response, answer } of refused) {
    assert.match(response.headers.get("retry-after") ?? "", /^\d+$/);
    assert.match(answer.detail, /^Cannot take a further request: at the model [0-4], waiting \d+$/);
  }
  assert.equal(model.maxInFlight, 4);
  assert.equal(model.requests.length, answered.length);
  assert.equal(loki.queries.length, answered.length);
});

Deno.test("with room for all of them, all 200 are answered", async () => {
  await using model = startFakeServer(echo());
  const env = { MAX_CONCURRENT: "4", MAX_QUEUED: "200" };
  await using loki = startFakeLoki(storedOf(LINES));
  await using service = startService({ llmUrl: model.url, lokiUrl: loki.url, env });
  const texts = await Promise.all(
    LINES.map(async (_, at) => (await (await ask(service, at)).json()).analysis),
  );
  assert.deepEqual(texts, LINES.map((_, at) => `Root cause: marker-${at}`));
  assert.ok(model.maxInFlight <= 4);
});

/** A model whose answers come when the test says so. */
function heldModel() {
  const held = Promise.withResolvers<void>();
  const arrivals: (() => void)[] = [];
  let count = 0;
  const server = startFakeServer(async (request) => {
    count++;
    arrivals.splice(0).forEach((resolve) => resolve());
    await held.promise;
    return echo()(request);
  });
  return {
    url: server.url,
    server,
    answer: () => held.resolve(),
    /** Resolves when so many requests have come. */
    async asked(most: number): Promise<void> {
      while (count < most) await new Promise<void>((resolve) => arrivals.push(resolve));
    },
    [Symbol.asyncDispose]: async () => {
      held.resolve();
      await server[Symbol.asyncDispose]();
    },
  };
}

Deno.test("a drain answers all that were let in, at the model and in the queue, and no further one", async () => {
  await using model = heldModel();
  const env = { MAX_CONCURRENT: "2", MAX_QUEUED: "10" };
  await using service = startService({ llmUrl: model.url, loki: lokiOf([ENTRY]), env });
  const asked = Array.from({ length: 8 }, () => service.post(BODY));
  await model.asked(2);
  await until(service, /log_analyzer_queued 6\n/);
  const drained = service.service.drain();

  const ready = await fetch(`${service.url}/ready`);
  assert.deepEqual([ready.status, (await ready.json()).status], [503, "draining"]);
  assert.match(await (await fetch(`${service.url}/health`)).text(), /"ok"/);
  const late = await service.post(BODY);
  assert.deepEqual([late.status, (await late.json()).detail], [
    503,
    "Cannot answer: the service is shutting down",
  ]);
  assert.ok(late.headers.has("retry-after"));

  model.answer();
  await drained;
  for (const response of await Promise.all(asked)) {
    assert.equal(response.status, 200);
    await response.body?.cancel();
  }
});

Deno.test("an end that cannot wait answers all that are in flight with 503 and frees the model", async () => {
  await using model = heldModel();
  const env = { MAX_CONCURRENT: "1", MAX_QUEUED: "5" };
  await using service = startService({ llmUrl: model.url, env });
  const asked = [service.post(BODY), service.post(BODY)];
  await model.asked(1);
  await until(service, /log_analyzer_queued 1\n/);
  const drained = service.service.drain();
  service.abort();
  await drained;
  for (const response of await Promise.all(asked)) {
    assert.equal(response.status, 503);
    await response.body?.cancel();
  }
  model.answer();
  await model.server.idle();
});

/** Asks for the metrics until they say this: there is no other view from outside. */
async function until(service: TestService, pattern: RegExp): Promise<void> {
  for (let look = 0; look < 2000; look++) {
    if (pattern.test(await (await fetch(`${service.url}/metrics`)).text())) return;
  }
  throw new Error(`the metrics never said ${pattern.source}`);
}

Deno.test("a client that leaves ends its call of the model, or its wait, and makes room", async () => {
  await using model = startFakeServer((_, index) =>
    index === 0 ? { kind: "hang" } : "Severity: info"
  );
  const env = { MAX_CONCURRENT: "1", MAX_QUEUED: "2" };
  await using service = startService({ llmUrl: model.url, env });
  const [atModel, waiting] = [new AbortController(), new AbortController()];
  const first = service.post(BODY, { signal: atModel.signal });
  await until(service, /log_analyzer_model_in_flight 1\n/);
  const second = service.post(BODY, { signal: waiting.signal });
  await until(service, /log_analyzer_queued 1\n/);
  const third = service.post(BODY);
  await until(service, /log_analyzer_queued 2\n/);

  waiting.abort();
  await assert.rejects(second);
  await until(service, /log_analyzer_queued 1\n/);
  atModel.abort();
  await assert.rejects(first);
  const response = await third;
  assert.equal((await response.json()).analysis, "Severity: info");
  await model.idle();
  await service.service.drain();
  assert.deepEqual(service.lines.map(({ status }) => status).sort(), [200, 499, 499]);
  assert.equal(model.requests.length, 2);
});

Deno.test("a client that leaves while Loki is asked ends that as well", async () => {
  const asked = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const loki = {
    ...lokiOf([]),
    query: (_: unknown, { signal }: { readonly signal: AbortSignal }) => {
      asked.resolve();
      return new Promise<never>((_, reject) =>
        signal.addEventListener("abort", () => {
          ended.resolve();
          reject(signal.reason);
        })
      );
    },
  };
  await using service = startService({ loki });
  const client = new AbortController();
  const response = service.post(BODY, { signal: client.signal });
  await asked.promise;
  client.abort();
  await assert.rejects(response);
  await ended.promise;
});
