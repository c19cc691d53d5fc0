// All runs -> leaderboard.json: which experiment is best, on the same dataset, under the same
// metrics. Pure; reading and writing is done by `leaderboard_file.ts`.

import { parsePromptTemplate } from "../analyzer/prompt.ts";
import { clusterMean } from "../metrics/cluster_mean.ts";
import { holm } from "../metrics/holm.ts";
import { pairedComparison } from "../metrics/paired.ts";
import { seededRandom } from "../random.ts";
import { verdictOf } from "./compare.ts";
import type { FloorMetrics, RunConfig, RunMetrics } from "./run_files.ts";
import * as z from "zod";
import { RunMetrics as RunMetricsSchema } from "./run_files.ts";

const Interval = z.tuple([z.number(), z.number()]).nullable();
const Score = z.object({ mean: z.number().nullable(), ci95: Interval });

/** One run. Numbers are unrounded; unknown is null. */
export const LeaderboardRow = z.object({
  /** 1 for the leader and all that cannot be told from it; null for a run that is not ranked. */
  rank: z.int().nullable(),
  /** Why it is not ranked: `partial`, `changed`, `superseded` by a newer run of its experiment. */
  unranked: z.enum(["partial", "changed", "superseded"]).nullable(),
  experiment_id: z.string(),
  run_id: z.string(),
  parent_run_id: z.string().nullable(),
  /** Whether the run's folder is on this machine. */
  local: z.boolean(),
  prompt_id: z.string(),
  prompt_hash: z.string(),
  /** Samples that the prompt shows or was chosen on; its score counts them, a verdict does not. */
  seen_samples: z.int(),
  model: z.string(),
  n: z.int(),
  coverage: z.number(),
  overall: Score,
  root_cause: Score,
  action: Score,
  severity: Score,
  summary_rouge_l: Score,
  component_f1: Score,
  /** Answers that could not be read, over all answers. */
  unreadable: z.number().nullable(),
  p50_ms: z.number().nullable(),
  p95_ms: z.number().nullable(),
  prompt_tokens: z.number().nullable(),
  completion_tokens: z.number().nullable(),
  /** ISO 8601, UTC. */
  started_at: z.string(),
  git_commit: z.string().nullable(),
  dataset_path: z.string(),
  dataset_hash: z.string(),
  metric_version: z.string(),
  floors: RunMetricsSchema.shape.floors,
});
export type LeaderboardRow = z.output<typeof LeaderboardRow>;

/** Runs that can be compared: one dataset, one metric version. */
export const LeaderboardTable = z.object({
  dataset_path: z.string(),
  dataset_hash: z.string(),
  metric_version: z.string(),
  /** What needs no language model on this dataset; null when no run of all samples tells it. */
  floors: RunMetricsSchema.shape.floors.nullable(),
  /** Ranked rows by rank and score, then the others, newest first. */
  rows: z.array(LeaderboardRow),
});
export type LeaderboardTable = z.output<typeof LeaderboardTable>;

/** leaderboard.json. The first table is the one of the newest complete, unchanged run. */
export const Leaderboard = z.object({
  schema_version: z.literal(1),
  tables: z.array(LeaderboardTable),
});
export type Leaderboard = z.output<typeof Leaderboard>;

/** A run's overall scores by sample, for telling runs apart. */
export interface RunScores {
  readonly ids: readonly string[];
  /** Template of each sample, or a short name of it. */
  readonly clusters: readonly string[];
  readonly overall: readonly number[];
}

/** A row from a run's files, not ranked yet. */
export function leaderboardRow(config: RunConfig, metrics: RunMetrics): LeaderboardRow {
  const { outcomes, metrics: parts } = metrics;
  const unreadable = outcomes.unparseable + outcomes.truncated + outcomes.empty + outcomes.refused;
  const answers = unreadable + outcomes.scored;
  return {
    rank: null,
    unranked: metrics.status === "partial"
      ? "partial"
      : config.changed.length > 0
      ? "changed"
      : null,
    experiment_id: config.experiment_id,
    run_id: config.run_id,
    parent_run_id: config.parent_run_id,
    local: true,
    prompt_id: config.prompt.id,
    prompt_hash: config.prompt.template_hash,
    seen_samples: seenSamples(config),
    model: config.model.fingerprint.model ?? config.model.name,
    n: metrics.n,
    coverage: metrics.coverage,
    overall: metrics.overall,
    root_cause: parts.root_cause,
    action: parts.action,
    severity: parts.severity,
    summary_rouge_l: parts.summary_rouge_l,
    component_f1: parts.component_f1,
    unreadable: answers === 0 ? null : unreadable / answers,
    p50_ms: metrics.latency_ms.p50,
    p95_ms: metrics.latency_ms.p95,
    prompt_tokens: metrics.tokens.prompt,
    completion_tokens: metrics.tokens.completion,
    started_at: config.started_at,
    git_commit: config.git_commit,
    dataset_path: config.dataset.path,
    dataset_hash: config.dataset.hash,
    metric_version: metrics.metric_version,
    floors: metrics.floors,
  };
}

/**
 * Ranks rows and puts them into tables.
 *
 * @param scoresOf a run's scores by sample, `null` when its folder is not here: such a run shares
 * the leader's rank when their intervals overlap
 */
export function buildLeaderboard(
  rows: readonly LeaderboardRow[],
  scoresOf: (runId: string) => RunScores | null,
): Leaderboard {
  const newestFirst = rows.toSorted((a, b) =>
    a.started_at === b.started_at
      ? (a.run_id < b.run_id ? 1 : -1)
      : a.started_at < b.started_at
      ? 1
      : -1
  );
  const groups = [
    ...Map.groupBy(newestFirst, (row) => `${row.dataset_hash} ${row.metric_version}`)
      .values(),
  ];
  const tables = groups.map((group) => rankTable(group, scoresOf));
  tables.sort((a, b) => newestRanked(a) < newestRanked(b) ? 1 : -1);
  return { schema_version: 1, tables };
}

function seenSamples({ prompt }: RunConfig): number {
  const { provenance } = parsePromptTemplate(prompt.text, `${prompt.id}.yaml`).template;
  return new Set([...provenance?.few_shot ?? [], ...provenance?.search ?? []]).size;
}

function newestRanked(table: LeaderboardTable): string {
  const times = table.rows.filter((row) => row.rank !== null).map((row) => row.started_at);
  return times.sort().at(-1) ?? "";
}

function rankTable(
  newestFirst: readonly LeaderboardRow[],
  scoresOf: (runId: string) => RunScores | null,
): LeaderboardTable {
  const standing = new Set<string>();
  const judged = newestFirst.map((row): LeaderboardRow => {
    if (row.unranked === "partial" || row.unranked === "changed" || row.overall.mean === null) {
      return { ...row, rank: null };
    }
    // The newest complete, unchanged run is what an experiment's name stands for.
    if (standing.has(row.experiment_id)) return { ...row, rank: null, unranked: "superseded" };
    standing.add(row.experiment_id);
    return { ...row, unranked: null };
  });
  const ranked = judged.filter((row) => row.unranked === null && row.overall.mean !== null)
    .sort((a, b) =>
      (b.overall.mean ?? 0) - (a.overall.mean ?? 0) || (a.run_id < b.run_id ? -1 : 1)
    );
  const [leader] = ranked;
  const behind = leader ? behindLeader(ranked, leader, scoresOf) : [];
  // Down to the last one that cannot be told from the leader, so that no rank contradicts a score.
  const last = behind.lastIndexOf(false);
  const rows = ranked.map((row, at) => ({ ...row, rank: at <= last ? 1 : at + 1 }));
  const first = rows[0] ?? judged[0]!;
  return {
    dataset_path: first.dataset_path,
    dataset_hash: first.dataset_hash,
    metric_version: first.metric_version,
    floors: wholeFloors(judged),
    rows: [...rows, ...judged.filter((row) => !ranked.includes(row))],
  };
}

/** In standard errors: within the first no test sees a difference, beyond the second every one does. */
const CLEAR_TIE = 1;
const CLEAR_GAP = 8;

/**
 * Which runs are worse than the leader on evidence: the rule of `compare`, with p adjusted for all
 * the runs that the leader was picked from (Holm). `false` for the leader itself.
 */
function behindLeader(
  ranked: readonly LeaderboardRow[],
  leader: LeaderboardRow,
  scoresOf: (runId: string) => RunScores | null,
): boolean[] {
  const others = ranked.filter((row) => row.run_id !== leader.run_id);
  const found = others.map((row) => againstLeader(row, leader, scoresOf));
  const adjusted = holm(found.map(({ p }) => p));
  const behind = new Set(
    others.filter((_, at) => found[at]!.below && adjusted[at]! < 0.05).map((row) => row.run_id),
  );
  return ranked.map((row) => behind.has(row.run_id));
}

function againstLeader(
  row: LeaderboardRow,
  leader: LeaderboardRow,
  scoresOf: (runId: string) => RunScores | null,
): { readonly p: number; readonly below: boolean } {
  const tie = { p: 1, below: false };
  const gap = { p: 0, below: true };
  const [own, best] = [scoresOf(row.run_id), scoresOf(leader.run_id)];
  if (own === null || best === null) {
    const [a, b] = [row.overall.ci95, leader.overall.ci95];
    return a !== null && b !== null && a[1] < b[0] ? gap : tie;
  }
  const byId = new Map(own.ids.map((id, at) => [id, own.overall[at] ?? 0]));
  const shared = best.ids.flatMap((id, at) => {
    const score = byId.get(id);
    return score === undefined
      ? []
      : [{ leader: best.overall[at] ?? 0, own: score, cluster: best.clusters[at] ?? id }];
  });
  const [a, b] = [shared.map((pair) => pair.leader), shared.map((pair) => pair.own)];
  const clusters = shared.map(({ cluster }) => cluster);
  const rough = clusterMean(b.map((score, at) => score - (a[at] ?? 0)), clusters);
  if (rough === null || rough.mean > -CLEAR_TIE * rough.se) return tie;
  if (rough.se > 0 && rough.mean < -CLEAR_GAP * rough.se) return gap;
  const compared = pairedComparison(a, b, clusters, { random: seededRandom(0) });
  if (compared === null) return tie;
  return { p: compared.p, below: verdictOf(compared, 0) === "worse" };
}

function wholeFloors(
  rows: readonly LeaderboardRow[],
): { readonly most_common: FloorMetrics; readonly embedded: FloorMetrics } | null {
  const whole = rows.find((row) => row.coverage === 1 && row.unranked !== "changed");
  return whole?.floors ?? null;
}
