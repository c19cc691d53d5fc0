// The leaderboard as flat rows: which table, its runs, score over time, root causes. Pure.

import * as z from "zod";
import { quote, suggestion } from "../faults.ts";
import { ApiError } from "./api_error.ts";
import {
  type Leaderboard,
  type LeaderboardRow,
  type LeaderboardTable,
  STANDING,
  standingOf,
} from "./archived_board.ts";
import type { ArchivedRun } from "./archived_run.ts";

const score = z.number().nullable();

/** Which table is asked for; the first without any. */
export const TableQuery = z.strictObject({
  dataset: z.string().optional().describe("hash of a dataset, or its first characters"),
  metric_version: z.string().optional().describe("of the scores"),
});
export type TableQuery = z.output<typeof TableQuery>;

/** Which rows of a table. */
export const BoardQuery = TableQuery.extend({
  superseded: z.enum(["false", "true"]).default("false")
    .describe("whether runs stay for which a newer one of their experiment stands"),
});

/** A run in its table; 0..1 and unrounded but for the counts, milliseconds and tokens. */
export const BoardRow = z.strictObject({
  rank: z.int().nullable().describe("1: the leader and all that a test does not find worse"),
  standing: z.enum(STANDING).nullable()
    .describe("what the rank stands on; untested: a place by score alone"),
  unranked: z.string().nullable().describe("why it has no rank"),
  experiment_id: z.string(),
  run_id: z.string(),
  prompt_id: z.string(),
  prompt_hash: z.string(),
  model: z.string(),
  score,
  score_low: score.describe("lower bound of the 95 % interval"),
  score_high: score,
  root_cause: score,
  action: score,
  severity: score,
  summary: score,
  component: score,
  coverage: z.number().describe("answered calls over all calls"),
  unreadable: score.describe("answers that could not be read, over all answers"),
  p50_ms: score,
  p95_ms: score,
  prompt_tokens: score,
  completion_tokens: score,
  seen_samples: z.int(),
  local: z.boolean().describe("whether its folder is on this machine"),
  damaged: z.boolean().describe("whether that folder cannot be read: the row is as it was"),
  started_at: z.string(),
  n: z.int().describe("samples of the run"),
  dataset_path: z.string(),
  dataset_hash: z.string(),
  metric_version: z.string(),
  floor_most_common: score.describe("overall of always saying the most common labels"),
  floor_embedded: score.describe("overall of copying the nearest labelled line"),
});

/** A table that can be asked for. */
export const TableRow = z.strictObject({
  dataset_path: z.string(),
  dataset_hash: z.string(),
  metric_version: z.string(),
  runs: z.int(),
});

export const TrendRow = z.strictObject({
  time: z.string().describe("start of the run, ISO 8601, UTC"),
  experiment_id: z.string(),
  run_id: z.string(),
  score,
  score_low: score,
  score_high: score,
  prompt_id: z.string(),
  prompt_hash: z.string(),
  prompt_changed: z.boolean().describe("against the experiment's run before"),
});

export const CategoryRow = z.strictObject({
  root_cause: z.string(),
  experiment_id: z.string(),
  n: z.int().describe("answered samples that have this root cause"),
  named: z.number().describe("those whose root cause was named; repeats count by their share"),
  share: z.number(),
});

/** A root cause with a column of shares an experiment: its name, `n (experiment)` for one named `n`. */
export const WideCategoryRow = z.object({ root_cause: z.string(), n: z.int() })
  .catchall(z.union([z.string(), z.number()]).nullable());

/**
 * The table that a query names.
 *
 * @returns `null` when there are no runs at all
 * @throws {ApiError} 400 when there is no such table
 */
export function chooseTable(
  { tables }: Leaderboard,
  { dataset, metric_version }: TableQuery,
): LeaderboardTable | null {
  const ofDataset = tables.filter((table) =>
    dataset === undefined || table.dataset_hash === dataset ||
    (dataset.length >= 6 && table.dataset_hash.replace(/^sha256:/, "").startsWith(dataset))
  );
  if (ofDataset.length === 0 && dataset !== undefined) {
    throw unknown("dataset", dataset, tables.map((table) => table.dataset_hash));
  }
  const table = ofDataset.find((table) =>
    metric_version === undefined || table.metric_version === metric_version
  );
  if (table === undefined && metric_version !== undefined) {
    throw unknown("metric_version", metric_version, ofDataset.map((t) => t.metric_version));
  }
  return table ?? null;
}

function unknown(field: string, value: string, known: readonly string[]): ApiError {
  return new ApiError(
    "bad_request",
    `Cannot find a table of ${field} ${quote(value)}${suggestion(value, [...new Set(known)])}`,
    { field },
  );
}

/** The tables that there are, the main one first. */
export function tableRows({ tables }: Leaderboard): z.output<typeof TableRow>[] {
  return tables.map(({ dataset_path, dataset_hash, metric_version, rows }) => ({
    dataset_path,
    dataset_hash,
    metric_version,
    runs: rows.length,
  }));
}

/** Ranked rows first, then the others, newest first. */
export function boardRows(
  table: LeaderboardTable | null,
  { superseded }: Pick<z.output<typeof BoardQuery>, "superseded">,
): z.output<typeof BoardRow>[] {
  const shown = (table?.rows ?? [])
    .filter(({ unranked }) => superseded === "true" || unranked !== "superseded");
  return shown.map((row) => ({
    rank: row.rank,
    standing: standingOf(row),
    unranked: row.unranked,
    experiment_id: row.experiment_id,
    run_id: row.run_id,
    prompt_id: row.prompt_id,
    prompt_hash: row.prompt_hash,
    model: row.model,
    ...overallOf(row),
    root_cause: row.root_cause.mean,
    action: row.action.mean,
    severity: row.severity.mean,
    summary: row.summary_rouge_l.mean,
    component: row.component_f1.mean,
    coverage: row.coverage,
    unreadable: row.unreadable,
    p50_ms: row.p50_ms,
    p95_ms: row.p95_ms,
    prompt_tokens: row.prompt_tokens,
    completion_tokens: row.completion_tokens,
    seen_samples: row.seen_samples,
    local: row.local,
    damaged: row.damaged,
    started_at: row.started_at,
    n: row.n,
    dataset_path: row.dataset_path,
    dataset_hash: row.dataset_hash,
    metric_version: row.metric_version,
    floor_most_common: row.floors.most_common.overall,
    floor_embedded: row.floors.embedded.overall,
  }));
}

function overallOf({ overall }: LeaderboardRow) {
  return {
    score: overall.mean,
    score_low: overall.ci95?.[0] ?? null,
    score_high: overall.ci95?.[1] ?? null,
  };
}

/** The complete runs with the settings of their file, of one table, oldest first. */
export function trendRows(
  table: LeaderboardTable | null,
  experiment: string | undefined,
): z.output<typeof TrendRow>[] {
  const promptBefore = new Map<string, string>();
  return (table?.rows ?? [])
    .filter(({ unranked, overall, experiment_id }) =>
      unranked !== "partial" && unranked !== "changed" && overall.mean !== null &&
      (experiment === undefined || experiment_id === experiment)
    )
    .toSorted((a, b) => orderOf(a) < orderOf(b) ? -1 : 1)
    .map((row) => {
      const before = promptBefore.get(row.experiment_id);
      promptBefore.set(row.experiment_id, row.prompt_hash);
      return {
        time: row.started_at,
        experiment_id: row.experiment_id,
        run_id: row.run_id,
        ...overallOf(row),
        prompt_id: row.prompt_id,
        prompt_hash: row.prompt_hash,
        prompt_changed: before !== undefined && before !== row.prompt_hash,
      };
    });
}

function orderOf({ started_at, run_id }: LeaderboardRow): string {
  return `${started_at} ${run_id}`;
}

/** Root causes by name, in each the ranked runs of this machine in the order of their rank. */
export function categoryRows(
  table: LeaderboardTable | null,
  runs: readonly ArchivedRun[],
): z.output<typeof CategoryRow>[] {
  const byId = new Map(runs.map((run) => [run.run_id, run]));
  const rows = (table?.rows ?? []).filter(({ rank }) => rank !== null)
    .flatMap(({ run_id, experiment_id }) =>
      (byId.get(run_id)?.facts?.causes ?? []).map(({ root_cause, n, share }) => ({
        root_cause,
        experiment_id,
        n,
        named: wholeIfClose(share * n),
        share,
      }))
    );
  // Stable: the order of ranks stays within a root cause.
  return rows.sort((a, b) =>
    a.root_cause === b.root_cause ? 0 : a.root_cause < b.root_cause ? -1 : 1
  );
}

/** The same with a column an experiment; n is that of the run that answered most. */
export function wideCategoryRows(
  rows: readonly z.output<typeof CategoryRow>[],
): z.output<typeof WideCategoryRow>[] {
  const experiments = [...new Set(rows.map(({ experiment_id }) => experiment_id))];
  return [...Map.groupBy(rows, ({ root_cause }) => root_cause)].map(([root_cause, group]) => {
    const share = new Map(group.map((row) => [row.experiment_id, row.share]));
    return {
      root_cause,
      n: Math.max(...group.map(({ n }) => n)),
      ...Object.fromEntries(experiments.map((id) => [columnOf(id), share.get(id) ?? null])),
    };
  });
}

/** The name of the experiment, told from the row's own names by what no experiment's holds. */
function columnOf(experiment: string): string {
  return Object.hasOwn(WideCategoryRow.shape, experiment)
    ? `${experiment} (experiment)`
    : experiment;
}

/** A share times its count is a count, but for the rounding of a computer. */
function wholeIfClose(value: number): number {
  const whole = Math.round(value);
  return Math.abs(value - whole) < 1e-9 ? whole : value;
}
