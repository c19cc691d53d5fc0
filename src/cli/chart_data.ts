// What the harness and the optimizer know -> the rows that charts take. Pure.

import type { CategoriesData } from "../charts/categories.ts";
import type { CompareData } from "../charts/compare.ts";
import type { OptimizationData } from "../charts/optimization.ts";
import type { TrendsData } from "../charts/trends.ts";
import type { Comparison } from "../harness/compare.ts";
import { verdictLines } from "../harness/comparison_terms.ts";
import type { LeaderboardTable } from "../harness/leaderboard_row.ts";
import type { StoredRun } from "../harness/run_store.ts";
import { METRIC_NAMES } from "../harness/run_terms.ts";
import { METRICS } from "../metrics/score.ts";
import type { OptimizationResult } from "../optimizer/optimization_files.ts";
import { claimLines } from "../optimizer/optimization_terms.ts";

/** All complete, unchanged runs of a table, older ones too. */
export function trendsData(table: LeaderboardTable | null): TrendsData {
  return {
    floors: table?.floors ?? null,
    rows: (table?.rows ?? []).filter(({ unranked }) =>
      unranked !== "partial" && unranked !== "changed"
    ),
  };
}

/** Ranked experiments by rank; only runs on this machine tell their root causes. */
export function categoriesData(
  table: LeaderboardTable | null,
  runs: readonly StoredRun[],
): CategoriesData {
  const byId = new Map(runs.map((run) => [run.config.run_id, run]));
  const ranked = (table?.rows ?? []).filter(({ rank }) => rank !== null)
    .map(({ run_id, experiment_id }) => ({
      experiment_id,
      groups: byId.get(run_id)?.metrics?.by_root_cause ?? null,
    }));
  return {
    rows: ranked.flatMap(({ experiment_id, groups }) =>
      Object.entries(groups ?? {}).map(([root_cause, group]) => ({
        root_cause,
        experiment_id,
        n: group.n,
        share: group.root_cause,
      }))
    ),
    left_out: ranked.filter(({ groups }) => groups === null)
      .map(({ experiment_id }) => experiment_id),
  };
}

export function compareData(comparison: Comparison): CompareData {
  const [headline, ground] = verdictLines(comparison);
  const { verdict, overall, metrics, notices } = comparison;
  return {
    verdict,
    headline,
    ground,
    notices,
    smallest_visible: overall.smallest_visible,
    rows: [
      { metric: METRIC_NAMES.overall, ...overall },
      ...METRICS.map((metric) => ({
        ...metrics[metric],
        metric: METRIC_NAMES[metric],
        p: metrics[metric].p_holm,
      })),
    ],
  };
}

export function optimizationData(result: OptimizationResult): OptimizationData {
  const [headline, ground = ""] = claimLines(result);
  return { ...result, headline, ground };
}
