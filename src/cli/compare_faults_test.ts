// compare on run folders that are damaged, hand-made or read-only.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { type TempProject, tempProject } from "../testing/temp_project.ts";

const RUNS = "evals/experiments/runs";

/** A project with one run. */
function withRun(name: string, test: (project: TempProject, run: string) => Promise<void>): void {
  Deno.test(name, async () => {
    using project = tempProject();
    await project.cli(["run", "embedded-v1", "--json"]);
    await test(project, project.runs()[0] ?? "");
  });
}

withRun("compare shows no control characters of a config.json", async (project, a) => {
  const escape = "x\\u001b[31m\\ny";
  for (const name of ["own", "other"]) {
    cpSync(`${project.root}/${RUNS}/${a}`, `${project.root}/${name}`, { recursive: true });
    project.edit(`${name}/config.json`, `"${a}"`, `"${name}-${escape}"`);
    project.edit(`${name}/config.json`, '"n": 12', '"n": 13');
  }
  project.edit(
    "other/config.json",
    '"experiment_id": "embedded-v1"',
    `"experiment_id": "${escape}"`,
  );
  for (const [one, two] of [["own", "other"], ["own", a], ["own", "own"]] as const) {
    const { stdout, stderr, code } = await project.cli(["compare", one, two]);
    assert.equal(code, 0, stderr);
    assert.ok(!`${stdout}${stderr}`.includes("\u001b"), stdout + stderr);
    assert.match(stdout, /^note: own-x \[31m y is partial: 1 call without an answer\n/);
  }
});

withRun("compare names the file of a run that cannot be read", async (project, a) => {
  const copy = (name: string, file: string, text: string | null) => {
    cpSync(`${project.root}/${RUNS}/${a}`, `${project.root}/${name}`, { recursive: true });
    if (text === null) rmSync(`${project.root}/${name}/${file}`);
    else project.write(`${name}/${file}`, text);
  };
  copy("torn", "metrics.json", '{"schema_ver');
  copy("foreign", "metrics.json", '{"schema_version": 7}');
  copy("running", "metrics.json", null);
  copy("edited", "config.json", '{"schema_version": 1, "run_id": 5}');
  copy("broken", "config.json", "{");
  for (
    const [name, code, says] of [
      ["torn", 3, /^Cannot read \S+torn\/metrics\.json: .*JSON/],
      ["foreign", 3, /^Cannot read \S+foreign\/metrics\.json:\n[^]*schema_version/],
      ["running", 2, /^Cannot compare 2026\S+: it was never finished\n/],
      ["edited", 3, /^Cannot read \S+edited\/config\.json:\n[^]*run_id/],
      ["broken", 3, /^Cannot read \S+broken\/config\.json: /],
      ["nothing", 2, /^Cannot find run "nothing"; there are: /],
    ] as const
  ) {
    const result = await project.cli(["compare", a, name]);
    assert.match(result.stderr, says);
    assert.equal(result.code, code);
    assert.equal(result.stdout, "");
  }
});

withRun("compare prints its verdict where comparison.md cannot be written", async (project, a) => {
  mkdirSync(`${project.root}/${RUNS}/${a}/comparison.md.tmp`);
  const text = await project.cli(["compare", a, a]);
  assert.match(text.stdout, /^no evidence: /);
  assert.match(
    text.stderr,
    /^\nnote: comparison\.md not written: it is a folder\nnext: logeval show/,
  );
  assert.equal(text.code, 0);
  const json = await project.cli(["compare", a, a, "--json"]);
  assert.equal(JSON.parse(json.stdout).verdict, "no evidence");
  assert.equal(json.stderr, "note: comparison.md not written: it is a folder\n");
});
