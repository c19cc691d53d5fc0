// runs prune on real run folders.

import assert from "node:assert/strict";
import { cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "../errors.ts";
import { lockFolder } from "../harness/folder.ts";
import { type TempProject, tempProject } from "../testing/temp_project.ts";
import type { CliContext } from "./context.ts";
import { runsPruneCommand } from "./runs_prune.ts";

const RUNS = "evals/experiments/runs";

function withProject(name: string, test: (project: TempProject) => Promise<void>): void {
  Deno.test(name, async () => {
    using project = tempProject({ samples: 6 });
    await test(project);
  });
}

/** Runs the embedded experiment at a time of its own. */
function run(project: TempProject, minute: number, args: readonly string[] = []) {
  const now = () => Date.parse("2026-01-09T14:00:00Z") + minute * 60_000;
  return project.cli(["run", "embedded-v1", "--json", ...args], { now });
}

withProject("runs prune leaves a run that is at work", async (project) => {
  for (const minute of [0, 1, 2]) await run(project, minute, ["--limit", "5"]);
  const [first = ""] = project.runs();
  using lock = lockFolder(`${project.root}/${RUNS}/${first}`);
  const { stdout, stderr } = await project.cli(["runs", "prune", "--keep", "1"]);
  assert.ok(lock && project.runs().includes(first));
  assert.equal(stdout, "20260109-140100-embedded-v1\n");
  assert.match(
    stderr,
    /left 20260109-140000-embedded-v1: a process is at work in it\nremoved 1 run, kept 2/,
  );
});

withProject("runs prune keeps what an experiment's name stands for", async (project) => {
  await run(project, 0);
  for (const minute of [1, 2, 3]) await run(project, minute, ["--limit", "5"]);
  const { stdout, stderr } = await project.cli(["runs", "prune", "--keep", "1"]);
  assert.equal(stdout, "20260109-140100-embedded-v1\n20260109-140200-embedded-v1\n");
  assert.match(stderr, /removed 2 runs, kept 2/);
  assert.deepEqual(project.runs(), ["20260109-140000-embedded-v1", "20260109-140300-embedded-v1"]);
});

withProject(
  "runs prune keeps the newest measured run, not a rescored older one",
  async (project) => {
    for (const minute of [0, 1]) await run(project, minute);
    const [older = "", newer = ""] = project.runs();
    await project.cli(["rescore", older], { now: () => Date.parse("2026-01-10T00:00:00Z") });
    await project.cli(["runs", "prune", "--keep", "1"]);
    assert.deepEqual(project.runs(), [newer]);
  },
);

withProject("runs prune counts no copy and no link, and removes none", async (project) => {
  await run(project, 0);
  const [real = ""] = project.runs();
  const runsDir = join(project.root, RUNS);
  cpSync(join(runsDir, real), join(runsDir, "z-backup"), { recursive: true });
  symlinkSync(real, join(runsDir, "z-link"));
  const { stdout } = await project.cli(["runs", "prune", "--keep", "1"]);
  assert.equal(stdout, "");
  assert.deepEqual(project.runs(), [real, "z-backup", "z-link"]);
});

withProject("runs prune says what it could not remove, and removes the rest", async (project) => {
  for (const minute of [0, 1, 2]) await run(project, minute, ["--limit", "5"]);
  const [first = ""] = project.runs();
  let stdout = "";
  const context = {
    cwd: project.root,
    stdout: (text: string) => stdout += text,
    stderr: () => {},
  } as unknown as CliContext;
  const prune = () =>
    runsPruneCommand(context, { keep: 1 }, (path) => {
      if (!path.endsWith(first)) return;
      throw Object.assign(new Error("EACCES: permission denied"), { code: "EACCES" });
    });
  assert.throws(prune, (error: DataError) => {
    assert.ok(error instanceof DataError);
    assert.equal(error.message, `Cannot remove 1 run:\n  ${first}: permission denied`);
    return true;
  });
  assert.equal(stdout, "20260109-140100-embedded-v1\n");
});
