// The prompt commands on files: what they print and return.

import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import picocolors from "picocolors";
import { parsePromptTemplate, type PromptTemplate } from "../analyzer/prompt.ts";
import { renderPromptYaml } from "../analyzer/prompt_yaml.ts";
import { FIXED_INPUTS, fixedInputNames, renderedHashes, requestHash } from "../analyzer/verify.ts";
import { type TempProject, tempProject } from "../testing/temp_project.ts";
import { colorDiff } from "./prompt_diff.ts";

const ID = "k8s_log_analysis_v1";
const FILE = `prompt_templates/${ID}.yaml`;
const SHIPPED = ["k8s_log_analysis_v1", "k8s_log_analysis_json_v1"];
const MEASURED = "prompt_templates/measured.yaml";

/** Writes a prompt with recorded hashes. */
function writeMeasured(project: TempProject): PromptTemplate {
  const { template } = parsePromptTemplate(project.read(FILE), FILE);
  const provenance = {
    few_shot: [],
    search: [],
    templates: [],
    rendered: renderedHashes(template),
    request: requestHash(template),
  };
  const measured = { ...template, id: "measured", provenance };
  project.write(MEASURED, renderPromptYaml(measured, "Made by a test."));
  return measured;
}

const addSpace = (project: TempProject) => {
  writeMeasured(project);
  project.edit(MEASURED, "You read the logs", "You read  the logs");
};

interface Case {
  readonly name: string;
  readonly args: readonly string[];
  readonly prepare?: (project: TempProject) => void;
  readonly cwd?: string;
  readonly code: number;
  /** Parts of stdout, in their order. */
  readonly prints?: readonly string[];
  /** Parts of stderr, in their order; nothing by default. */
  readonly tells?: readonly string[];
}

const HASH = renderedHashes(
  parsePromptTemplate(
    "id: p\nversion: 1\ninputs: {required: [logs]}\nuser: '{{ logs }}'\n",
    "p.yaml",
  ).template,
).one_line;

const CASES: readonly Case[] = [
  {
    name: "verify of a prompt as it was measured",
    args: ["verify", "measured"],
    prepare: writeMeasured,
    code: 0,
    prints: [`verified ${MEASURED}: 5 fixed inputs and the request settings are as recorded\n`],
  },
  {
    name: "verify of one more space in the system text",
    args: ["verify", ID, MEASURED],
    prepare: addSpace,
    code: 3,
    prints: [
      `unrecorded ${FILE}: no hashes in provenance.rendered; nothing to compare with\n`,
      `changed ${MEASURED}: 5 differences from what was recorded\n`,
      "  one_line\n    recorded  sha256:",
      "    now       sha256:",
      "  long_trace\n",
      "→ put texts and settings back as they were measured",
    ],
  },
  {
    name: "verify of another temperature",
    args: ["verify", MEASURED],
    prepare: (project) => {
      const { temperature } = writeMeasured(project).model_defaults;
      project.edit(MEASURED, `temperature: ${temperature}`, "temperature: 1.9");
    },
    code: 3,
    prints: [
      `changed ${MEASURED}: 1 difference from what was recorded\n`,
      "  request settings\n    recorded  sha256:",
      "    now       sha256:",
    ],
  },
  {
    name: "verify of hashes with other names",
    args: ["verify", "p.yaml"],
    prepare: (project) =>
      project.write(
        "p.yaml",
        "id: p\nversion: 1\ninputs: {required: [logs]}\nuser: '{{ logs }}'\n" +
          `provenance: {rendered: {one_line: "${HASH}", other: x}}\n`,
      ),
    code: 3,
    prints: [
      "changed p.yaml: 5 differences",
      "  several_entries\n    recorded  no hash\n",
      "  other\n    recorded  x\n    now       no fixed input of this name\n",
    ],
  },
  {
    name: "verify of a prompt without hashes",
    args: ["verify", ID],
    code: 0,
    prints: [`unrecorded ${FILE}`],
  },
  {
    name: "verify of an unknown id, with the nearest",
    args: ["verify", "k8s_log_analysis_v3"],
    code: 2,
    tells: [
      'Cannot find prompt "k8s_log_analysis_v3"; did you mean k8s_log_analysis_v1?\n',
      "prompts are the files in prompt_templates/",
    ],
  },
  {
    name: "verify of a file that is not there",
    args: ["verify", "x/p.yaml"],
    code: 2,
    tells: ["Cannot read prompt x/p.yaml: it does not exist"],
  },
  {
    name: "verify of a prompt that cannot be used",
    args: ["verify", FILE],
    prepare: (project) => project.edit(FILE, "{{ logs }}", "{{ log }}"),
    code: 2,
    tells: [`Cannot use prompt ${FILE}: 1 fault`, "line 38, column 3  user  {{ log }} is no"],
  },
  { name: "lint of the shipped prompts", args: ["lint", ...SHIPPED], code: 0, prints: ["clean\n"] },
  {
    name: "lint of faults, of every file",
    args: ["lint", "nothing", FILE, MEASURED],
    prepare(project) {
      addSpace(project);
      project.edit(FILE, "version:", "versoin:");
      project.edit(FILE, "{{ severities }}", "{{ severity }}");
    },
    code: 3,
    prints: [
      'error unusable_file: nothing\n  Cannot find prompt "nothing"',
      `error unusable_file: ${FILE}\n  Cannot use prompt ${FILE}: 1 fault\n`,
      "version  is missing",
      `error rendering_changed: ${MEASURED}, line `,
      "3 prompts: 3 errors\n",
    ],
  },
  {
    name: "lint of warnings alone",
    args: ["lint", FILE],
    prepare(project) {
      project.edit(FILE, "  Root causes:\n", "  Root causes: \n");
      project.edit(FILE, "system: |", "autor: me\nsystem: |");
    },
    code: 0,
    prints: [
      `warning unknown_key: ${FILE}\n`,
      `warning trailing_blanks: ${FILE}, line 26\n`,
      "  → remove them\n",
      "1 prompt: 2 warnings\n",
    ],
  },
  {
    name: "render of a fixed input",
    args: ["render", FILE, "--input", "empty_message"],
    code: 0,
    prints: [
      "--- system ---\nYou are",
      "--- user ---\nLogs:\n",
      `${FIXED_INPUTS.empty_message.logs}\n`,
    ],
    tells: [
      `${ID} for fixed input empty_message\n`,
      "template_hash  sha256:",
      "rendered_hash  sha",
    ],
  },
  {
    name: "render of control characters",
    args: ["render", FILE, "--input", "hostile_text"],
    code: 0,
    prints: ["# --- | >�\n"],
    tells: ["rendered_hash"],
  },
  {
    name: "render of an unknown input",
    args: ["render", FILE, "--input", "one"],
    code: 2,
    tells: ["--input", "one_line", "see: logeval prompt render --help"],
  },
  {
    name: "render of both an input and a sample",
    args: ["render", FILE, "--input", "one_line", "--sample", "d3"],
    code: 2,
    tells: ["cannot be used with option '--sample <id>'"],
  },
  {
    name: "render of an unknown sample",
    args: ["render", FILE, "--sample", "zz"],
    code: 2,
    tells: ['Cannot find sample "zz" in evals/datasets/golden-v1.json'],
  },
  {
    name: "render of a dataset that is not there",
    args: ["render", FILE, "--dataset", "x.json"],
    code: 3,
    tells: ['Cannot read dataset "x.json": it does not exist'],
  },
  {
    name: "diff of the shipped prompts",
    args: ["diff", ID, "prompt_templates/k8s_log_analysis_json_v1.yaml"],
    code: 0,
    prints: [
      "--- k8s_log_analysis_v1, settings\n+++ k8s_log_analysis_json_v1, settings\n@@ -1,6 +1,6 @@\n",
      "+response_format: json_schema\n",
      "--- k8s_log_analysis_v1, user\n",
      "-Root cause: <one of the root causes>\n",
    ],
  },
  {
    name: "diff of a prompt and itself",
    args: ["diff", ID, FILE],
    code: 0,
    tells: [`${FILE} and ${FILE} ask the same in the same words\n`],
  },
  {
    name: "an id inside the binary",
    args: ["diff", ID, "k8s_log_analysis_json_v1"],
    prepare: (project) => rmSync(`${project.root}/prompt_templates`, { recursive: true }),
    code: 0,
    prints: ["+response_format"],
  },
  {
    name: "an id inside the binary where no project is",
    args: ["verify", "k8s_log_analysis_v2"],
    cwd: "/",
    code: 0,
    prints: ["verified"],
  },
  {
    name: "an id where no project is",
    args: ["lint", "k8s_v9"],
    cwd: "/",
    code: 3,
    prints: ["Cannot find a project", "→ make one here: logeval init"],
  },
];

for (const { name, args, prepare, cwd, code, prints = [], tells = [] } of CASES) {
  Deno.test(`prompt ${name}`, async () => {
    using project = tempProject();
    prepare?.(project);
    const result = await project.cli(["prompt", ...args], cwd === undefined ? {} : { cwd });
    assert.equal(result.code, code, result.stderr);
    holds(result.stdout, prints);
    holds(result.stderr, tells);
    if (tells.length === 0) assert.equal(result.stderr, "");
  });
}

function holds(text: string, parts: readonly string[]): void {
  let from = 0;
  for (const part of parts) {
    const at = text.indexOf(part, from);
    assert.ok(at >= 0, `${part}\nis not in\n${text}`);
    from = at + part.length;
  }
}

async function jsonOf(project: TempProject, ...args: string[]) {
  return JSON.parse((await project.cli(["prompt", ...args, "--json"])).stdout);
}

Deno.test("prompt commands with --json print one document", async () => {
  using project = tempProject();
  const { provenance } = writeMeasured(project);
  project.write("bad.yaml", "id: bad\n");
  const { prompts } = await jsonOf(project, "verify", "measured");
  assert.deepEqual(prompts, [{
    file: MEASURED,
    id: "measured",
    verdict: "verified",
    mismatches: [],
    rendered: provenance?.rendered,
    request: provenance?.request,
  }]);
  const lint = await jsonOf(project, "lint", "bad.yaml", ID);
  assert.deepEqual(lint.files, ["bad.yaml", FILE]);
  assert.deepEqual([lint.errors, lint.warnings, lint.findings[0].file], [1, 0, "bad.yaml"]);
  const diff = await jsonOf(project, "diff", ID, "measured");
  assert.deepEqual([diff.same, diff.a.id, diff.b.file], [false, ID, MEASURED]);
  const { messages } = await jsonOf(project, "render", ID, "--input", "hostile_text");
  assert.ok(messages[1].content.includes(`${FIXED_INPUTS.hostile_text.logs}\n`));
});

Deno.test("prompt render shows what run sends", async () => {
  using project = tempProject();
  const dryRun = await project.cli(["run", "baseline-v1", "--dry-run"]);
  const rendered = await project.cli(["prompt", "render", ID]);
  const sent = rendered.stdout.replace(/\n+(?=---)/g, "\n");
  assert.ok(dryRun.stdout.startsWith(sent), dryRun.stdout);

  await project.cli(["run", "embedded-v1", "--limit", "3"]);
  const [run] = project.runs();
  const records = project.read(`evals/experiments/runs/${run}/results.jsonl`).trim().split("\n");
  for (const line of records) {
    const { id, template_hash, rendered_hash } = JSON.parse(line);
    const json = await jsonOf(project, "render", ID, "--sample", id.slice(0, 10));
    assert.deepEqual([json.template_hash, json.rendered_hash], [template_hash, rendered_hash]);
  }
});

Deno.test("prompt render takes another dataset, with the labels beside it", async () => {
  using project = tempProject();
  project.write("own/d.jsonl", `${JSON.stringify(SAMPLE)}\n`);
  project.write("own/labels.yaml", project.read("evals/datasets/labels.yaml"));
  const { from, messages } = await jsonOf(project, "render", ID, "--dataset", "own/d.jsonl");
  assert.match(from, /^sample [0-9a-f]{16} of own\/d\.jsonl$/);
  assert.match(messages[0].content, /- connection_failed: Connection could not/);
  assert.match(messages[1].content, /n\/c \(pod=p, node=x\)\nhello\n/);
});

const SAMPLE = {
  ...{ timestamp: 0, namespace: "n", pod: "p", container: "c", node: "x", log_line: "hello" },
  ...{ root_cause: "no_fault", severity: "info", component: "c", summary: "It says hello." },
  action_needed: "none",
};

Deno.test("prompt render --input knows every fixed input", async () => {
  using project = tempProject();
  for (const input of fixedInputNames()) {
    assert.equal((await project.cli(["prompt", "render", ID, "--input", input])).code, 0, input);
  }
});

Deno.test("a diff is coloured by its signs", () => {
  const plain = "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n z\n";
  assert.equal(colorDiff(plain, picocolors.createColors(false)), plain);
  const [head, , hunk, removed, added, same] = colorDiff(plain, picocolors.createColors(true))
    .split("\n");
  assert.deepEqual([head, hunk, removed, added, same], [
    "\u001b[1m--- a\u001b[22m",
    "\u001b[36m@@ -1 +1 @@\u001b[39m",
    "\u001b[31m-x\u001b[39m",
    "\u001b[32m+y\u001b[39m",
    " z",
  ]);
});
