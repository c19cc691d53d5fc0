// What a request tells a collector, and how its trace goes on from the caller's and to the model.

import assert from "node:assert/strict";
import { startTelemetry } from "../telemetry/otel.ts";
import { type FakeStep, FAULTS, startFakeServer } from "../testing/fake_server.ts";
import { chatStream } from "../testing/fake_stream.ts";
import { type OtlpSink, otlpSink, sinkEnv, type SunkSpan } from "../testing/otlp_sink.ts";
import {
  ANSWER,
  BODY,
  ENTRY,
  startService,
  type TestService,
} from "../testing/service_fixtures.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT = "b7ad6b7169203331";
const HEADERS = {
  "content-type": "application/json",
  traceparent: `00-${TRACE}-${PARENT}-01`,
};

/** A request to a service that reports to the sink; all is sent when it returns. */
async function traced(
  sink: OtlpSink,
  step: FakeStep,
  ask: (service: TestService) => Promise<Response>,
) {
  const telemetry = await startTelemetry(sinkEnv(sink.url), { version: "1", warn: assert.fail });
  assert.ok(telemetry);
  await using model = startFakeServer(() => step);
  try {
    await using service = startService({ llmUrl: model.url, telemetry });
    await (await ask(service)).text();
    await service.service.drain();
    return { lines: service.lines, headers: model.requests[0]?.headers };
  } finally {
    await telemetry.shutdown();
  }
}

for (const stream of [false, true]) {
  Deno.test(`a request's spans hang together${stream ? ", streamed" : ""}`, async () => {
    await using sink = otlpSink();
    const step = stream ? chatStream([ANSWER]) : ANSWER;
    const { lines, headers } = await traced(
      sink,
      step,
      (service) => service.post(BODY, { headers: HEADERS, stream }),
    );
    const spans = sink.spans();
    const [request] = spans.filter(({ kind }) => kind === 2);
    assert.equal(request!.name, `POST /v1/analyze${stream ? "/stream" : ""}`);
    assert.deepEqual([request!.traceId, request!.parentSpanId], [TRACE, PARENT]);
    assert.deepEqual(request!.attributes, {
      "http.request.method": "POST",
      "http.route": `/v1/analyze${stream ? "/stream" : ""}`,
      "http.response.status_code": 200,
      "url.path": `/v1/analyze${stream ? "/stream" : ""}`,
      "url.scheme": "http",
    });
    const query = spans.find(({ name }) => name === "query loki");
    assert.deepEqual(query!.attributes, {
      "logeval.log.count": 1,
      "server.address": "127.0.0.1",
      "server.port": 9,
    });
    const nameOf = (id: string | null) => spans.find(({ spanId }) => spanId === id)?.name;
    const tree = spans.map(({ name, parentSpanId }) => `${nameOf(parentSpanId)} > ${name}`).sort();
    assert.deepEqual(tree, [
      `${request!.name} > analyze`,
      `${request!.name} > query loki`,
      "analyze > chat fake-1b",
      "analyze > parse answer",
      "analyze > render prompt",
      `undefined > ${request!.name}`,
    ]);
    assert.deepEqual(new Set(spans.map(({ traceId }) => traceId)), new Set([TRACE]));
    const [line] = lines;
    assert.deepEqual([line!["trace_id"], line!["span_id"]], [TRACE, request!.spanId]);
    const chat = spans.find(({ name }) => name.startsWith("chat"));
    assert.equal(headers?.get("traceparent"), `00-${TRACE}-${chat!.spanId}-01`);
    assert.ok(!JSON.stringify(spans).includes(ENTRY.message.slice(0, 20)));
  });
}

Deno.test("a failure marks the request's span; probes have none", async () => {
  await using sink = otlpSink();
  await traced(sink, FAULTS.server_error, async (service) => {
    await (await fetch(`${service.url}/health`)).text();
    return await service.post(BODY);
  });
  const requests = sink.spans().filter(({ kind }) => kind === 2);
  assert.deepEqual(
    requests.map(({ name, status, attributes }) => [
      name,
      status,
      attributes["error.type"],
    ]),
    [["POST /v1/analyze", 2, "502"]],
  );
});

Deno.test("a path that no route has names no span", async () => {
  await using sink = otlpSink();
  await traced(sink, ANSWER, ({ url }) => fetch(`${url}/wp-login.php?user=me`));
  const [{ name, attributes }] = sink.spans() as [SunkSpan];
  assert.equal(name, "GET");
  assert.deepEqual(attributes, {
    "http.request.method": "GET",
    "http.response.status_code": 404,
    "url.path": "/wp-login.php",
    "url.scheme": "http",
  });
});
