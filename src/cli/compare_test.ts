// compare, leaderboard, rescore and noise on real run folders.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { Leaderboard } from "../harness/leaderboard.ts";
import { startFakeServer } from "../testing/fake_server.ts";
import { type TempProject, tempProject } from "../testing/temp_project.ts";

const RUNS = "evals/experiments/runs";
const GOLDEN = "evals/datasets/golden-v1.json";
const BOARD = "evals/experiments/leaderboard.json";

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

function board(project: TempProject): Leaderboard {
  return Leaderboard.parse(JSON.parse(project.read(BOARD)));
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
      new RegExp(`^no evidence: ${b} is ±0\\.000 over ${a} \\(95 % .*p = 1\\.000\\)\\n`),
    );
    assert.match(stdout, /flipped to right 0 · flipped to wrong 0/);
    assert.match(
      project.read(`${RUNS}/${b}/comparison.md`),
      /^# 20260109-140100-embedded-v1 against /,
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
    /^note: \S+ is changed: model\nworse: baseline-v1 is −0\.\d{3} over embedded-v1/,
  );
  const better = await project.cli(["compare", "baseline-v1", "embedded-v1", "--fail-if", "worse"]);
  assert.equal(better.code, 0);
  assert.match(better.stdout, /^better: /m);
});

withProject(
  "leaderboard ranks, keeps foreign rows until --prune, and is the same when made again",
  async (project) => {
    assert.match((await project.cli(["leaderboard"])).stdout, /no finished runs yet/);
    await run(project, 0);
    await run(project, 1);
    const { stdout } = await project.cli(["leaderboard"]);
    assert.match(stdout, /rank {2}experiment/);
    assert.match(stdout, / 1 {2}embedded-v1 /);
    assert.match(stdout, /- {2}nearest example/);
    assert.match(stdout, /not ranked: 20260109-140000-embedded-v1 .*a newer run/);
    const first = project.read(BOARD);
    await project.cli(["leaderboard"]);
    assert.equal(project.read(BOARD), first);

    const foreign = board(project);
    const row = {
      ...foreign.tables[0]!.rows[0]!,
      run_id: "20260109-130000-far",
      experiment_id: "far",
    };
    foreign.tables[0]!.rows.push(row);
    project.write(BOARD, JSON.stringify(foreign));
    assert.match((await project.cli(["leaderboard"])).stdout, /far .*\(elsewhere\)/);
    assert.equal(board(project).tables[0]!.rows.find((r) => r.run_id === row.run_id)?.local, false);
    await project.cli(["leaderboard", "--prune"]);
    assert.ok(!project.read(BOARD).includes("20260109-130000-far"));
  },
);

withProject("one label edited: the old run leaves the main table", async (project) => {
  await run(project, 0);
  project.edit(GOLDEN, '"severity": "warn"', '"severity": "info"');
  await run(project, 1);
  const { stdout } = await project.cli(["leaderboard"]);
  const { tables } = board(project);
  assert.deepEqual(tables.map((table) => table.rows.map((row) => row.run_id)), [
    ["20260109-140100-embedded-v1"],
    ["20260109-140000-embedded-v1"],
  ]);
  assert.match(stdout, /not comparable with the table above/);
});

withProject(
  "damaged and foreign folders are named and skipped, nothing is lost",
  async (project) => {
    await run(project, 0);
    await run(project, 1);
    const [torn = "", whole = ""] = project.runs();
    await project.cli(["leaderboard"]);
    project.write(`${RUNS}/${torn}/metrics.json`, '{"schema_ver');
    mkdirSync(`${project.root}/${RUNS}/empty`);
    project.write(`${RUNS}/foreign/notes.txt`, "mine");
    writeFileSync(`${project.root}/${RUNS}/a-file.txt`, "x");
    symlinkSync("/does/not/exist", `${project.root}/${RUNS}/dangling`);
    cpSync(`${project.root}/${RUNS}/${whole}`, `${project.root}/${RUNS}/backup`, {
      recursive: true,
    });
    const { stderr, code } = await project.cli(["leaderboard"]);
    assert.equal(code, 0);
    for (
      const name of [
        "empty: it has no config.json",
        "foreign: it has no config.json",
        `${torn}: Cannot read`,
        "a-file.txt: it is no folder",
        "dangling: it is no folder",
        `backup: it is a copy of ${whole}`,
      ]
    ) {
      assert.ok(stderr.includes(`skipped ${name}`), stderr);
    }
    const row = board(project).tables.flatMap((table) => table.rows).find((r) => r.run_id === torn);
    assert.equal(row?.local, false, "its row stays, as of a run that is elsewhere");
  },
);

withProject("a leaderboard.json that is none is left as it is", async (project) => {
  await run(project, 0);
  project.write(BOARD, "<<<<<<< HEAD\n{}");
  const { code, stderr } = await project.cli(["leaderboard"]);
  assert.equal(code, 3);
  assert.match(stderr, /^Cannot read .*leaderboard\.json[^]*after a merge take either side/);
  assert.equal(project.read(BOARD), "<<<<<<< HEAD\n{}");
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
