// leaderboard on real run folders.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
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
