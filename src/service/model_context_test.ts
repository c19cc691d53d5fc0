// How many of many lines are sent to a server that says how much room it has, over real sockets.

import assert from "node:assert/strict";
import {
  type FakeRequest,
  type FakeStep,
  LLAMA_SIDE,
  startFakeServer,
  status,
} from "../testing/fake_server.ts";
import { BODY, ENTRY, lokiOf, startService } from "../testing/service_fixtures.ts";

/** 200 lines of 100 words each. */
const LINES = Array.from({ length: 200 }, (_, at) => ({
  ...ENTRY,
  timestamp: ENTRY.timestamp + at,
  message: `line-${at} ${"word ".repeat(99).trimEnd()}`,
}));

/** A llama-server whose tokens are words; 2048 of them are a slot's context. */
function side(request: FakeRequest): FakeStep | undefined {
  if (request.path !== "/tokenize") return LLAMA_SIDE[request.path];
  const { content } = request.body as { readonly content: string };
  return status(200, { tokens: content.split(/\s+/) });
}

Deno.test("of 200 long lines the newest are sent, told and counted", async () => {
  await using model = startFakeServer(() => "Severity: error", { side });
  await using service = startService({ llmUrl: model.url, loki: lokiOf(LINES) });
  const { log_count, logs, logs_left_out } = await (await service.post(BODY)).json();
  // 2048 less 200 of the answer, 64 of the chat template and a dozen of the prompt, at 104 a line.
  assert.equal(log_count, 17);
  assert.deepEqual([logs.length, logs_left_out], [17, 183]);
  assert.match(logs[0].message, /^line-183 /);
  assert.match(logs[16].message, /^line-199 /);
  const sent = JSON.stringify(model.requests[0]!.body).match(/line-\d+/g);
  assert.deepEqual([sent!.length, sent![0]], [17, "line-183"]);

  const text = await (await service.post(BODY, { stream: true })).text();
  assert.match(
    text,
    /^Window: .*\nLogs: 17 \(the newest; the model has no room for 183 older ones\)\n/,
  );
  const props = model.sideRequests.filter(({ path }) => path === "/props");
  assert.equal(props.length, 1);
});

const UNKNOWN: readonly {
  readonly name: string;
  readonly side: Readonly<Record<string, FakeStep>>;
}[] = [
  { name: "does not say how much room it has", side: {} },
  { name: "cannot count", side: LLAMA_SIDE },
];

for (const { name, side } of UNKNOWN) {
  Deno.test(`a server that ${name} gets all lines`, async () => {
    await using model = startFakeServer(() => "Severity: error", { side });
    await using service = startService({ llmUrl: model.url, loki: lokiOf(LINES.slice(0, 50)) });
    const { log_count, logs_left_out } = await (await service.post(BODY)).json();
    assert.deepEqual([log_count, logs_left_out], [50, 0]);
  });
}

Deno.test("short logs are not counted", async () => {
  await using model = startFakeServer(() => "Severity: error", { side });
  await using service = startService({ llmUrl: model.url });
  await (await service.post(BODY)).body?.cancel();
  assert.equal(model.sideRequests.some(({ path }) => path === "/tokenize"), false);
});
