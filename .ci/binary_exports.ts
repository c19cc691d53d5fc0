// The compiled binary sends traces and metrics, received by a collector on loopback: one run, as JSON
// and as protobuf, and one request to the service, which goes on with its client's trace. Prints the
// spans, fails when some are missing.
//
//   deno run --allow-all .ci/binary_exports.ts ./logeval

import assert from "node:assert/strict";
import { type FakeAnswer, startFakeServer } from "../src/testing/fake_server.ts";
import { startFakeLoki } from "../src/testing/fake_loki.ts";
import { type OtlpSink, otlpSink, type SunkSpan } from "../src/testing/otlp_sink.ts";

const ANSWER: FakeAnswer = {
  kind: "answer",
  text: "Root cause: connection_refused\nSeverity: error\nComponent: log_analyzer\n" +
    "Summary: The log analyzer cannot reach its model.\nAction needed: restart_service",
  usage: { prompt_tokens: 600, completion_tokens: 40 },
  model: "served",
};

/** Of the service's client. */
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const binary = Deno.realPathSync(Deno.args[0] ?? "./logeval");
const project = Deno.makeTempDirSync({ prefix: "logeval-otlp-" });

try {
  await using model = startFakeServer(() => ANSWER);
  await logeval(["init"], {});
  for (const protocol of ["http/json", "http/protobuf"]) {
    await using sink = otlpSink();
    await logeval(["run", "baseline-v1", "--limit", "2", "--model", model.url], {
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20t",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=ci",
    });
    const paths = sink.requests.map(({ path }) => path);
    assert.ok(paths.includes("/v1/traces") && paths.includes("/v1/metrics"), protocol);
    assert.equal(sink.requests[0]?.headers.get("authorization"), "Bearer t");
    if (protocol === "http/json") tellJson(sink);
    else assert.match(textOf(sink), /gen_ai\.client\.operation\.duration/);
  }
  assert.match(model.requests[0]?.headers.get("traceparent") ?? "", /^00-[0-9a-f]{32}-/);
  await serviceExports(model.url);
} finally {
  Deno.removeSync(project, { recursive: true });
}

async function logeval(args: readonly string[], env: Record<string, string>): Promise<void> {
  const { code, stderr } = await new Deno.Command(binary, {
    args: [...args],
    cwd: project,
    env,
    stdout: "null",
    stderr: "piped",
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
}

async function serviceExports(modelUrl: string): Promise<void> {
  const time = Date.UTC(2026, 0, 9, 14);
  await using sink = otlpSink();
  await using loki = startFakeLoki([
    { ns: BigInt(time) * 1_000_000n, labels: { namespace: "llm" }, line: "no route to host" },
  ]);
  const child = new Deno.Command(binary, {
    args: ["analyze", "--listen", "127.0.0.1:0"],
    cwd: project,
    env: {
      LOG_ANALYZER_LOKI_URL: loki.url,
      LOG_ANALYZER_LLM_URL: modelUrl,
      LOG_ANALYZER_LLM_MODEL: "llama-3.2-3b-instruct",
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    },
    stdout: "piped",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).values();
  let log = "";
  const read = async () => {
    const { value, done } = await lines.next();
    log += value ?? "";
    return !done;
  };
  while (!log.includes('"listening"') && await read());
  const url = /"url":"([^"]+)"/.exec(log)?.[1] ?? assert.fail(log);
  const response = await fetch(`${url}/v1/analyze`, {
    method: "POST",
    headers: { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` },
    body: JSON.stringify({
      time_range: {
        start: new Date(time).toISOString(),
        end: new Date(time + 1000).toISOString(),
      },
    }),
  });
  assert.equal((await response.json()).log_count, 1);
  child.kill("SIGTERM");
  while (await read());
  assert.equal((await child.status).code, 0, log);
  const spans = sink.spans();
  const root = spans.find(({ name }) => name === "POST /v1/analyze") ?? assert.fail(log);
  for (const name of ["analyze", "query loki", "chat llama-3.2-3b-instruct"]) {
    assert.ok(spans.some((span) => span.name === name), name);
  }
  assert.ok(spans.every(({ traceId }) => traceId === TRACE));
  assert.ok(sink.histograms().some(({ name }) => name === "gen_ai.client.operation.duration"));
  printTree(root, spans, "");
}

function tellJson(sink: OtlpSink): void {
  const spans = sink.spans();
  const names = spans.map(({ name }) => name).sort();
  const ofSample = ["analyze", "chat llama-3.2-3b-instruct", "parse answer", "render prompt"];
  assert.deepEqual(names, [...ofSample, ...ofSample, "run", "sample", "sample"].sort());
  print(`resource ${JSON.stringify(spans[0]?.resource)}`);
  for (const root of spans.filter(({ parentSpanId }) => parentSpanId === null)) {
    printTree(root, spans, "");
  }
  for (const { name, unit, count, sum, attributes } of sink.histograms()) {
    print(`${name} ${count} values, sum ${sum} ${unit} ${JSON.stringify(attributes)}`);
  }
}

function printTree(span: SunkSpan, all: readonly SunkSpan[], indent: string): void {
  const links = span.links.map(({ traceId }) => ` -> ${traceId.slice(0, 8)}`).join("");
  const at = `trace ${span.traceId.slice(0, 8)}${links}, kind ${span.kind}`;
  print(`${indent}${span.name} (${at}, ${span.milliseconds.toFixed(1)} ms)`);
  print(`${indent}  ${JSON.stringify(span.attributes)}`);
  for (const { name, attributes } of span.events) {
    print(`${indent}  * ${name} ${JSON.stringify(attributes)}`);
  }
  for (const child of all.filter(({ parentSpanId }) => parentSpanId === span.spanId)) {
    printTree(child, all, `${indent}    `);
  }
}

function textOf(sink: OtlpSink): string {
  return sink.requests.map(({ body }) => new TextDecoder().decode(body)).join("");
}

function print(line: string): void {
  // deno-lint-ignore no-console
  console.log(line);
}
