// The command line from outside: exit codes, clean stdout, and what every fault looks like.

import assert from "node:assert/strict";
import { type TempProject, tempProject } from "../testing/temp_project.ts";
import { RunMetrics } from "../harness/run_files.ts";

function withProject(
  name: string,
  test: (project: TempProject) => Promise<void>,
  options?: { readonly samples?: number },
): void {
  Deno.test(name, async () => {
    using project = tempProject(options);
    await test(project);
  });
}

/** An address where nobody listens. (Ports such as 9 are refused by fetch itself.) */
const NOBODY = (() => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return `http://127.0.0.1:${port}`;
})();
const BASELINE = "evals/experiments/configs/baseline-v1.yaml";
const PROMPT = "prompt_templates/k8s_log_analysis_v1.yaml";
const GOLDEN = "evals/datasets/golden-v1.json";

interface FaultCase {
  readonly name: string;
  readonly args: readonly string[];
  readonly prepare?: (project: TempProject) => void;
  readonly code: number;
  /** Parts of stderr, in their order. */
  readonly says: readonly string[];
}

const RUN = ["run", "embedded-v1"];
const FAULTS: readonly FaultCase[] = [
  {
    name: "an unknown command",
    args: ["rnu", "baseline-v1"],
    code: 2,
    says: ["Cannot run this command line: unknown command 'rnu'", "run?", "see: logeval --help"],
  },
  {
    name: "an unknown option",
    args: [...RUN, "--limits", "3"],
    code: 2,
    says: ["unknown option '--limits'", "--limit?", "see: logeval run --help"],
  },
  {
    name: "an unknown option of a command within a command",
    args: ["dataset", "split", GOLDEN, "--sead", "3"],
    code: 2,
    says: ["unknown option '--sead'", "--seed?", "see: logeval dataset split --help"],
  },
  {
    name: "an unknown command within a command",
    args: ["dataset", "spilt"],
    code: 2,
    says: ["unknown command 'spilt'", "split?", "see: logeval dataset --help"],
  },
  {
    name: "a missing experiment",
    args: ["run"],
    code: 2,
    says: ["missing required argument 'experiment'"],
  },
  {
    name: "a limit of 0",
    args: [...RUN, "--limit", "0"],
    code: 2,
    says: ["--limit", "'0'", "1 or more"],
  },
  {
    name: "a threshold above 1",
    args: [...RUN, "--fail-under", "60"],
    code: 2,
    says: ["--fail-under", "'60'", "from 0 to 1"],
  },
  {
    name: "an unknown experiment, with the nearest",
    args: ["run", "baseline-v2"],
    code: 2,
    says: [
      'Cannot find experiment "baseline-v2"; did you mean baseline-v1?',
      "evals/experiments/configs/",
    ],
  },
  {
    name: "a path that is not there",
    args: ["run", "x/y.yaml"],
    code: 2,
    says: ["Cannot find experiment file x/y.yaml"],
  },
  {
    name: "a model that is no address",
    args: ["run", "baseline-v1", "--model", "localhost:8080"],
    code: 2,
    says: [
      "Cannot use --model localhost:8080: it is not an http or https URL",
      "give embedded, or the address",
    ],
  },
  {
    name: "several faults of an experiment at once",
    args: ["run", "baseline-v1"],
    prepare(project) {
      project.edit(BASELINE, "temperature: 0.3", "temperatur: 0.3");
      project.edit(BASELINE, "top_p: 0.95", "top_p: 1.7");
      project.edit(BASELINE, "k8s_log_analysis_v1.yaml", "k8s_v9.yaml");
    },
    code: 2,
    says: [
      `Cannot use ${BASELINE}: 3 faults`,
      "line 12  llm_config.temperatur  unknown field; did you mean temperature?",
      "line 14  llm_config.top_p       1.7 is above 1",
      "line 20  prompt.path            prompt_templates/k8s_v9.yaml does not exist; there are: k8s_log_analysis_json_v1.yaml, k8s_log_analysis_v1.yaml",
    ],
  },
  {
    name: "an experiment whose id is not its name",
    args: ["run", "baseline-v1"],
    prepare: (project) =>
      project.edit(BASELINE, "experiment_id: baseline-v1", "experiment_id: base"),
    code: 2,
    says: ['line 1  experiment_id  "base" is not the file\'s name, "baseline-v1"'],
  },
  {
    name: "a prompt that runs code",
    args: RUN,
    prepare: (project) => project.edit(PROMPT, "{{ logs }}", "{{ Deno.env.get('HOME') }}"),
    code: 2,
    says: [`Cannot use prompt ${PROMPT}: 1 fault`, "column 3", "is no declared input's name"],
  },
  {
    name: "a prompt whose id is not asked for",
    args: RUN,
    prepare(project) {
      project.write(
        "prompt_templates/other.yaml",
        project.read(PROMPT).replace("id: k8s_log_analysis_v1", "id: other"),
      );
      project.edit(
        "evals/experiments/configs/embedded-v1.yaml",
        "prompt_templates/k8s_log_analysis_v1.yaml",
        "prompt_templates/other.yaml",
      );
    },
    code: 2,
    says: [
      'line 12  prompt.id  "k8s_log_analysis_v1" is not the prompt of prompt_templates/other.yaml',
    ],
  },
  {
    name: "a prompt that is no YAML",
    args: RUN,
    prepare: (project) => project.edit(PROMPT, "  Root causes:\n", "Root causes: a: b\n"),
    code: 2,
    says: [
      `Cannot read ${PROMPT} at line`,
      'the text of "system" ends at line',
      "indented too little?",
    ],
  },
  {
    name: "a key that is not set",
    args: ["run", "baseline-v1", "--model", NOBODY],
    prepare: (project) =>
      project.edit(BASELINE, "  name: llama", "  api_key_env: MY_KEY\n  name: llama"),
    code: 2,
    says: ["model.api_key_env names MY_KEY, which is not set"],
  },
  {
    name: "a key in place of a variable's name, without showing it",
    args: ["run", "baseline-v1"],
    prepare: (project) =>
      project.edit(BASELINE, "  name: llama", "  api_key_env: sk-abc123\n  name: llama"),
    code: 2,
    says: ["line 9  model.api_key_env  is no name of an environment variable"],
  },
  { name: "an empty --out", args: [...RUN, "--out", ""], code: 2, says: ["--out", "It is empty"] },
  {
    name: "a dry run that is to print metrics",
    args: [...RUN, "--dry-run", "--json"],
    code: 2,
    says: ["cannot be used with option '--json'"],
  },
  {
    name: "labels with a wrong key",
    args: RUN,
    prepare: (project) => project.edit("evals/datasets/labels.yaml", "components:", "component:"),
    code: 3,
    says: ["Cannot use labels evals/datasets/labels.yaml", "did you mean components?"],
  },
  {
    name: "a dataset that is not there",
    args: [...RUN, "--dataset", "nothing.json"],
    code: 3,
    says: ['Cannot read dataset "nothing.json": it does not exist'],
  },
  {
    name: "a dataset with a sample of wrong types",
    args: RUN,
    prepare: (project) => project.edit(GOLDEN, '"severity": "warn"', '"severity": 3'),
    code: 3,
    says: [
      `Cannot use dataset ${GOLDEN}: 1 fault`,
      "line 13, sample 1  severity  3 is not a string",
    ],
  },
  {
    name: "a dataset that breaks off",
    args: RUN,
    prepare: (project) => project.write(GOLDEN, project.read(GOLDEN).slice(0, 500)),
    code: 3,
    says: [`Cannot read dataset "${GOLDEN}": `, "a dataset is a JSON array"],
  },
  {
    name: "a resume with nothing to resume",
    args: [...RUN, "--resume"],
    code: 2,
    says: [
      "Cannot resume embedded-v1: it has no unfinished run",
      "start one: logeval run embedded-v1",
    ],
  },
  {
    name: "a run that is not there",
    args: ["show", "latest"],
    code: 2,
    says: ['Cannot find run "latest": there are no runs in', "make one: logeval run embedded-v1"],
  },
  {
    name: "a server that is not there",
    args: ["run", "baseline-v1", "--model", NOBODY],
    code: 4,
    says: [
      `Cannot reach the model at ${NOBODY}: connection refused`,
      "start one:     llama-server -m MODEL.gguf -ngl 99 -np 4 --port 8080",
      "or without:    logeval run embedded-v1",
    ],
  },
  {
    name: "a project that is there already",
    args: ["init"],
    code: 2,
    says: ["already there", "nothing was written"],
  },
];

for (const { name, args, prepare, code, says } of FAULTS) {
  withProject(`logeval names ${name}`, async (project) => {
    prepare?.(project);
    const result = await project.cli(args);
    let at = 0;
    for (const part of says) {
      const found = result.stderr.indexOf(part, at);
      assert.ok(found !== -1, `${JSON.stringify(part)} is not in:\n${result.stderr}`);
      at = found;
    }
    assert.equal(result.code, code, result.stderr);
    assert.equal(result.stdout, "");
    assert.ok(!result.stderr.includes("    at "), "no stack trace");
    assert.deepEqual(project.runs(), [], "nothing is written");
  });
}

withProject("outside a project the way in is named", async (project) => {
  const result = await project.cli(["list"], { cwd: "/" });
  assert.equal(result.code, 2);
  assert.match(result.stderr, /^Cannot find a project: .*\n {2}make one here: logeval init\n$/);
});

withProject("with --json an error is one JSON document on stderr", async (project) => {
  const result = await project.cli(["run", "nothing", "--json"]);
  assert.equal(result.stdout, "");
  const { error } = JSON.parse(result.stderr);
  assert.equal(error.code, "usage");
  assert.match(error.message, /^Cannot find experiment "nothing"/);
  assert.equal(error.hint, "experiments are the files in evals/experiments/configs/");
});

withProject("--help and --version are answers; no arguments are a fault", async (project) => {
  const help = await project.cli(["--help"]);
  assert.equal(help.code, 0);
  assert.match(help.stdout, /^Usage: logeval/);
  assert.equal(help.stderr, "");
  assert.match(help.stdout, /5 below --fail-under or as --fail-if names it/);
  assert.match((await project.cli(["run", "--help"])).stdout, /--fail-under <score>/);
  assert.match((await project.cli(["--version"])).stdout, /^\d+\.\d+\.\d+\n$/);
  const none = await project.cli([]);
  assert.equal(none.code, 2);
  assert.equal(none.stdout, "");
  assert.match(none.stderr, /^Usage: logeval/);
});

withProject(
  "run embedded-v1 prints a table and leaves a folder that a person can read",
  async (project) => {
    const result = await project.cli(RUN);
    assert.equal(result.code, 0, result.stderr);
    assert.match(
      result.stdout,
      /^embedded-v1 {3}overall 0\.\d{3} {2}95 % 0\.\d{3} to 0\.\d{3} {3}12 of 12 samples/,
    );
    assert.match(result.stdout, /no language model/);
    assert.match(result.stderr, /100 % {2}12\/12/);
    assert.match(result.stderr, /evals\/experiments\/runs\/20260109-143000-embedded-v1\n/);
    assert.deepEqual(project.runs(), ["20260109-143000-embedded-v1"]);
    const folder = "evals/experiments/runs/latest";
    const summary = project.read(`${folder}/summary.md`);
    assert.match(summary, /^# embedded-v1: overall 0\.\d{3}\n/);
    const lines = project.read(`${folder}/results.jsonl`).trimEnd().split("\n");
    assert.equal(lines.length, 12);
    assert.equal(JSON.parse(lines[0] ?? "").outcome, "scored");
    const config = project.readRun("config.json");
    assert.equal(config["experiment_id"], "embedded-v1");
  },
);

withProject("--json prints metrics.json and nothing else", async (project) => {
  const result = await project.cli([...RUN, "--json"]);
  assert.equal(result.code, 0);
  const metrics = RunMetrics.parse(JSON.parse(result.stdout));
  assert.deepEqual(metrics, project.readRun("metrics.json"));
  assert.equal(metrics.coverage, 1);
  assert.equal(metrics.overall.mean, metrics.floors.embedded.overall);
});

withProject("--fail-under is a gate", async (project) => {
  assert.equal((await project.cli([...RUN, "--fail-under", "0.01"])).code, 0);
  assert.equal((await project.cli([...RUN, "--fail-under", "0.99"])).code, 5);
});

withProject(
  "--dry-run shows the first prompt, calls nothing and writes nothing",
  async (project) => {
    const result = await project.cli([
      "run",
      "baseline-v1",
      "--model",
      NOBODY,
      "--dry-run",
    ]);
    assert.equal(result.code, 0, result.stderr);
    assert.match(result.stdout, /--- system ---\nYou are a site reliability engineer/);
    assert.match(result.stdout, /- connection_failed: Connection could not be opened/);
    assert.match(result.stdout, /baseline-v1: 12 calls \(12 samples\), 4 at a time/);
    assert.match(result.stdout, /time: not known before a first run/);
    assert.deepEqual(project.runs(), []);
  },
);

withProject("--limit and --dataset mark the run as changed", async (project) => {
  project.write(
    "other/d.jsonl",
    JSON.parse(project.read(GOLDEN)).map((row: unknown) => JSON.stringify(row)).join("\n"),
  );
  const result = await project.cli([
    ...RUN,
    "--limit",
    "3",
    "--dataset",
    "other/d.jsonl",
    "--json",
  ]);
  assert.equal(result.code, 0, result.stderr);
  assert.deepEqual(JSON.parse(result.stdout).changed, ["dataset", "limit"]);
  assert.equal(JSON.parse(result.stdout).n, 3);
  const shown = await project.cli(["show", "latest"]);
  assert.match(shown.stdout, /changed: dataset, limit; it does not stand for embedded-v1/);
});

withProject("--limit above the dataset changes nothing", async (project) => {
  const result = await project.cli([...RUN, "--limit", "500", "--json"]);
  assert.deepEqual(JSON.parse(result.stdout).changed, []);
});

withProject("--repeats asks for every sample so often", async (project) => {
  const result = await project.cli([...RUN, "--repeats", "3", "--json"]);
  const metrics = JSON.parse(result.stdout);
  assert.deepEqual([metrics.n, metrics.repeats, metrics.outcomes.scored], [12, 3, 36]);
  assert.equal(metrics.coverage, 1);
});

withProject("other repeats than the file's do not stand for the experiment", async (project) => {
  const changed = async (...args: readonly string[]) =>
    JSON.parse((await project.cli([...RUN, "--json", ...args])).stdout).changed;
  assert.deepEqual(await changed("--repeats", "1"), [], "the file says 1 by default");
  assert.deepEqual(await changed("--repeats", "2"), ["repeats"]);
  const file = "evals/experiments/configs/embedded-v1.yaml";
  project.edit(file, "execution:\n", "execution:\n  repeats: 2\n");
  assert.deepEqual(await changed("--repeats", "2"), []);
  assert.deepEqual(await changed("--repeats", "1"), ["repeats"]);
  assert.deepEqual(await changed(), []);
  await project.cli(["noise", "embedded-v1", "--repeats", "3"]);
  const { stderr } = await project.cli(["show", "embedded-v1"]);
  assert.match(stderr, new RegExp(project.runs().at(-2) ?? ""));
});

withProject("--out says where the folder goes", async (project) => {
  const result = await project.cli([...RUN, "--out", "elsewhere"]);
  assert.equal(result.code, 0);
  assert.match(result.stderr, /\nelsewhere\/20260109-143000-embedded-v1\n/);
  assert.deepEqual(project.runs(), []);
});

withProject("a prompt's slipped indentation is a loud warning", async (project) => {
  project.edit(PROMPT, "  Severities:\n", "Severities:\n");
  project.edit(PROMPT, "  {{ severities }}\n", "");
  project.edit(PROMPT, "  Components:\n  {{ components }}\n\n  Actions:\n  {{ actions }}\n", "");
  const result = await project.cli(RUN);
  assert.match(
    result.stderr,
    /^warning: prompt_templates\/k8s_log_analysis_v1\.yaml line \d+: unknown key "Severities" right after the text of "system"\.\n {9}That text ends at line \d+; is line \d+ indented too little\?/,
  );
  assert.equal(result.code, 0);
});

withProject(
  "labels outside the taxonomy and a prompt without logs are warned of",
  async (project) => {
    project.edit(GOLDEN, '"component": "envoy_proxy"', '"component": "envoy proxy"');
    project.edit(PROMPT, "  {{ logs }}\n", "");
    const { stderr, code } = await project.cli(RUN);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /warning: .*: no \{\{ logs \}\} in system or user/);
    assert.match(
      stderr,
      /warning: the samples have labels that are not in evals\/datasets\/labels\.yaml: component "envoy proxy" \(1\)\.\n/,
    );
  },
);

withProject("--dataset with the experiment's own file changes nothing", async (project) => {
  const { stdout } = await project.cli([...RUN, "--dataset", GOLDEN, "--json"]);
  assert.deepEqual(JSON.parse(stdout).changed, []);
});

withProject(
  "printed commands can be pasted, and mean the run they stand under",
  async (project) => {
    project.write("my data/d.json", project.read(GOLDEN));
    const args = [...RUN, "--dataset", "my data/d.json", "--out", "my runs"];
    const { stderr } = await project.cli(args);
    const shown = /next: logeval show '(.+?)' · logeval show '.+?' --sample ([0-9a-f]+)\n/.exec(
      stderr,
    );
    assert.ok(shown, stderr);
    assert.equal((await project.cli(["show", shown[1] ?? ""])).code, 0);
    const sample = await project.cli(["show", shown[1] ?? "", "--sample", shown[2] ?? ""]);
    assert.equal(sample.code, 0, sample.stderr);
    const summary = project.read("my runs/20260109-143000-embedded-v1/summary.md");
    assert.match(summary, /logeval run embedded-v1 --dataset 'my data\/d\.json'\n/);
  },
);

withProject("a runs/latest of somebody else is left alone", async (project) => {
  project.write("evals/experiments/runs/latest/note.txt", "mine");
  const first = await project.cli(RUN);
  assert.equal(first.code, 0, first.stderr);
  assert.equal(project.read("evals/experiments/runs/latest/note.txt"), "mine");
  assert.match((await project.cli(["show", "latest"])).stderr, /20260109-143000-embedded-v1/);
});

withProject("a runs folder that is a file is named", async (project) => {
  project.write("evals/experiments/runs", "x");
  const { stderr, code } = await project.cli(RUN);
  assert.equal(code, 2);
  assert.match(
    stderr,
    /^[^]*Cannot create the folder \S+runs: a file of that name is in the way\n/,
  );
  assert.match((await project.cli(["list"])).stderr, /it is no folder/);
});

withProject("--fail-under says why", async (project) => {
  const { stderr } = await project.cli([...RUN, "--fail-under", "0.99"]);
  assert.match(stderr, /\nbelow --fail-under: overall 0\.\d{3} < 0\.99\n/);
});

withProject("list shows experiments, prompts and runs, unusable ones too", async (project) => {
  await project.cli(RUN);
  project.write("evals/experiments/configs/broken.yaml", "experiment_id: [");
  const { stdout, code } = await project.cli(["list"]);
  assert.equal(code, 0);
  assert.match(stdout, /baseline-v1 +The prompt of today/);
  assert.match(stdout, /broken +unusable: Cannot read/);
  assert.match(stdout, /20260109-143000-embedded-v1 +0\.\d{3} +12 {2}complete/);
  const json = JSON.parse((await project.cli(["list", "--json"])).stdout);
  assert.deepEqual(json.runs.map((run: { run_id: string }) => run.run_id), [
    "20260109-143000-embedded-v1",
  ]);
  project.write("evals/experiments/runs/20260109-143000-embedded-v1/metrics.json", "{");
  assert.match(
    (await project.cli(["list"])).stdout,
    /embedded-v1 +– +– {2}unreadable metrics\.json/,
  );
});

withProject("show --sample goes from the log line to the score", async (project) => {
  await project.cli(RUN);
  const line = project.read("evals/experiments/runs/latest/results.jsonl").split("\n")[0] ?? "";
  const { id, raw_response } = JSON.parse(line);
  const { stdout, code } = await project.cli(["show", "latest", "--sample", id.slice(0, 8)]);
  assert.equal(code, 0);
  for (
    const part of [
      id,
      "\nlog\n",
      "\nprompt, system\n",
      "\nprompt, user\n",
      "\nanswer (scored",
      "  overall ",
    ]
  ) {
    assert.ok(stdout.includes(part), part);
  }
  assert.ok(stdout.includes(raw_response.split("\n")[0]));
  assert.match(
    stdout,
    /\n {2}severity {7}(right {9}\w+|wrong {9}expected {2}\w+\n {31}said {6}\w+)\n/,
  );
  const json = JSON.parse((await project.cli(["show", "latest", "--sample", id, "--json"])).stdout);
  assert.equal(json.id, id);
  const missing = await project.cli(["show", "latest", "--sample", "zzzz"]);
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /Cannot find sample "zzzz"/);
});

withProject("init writes a project that runs", async (project) => {
  const made = await project.cli(["init", "new"]);
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stderr, /next: cd new && logeval run embedded-v1/);
  const result = await project.cli([...RUN, "--json"], { cwd: `${project.root}/new` });
  assert.equal(result.code, 0, result.stderr);
  assert.equal(JSON.parse(result.stdout).n, 115);
});
