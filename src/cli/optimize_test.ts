// A whole optimization over the wire: a small space, a server whose answers depend on the prompt.

import assert from "node:assert/strict";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { OPTIMIZATIONS_DIR } from "../optimizer/optimization_folder.ts";
import type { OptimizationResult, Trial } from "../optimizer/optimization_files.ts";
import { type FakeScript, FAULTS, startFakeServer } from "../testing/fake_server.ts";
import { type TempProject, tempProject } from "../testing/temp_project.ts";

const SPACE = `
id: small
version: 1
system: |
  {{ role }}
  {{ root_causes }}
  {{ severities }}
  {{ components }}
  {{ actions }}
  {{ few_shot }}
user: |
  {{ logs }}
  {{ form }}
dimensions:
  role:
    plain: {text: You read logs.}
    expert: {text: You are an expert.}
    clumsy: {text: Who knows.}
  few_shot:
    none: {}
    some: {text: "Examples:", examples: [{kind: fault, count: 2}, {kind: alarming, count: 1}]}
  form:
    lines: {text: Answer in lines., answer: lines}
    roomy: {text: Answer in many lines., answer: lines, max_tokens: 333}
`;

interface GoldenRow {
  readonly log_line: string;
  readonly root_cause: string;
  readonly severity: string;
  readonly component: string;
  readonly summary: string;
  readonly action_needed: string;
}

interface Body {
  readonly messages: readonly { readonly content: string }[];
  readonly max_tokens: number;
}

/** Whether the answer to this prompt and log is right: by role, the same at every call. */
function isRight(system: string, log: string, share: Readonly<Record<string, number>>): boolean {
  const role = Object.keys(share).find((text) => system.startsWith(text)) ?? "";
  let hash = 7;
  for (const character of log) hash = (hash * 31 + character.charCodeAt(0)) % 9973;
  return hash / 9973 < (share[role] ?? 0.3);
}

/** Answers as the golden labels say, to the share of the logs that a role is worth. */
function answerer(project: TempProject, share: Readonly<Record<string, number>>): FakeScript {
  const rows: GoldenRow[] = ["train", "validation"].flatMap((half) =>
    JSON.parse(project.read(`evals/datasets/golden-v1-${half}.json`))
  );
  return ({ body }) => {
    const [system, user] = (body as Body).messages.map(({ content }) => content) as [
      string,
      string,
    ];
    const row = rows.find(({ log_line }) => user.includes(log_line));
    assert.ok(row, "the log of a golden sample");
    const cause = isRight(system, row.log_line, share) ? row.root_cause : "unknown";
    return `Root cause: ${cause}\nSeverity: error\nComponent: ${row.component}\n` +
      `Summary: ${row.summary}\nAction needed: none`;
  };
}

const EXPERT_WINS = { "You are an expert.": 0.9, "You read logs.": 0.3, "Who knows.": 0.05 };
const NOBODY_WINS = {};

function smallProject(): TempProject {
  const project = tempProject({ samples: 115 });
  project.write("evals/optimization/space.yaml", SPACE);
  return project;
}

function folders(project: TempProject): string[] {
  return readdirSync(join(project.root, OPTIMIZATIONS_DIR)).filter((name) => name !== "latest")
    .sort();
}

function readResult(project: TempProject): OptimizationResult {
  return JSON.parse(project.read(`${OPTIMIZATIONS_DIR}/${folders(project).at(-1)}/result.json`));
}

function trials(project: TempProject): Trial[] {
  return project.read(`${OPTIMIZATIONS_DIR}/${folders(project).at(-1)}/trials.jsonl`).trimEnd()
    .split("\n").map((line) => JSON.parse(line));
}

const ARGS = ["optimize", "--budget", "120", "--model"];

Deno.test("the better prompt is found, confirmed on unseen samples, and promoted", async () => {
  using project = smallProject();
  await using server = startFakeServer(answerer(project, EXPERT_WINS));
  const { code, stdout, stderr } = await project.cli([...ARGS, server.url]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^confirmed: \+0\.\d+ over k8s_log_analysis_v1 \(95 % /);
  assert.match(
    stderr,
    /^12 prompts \(3 role x 2 few_shot x 2 form\) · halving · 120 search calls \+ 55 baseline \+ \d+ confirmation/,
  );
  assert.match(
    stderr,
    /wrote prompt_templates\/k8s_log_analysis_v2\.yaml and evals\/experiments\/configs\/optimized-v2\.yaml/,
  );
  const result = readResult(project);
  assert.equal(result.winner.levels["role"], "expert");
  assert.equal(result.winner.confirmation.verdict, "better");
  assert.ok(result.cost.search.calls <= 120, `${result.cost.search.calls} search calls`);
  assert.equal(result.cost.baseline.calls, 55);
  assert.equal(server.requests.length, result.cost.total.calls);
  const searched = new Set(
    trials(project).filter(({ phase }) => phase === "search").map(({ id }) => id),
  );
  const confirmed = trials(project).filter(({ phase }) => phase === "confirmation");
  assert.ok(confirmed.every(({ id }) => !searched.has(id)), "confirmed on what was not searched");
});

Deno.test("the promoted prompt is verified, runs as an experiment, and knows what it has seen", async () => {
  using project = smallProject();
  await using server = startFakeServer(answerer(project, EXPERT_WINS));
  await project.cli([...ARGS, server.url]);
  const verified = await project.cli(["prompt", "verify", "k8s_log_analysis_v2"]);
  assert.equal(verified.code, 0, verified.stderr);
  assert.match(verified.stdout, /5 fixed inputs and the request settings are as recorded/);
  const before = server.requests.length;
  const run = await project.cli(["run", "optimized-v2", "--model", server.url, "--json"]);
  assert.equal(run.code, 0, run.stderr);
  const sent = server.requests.slice(before).map(({ body }) =>
    JSON.stringify((body as Body).messages)
  );
  const searched = server.requests.slice(0, before).map(({ body }) =>
    JSON.stringify((body as Body).messages)
  );
  assert.ok(sent.filter((messages) => searched.includes(messages)).length >= 50, "the same bytes");
  const baseline = await project.cli(["run", "baseline-v1", "--model", server.url, "--json"]);
  assert.equal(baseline.code, 0);
  const [a, b] = project.runs().map((id) => id).reverse();
  const compared = await project.cli(["compare", a ?? "", b ?? "", "--json"]);
  const comparison = JSON.parse(compared.stdout);
  assert.ok(comparison.n_unseen < comparison.n, "the searched samples do not count");
  project.edit(
    "prompt_templates/k8s_log_analysis_v2.yaml",
    "You are an expert.",
    "You are  an expert.",
  );
  assert.equal((await project.cli(["prompt", "verify", "k8s_log_analysis_v2"])).code, 3);
});

Deno.test("a winner that is not confirmed stays in its folder, unless told otherwise", async () => {
  using project = smallProject();
  await using server = startFakeServer(answerer(project, NOBODY_WINS));
  const { code, stdout } = await project.cli([...ARGS, server.url]);
  assert.equal(code, 0);
  assert.match(stdout, /^not confirmed: /);
  assert.equal(readResult(project).promoted, null);
  const all = await project.cli([...ARGS, server.url, "--export", "always", "--json"]);
  const promoted = JSON.parse(all.stdout).promoted;
  assert.deepEqual(promoted, {
    prompt: "prompt_templates/k8s_log_analysis_v2.yaml",
    experiment: "evals/experiments/configs/optimized-v2.yaml",
  });
  assert.match(project.read(promoted.prompt), /^# NOT CONFIRMED \(no evidence\)/);
});

Deno.test("stopped three times and resumed: the same winner, no call twice", async () => {
  using whole = smallProject();
  await using server = startFakeServer(answerer(whole, EXPERT_WINS));
  await whole.cli([...ARGS, server.url]);
  const calls = server.requests.length;

  using project = smallProject();
  const answer = answerer(project, EXPERT_WINS);
  let stop = new AbortController();
  const stopsAt = [30, 90, 200];
  await using stopped = startFakeServer((request, index) => {
    if (stopsAt.includes(index)) stop.abort();
    return answer(request, index);
  });
  for (let session = 0; session < 3; session++) {
    stop = new AbortController();
    const args = [...ARGS, stopped.url, ...(session === 0 ? [] : ["--resume"])];
    const { code, stderr } = await project.cli(args, { stop: stop.signal });
    assert.equal(code, 130, stderr);
    assert.match(
      stderr,
      /go on with: logeval optimize --experiment baseline-v1 --budget 120 .*--resume/,
    );
  }
  const { code, stderr } = await project.cli([...ARGS, stopped.url, "--resume"]);
  assert.equal(code, 0, stderr);
  assert.equal(folders(project).length, 1);
  assert.equal(stopped.requests.length, calls);
  const bodies = stopped.requests.map(({ body }) => JSON.stringify(body));
  const withoutRepeats = new Set(bodies).size;
  assert.equal(
    withoutRepeats,
    new Set(server.requests.map(({ body }) => JSON.stringify(body))).size,
  );
  const timeless = ({ finished_at: _, run_id: __, cost: ___, ...rest }: OptimizationResult) =>
    JSON.stringify(rest, (key, value) => key === "latency_ms" || key === "pareto" ? null : value);
  assert.equal(timeless(readResult(project)), timeless(readResult(whole)));
});

Deno.test("a prompt that the server refuses is worth 0, and shown as refused", async () => {
  using project = smallProject();
  const answer = answerer(project, EXPERT_WINS);
  await using server = startFakeServer((request, index) =>
    (request.body as Body).messages[0]?.content.includes("Examples:")
      ? FAULTS.context
      : answer(request, index)
  );
  const { code, stderr } = await project.cli([...ARGS, server.url]);
  assert.equal(code, 0, stderr);
  const { candidates, winner } = readResult(project);
  assert.equal(winner.levels["few_shot"], "none");
  const refused = candidates.filter(({ levels }) => levels["few_shot"] === "some");
  assert.ok(refused.length > 0);
  assert.ok(refused.every((row) => row.refused === row.calls && row.validation.mean === 0));
});

Deno.test("a server that refuses all of today's prompt is named, not searched", async () => {
  using project = smallProject();
  await using server = startFakeServer(() => FAULTS.context);
  const { code, stderr } = await project.cli([...ARGS, server.url]);
  assert.equal(code, 4);
  assert.match(
    stderr,
    /Cannot search: the server refuses every call of today's prompt: the prompt has 5000 tokens/,
  );
  assert.equal(server.requests.length, 55);
});

Deno.test("the causes stand behind a search that was given up", async () => {
  using project = smallProject();
  await using server = startFakeServer(() => FAULTS.unauthorized);
  const { code, stderr } = await project.cli([...ARGS, server.url]);
  assert.equal(code, 4);
  assert.match(
    stderr,
    /gave up: the model no longer answers\. 1\d calls are stored\.\n {2}1\d x .*401/,
  );
});

Deno.test("calls of the confirmation without an answer are made again, and then left open", async () => {
  using project = smallProject();
  const answer = answerer(project, EXPERT_WINS);
  let broken = true;
  await using server = startFakeServer((request, index) =>
    broken && index > 170 && index % 10 === 0 ? FAULTS.unauthorized : answer(request, index)
  );
  const first = await project.cli([...ARGS, server.url]);
  assert.equal(first.code, 4);
  assert.match(
    first.stderr,
    /not finished: some calls of baseline or confirmation brought no answer/,
  );
  broken = false;
  const second = await project.cli([...ARGS, server.url, "--resume"]);
  assert.equal(second.code, 0, second.stderr);
  const { winner } = readResult(project);
  assert.equal(winner.confirmation.n, winner.confirmation.samples);
});

Deno.test("calls of the search without an answer have no score, and are shown", async () => {
  using project = smallProject();
  const answer = answerer(project, EXPERT_WINS);
  await using server = startFakeServer((request, index) =>
    index > 60 && index < 150 && index % 9 === 0 ? FAULTS.unauthorized : answer(request, index)
  );
  const { code, stdout } = await project.cli([...ARGS, server.url]);
  assert.equal(code, 0);
  assert.match(stdout, / failed /);
  const { candidates } = readResult(project);
  const failed = candidates.reduce((sum, row) => sum + row.failed, 0);
  assert.ok(failed > 0);
  assert.ok(candidates.every((row) => row.validation.n === row.calls - row.failed));
});

Deno.test("what cannot be promoted is in its folder, and promoted once that is mended", async () => {
  using project = smallProject();
  await using server = startFakeServer(answerer(project, EXPERT_WINS));
  const inTheWay = "evals/experiments/configs/optimized-v2.yaml.tmp";
  project.write(`${inTheWay}/x`, "a folder where the file is to be");
  const first = await project.cli([...ARGS, server.url]);
  assert.equal(first.code, 3);
  assert.match(first.stderr, /^Cannot write .*optimized-v2\.yaml/m);
  const folder = `${OPTIMIZATIONS_DIR}/${folders(project)[0]}`;
  assert.match(project.read(`${folder}/winner.yaml`), /^# Confirmed/);
  assert.throws(() => project.read("prompt_templates/k8s_log_analysis_v2.yaml"));
  rmSync(join(project.root, inTheWay), { recursive: true });
  const calls = server.requests.length;
  const second = await project.cli([...ARGS, server.url, "--resume"]);
  assert.equal(second.code, 0, second.stderr);
  assert.equal(server.requests.length, calls, "no call");
  assert.match(project.read("prompt_templates/k8s_log_analysis_v2.yaml"), /^# Confirmed/);
});

Deno.test("the same winner is no second version, and a repeated search is counted", async () => {
  using project = smallProject();
  await using server = startFakeServer(answerer(project, EXPERT_WINS));
  await project.cli([...ARGS, server.url]);
  assert.equal(readResult(project).earlier_searches, 0);
  const { stdout } = await project.cli([...ARGS, server.url]);
  assert.match(stdout, /1 earlier search confirmed on the same samples/);
  assert.equal(readResult(project).earlier_searches, 1);
  assert.equal(readResult(project).promoted?.prompt, "prompt_templates/k8s_log_analysis_v2.yaml");
  assert.throws(() => project.read("prompt_templates/k8s_log_analysis_v3.yaml"));
});

Deno.test("winner and baseline are measured on the full set and compared by their files", async () => {
  using project = smallProject();
  await using server = startFakeServer(answerer(project, EXPERT_WINS));
  await project.cli([...ARGS, server.url]);
  const folder = `${OPTIMIZATIONS_DIR}/latest`;
  for (const file of ["baseline", "experiment"]) {
    const { code, stderr } = await project.cli(["run", `${folder}/${file}.yaml`]);
    assert.equal(code, 0, stderr);
  }
  const { code, stdout } = await project.cli([
    ...["compare", `${folder}/baseline.yaml`, `${folder}/experiment.yaml`, "--json"],
  ]);
  assert.equal(code, 0);
  const { verdict, n, n_unseen } = JSON.parse(stdout);
  assert.deepEqual([verdict, n], ["better", 115]);
  assert.ok(n_unseen >= 50 && n_unseen < 60, String(n_unseen));
});

Deno.test("report.md says what is claimed, and what was lost, before it praises", async () => {
  using project = smallProject();
  await using server = startFakeServer(answerer(project, EXPERT_WINS));
  await project.cli([...ARGS, server.url]);
  const report = project.read(`${OPTIMIZATIONS_DIR}/latest/report.md`);
  const { winner } = readResult(project);
  assert.ok(report.split("\n")[2]?.startsWith("**confirmed: +0."));
  const { flips } = winner.confirmation;
  const lost = flips.filter(({ to_right }) => !to_right).length;
  assert.ok(report.includes(`${flips.length - lost} to right, ${lost} to wrong`));
  if (flips.length > 20) assert.ok(report.includes(`… and ${flips.length - 20} more`));
  assert.ok(report.includes("+id: k8s_log_analysis_v2"), "the diff is of the promoted prompt");
  assert.ok(report.includes("git commit -m"));
});

Deno.test("a level's max_tokens is what the server is asked for", async () => {
  using project = smallProject();
  await using server = startFakeServer(answerer(project, EXPERT_WINS));
  await project.cli([...ARGS, server.url]);
  for (const { body } of server.requests) {
    const { messages, max_tokens } = body as Body;
    assert.equal(max_tokens, messages[1]?.content.includes("many lines") ? 333 : 200);
  }
});

const METHODS: { search: string; candidates: number; stages: number }[] = [
  { search: "random", candidates: 2, stages: 1 },
  { search: "full", candidates: 12, stages: 1 },
];
for (const { search, candidates, stages } of METHODS) {
  Deno.test(`--search ${search} asks ${candidates} prompts everything`, async () => {
    using project = smallProject();
    await using server = startFakeServer(answerer(project, EXPERT_WINS));
    const { code, stdout } = await project.cli([
      ...["optimize", "--search", search, ...(search === "full" ? [] : ["--candidates", "2"])],
      ...["--model", server.url, "--json"],
    ]);
    assert.equal(code, 0);
    const result: OptimizationResult = JSON.parse(stdout);
    assert.equal(result.candidates.length, candidates);
    assert.equal(result.stages.length, stages);
    assert.equal(result.cost.search.calls, candidates * 55);
    assert.ok(result.candidates.every(({ validation }) => validation.n === 55));
  });
}

const FAULTY: {
  name: string;
  change: (project: TempProject) => void;
  args?: string[];
  says: RegExp;
}[] = [
  {
    name: "a dataset that was not split",
    change: (project) => {
      project.write("evals/datasets/other.json", project.read("evals/datasets/golden-v1.json"));
      project.edit("evals/experiments/configs/baseline-v1.yaml", "golden-v1.json", "other.json");
    },
    says:
      /^Cannot search on evals\/datasets\/other\.json: evals\/datasets\/other-train\.json does not exist\n {2}split the dataset: logeval dataset split/,
  },
  {
    name: "no space",
    change: () => {},
    args: ["--space", "nowhere.yaml"],
    says: /^Cannot read space nowhere\.yaml: it does not exist/,
  },
  {
    name: "a budget for a search in full",
    change: () => {},
    args: ["--search", "full", "--candidates", "2"],
    says: /^Cannot search all prompts in full with --candidates/,
  },
  {
    name: "nothing to resume",
    change: () => {},
    args: ["--resume"],
    says:
      /^Cannot resume: no unfinished optimization of baseline-v1\n {2}start one without --resume/,
  },
  {
    name: "an unknown optimization",
    change: () => {},
    args: ["--resume", "20260101-000000-x"],
    says: /^Cannot resume "20260101-000000-x": no such optimization/,
  },
];
for (const { name, change, args = [], says } of FAULTY) {
  Deno.test(`${name} is refused before a call is made`, async () => {
    using project = smallProject();
    change(project);
    const { code, stdout, stderr } = await project.cli([
      "optimize",
      "--model",
      "embedded",
      ...args,
    ]);
    assert.ok(code === 2 || code === 3, String(code));
    assert.equal(stdout, "");
    assert.match(stderr, says);
  });
}

Deno.test("settings that changed since are named, and nothing is lost", async () => {
  using project = smallProject();
  const stop = new AbortController();
  const answer = answerer(project, EXPERT_WINS);
  await using server = startFakeServer((request, index) => {
    if (index === 20) stop.abort();
    return answer(request, index);
  });
  await project.cli([...ARGS, server.url], { stop: stop.signal });
  const stored = trials(project).length;
  project.edit("evals/optimization/space.yaml", "Who knows.", "Nobody knows.");
  const { code, stderr } = await project.cli([...ARGS, server.url, "--seed", "2", "--resume"]);
  assert.equal(code, 2);
  assert.match(stderr, /changed since: --seed, the space/);
  assert.equal(trials(project).length, stored);
});
