// compare, rescore and noise on real run folders.

import assert from "node:assert/strict";
import { startFakeServer } from "../testing/fake_server.ts";
import { type TempProject, tempProject } from "../testing/temp_project.ts";

const RUNS = "evals/experiments/runs";

function withProject(name: string, test: (project: TempProject) => Promise<void>): void {
  Deno.test(name, async () => {
    using project = tempProject({ samples: 40 });
    await test(project);
  });
}

/** Runs the embedded experiment at a time of its own. */
function run(project: TempProject, minute: number, args: readonly string[] = []) {
  const now = () => Date.parse("2026-01-09T14:00:00Z") + minute * 60_000;
  return project.cli(["run", "embedded-v1", "--json", ...args], { now });
}

withProject(
  "compare prints the verdict first and writes comparison.md beside B",
  async (project) => {
    await run(project, 0);
    await run(project, 1);
    const [a = "", b = ""] = project.runs();
    const { stdout, code } = await project.cli(["compare", a, b]);
    assert.equal(code, 0);
    assert.match(
      stdout,
      new RegExp(`^no evidence: ${b} is level with ${a} \\(95 % .*p = 1\\.000\\)\\n`),
    );
    assert.match(stdout, /95 % interval +p\n {2}overall /);
    assert.match(
      stdout,
      /\n {2}component .*\n {2}p of the parts is adjusted for .* five \(Holm\)\n/,
    );
    assert.match(stdout, /flipped to right 0 · flipped to wrong 0/);
    assert.match(
      project.read(`${RUNS}/${b}/comparison.md`),
      /^# 20260109-140100-embedded-v1 against [^]*\| 95 % interval \| p \|\n[^]*\n\np of the parts/,
    );
    const json = JSON.parse((await project.cli(["compare", a, "latest", "--json"])).stdout);
    assert.deepEqual([json.verdict, json.overall.difference, json.n, json.n_unseen], [
      "no evidence",
      0,
      40,
      40,
    ]);
  },
);

withProject("compare --fail-if worse is a gate on evidence alone", async (project) => {
  await using server = startFakeServer(() => "I do not know.");
  await run(project, 0);
  const args = ["run", "baseline-v1", "--model", server.url];
  await project.cli(args, { now: () => Date.parse("2026-01-09T15:00:00Z") });
  const worse = await project.cli(["compare", "embedded-v1", "baseline-v1", "--fail-if", "worse"]);
  assert.equal(worse.code, 5, worse.stdout);
  assert.match(
    worse.stdout,
    /^note: \S+ is changed: model\nworse: baseline-v1 is 0\.\d{3} below embedded-v1 \(95 % −/,
  );
  const better = await project.cli(["compare", "baseline-v1", "embedded-v1", "--fail-if", "worse"]);
  assert.equal(better.code, 0);
  assert.match(better.stdout, /^better: /m);
});

withProject(
  "rescore makes a new run without a model call, which names its parent",
  async (project) => {
    await run(project, 0);
    const [parent = ""] = project.runs();
    const stored = project.read(`${RUNS}/${parent}/results.jsonl`);
    // As an older parser had read it.
    const [line = "", ...rest] = stored.split("\n");
    const old = { ...JSON.parse(line), outcome: "unparseable", predicted: null };
    project.write(`${RUNS}/${parent}/results.jsonl`, [JSON.stringify(old), ...rest].join("\n"));
    const result = await project.cli(["rescore", parent]);
    assert.equal(result.code, 0, result.stderr);
    assert.match(result.stderr, /1 answer of 40 came out otherwise/);
    const made = project.runs().at(-1) ?? "";
    assert.equal(project.readRun("config.json", made)["parent_run_id"], parent);
    assert.deepEqual(
      project.readRun("metrics.json", made)["overall"],
      project.readRun("metrics.json", parent)["overall"],
    );
  },
);

withProject("rescore of an unfinished run stays partial", async (project) => {
  await run(project, 0);
  const [parent = ""] = project.runs();
  const lines = project.read(`${RUNS}/${parent}/results.jsonl`).split("\n").slice(0, 10);
  project.write(`${RUNS}/${parent}/results.jsonl`, `${lines.join("\n")}\n`);
  const { stdout } = await project.cli(["rescore", parent, "--json"]);
  const metrics = JSON.parse(stdout);
  assert.deepEqual([metrics.n, metrics.status, metrics.coverage], [40, "partial", 0.25]);
});

withProject("a rescored old run does not stand before a newer one", async (project) => {
  await run(project, 0);
  await run(project, 1);
  const [older = "", newer = ""] = project.runs();
  await project.cli(["rescore", older], { now: () => Date.parse("2026-01-10T00:00:00Z") });
  const { stdout } = await project.cli(["leaderboard", "--json"]);
  const [first, ...rest] = JSON.parse(stdout).tables[0].rows;
  assert.equal(first.run_id, newer);
  assert.ok(rest.every((row: { unranked: string }) => row.unranked === "superseded"));
  assert.match((await project.cli(["show", "embedded-v1"])).stderr, new RegExp(newer));
  assert.match((await project.cli(["show", "latest"])).stderr, new RegExp(newer));
});

withProject("noise counts what changes between identical runs", async (project) => {
  const still = await project.cli(["noise", "embedded-v1", "--repeats", "2"]);
  assert.equal(still.code, 0, still.stderr);
  assert.match(
    still.stdout,
    /^embedded-v1 {3}0 of 40 samples \(0\.0 %\) changed between 2 identical runs/,
  );
  await using server = startFakeServer((_, index) =>
    `Root cause: ${index % 2 ? "timeout" : "unknown"}\nSeverity: error`
  );
  const args = [
    "noise",
    "baseline-v1",
    "--model",
    server.url,
    "--limit",
    "5",
    "--concurrency",
    "1",
  ];
  const moving = await project.cli([...args, "--repeats", "3", "--json"]);
  const noise = JSON.parse(moving.stdout);
  assert.equal(noise.changed_by_field.root_cause, 1);
  assert.equal(noise.changed_by_field.severity, 0);
  const metrics = project.readRun("metrics.json", "20260109-143000-baseline-v1") as {
    noise: unknown;
  };
  assert.deepEqual(metrics.noise, noise);
  const once = await project.cli(["noise", "embedded-v1", "--repeats", "1"]);
  assert.equal(once.code, 2);
  assert.match(once.stderr, /nothing repeats/);
});
