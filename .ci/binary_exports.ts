// The compiled binary sends traces and metrics: one run against a model server on loopback, received
// by a collector on loopback, as JSON and as protobuf. Prints the spans of the run, fails when some
// are missing.
//
//   deno run --allow-all .ci/binary_exports.ts ./logeval

import assert from "node:assert/strict";
import { type FakeAnswer, startFakeServer } from "../src/testing/fake_server.ts";
import { type OtlpSink, otlpSink, type SunkSpan } from "../src/testing/otlp_sink.ts";

const ANSWER: FakeAnswer = {
  kind: "answer",
  text: "Root cause: connection_refused\nSeverity: error\nComponent: log_analyzer\n" +
    "Summary: The log analyzer cannot reach its model.\nAction needed: restart_service",
  usage: { prompt_tokens: 600, completion_tokens: 40 },
  model: "served",
};

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
