// What commands tell a collector, and that no collector changes what they do.

import assert from "node:assert/strict";
import {
  type FakeAnswer,
  type FakeScript,
  FAULTS,
  startFakeServer,
} from "../testing/fake_server.ts";
import { otlpSink, sinkEnv, type SunkSpan } from "../testing/otlp_sink.ts";
import { type CliResult, type TempProject, tempProject } from "../testing/temp_project.ts";

const ANSWER: FakeAnswer = {
  kind: "answer",
  text: "Root cause: timeout\nSeverity: error\nComponent: etcd\nSummary: Too long.\n" +
    "Action needed: restore_service",
  usage: { prompt_tokens: 600, completion_tokens: 40 },
  model: "served",
};
type Env = (name: string) => string | undefined;

interface RunTold {
  readonly result: CliResult;
  readonly project: TempProject;
  readonly records: readonly Record<string, unknown>[];
  readonly headers: readonly Headers[];
}

async function run(
  env: Env,
  { script = () => ANSWER, args = [] }: {
    readonly script?: FakeScript;
    readonly args?: readonly string[];
  } = {},
): Promise<RunTold> {
  const project = tempProject({ samples: 3 });
  await using server = startFakeServer(script);
  const result = await project.cli(
    ["run", "baseline-v1", "--model", server.url, "--json", ...args],
    { env },
  );
  const run = project.runs().at(-1);
  const lines = project.read(`evals/experiments/runs/${run}/results.jsonl`).trimEnd().split("\n");
  return {
    result,
    project,
    // Which of two calls in flight ends first is chance.
    records: lines.map((line) => JSON.parse(line)).sort((a, b) => a.id < b.id ? -1 : 1),
    headers: server.requests.map(({ headers }) => headers),
  };
}

function named(spans: readonly SunkSpan[], name: string): SunkSpan[] {
  return spans.filter((span) => span.name === name);
}

Deno.test("a run is a span, each sample a trace that is linked with it", async () => {
  await using sink = otlpSink();
  const { result, project, records, headers } = await run(sinkEnv(sink.url));
  using _ = project;
  assert.deepEqual([result.code, result.stderr.includes("warning")], [0, false]);
  const spans = sink.spans();
  const [run_] = named(spans, "run");
  const metrics = project.readRun("metrics.json") as {
    run_id: string;
    overall: { mean: number };
  };
  assert.equal(run_?.parentSpanId, null);
  assert.equal(run_?.attributes["logeval.run.id"], metrics.run_id);
  assert.equal(run_?.attributes["logeval.experiment.id"], "baseline-v1");
  assert.equal(run_?.attributes["logeval.run.calls"], 3);
  assert.equal(run_?.attributes["logeval.run.end"], "done");
  assert.equal(run_?.attributes["logeval.run.coverage"], 1);
  assert.equal(run_?.attributes["logeval.run.overall"], metrics.overall.mean);

  const samples = named(spans, "sample");
  assert.equal(new Set([run_, ...samples].map((span) => span?.traceId)).size, 4);
  for (const sample of samples) {
    assert.equal(sample.parentSpanId, null);
    assert.deepEqual(sample.links, [{ traceId: run_?.traceId, spanId: run_?.spanId }]);
    assert.equal(sample.attributes["logeval.run.id"], metrics.run_id);
    const analyze = named(spans, "analyze").find(({ parentSpanId }) =>
      parentSpanId === sample.spanId
    );
    const parts = spans.filter(({ parentSpanId }) => parentSpanId === analyze?.spanId);
    assert.deepEqual(parts.map(({ name }) => name), [
      "render prompt",
      "chat llama-3.2-3b-instruct",
      "parse answer",
    ]);
  }
  assert.deepEqual(
    records.map(({ id, trace_id }) => [id, trace_id]),
    samples.map(({ traceId, attributes }) => [attributes["logeval.sample.id"], traceId]).sort(),
  );
  assert.ok(headers.every((each) => each.get("traceparent") !== null));
  const tokens = sink.histograms().find(({ name }) => name.endsWith("operation.input_tokens"));
  assert.deepEqual([tokens?.count, tokens?.sum], [3, 1800]);
});

Deno.test("a sample's scores are evaluation events; what is right or wrong has a label", async () => {
  await using sink = otlpSink();
  const { project, records } = await run(sinkEnv(sink.url), { args: ["--limit", "1"] });
  using _ = project;
  const [sample] = named(sink.spans(), "sample");
  const scores = records[0]?.["scores"] as Record<string, number>;
  assert.deepEqual(
    sample?.events,
    Object.entries(scores).map(([name, value]) => ({
      name: "gen_ai.evaluation.result",
      attributes: {
        "gen_ai.evaluation.name": name,
        "gen_ai.evaluation.score.value": value,
        ...(["root_cause", "severity", "action"].includes(name)
          ? { "gen_ai.evaluation.score.label": value === 1 ? "pass" : "fail" }
          : {}),
      },
    })),
  );
  assert.equal(sample?.events.length, 6);
  assert.deepEqual([sample?.status, sample?.attributes["logeval.outcome"]], [0, "scored"]);
});

Deno.test("a sample without an answer is a failed span and no evaluation", async () => {
  await using sink = otlpSink();
  const { result, project } = await run(sinkEnv(sink.url), { script: () => FAULTS.context });
  using _ = project;
  assert.equal(result.code, 4);
  const spans = sink.spans();
  for (const name of ["sample", "analyze", "chat llama-3.2-3b-instruct"]) {
    const failed = named(spans, name);
    assert.equal(failed.length, 3, name);
    for (const { status, attributes } of failed) {
      assert.deepEqual([status, attributes["error.type"]], [2, "rejected"], name);
    }
  }
  assert.deepEqual(named(spans, "sample").flatMap(({ events }) => events), []);
});

Deno.test("without telemetry a record has no trace id and a request no traceparent", async () => {
  const { project, records, headers } = await run(() => undefined);
  using _ = project;
  assert.ok(records.every((record) => !("trace_id" in record)));
  assert.ok(headers.every((each) => each.get("traceparent") === null));
});

Deno.test("traces that are not sampled have no id in a record", async () => {
  await using sink = otlpSink();
  const { project, records } = await run(sinkEnv(sink.url, { OTEL_TRACES_SAMPLER: "always_off" }));
  using _ = project;
  assert.ok(records.every((record) => !("trace_id" in record)));
  assert.deepEqual(sink.spans(), []);
  assert.notEqual(sink.histograms().length, 0);
});

Deno.test("an optimization is a span, its calls traces that are linked with it", async () => {
  await using sink = otlpSink();
  await using server = startFakeServer(() => ANSWER);
  using project = tempProject({ samples: 115 });
  project.write("evals/optimization/space.yaml", SPACE);
  const { code, stderr } = await project.cli(
    ["optimize", "--budget", "60", "--model", server.url],
    { env: sinkEnv(sink.url, { OTEL_BSP_MAX_QUEUE_SIZE: "9000" }) },
  );
  assert.equal(code, 0, stderr);
  const [optimize] = named(sink.spans(), "optimize");
  const samples = named(sink.spans(), "sample");
  assert.equal(optimize?.attributes["logeval.run.end"], "done");
  assert.equal(samples.length, server.requests.length);
  assert.ok(samples.every(({ links }) => links[0]?.traceId === optimize?.traceId));
  // The candidates' analyzers count together.
  const durations = sink.histograms().filter(({ name }) => name.endsWith("operation.duration"));
  assert.deepEqual(durations.map(({ count }) => count), [server.requests.length]);
});

Deno.test("analyze tells what a sample tells below its own span, once", async () => {
  await using sink = otlpSink();
  await using server = startFakeServer([ANSWER]);
  using project = tempProject();
  project.write("web.log", "E boom\n");
  const { code, stderr } = await project.cli(
    ["analyze", "web.log", "--model-url", server.url, "--model", "small"],
    { env: sinkEnv(sink.url) },
  );
  assert.deepEqual([code, stderr.includes("warning")], [0, false]);
  const [analyze] = named(sink.spans(), "analyze");
  assert.deepEqual([analyze?.parentSpanId, analyze?.attributes["logeval.outcome"]], [
    null,
    "scored",
  ]);
  const parts = sink.spans().filter(({ parentSpanId }) => parentSpanId === analyze?.spanId);
  assert.deepEqual(parts.map(({ name }) => name), ["render prompt", "chat small", "parse answer"]);
  assert.ok(server.requests[0]?.headers.get("traceparent")?.includes(analyze?.traceId ?? ""));
  assert.ok(sink.histograms().some(({ name }) => name.endsWith("operation.duration")));
});

const SPACE = `
id: small
version: 1
system: |
  {{ role }}
  {{ root_causes }}
  {{ severities }}
  {{ components }}
  {{ actions }}
user: "{{ logs }}"
dimensions:
  role:
    plain: {text: You read logs., answer: lines}
    expert: {text: You are an expert., answer: lines}
`;

/** A record without what differs from run to run. */
function settled(
  { trace_id: _, latency_ms: __, elapsed_ms: ___, ...rest }: Record<string, unknown>,
) {
  return rest;
}

const BAD_SINKS = [
  { name: "is down", answer: null, says: /refused/i },
  { name: "hangs", answer: "hang", says: /no answer$/ },
  { name: "answers 500", answer: 500, says: /500 Internal Server Error$/ },
  { name: "goes on answering 503", answer: 503, says: /503 Service Unavailable$/ },
] as const;

for (const { name, answer, says } of BAD_SINKS) {
  Deno.test(`a collector that ${name} costs one line, nothing else`, async () => {
    const good = await run(() => undefined);
    using _ = good.project;
    await using sink = otlpSink(answer ?? 200);
    if (answer === null) await sink[Symbol.asyncDispose]();
    const { result, project, records } = await run(
      sinkEnv(sink.url, { OTEL_EXPORTER_OTLP_TIMEOUT: "100" }),
    );
    using __ = project;
    assert.equal(result.code, good.result.code);
    assert.deepEqual(records.map(settled), good.records.map(settled));
    assert.deepEqual(
      Object.keys(JSON.parse(result.stdout)),
      Object.keys(JSON.parse(good.result.stdout)),
    );
    const warnings = result.stderr.split("\n").filter((line) => line.startsWith("warning"));
    assert.equal(warnings.length, 1, result.stderr);
    assert.match(warnings[0] ?? "", /^warning: cannot send (traces|metrics) to http/);
    assert.match(warnings[0] ?? "", says);
  });
}

Deno.test("a collector that is down changes no answer of analyze", async () => {
  await using server = startFakeServer([ANSWER]);
  using project = tempProject();
  project.write("web.log", "E boom\n");
  const { code, stdout, stderr } = await project.cli(
    ["analyze", "web.log", "--model-url", server.url],
    { env: sinkEnv("http://127.0.0.1:2", { OTEL_EXPORTER_OTLP_TIMEOUT: "100" }) },
  );
  assert.equal(code, 0);
  assert.match(stdout, /^root cause {2}timeout\n/);
  assert.match(stderr, / out\nwarning: cannot send (traces|metrics) to [^\n]*\n$/);
});

Deno.test("a protocol that we do not speak is said at once, and the run runs", async () => {
  const env = sinkEnv("http://127.0.0.1:1", { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" });
  const { result, project } = await run(env);
  using _ = project;
  assert.equal(result.code, 0);
  assert.match(
    result.stderr,
    /^warning: no traces are sent: OTEL_EXPORTER_OTLP_PROTOCOL is "grpc"/,
  );
});
