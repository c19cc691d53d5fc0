// The stream over real sockets: what stands in it, when it comes, and what a client that leaves ends.

import assert from "node:assert/strict";
import { chatEvents, chatStream, CUT, DONE, packetStream } from "../testing/fake_stream.ts";
import { type Packet, startFakeServer } from "../testing/fake_server.ts";
import { BODY, ENTRY, lokiOf, startService } from "../testing/service_fixtures.ts";

const HEAD = `Window: 2026-01-09T14:00:00.000Z to 2026-01-09T15:00:00.000Z
Logs: 1

[2026-01-09T14:00:00.250Z] llm/llama-server (pod=llama-server-0, node=node-1)
E srv start: couldn't bind HTTP server socket, port: 8080

Analysis:
`;

Deno.test("window, count and logs stand before the model's text", async () => {
  const usage = { prompt_tokens: 9, completion_tokens: 3 };
  await using model = startFakeServer([chatStream(["Root cause: ", "größe 🔥\n", "é"], { usage })]);
  await using service = startService({ llmUrl: model.url });
  const response = await service.post(BODY, { stream: true });
  assert.equal(response.headers.get("content-type"), "text/plain; charset=utf-8");
  assert.equal(response.headers.get("content-encoding"), null);
  assert.equal(await response.text(), `${HEAD}Root cause: größe 🔥\né\n`);
  await service.service.drain();
  const { status, outcome, completion_tokens } = service.lines[0]!;
  assert.deepEqual({ status, outcome, completion_tokens }, {
    status: 200,
    outcome: "scored",
    completion_tokens: 3,
  });
});

Deno.test("the head comes before the model answers, each piece as it is generated", async () => {
  const steps = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await using model = startFakeServer([{
    kind: "stream",
    packets: async function* (): AsyncGenerator<Packet> {
      const [start, first, second, ...rest] = chatEvents(["one ", "two"]);
      yield start!;
      await steps[0]!.promise;
      yield first!;
      await steps[1]!.promise;
      yield second! + rest.join("") + DONE;
    },
  }]);
  await using service = startService({ llmUrl: model.url });
  const response = await service.post(BODY, { stream: true });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const read = async () => text += (await reader.read()).value ?? assert.fail(text);
  const foot = "\n[outcome unparseable]\n";
  for (const [at, whole] of [HEAD, `${HEAD}one `, `${HEAD}one two${foot}`].entries()) {
    while (text.length < whole.length) await read();
    assert.equal(text, whole);
    steps[at]?.resolve();
  }
  assert.equal((await reader.read()).done, true);
});

const FEET: readonly (readonly [text: string, finish_reason: string, foot: string])[] = [
  ["Root cause: oom", "stop", ""],
  ["Root cause: oom\nSeverity: error\nSummary: the", "length", "[cut off]\n"],
  ["Ho hum.", "stop", "[outcome unparseable]\n"],
  ["", "stop", "[outcome empty]\n"],
  ["I cannot help with that.", "stop", "[outcome refused]\n"],
  ['{"root', "length", "[cut off]\n[outcome truncated]\n"],
];

for (const [text, finish_reason, foot] of FEET) {
  Deno.test(`behind ${JSON.stringify(text)}, ${finish_reason}: ${JSON.stringify(foot)}`, async () => {
    await using model = startFakeServer([
      chatStream([text], { finish_reason }),
      { kind: "answer", text, finish_reason },
    ]);
    await using service = startService({ llmUrl: model.url });
    const streamed = await service.post(BODY, { stream: true });
    assert.equal(await streamed.text(), `${HEAD}${text}\n${foot}`);
    const answer = await (await service.post(BODY)).json();
    assert.equal(answer.finish_reason, finish_reason);
    await service.service.drain();
    assert.deepEqual(service.lines.map(({ status }) => status), [200, 200]);
  });
}

Deno.test("a model that breaks off in the middle: the text so far, then a last line", async () => {
  await using model = startFakeServer([packetStream([...chatEvents(["Root "]).slice(0, 2), CUT])]);
  await using service = startService({ llmUrl: model.url });
  const text = await (await service.post(BODY, { stream: true })).text();
  assert.ok(text.startsWith(`${HEAD}Root \n[error 502] Cannot ask the model: `), text);
  assert.equal(model.requests.length, 1);
  await service.service.drain();
  assert.deepEqual([service.lines[0]!["status"], service.lines[0]!["level"]], [502, "error"]);
});

Deno.test("a client that leaves in the middle ends the model call and makes room", async () => {
  const left = Promise.withResolvers<void>();
  await using model = startFakeServer((_, index) =>
    index > 0 ? chatStream(["next"]) : {
      kind: "stream",
      packets: async function* (): AsyncGenerator<Packet> {
        yield chatEvents(["one "]).slice(0, 2).join("");
        await left.promise;
        // Until the connection, which the service closes, takes no more.
        for (let at = 0; at < 1_000_000; at++) yield `: ${"x".repeat(1000)}\n\n`;
        throw new Error("the service never left");
      },
    }
  );
  const env = { MAX_CONCURRENT: "1", MAX_QUEUED: "0" };
  await using service = startService({ llmUrl: model.url, loki: lokiOf([ENTRY]), env });
  const client = new AbortController();
  const response = await service.post(BODY, { stream: true, signal: client.signal });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.endsWith("one ")) text += (await reader.read()).value ?? assert.fail(text);
  client.abort();
  await assert.rejects(reader.read());
  left.resolve();
  await model.idle();
  await service.service.drain();
  assert.deepEqual(service.lines.map(({ status }) => status), [499]);
});

Deno.test("a stream waits for its turn with its head out; an end that cannot wait is its last line", async () => {
  await using model = startFakeServer([{ kind: "hang" }]);
  const env = { MAX_CONCURRENT: "1", MAX_QUEUED: "1" };
  await using service = startService({ llmUrl: model.url, env });
  const first = await service.post(BODY, { stream: true });
  const second = await service.post(BODY, { stream: true });
  const third = await service.post(BODY, { stream: true });
  assert.equal(third.status, 503);
  await third.body?.cancel();
  const texts = [first.text(), second.text()];
  const drained = service.service.drain();
  service.abort();
  await drained;
  for (const text of await Promise.all(texts)) {
    assert.equal(text, `${HEAD}\n[error 503] Cannot answer: the service is shutting down\n`);
  }
  await model.idle();
});
