// Against a collector on loopback: what arrives, and what it costs when none answers.

import assert from "node:assert/strict";
import { otlpSink, sinkEnv } from "../testing/otlp_sink.ts";
import { startTelemetry, type Telemetry } from "./otel.ts";
import { inSpan, SERVER } from "./spans.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const CALLER = "b7ad6b7169203331";
const TRACEPARENT = `00-${TRACE}-${CALLER}-01`;

async function start(
  env: (name: string) => string | undefined,
  graceMs?: number,
): Promise<{ telemetry: Telemetry; warnings: string[] }> {
  const warnings: string[] = [];
  const telemetry = await startTelemetry(env, {
    version: "1.2.3",
    warn: (message) => warnings.push(message),
    ...(graceMs === undefined ? {} : { graceMs }),
  });
  assert.ok(telemetry, warnings.join());
  return { telemetry, warnings };
}

Deno.test("startTelemetry() is null without an endpoint", async () => {
  assert.equal(await startTelemetry(() => undefined, { version: "1", warn: assert.fail }), null);
});

Deno.test("a request's span continues its caller's trace, across awaits, and sends it on", async () => {
  await using sink = otlpSink();
  const { telemetry, warnings } = await start(sinkEnv(sink.url));
  const parent = telemetry.extract(new Headers({ traceparent: TRACEPARENT }));
  const sent = await inSpan(telemetry.tracer, "request", { path: "/" }, async (span) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    assert.equal(span?.spanContext().traceId, TRACE);
    return await inSpan(telemetry.tracer, "inner", undefined, async () => {
      await Promise.resolve();
      return telemetry.inject();
    });
  }, { kind: SERVER, parent });
  await telemetry.shutdown();
  const [inner, request] = sink.spans();
  assert.deepEqual([inner?.name, inner?.kind, inner?.traceId], ["inner", 1, TRACE]);
  assert.deepEqual(
    [request?.name, request?.kind, request?.traceId, request?.parentSpanId],
    ["request", 2, TRACE, CALLER],
  );
  assert.equal(inner?.parentSpanId, request?.spanId);
  assert.deepEqual(request?.attributes, { path: "/" });
  assert.equal(sent.traceparent, `00-${TRACE}-${inner?.spanId}-01`);
  assert.equal(request?.resource["service.name"], "logeval");
  assert.equal(request?.resource["service.version"], "1.2.3");
  assert.deepEqual(warnings, []);
});

Deno.test("a caller's traceparent that is none begins a trace", async () => {
  await using sink = otlpSink();
  const { telemetry } = await start(sinkEnv(sink.url));
  const parent = telemetry.extract(new Headers({ traceparent: "00-zz-1-01" }));
  inSpan(telemetry.tracer, "request", undefined, () => {}, { parent });
  await telemetry.shutdown();
  assert.equal(sink.spans()[0]?.parentSpanId, null);
});

Deno.test("without propagators nothing is taken over and nothing sent on", async () => {
  await using sink = otlpSink();
  const { telemetry } = await start(sinkEnv(sink.url, { OTEL_PROPAGATORS: "none" }));
  const parent = telemetry.extract(new Headers({ traceparent: TRACEPARENT }));
  const headers = inSpan(telemetry.tracer, "request", undefined, telemetry.inject, { parent });
  await telemetry.shutdown();
  assert.deepEqual(headers, {});
  assert.equal(sink.spans()[0]?.parentSpanId, null);
});

Deno.test("inSpan() ends a failed span with its kind, and never with its message", async () => {
  await using sink = otlpSink();
  const { telemetry: { tracer, shutdown } } = await start(sinkEnv(sink.url));
  class KindError extends Error {
    readonly kind = "timeout";
  }
  const secret = "password=hunter2";
  assert.throws(() =>
    inSpan(tracer, "sync", undefined, () => {
      throw new RangeError(secret);
    }), RangeError);
  await assert.rejects(
    inSpan(tracer, "async", undefined, () => {
      return Promise.reject(new KindError(secret));
    }),
    KindError,
  );
  await shutdown();
  const spans = sink.spans();
  assert.deepEqual(spans.map(({ attributes }) => attributes["error.type"]), [
    "RangeError",
    "timeout",
  ]);
  assert.deepEqual(spans.map(({ status, statusMessage }) => [status, statusMessage ?? ""]), [
    [2, ""],
    [2, ""],
  ]);
  assert.ok(!JSON.stringify(spans).includes("hunter2"));
});

Deno.test("inSpan() without a tracer is the work itself", () => {
  assert.equal(inSpan(undefined, "x", undefined, (span) => span ?? 7), 7);
});

Deno.test("always_off sends no span, and a span says that it is not recorded", async () => {
  await using sink = otlpSink();
  const { telemetry } = await start(sinkEnv(sink.url, { OTEL_TRACES_SAMPLER: "always_off" }));
  inSpan(telemetry.tracer, "x", undefined, (span) => assert.equal(span?.isRecording(), false));
  await telemetry.shutdown();
  assert.deepEqual(sink.spans(), []);
});

Deno.test("one signal alone", async () => {
  await using sink = otlpSink();
  const { telemetry } = await start(sinkEnv(sink.url, { OTEL_TRACES_EXPORTER: "none" }));
  assert.equal(telemetry.tracer, undefined);
  telemetry.meter?.createHistogram("h", { unit: "s" }).record(2);
  await telemetry.shutdown();
  assert.deepEqual(sink.requests.map(({ path }) => path), ["/v1/metrics"]);
  assert.deepEqual(sink.histograms().map(({ name, unit, sum }) => [name, unit, sum]), [[
    "h",
    "s",
    2,
  ]]);
});

Deno.test("protobuf is the default", async () => {
  await using sink = otlpSink();
  const { telemetry } = await start(
    (name) => name === "OTEL_EXPORTER_OTLP_ENDPOINT" ? sink.url : undefined,
  );
  inSpan(telemetry.tracer, "a span by its name", undefined, () => {});
  await telemetry.shutdown();
  const request = sink.requests.find(({ path }) => path === "/v1/traces");
  assert.equal(request?.headers.get("content-type"), "application/x-protobuf");
  assert.match(new TextDecoder().decode(request?.body), /a span by its name/);
});

Deno.test("a collector that refuses is told once, with what it said", async () => {
  await using sink = otlpSink(400);
  const { telemetry, warnings } = await start(
    sinkEnv(sink.url, { OTEL_BSP_SCHEDULE_DELAY: "1", OTEL_METRICS_EXPORTER: "none" }),
  );
  for (let round = 1; round <= 2; round++) {
    inSpan(telemetry.tracer, "x", undefined, () => {});
    while (sink.requests.length < round) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await telemetry.shutdown();
  assert.deepEqual(warnings, [
    `cannot send traces to ${sink.url}/v1/traces: 400 Bad Request`,
  ]);
});

Deno.test("a collector that hangs costs the grace", async () => {
  await using sink = otlpSink("hang");
  const { telemetry, warnings } = await start(sinkEnv(sink.url), 30);
  inSpan(telemetry.tracer, "x", undefined, () => {});
  const started = performance.now();
  await telemetry.shutdown();
  assert.ok(performance.now() - started < 2000);
  assert.deepEqual(warnings, [`cannot send traces to ${sink.url}/v1/traces: no answer`]);
});

Deno.test("an export is tried again while its time lasts", async () => {
  const statuses = [503, 429];
  await using sink = otlpSink(() => statuses.shift() ?? 200);
  const { telemetry, warnings } = await start(
    sinkEnv(sink.url, { OTEL_METRICS_EXPORTER: "none" }),
  );
  inSpan(telemetry.tracer, "x", undefined, () => {});
  await telemetry.shutdown();
  assert.deepEqual([sink.requests.length, warnings], [3, []]);
});

Deno.test("headers and compression", async () => {
  await using sink = otlpSink();
  const { telemetry } = await start(sinkEnv(sink.url, {
    OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20t",
    OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
  }));
  inSpan(telemetry.tracer, "zipped", undefined, () => {});
  await telemetry.shutdown();
  assert.equal(sink.requests[0]?.headers.get("authorization"), "Bearer t");
  assert.equal(sink.spans()[0]?.name, "zipped");
});
