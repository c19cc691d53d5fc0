// A whole run over the wire, against a server that misbehaves on demand.

import assert from "node:assert/strict";
import {
  type FakeScript,
  type FakeStep,
  FAULTS,
  LLAMA_SIDE,
  startFakeServer,
} from "../testing/fake_server.ts";
import { type TempProject, tempProject } from "../testing/temp_project.ts";
import { scriptedClock } from "../testing/scripted_clock.ts";
import type { SampleRecord } from "./run_files.ts";

const ANSWER =
  "Root cause: timeout\nSeverity: error\nComponent: etcd\nSummary: It took too long.\n" +
  "Action needed: restore_service";
/** Answers with a label that depends on the prompt, so that swapped answers would show. */
const FAITHFUL: FakeScript = ({ body }) => {
  const text = JSON.stringify(body);
  const severity = text.length % 2 === 0 ? "error" : "warn";
  return ANSWER.replace("Severity: error", `Severity: ${severity}`);
};

/** results.jsonl of the newest run. */
function results(project: TempProject): string {
  return project.read(`evals/experiments/runs/${project.runs().at(-1)}/results.jsonl`);
}

function records(project: TempProject): SampleRecord[] {
  return results(project).trimEnd().split("\n").map((line) => JSON.parse(line));
}

async function runAgainst(
  script: readonly FakeStep[] | FakeScript,
  args: readonly string[] = [],
  samples = 4,
) {
  const project = tempProject({ samples });
  await using server = startFakeServer(script);
  const result = await project.cli([
    "run",
    "baseline-v1",
    "--model",
    server.url,
    "--json",
    ...args,
  ]);
  const requests = [...server.requests];
  return { project, result, requests, maxInFlight: server.maxInFlight };
}

Deno.test("every sample is asked once, with the experiment's settings, few at a time", async () => {
  const { project, result, requests, maxInFlight } = await runAgainst(FAITHFUL, [], 12);
  using _ = project;
  assert.equal(result.code, 0, result.stderr);
  assert.equal(requests.length, 12);
  assert.ok(maxInFlight <= 4, `${maxInFlight} in flight`);
  const body = requests[0]?.body as Record<string, unknown>;
  assert.equal(body["model"], "llama-3.2-3b-instruct");
  assert.equal(body["temperature"], 0.3);
  assert.equal(body["max_tokens"], 200);
  assert.match(result.stderr, /4 slots, 2048 tokens each/);
  assert.match(result.stderr, /note: asked for "llama-3\.2-3b-instruct", the server answers as/);
  const config = project.readRun("config.json") as { model: { fingerprint: unknown } };
  assert.deepEqual(config.model.fingerprint, {
    model: "/models/fake-1b.gguf",
    build: "b10868-0000000",
    slots: 4,
    n_ctx: 2048,
  });
});

Deno.test("the prompts share their text up to the logs, for the server's cache", async () => {
  const { project, requests } = await runAgainst(FAITHFUL);
  using _ = project;
  const systems = requests.map(({ body }) =>
    (body as { messages: { content: string }[] }).messages[0]?.content
  );
  assert.equal(new Set(systems).size, 1);
});

const ONCE: { name: string; fault: FakeStep }[] = [
  { name: "429", fault: FAULTS.rate_limited },
  { name: "500", fault: FAULTS.server_error },
  { name: "503 while loading", fault: FAULTS.loading },
  { name: "a body that breaks off", fault: FAULTS.cut_off },
  { name: "a page instead of JSON", fault: FAULTS.not_json },
];
for (const { name, fault } of ONCE) {
  Deno.test(`a sample survives ${name}`, async () => {
    const { project, result } = await runAgainst((_, index) => index === 0 ? fault : ANSWER, [
      "--concurrency",
      "1",
    ]);
    using _ = project;
    assert.equal(result.code, 0, result.stderr);
    assert.deepEqual(records(project).map((record) => record.attempts), [2, 1, 1, 1]);
  });
}

const REFUSALS: { name: string; fault: FakeStep; says: RegExp }[] = [
  { name: "a prompt too long", fault: FAULTS.context, says: /5000 tokens.*2048/ },
  { name: "a quota that is used up", fault: FAULTS.insufficient_quota, says: /quota/ },
  { name: "a wrong key", fault: FAULTS.unauthorized, says: /401/ },
];
for (const { name, fault, says } of REFUSALS) {
  Deno.test(`${name} is not tried again and shows as coverage`, async () => {
    const { project, result, requests } = await runAgainst(
      (_, index) => index === 1 ? fault : ANSWER,
      ["--concurrency", "1"],
    );
    using _ = project;
    assert.equal(requests.length, 4);
    assert.equal(result.code, 4, "coverage below 1");
    const metrics = JSON.parse(result.stdout);
    assert.deepEqual([metrics.coverage, metrics.status, metrics.outcomes.failed], [
      0.75,
      "partial",
      1,
    ]);
    assert.match(result.stderr, says);
    assert.match(
      result.stderr,
      /go on with: logeval run baseline-v1 --model http:\S+ --resume 20260109-143000-baseline-v1\n/,
    );
    const failed = records(project).find((record) => record.outcome === "failed");
    assert.deepEqual([failed?.scores, failed?.latency_ms, failed?.attempts], [null, null, 1]);
  });
}

Deno.test("bad answers are values: in the mean, each in its column", async () => {
  const { project, result } = await runAgainst(
    [
      "",
      "no idea",
      { kind: "answer", text: "Roo", finish_reason: "length" },
      "I'm sorry, but I can't help with that.",
      ANSWER,
    ],
    ["--concurrency", "1"],
    5,
  );
  using _ = project;
  assert.equal(result.code, 0);
  const metrics = JSON.parse(result.stdout);
  assert.deepEqual(metrics.outcomes, {
    scored: 1,
    unparseable: 1,
    truncated: 1,
    empty: 1,
    refused: 1,
    failed: 0,
  });
  assert.equal(metrics.coverage, 1);
});

Deno.test("a server that dies does not cost a retry for every sample", async () => {
  const { project, result, requests } = await runAgainst(
    (_, index) => index < 8 ? ANSWER : FAULTS.server_error,
    [],
    60,
  );
  using _ = project;
  assert.equal(result.code, 4);
  assert.match(result.stderr, /gave up: the model no longer answers\. 8 of 60 answered/);
  // 10 in a row, and those in flight, each tried three times.
  assert.ok(requests.length <= 8 + 3 * 14, `${requests.length} requests`);
});

Deno.test("a server that is still loading is waited for", async () => {
  using project = tempProject({ samples: 2 });
  let asked = 0;
  const side = {
    ...LLAMA_SIDE,
    get "/health"() {
      return asked++ < 2 ? FAULTS.loading : LLAMA_SIDE["/health"]!;
    },
  };
  await using server = startFakeServer(() => ANSWER, { side });
  const result = await project.cli(["run", "baseline-v1", "--model", server.url]);
  assert.equal(result.code, 0, result.stderr);
  assert.equal(result.stderr.match(/still loading its model/g)?.length, 1);
});

Deno.test("an unknown server's tokens and slots are unknown, not 0", async () => {
  using project = tempProject({ samples: 2 });
  await using server = startFakeServer(() => ANSWER, { side: {} });
  const result = await project.cli(["run", "baseline-v1", "--model", server.url, "--json"]);
  assert.equal(result.code, 0, result.stderr);
  assert.deepEqual(JSON.parse(result.stdout).tokens, {
    prompt: null,
    completion: null,
    cached: null,
    per_second: null,
  });
});

/** metrics.json without what may differ between two runs: id, times and latencies. */
function comparable(text: string): unknown {
  const { run_id: _, wall_s: __, latency_ms: ___, tokens, ...rest } = JSON.parse(text);
  return { ...rest, tokens: { ...tokens, per_second: null } };
}

Deno.test("a run that failed in part is finished by --resume, to the same metrics", async () => {
  using project = tempProject({ samples: 12 });
  let broken = true;
  await using server = startFakeServer((request, index) =>
    broken && index % 3 === 1 ? FAULTS.context : FAITHFUL(request, index)
  );
  const args = ["run", "baseline-v1", "--model", server.url, "--json"];
  const first = await project.cli(args);
  assert.equal(first.code, 4);
  const before = server.requests.length;
  broken = false;
  const second = await project.cli([...args, "--resume"]);
  assert.equal(second.code, 0, second.stderr);
  const missing = JSON.parse(first.stdout).outcomes.failed;
  assert.ok(missing > 0);
  assert.equal(server.requests.length - before, missing, "asked for what was missing alone");
  assert.match(second.stderr, new RegExp(`going on with \\S+: ${12 - missing} of 12 are there`));
  assert.equal(project.runs().length, 1);

  const whole = await project.cli(args);
  assert.deepEqual(comparable(second.stdout), comparable(whole.stdout));
});

Deno.test("Ctrl-C stores the answers that come, says partial and how to go on", async () => {
  using project = tempProject({ samples: 12 });
  const stop = new AbortController();
  await using server = startFakeServer((request, index) => {
    if (index === 5) stop.abort(new Error("interrupted"));
    return FAITHFUL(request, index);
  });
  const args = ["run", "baseline-v1", "--model", server.url];
  const stopped = await project.cli(args, { stop: stop.signal });
  assert.equal(stopped.code, 130);
  assert.match(stopped.stderr, /stopping: up to 4 calls in flight are waited for/);
  const stored = server.requests.length;
  assert.match(
    stopped.stderr,
    new RegExp(`stopped\\. ${stored} of 12 answered\\.\ngo on with: logeval run`),
  );
  assert.match(stopped.stdout, /partial: \d not asked/);
  const folder = `evals/experiments/runs/${project.runs()[0]}`;
  assert.equal(project.read(`${folder}/results.jsonl`).trimEnd().split("\n").length, stored);
  assert.match(project.read(`${folder}/summary.md`), /\*\*Partial:\*\*/);

  const resumed = await project.cli([...args, "--resume", "--json"]);
  assert.equal(resumed.code, 0, resumed.stderr);
  assert.equal(server.requests.length, 12);
  const whole = await project.cli([...args, "--json"]);
  assert.deepEqual(comparable(resumed.stdout), comparable(whole.stdout));
});

Deno.test("Ctrl-C after the last call was made is no stop", async () => {
  using project = tempProject({ samples: 4 });
  const stop = new AbortController();
  await using server = startFakeServer((_, index) => {
    if (index === 3) stop.abort(new Error("interrupted"));
    return ANSWER;
  });
  const result = await project.cli(["run", "baseline-v1", "--model", server.url], {
    stop: stop.signal,
  });
  assert.equal(result.code, 0, result.stderr);
  assert.equal(project.readRun("metrics.json")["status"], "complete");
});

Deno.test("Ctrl-C ends a wait between two attempts at once, without a record", async () => {
  using project = tempProject({ samples: 4 });
  const stop = new AbortController();
  await using server = startFakeServer((_, index) => index < 2 ? ANSWER : FAULTS.rate_limited);
  const clock = {
    ...scriptedClock(),
    sleep: (_: number, { signal }: { signal: AbortSignal }) => {
      stop.abort(new Error("interrupted"));
      return signal.aborted ? Promise.reject(signal.reason) : Promise.reject(new Error("not told"));
    },
  };
  const args = ["run", "baseline-v1", "--model", server.url, "--concurrency", "1"];
  const result = await project.cli(args, { stop: stop.signal, clock });
  assert.equal(result.code, 130, result.stderr);
  assert.equal(records(project).length, 2);
  assert.equal(server.requests.length, 3);
});

Deno.test("a partial run is measured against floors on the same samples", async () => {
  const { project, result } = await runAgainst(
    (_, index) => index % 2 ? FAULTS.context : ANSWER,
    ["--concurrency", "1"],
    12,
  );
  using _ = project;
  const partial = JSON.parse(result.stdout);
  const whole = await project.cli(["run", "embedded-v1", "--json"]);
  assert.notDeepEqual(partial.floors, JSON.parse(whole.stdout).floors);
});

Deno.test("a second Ctrl-C drops the calls in flight", async () => {
  using project = tempProject({ samples: 12 });
  const stop = new AbortController();
  const abort = new AbortController();
  await using server = startFakeServer((_, index) => {
    if (index < 4) return ANSWER;
    stop.abort(new Error("interrupted"));
    abort.abort(new Error("interrupted twice"));
    return FAULTS.hang;
  });
  const result = await project.cli(["run", "baseline-v1", "--model", server.url], {
    stop: stop.signal,
    abort: abort.signal,
  });
  assert.equal(result.code, 130);
  const folder = `evals/experiments/runs/${project.runs()[0]}`;
  const lines = project.read(`${folder}/results.jsonl`).trimEnd().split("\n");
  assert.ok(lines.every((line) => JSON.parse(line).outcome === "scored"));
  assert.match(result.stderr, new RegExp(`stopped\\. ${lines.length} of 12 answered`));
});

const CHANGES: {
  name: string;
  change: (project: TempProject) => void;
  args?: string[];
  says: RegExp;
}[] = [
  {
    name: "the prompt",
    change: (project) =>
      project.edit("prompt_templates/k8s_log_analysis_v1.yaml", "engineer", "expert"),
    says: /changed since: prompt\n {2}prompt: then sha256:\S+ {2}now sha256:/,
  },
  {
    name: "a label of the dataset",
    change: (project) =>
      project.edit("evals/datasets/golden-v1.json", '"severity": "warn"', '"severity": "info"'),
    says: /changed since: dataset\n/,
  },
  {
    name: "a definition",
    change: (project) =>
      project.edit("evals/datasets/labels.yaml", "The log store.", "The store of logs."),
    says: /changed since: labels\n/,
  },
  {
    name: "the temperature",
    change: (project) =>
      project.edit(
        "evals/experiments/configs/baseline-v1.yaml",
        "temperature: 0.3",
        "temperature: 0",
      ),
    says: /changed since: llm_config\.temperature\n.*then 0\.3 {2}now 0\n/,
  },
  {
    name: "the limit",
    change: () => {},
    args: ["--limit", "2"],
    says: /--limit: then none {2}now 2/,
  },
];
for (const { name, change, args = [], says } of CHANGES) {
  Deno.test(`--resume refuses when ${name} changed`, async () => {
    using project = tempProject({ samples: 4 });
    await using server = startFakeServer((_, index) => index === 0 ? FAULTS.context : ANSWER);
    const command = ["run", "baseline-v1", "--model", server.url];
    await project.cli(command);
    const before = results(project);
    change(project);
    const result = await project.cli([...command, ...args, "--resume"]);
    assert.equal(result.code, 2);
    assert.match(result.stderr, /^Cannot resume 20260109-143000-baseline-v1: changed since: /);
    assert.match(result.stderr, says);
    assert.match(result.stderr, /start afresh: logeval run baseline-v1 --model http/);
    assert.equal(results(project), before);
  });
}

Deno.test("--resume refuses when the server has another model", async () => {
  using project = tempProject({ samples: 4 });
  let model = "fake-1b";
  const side = {
    "/health": LLAMA_SIDE["/health"]!,
    get "/v1/models"(): FakeStep {
      return { kind: "status", status: 200, body: { data: [{ id: model }] } };
    },
  };
  await using server = startFakeServer((_, index) => index === 0 ? FAULTS.context : ANSWER, {
    side,
  });
  const command = ["run", "baseline-v1", "--model", server.url];
  await project.cli(command);
  model = "fake-3b";
  const result = await project.cli([...command, "--resume"]);
  assert.equal(result.code, 2);
  assert.match(result.stderr, /model on the server: then fake-1b {2}now fake-3b/);
});

Deno.test("another concurrency does not stand in the way of --resume", async () => {
  using project = tempProject({ samples: 4 });
  await using server = startFakeServer((_, index) => index === 0 ? FAULTS.context : ANSWER);
  const command = ["run", "baseline-v1", "--model", server.url];
  await project.cli(command);
  const result = await project.cli([...command, "--resume", "--concurrency", "1"]);
  assert.equal(result.code, 0, result.stderr);
});
