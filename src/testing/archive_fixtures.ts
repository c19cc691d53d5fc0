// A project of hand-made runs and optimizations in a temporary folder, and the server's handler over
// it, with time in the test's hands.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../analyzer/retry.ts";
import { hashOf } from "../hash.ts";
import { RUNS_DIR } from "../harness/project.ts";
import type { RunConfig, RunMetrics, SampleRecord } from "../harness/run_files.ts";
import type { OptimizationConfig, OptimizationResult } from "../optimizer/optimization_files.ts";
import { OPTIMIZATIONS_DIR } from "../optimizer/optimization_folder.ts";
import { type AppDeps, createApp, type Handler } from "../server/app.ts";
import { type Archive, openArchive } from "../server/archive.ts";
import { hostCheck } from "../server/security.ts";
import { testConfig, testRecord } from "./run_fixtures.ts";

const BROKEN = { unreadable: 0, refused: 0, failed: 0 };

export interface ArchiveProject {
  readonly root: string;
  readonly runsDir: string;
  readonly archive: Archive;
  /** What the handler's bugs left. */
  readonly reports: string[];
  /** Time of the server, epoch milliseconds; it starts at the present. */
  now: number;
  /** Makes a run folder; without `metrics` it is not finished. */
  addRun(run: {
    readonly id: string;
    readonly config?: Partial<RunConfig>;
    readonly records?: readonly SampleRecord[];
    readonly metrics?: Partial<RunMetrics> | null;
  }): string;
  addOptimization(id: string, result: OptimizationResult | null): string;
  write(file: string, text: string): void;
  handler(deps?: Partial<AppDeps>): Handler;
  /** Asks a new handler of the project, as a client on this machine does. */
  get(path: string, init?: RequestInit): Promise<Response>;
  [Symbol.dispose](): void;
}

/** Samples of two root causes; the first of each is named. */
export const RECORDS: readonly SampleRecord[] = ["s1", "s2", "s3", "s4"].map((id, at) => {
  const base = testRecord(id);
  const right = at % 2 === 0;
  const expected = { ...base.expected, root_cause: at < 2 ? "timeout" : "dns_failure" };
  return {
    ...base,
    input: { ...base.input, log_line: `line ${"abcd"[at]} took too long` },
    expected,
    predicted: { ...expected, root_cause: right ? expected.root_cause : "unknown" },
    scores: { ...base.scores!, overall: right ? 1 : 0.6, root_cause: right ? 1 : 0 },
    tokens: { prompt: 10, completion: 5, cached: null },
    raw_response: `Root cause: ${right ? expected.root_cause : "<b>unknown</b>"}`,
  };
});

/** metrics.json of a run that answered two samples a root cause; `changes` are laid over it. */
export function testMetrics(config: RunConfig, changes: Partial<RunMetrics> = {}): RunMetrics {
  const group = {
    n: 2,
    overall: 0.8,
    root_cause: 0.5,
    action: 1,
    severity: 1,
    summary_rouge_l: 1,
    component_f1: 1,
    precision: 1,
    recall: 0.5,
    f1: 2 / 3,
  };
  const { n: _, precision: __, recall: ___, f1: ____, ...floor } = group;
  const part = { mean: 1, ci95: [0.9, 1] as [number, number] };
  return {
    schema_version: 1,
    metric_version: config.versions.metric,
    run_id: config.run_id,
    experiment_id: config.experiment_id,
    status: "complete",
    changed: config.changed,
    n: 4,
    repeats: 1,
    coverage: 1,
    outcomes: { scored: 4, unparseable: 0, truncated: 0, empty: 0, refused: 0, failed: 0 },
    overall: { mean: 0.8, ci95: [0.55, 0.95] },
    metrics: {
      root_cause: { mean: 0.5, ci95: [0.1, 0.9] },
      action: part,
      severity: part,
      summary_rouge_l: part,
      component_f1: part,
    },
    by_root_cause: { timeout: group, dns_failure: group },
    by_namespace: { llm: { ...group, n: 4 } },
    confusion: { labels: [], counts: [], unreadable: [], outside: [] },
    noise: null,
    floors: { most_common: { ...floor, overall: 0.2 }, embedded: { ...floor, overall: 0.3 } },
    latency_ms: { p50: 10, p95: 12, max: 13 },
    tokens: { prompt: 40, completion: 20, cached: null, per_second: 3 },
    wall_s: 2,
    ...changes,
  };
}

/** Makes an empty project. */
export function archiveProject(): ArchiveProject {
  const root = mkdtempSync(join(tmpdir(), "logeval-archive-"));
  const runsDir = join(root, RUNS_DIR);
  const reports: string[] = [];
  mkdirSync(runsDir, { recursive: true });
  const write = (file: string, text: string) => {
    mkdirSync(join(root, file, ".."), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  const project: ArchiveProject = {
    root,
    runsDir,
    reports,
    now: Date.now(),
    archive: openArchive(root, () => project.now),
    write,
    addRun({ id, config: changes = {}, records = RECORDS, metrics = {} }) {
      const base = testConfig();
      const config: RunConfig = {
        ...base,
        run_id: id,
        experiment_id: id.slice(16),
        started_at: startOf(id),
        dataset: { ...base.dataset, n: 4, total: 4 },
        ...changes,
      };
      const folder = `${RUNS_DIR}/${id}`;
      write(`${folder}/config.json`, JSON.stringify(config));
      write(`${folder}/results.jsonl`, lines(records));
      if (metrics !== null) {
        write(`${folder}/metrics.json`, JSON.stringify(testMetrics(config, metrics)));
      }
      return join(root, folder);
    },
    addOptimization(id, result) {
      const folder = `${OPTIMIZATIONS_DIR}/${id}`;
      write(`${folder}/config.json`, JSON.stringify(optimizationConfig(id)));
      const trials = [
        { ...RECORDS[0]!, candidate: "baseline", phase: "baseline", stage: null },
        ...["short", "long"].map((candidate) => (
          { ...RECORDS[0]!, candidate, phase: "search", stage: 1 }
        )),
        { ...RECORDS[1]!, candidate: "short", phase: "search", stage: 2 },
      ];
      write(`${folder}/trials.jsonl`, lines(trials));
      if (result !== null) write(`${folder}/result.json`, JSON.stringify(result));
      return join(root, folder);
    },
    handler: (deps = {}) => {
      const handle = createApp({
        archive: project.archive,
        version: "0.0.0",
        token: null,
        allowedHost: hostCheck("127.0.0.1", []),
        clock: systemClock(),
        stop: new AbortController().signal,
        report: (text) => reports.push(text),
        pollMs: 10,
        ...deps,
      });
      return (request) => handle(asSent(request));
    },
    async get(path, init) {
      return await project.handler()(new Request(`http://localhost:8090${path}`, init));
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true }),
  };
  return project;
}

/** A request as clients send it: with the name of the server. */
export function asSent(request: Request): Request {
  if (request.headers.has("host")) return request;
  const sent = new Request(request);
  sent.headers.set("host", new URL(request.url).host);
  return sent;
}

function lines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join("");
}

/** The time that stands in front of a folder's name. */
function startOf(id: string): string {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)/.exec(id) ?? [];
  return `${y}-${mo}-${d}T${h}:${mi}:${s}.000Z`;
}

function optimizationConfig(id: string): OptimizationConfig {
  const { model, llm_config, prompt, execution, versions } = testConfig();
  return {
    schema_version: 1,
    run_id: id,
    experiment_id: id.slice(16),
    experiment_file: "evals/experiments/configs/a.yaml",
    started_at: startOf(id),
    changed: [],
    search: { method: "halving", budget: 6, seed: 1 },
    space: {
      path: "evals/optimization/space.yaml",
      hash: hashOf("space"),
      text: "id: small\n",
      dimensions: [{ name: "length", levels: ["short", "long"] }],
      candidates: 2,
    },
    train: { path: "t.json", hash: hashOf("t"), n: 4 },
    validation: { path: "v.json", hash: hashOf("v"), n: 4 },
    confirmation: { ids: ["c1", "c2"] },
    labels: { path: null, hash: hashOf("l") },
    model,
    llm_config,
    prompt,
    execution: {
      concurrency: execution.concurrency,
      retries: execution.retries,
      timeout_s: execution.timeout_s,
      seed: execution.seed,
    },
    versions,
    git_commit: null,
  };
}

/** result.json of an optimization that found `short`. */
export function testOptimizationResult(id: string): OptimizationResult {
  const cost = {
    calls: 4,
    prompt_tokens: 40,
    completion_tokens: 20,
    cached_tokens: null,
    wall_s: 1,
  };
  const latency_ms = { p50: 10, p95: 12 };
  const candidate = (name: string, stage: number, estimate: number) => ({
    candidate: name,
    levels: { length: name },
    stage,
    calls: stage,
    estimate,
    validation: { n: stage, mean_baseline: 0.5, mean: 0.5 + estimate, difference: estimate },
    unreadable: 0,
    refused: 0,
    failed: 0,
    prompt_tokens: 10,
    completion_tokens: 5,
    latency_ms,
    pareto: stage === 2,
  });
  return {
    schema_version: 1,
    run_id: id,
    experiment_id: id.slice(16),
    finished_at: "2026-01-09T15:00:00.000Z",
    baseline: {
      prompt: "p",
      n: 4,
      mean: 0.5,
      ci95: [0.3, 0.7],
      latency_ms,
      prompt_tokens: 10,
      ...BROKEN,
      pareto: true,
    },
    earlier_searches: 0,
    stages: [
      { stage: 1, survivors: ["short", "long"], samples: 1 },
      { stage: 2, survivors: ["short"], samples: 1 },
    ],
    candidates: [candidate("short", 2, 0.25), candidate("long", 1, -0.1)],
    dimensions: [{
      name: "length",
      levels: [
        { level: "short", effect: 0.1, ci95: [0.02, 0.2], calls: 2, candidates: 1 },
        { level: "long", effect: null, ci95: null, calls: 1, candidates: 1 },
      ],
    }],
    winner: {
      candidate: "short",
      levels: { length: "short" },
      confirmation: {
        n: 2,
        mean_baseline: 0.5,
        mean: 0.7,
        difference: 0.2,
        ci95: [0.05, 0.35],
        p: 0.01,
        smallest_visible: 0.1,
        verdict: "better",
        samples: 4,
        broken: { baseline: BROKEN, winner: BROKEN },
        flips: [],
      },
    },
    promoted: { prompt: "prompt_templates/p_v2.yaml", experiment: "x.yaml" },
    cost: { baseline: cost, search: cost, confirmation: cost, total: cost },
  };
}
