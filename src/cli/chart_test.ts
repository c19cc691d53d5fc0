// `logeval chart` on real run folders.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { type TempProject, tempProject } from "../testing/temp_project.ts";

const BOARD = "evals/experiments/leaderboard.json";

function run(project: TempProject, minute: number) {
  const now = () => Date.parse("2026-01-09T14:00:00Z") + minute * 60_000;
  return project.cli(["run", "embedded-v1", "--json"], { now });
}

Deno.test("chart draws runs on stdout or into a file, and writes nothing else", async () => {
  using project = tempProject({ samples: 40 });
  await run(project, 0);
  await run(project, 1);
  const [a = "", b = ""] = project.runs();
  const cases: readonly [string[], RegExp][] = [
    [["leaderboard"], /embedded-v1 scores 0\.\d{3}, the only ranked experiment/],
    [["trends"], /2 runs of 1 experiment, 9 Jan 2026 \(UTC\)/],
    [["categories"], /Root cause by experiment; embedded-v1/],
    [["compare", a, b], /no evidence: 20260109-140100-embedded-v1 is level with/],
    [["optimization"], /Optimization: nothing to show yet/],
  ];
  for (const [args, title] of cases) {
    const { code, stdout, stderr } = await project.cli(["chart", ...args]);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, title);
    assert.match(stdout, /^<svg [^>]*width="960"[^]*<\/svg>\n$/);
    const wide = await project.cli(["chart", ...args, "--width", "1200", "--out", "chart.svg"]);
    assert.deepEqual([wide.code, wide.stdout, wide.stderr], [0, "", "chart.svg\n"]);
    assert.match(project.read("chart.svg"), /width="1200"/);
  }
  assert.ok(!existsSync(`${project.root}/${BOARD}`));
});

const REFUSALS: readonly [string[], number, RegExp][] = [
  [["chart", "compare", "nope", "nope"], 2, /^Cannot find run "nope"/],
  [["chart", "compare", "nope"], 2, /missing required argument/],
  [["chart", "optimization", "nope"], 2, /^Cannot find optimization "nope"/],
  [["chart", "leaderboard", "--width", "100"], 2, /from 320 to 4000/],
  [["chart", "leaderboard", "--out", "none/chart.svg"], 3, /^Cannot write .*chart\.svg: [^\n]*\n$/],
  [["chart", "pie"], 2, /^Cannot run this command line/],
];

Deno.test("chart says what it cannot draw; without runs it says what to run", async () => {
  using project = tempProject();
  for (const [args, code, message] of REFUSALS) {
    const result = await project.cli(args);
    assert.equal(result.code, code, result.stderr);
    assert.match(result.stderr, message);
    assert.equal(result.stdout, "");
  }
  for (const name of ["leaderboard", "trends", "categories"]) {
    assert.match((await project.cli(["chart", name])).stdout, /run: logeval run embedded-v1/);
  }
});
