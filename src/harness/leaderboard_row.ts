// The shape of leaderboard.json, and what of a run goes into a row of it. Its users' side is described
// in evals/experiments/README.md.

import * as z from "zod";
import { type RunConfig, RunMetrics } from "./run_files.ts";

const Interval = z.tuple([z.number(), z.number()]).nullable();
const Score = z.object({ mean: z.number().nullable(), ci95: Interval });

/** A run's test against a leader, as `LeaderTest` says it. */
const KeptTest = z.object({
  /** Id of the leader's run. */
  leader: z.string(),
  n: z.int().min(1),
  p: z.number(),
  below: z.boolean(),
});

/** One run. Numbers are unrounded; unknown is null. */
export const LeaderboardRow = z.object({
  /**
   * 1 for the leader and every run that was tested and is not worse, else the place by score; null for
   * a run that is not ranked.
   */
  rank: z.int().nullable(),
  /**
   * What the rank stands on: kept, so that it outlives the folders of both runs. Null for the leader,
   * a run that is not ranked, and one that was never tested against this leader.
   */
  test: KeptTest.nullable().default(null),
  /**
   * Why it is not ranked: `partial`, `changed`, `superseded` by a newer run of its experiment, `seen`:
   * its prompt has seen all samples.
   */
  unranked: z.enum(["partial", "changed", "superseded", "seen"]).nullable(),
  experiment_id: z.string(),
  run_id: z.string(),
  parent_run_id: z.string().nullable(),
  /** Whether the run's folder is on this machine. */
  local: z.boolean(),
  /** Whether that folder can no longer be read: the row says what it said before. */
  damaged: z.boolean().default(false),
  prompt_id: z.string(),
  prompt_hash: z.string(),
  /** Samples with a template that the prompt has seen: its score counts them, its rank does not. */
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
  floors: RunMetrics.shape.floors,
});
export type LeaderboardRow = z.output<typeof LeaderboardRow>;

/** What a rank stands on. */
export const STANDING = ["leader", "level", "worse", "untested"] as const;
export type Standing = typeof STANDING[number];

/**
 * How a run stands to the leader of its table: `level` when a test does not find it worse.
 *
 * @returns `null` for a run that is not ranked
 */
export function standingOf({ rank, test }: Pick<LeaderboardRow, "rank" | "test">): Standing | null {
  if (rank === null) return null;
  if (test === null) return rank === 1 ? "leader" : "untested";
  return rank === 1 ? "level" : "worse";
}

/** Runs that can be compared: one dataset, one metric version. */
export const LeaderboardTable = z.object({
  dataset_path: z.string(),
  dataset_hash: z.string(),
  metric_version: z.string(),
  /** What needs no language model on this dataset; null when no run of all samples tells it. */
  floors: RunMetrics.shape.floors.nullable(),
  /** Ranked rows by score, then the others, newest first. */
  rows: z.array(LeaderboardRow),
});
export type LeaderboardTable = z.output<typeof LeaderboardTable>;

/** leaderboard.json. The first table is the one of the newest complete, unchanged run. */
export const Leaderboard = z.object({
  schema_version: z.literal(1),
  tables: z.array(LeaderboardTable),
});
export type Leaderboard = z.output<typeof Leaderboard>;

/** A row from a run's files, not ranked yet. */
export function leaderboardRow(
  config: RunConfig,
  metrics: RunMetrics,
  seenSamples: number,
): LeaderboardRow {
  const { outcomes, metrics: parts } = metrics;
  const unreadable = outcomes.unparseable + outcomes.truncated + outcomes.empty + outcomes.refused;
  const answers = unreadable + outcomes.scored;
  return {
    rank: null,
    test: null,
    unranked: metrics.status === "partial"
      ? "partial"
      : config.changed.length > 0
      ? "changed"
      : null,
    experiment_id: config.experiment_id,
    run_id: config.run_id,
    parent_run_id: config.parent_run_id,
    local: true,
    damaged: false,
    prompt_id: config.prompt.id,
    prompt_hash: config.prompt.template_hash,
    seen_samples: seenSamples,
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
