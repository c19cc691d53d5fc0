// leaderboard on real run folders.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { Leaderboard } from "../harness/leaderboard_row.ts";
import { startFakeServer } from "../testing/fake_server.ts";
import { type TempProject, tempProject } from "../testing/temp_project.ts";

const RUNS = "evals/experiments/runs";
const GOLDEN = "evals/datasets/golden-v1.json";
const BOARD = "evals/experiments/leaderboard.json";
const PROMPT = "prompt_templates/k8s_log_analysis_v1.yaml";

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
    const listed = { ...row, rank: null, unranked: "changed" as const };
    foreign.tables[0]!.rows.splice(-1, 1, listed);
    project.write(BOARD, JSON.stringify(foreign));
    const { stdout: text } = await project.cli(["leaderboard"]);
    assert.match(text, /not ranked: 20260109-130000-far 0\.\d+ \(elsewhere\) \(settings changed/);
    await project.cli(["leaderboard", "--prune"]);
    assert.ok(!project.read(BOARD).includes("20260109-130000-far"));
  },
);

withProject("a clone without run folders shows the ranks that were tested", async (project) => {
  await using server = startFakeServer(() => "I do not know.");
  project.edit("evals/experiments/configs/baseline-v1.yaml", "http://localhost:8080", server.url);
  await run(project, 0);
  const now = () => Date.parse("2026-01-09T15:00:00Z");
  assert.equal((await project.cli(["run", "baseline-v1"], { now })).code, 0);
  await project.cli(["leaderboard"]);
  const first = board(project);
  const [leader = "", worse = ""] = first.tables[0]!.rows.map(({ run_id }) => run_id);
  const ranks = () => board(project).tables[0]!.rows.map(({ rank, test }) => [rank, test]);
  const expected = first.tables[0]!.rows.map(({ rank, test }) => [rank, test]);
  assert.deepEqual(expected.map(([rank]) => rank), [1, 2]);

  rmSync(`${project.root}/${RUNS}/${leader}`, { recursive: true });
  await project.cli(["leaderboard"]);
  assert.deepEqual(ranks(), expected, "the leader is elsewhere");
  rmSync(`${project.root}/${RUNS}/${worse}`, { recursive: true });
  const { stdout } = await project.cli(["leaderboard"]);
  assert.deepEqual(ranks(), expected, "all are");
  assert.match(stdout, /rank 1: the leader and all that a paired test does not find worse/);
  assert.ok(!stdout.includes("not tested"));

  first.tables[0]!.rows[1]!.test = null;
  project.write(BOARD, JSON.stringify(first));
  assert.match((await project.cli(["leaderboard"])).stdout, /\(elsewhere, not tested\)/);
});

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
    symlinkSync("loop", `${project.root}/${RUNS}/loop`);
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
        "loop: it is no folder",
        `backup: it is a copy of ${whole}`,
      ]
    ) {
      assert.ok(stderr.includes(`skipped ${name}`), stderr);
    }
    const row = board(project).tables.flatMap((table) => table.rows).find((r) => r.run_id === torn);
    assert.deepEqual([row?.local, row?.damaged], [true, true], "its row stays as it was");
    assert.match(stderr, new RegExp(`${torn}: .*; its row stays as it was`));
  },
);

withProject("a leaderboard.json that is none is left as it is", async (project) => {
  await run(project, 0);
  project.write(BOARD, "<<<<<<< HEAD\n{}");
  const { code, stderr } = await project.cli(["leaderboard"]);
  assert.equal(code, 3);
  assert.match(stderr, /^Cannot read .*leaderboard\.json[^]*after a merge take either side/);
  assert.equal(project.read(BOARD), "<<<<<<< HEAD\n{}");
  for (const text of ["", "{", "null"]) {
    project.write(BOARD, text);
    const other = await project.cli(["leaderboard"]);
    assert.equal(other.code, 3);
    assert.match(other.stderr, /or remove it: it is made anew, without the rows of other machines/);
  }
});

withProject(
  "ranks say what they stand on, and leave out what a prompt has seen",
  async (project) => {
    await using server = startFakeServer(() => "I do not know.");
    project.edit("evals/experiments/configs/baseline-v1.yaml", "http://localhost:8080", server.url);
    await run(project, 0);
    const ids = readFileSync(`${project.root}/${RUNS}/${project.runs()[0]}/results.jsonl`, "utf8")
      .trim().split("\n").map((line) => JSON.parse(line).id as string);
    const baseline = (minute: number) =>
      project.cli(["run", "baseline-v1"], {
        now: () => Date.parse("2026-01-09T15:00:00Z") + minute * 60_000,
      });
    const rest = project.read(PROMPT);
    const shown: [number, string][] = [];
    for (const [minute, seen] of [[], ids.slice(0, 37), ids].entries()) {
      const provenance = `provenance:\n  search: [${seen.join(", ")}]\n`;
      project.write(PROMPT, seen.length > 0 ? `${rest}\n${provenance}` : rest);
      assert.equal((await baseline(minute)).code, 0);
      const { stdout } = await project.cli(["leaderboard"]);
      shown.push([board(project).tables[0]!.rows.findIndex((row) => row.rank === 2), stdout]);
    }
    const [none, some, all] = shown;
    assert.equal(none![0], 1);
    assert.match(none![1], /rank 1: the leader and all that a paired test does not find worse/);
    assert.equal(some![0], -1, "three samples tell nothing");
    assert.match(
      some![1],
      /k8s_log_analysis_v1 \*[^]*\* its prompt has seen some of these samples/,
    );
    assert.match(all![1], /not ranked: \S+-baseline-v1 0\.\d+ \(its prompt has seen all samples\)/);
  },
);

withProject("the leaderboard remembers no file that has changed since", async (project) => {
  await run(project, 0);
  const [id = ""] = project.runs();
  await project.cli(["leaderboard"]);
  project.edit(`${RUNS}/${id}/config.json`, '"name": "nearest-example"', '"name": "renamed"');
  project.edit(`${RUNS}/${id}/config.json`, '"model": "nearest-example"', '"model": null');
  await project.cli(["leaderboard"]);
  assert.equal(board(project).tables[0]!.rows[0]!.model, "renamed");

  rmSync(`${project.root}/${RUNS}/${id}/results.jsonl`);
  const { stdout, stderr } = await project.cli(["leaderboard", "--prune"]);
  assert.match(stderr, /skipped \S+: Cannot read \S+results\.jsonl: it does not exist/);
  assert.match(stdout, /\(unreadable here\)/, "its row is none of another machine's");
});

withProject("another program's memory is not trusted", async (project) => {
  await run(project, 0);
  await project.cli(["leaderboard"]);
  const memory = JSON.parse(project.read(`${RUNS}/.leaderboard.json`));
  memory.runs[0][1].row.model = "remembered";
  for (
    const [made_by, model] of [[memory.made_by, "remembered"], ["2 0.0.9 1", "nearest-example"]]
  ) {
    project.write(`${RUNS}/.leaderboard.json`, JSON.stringify({ ...memory, made_by }));
    await project.cli(["leaderboard"]);
    assert.equal(board(project).tables[0]!.rows[0]!.model, model);
  }
});

withProject("a memory that cannot be written is a note", async (project) => {
  await run(project, 0);
  mkdirSync(`${project.root}/${RUNS}/.leaderboard.json`);
  const { code, stderr } = await project.cli(["leaderboard"]);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^note: the next call takes as long: Cannot write /);
});

withProject("a config.json of another shape is named with what is wrong in it", async (project) => {
  await run(project, 0);
  project.edit(
    `${RUNS}/${project.runs()[0]}/config.json`,
    '"schema_version": 1',
    '"schema_version": 7',
  );
  const { stderr } = await project.cli(["leaderboard"]);
  assert.match(stderr, /skipped \S+: Cannot read \S+config\.json: .*schema_version/);
});
