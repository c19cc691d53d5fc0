// The standing of every experiment as Prometheus metrics: the ranked runs of each dataset. The library
// is loaded at the first scrape.

import type { Snapshot } from "./archive.ts";
import type { Leaderboard, LeaderboardRow } from "./archived_board.ts";
import { RUN_STATUS } from "./archived_run.ts";

/** What the text is, for the content type. */
export const PROMETHEUS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

const PARTS = [
  "overall",
  "root_cause",
  "action",
  "severity",
  "summary_rouge_l",
  "component_f1",
] as const;

/** Where one gauge takes its values from. */
interface GaugeSpec {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** Labels beside the experiment's, and the value; null ones are left out. */
  readonly values: (row: LeaderboardRow) => readonly {
    readonly labels?: Readonly<Record<string, string>>;
    readonly value: number | null;
  }[];
}

const perPart =
  (pick: (row: LeaderboardRow["overall"]) => number | null | undefined) => (row: LeaderboardRow) =>
    PARTS.map((metric) => ({ labels: { metric }, value: pick(row[metric]) ?? null }));

const GAUGES: readonly GaugeSpec[] = [
  {
    name: "logeval_score",
    help: "Mean score of the experiment's newest complete run, 0 to 1",
    labels: ["metric"],
    values: perPart(({ mean }) => mean),
  },
  {
    name: "logeval_score_low",
    help: "Lower bound of the score's 95 % interval",
    labels: ["metric"],
    values: perPart(({ ci95 }) => ci95?.[0]),
  },
  {
    name: "logeval_score_high",
    help: "Upper bound of the score's 95 % interval",
    labels: ["metric"],
    values: perPart(({ ci95 }) => ci95?.[1]),
  },
  {
    name: "logeval_rank",
    help: "Rank; 1 for the leader and all that a test does not find worse",
    labels: [],
    values: ({ rank }) => [{ value: rank }],
  },
  {
    name: "logeval_coverage",
    help: "Answered calls over all calls",
    labels: [],
    values: ({ coverage }) => [{ value: coverage }],
  },
  {
    name: "logeval_unreadable",
    help: "Answers that could not be read, over all answers",
    labels: [],
    values: ({ unreadable }) => [{ value: unreadable }],
  },
  {
    name: "logeval_latency_seconds",
    help: "Latency of a call",
    labels: ["quantile"],
    values: ({ p50_ms, p95_ms }) => [
      { labels: { quantile: "0.5" }, value: inSeconds(p50_ms) },
      { labels: { quantile: "0.95" }, value: inSeconds(p95_ms) },
    ],
  },
  {
    name: "logeval_tokens",
    help: "Tokens of the whole run",
    labels: ["kind"],
    values: ({ prompt_tokens, completion_tokens }) => [
      { labels: { kind: "prompt" }, value: prompt_tokens },
      { labels: { kind: "completion" }, value: completion_tokens },
    ],
  },
  {
    name: "logeval_samples",
    help: "Samples of the run",
    labels: [],
    values: ({ n }) => [{ value: n }],
  },
  {
    name: "logeval_run_timestamp_seconds",
    help: "Start of the run, since the epoch",
    labels: [],
    values: ({ started_at }) => [{ value: inSeconds(Date.parse(started_at)) }],
  },
  {
    name: "logeval_experiment_info",
    help: "What stands behind the experiment's figures; always 1",
    labels: ["run", "prompt", "prompt_hash", "model", "dataset_hash", "metric_version"],
    values: (row) => [{
      labels: {
        run: row.run_id,
        prompt: row.prompt_id,
        prompt_hash: row.prompt_hash,
        model: row.model,
        dataset_hash: row.dataset_hash,
        metric_version: row.metric_version,
      },
      value: 1,
    }],
  },
];

/** Renders the metrics as Prometheus takes them. */
export async function prometheusText({ board, runs }: Snapshot, version: string): Promise<string> {
  // A bundle gives this CommonJS module its default export alone.
  const { default: { Gauge, Registry } } = await import("prom-client");
  const registry = new Registry();
  const rows = standingRows(board.leaderboard);
  for (const { name, help, labels, values } of GAUGES) {
    const labelNames = ["experiment", "dataset", ...labels];
    const gauge = new Gauge({ name, help, labelNames, registers: [registry] });
    for (const row of rows) {
      for (const { labels, value } of values(row)) {
        const own = { experiment: row.experiment_id, dataset: datasetOf(row) };
        if (value !== null) gauge.set({ ...own, ...labels }, value);
      }
    }
  }
  const count = new Gauge({
    name: "logeval_runs",
    help: "Run folders of this machine",
    labelNames: ["status"],
    registers: [registry],
  });
  for (const status of RUN_STATUS) {
    count.set({ status }, runs.filter((run) => run.status === status).length);
  }
  new Gauge({
    name: "logeval_build_info",
    help: "The program that answers; always 1",
    labelNames: ["version"],
    registers: [registry],
  }).set({ version }, 1);
  return await registry.metrics();
}

/** The ranked runs, an experiment once a dataset: by the metric version of its newest table. */
function standingRows({ tables }: Leaderboard): LeaderboardRow[] {
  const ranked = tables.flatMap(({ rows }) => rows).filter(({ rank }) => rank !== null);
  const groups = Map.groupBy(ranked, (row) => `${row.experiment_id} ${row.dataset_hash}`);
  return [...groups.values()].map(([newest]) => newest!);
}

/** Name and content: a file that is edited is another dataset. */
function datasetOf({ dataset_path, dataset_hash }: LeaderboardRow): string {
  const name = dataset_path.split("/").at(-1)!.replace(/\.json$/, "");
  return `${name} ${dataset_hash.replace(/^sha256:/, "").slice(0, 8)}`;
}

function inSeconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}
