// What leaderboard.json says that the runs here do not: rows of runs that are elsewhere or can no longer
// be read, and tests against a leader that is. Pure.

import type { Leaderboard, LeaderboardRow } from "./leaderboard_row.ts";

/**
 * The rows here with what was kept before.
 *
 * @param rows of the runs that can be read here
 * @param before `null` when there was no leaderboard.json
 * @param damaged ids of the runs whose folder is here but cannot be read
 * @returns rows to be ranked anew
 */
export function withKept(
  rows: readonly LeaderboardRow[],
  before: Leaderboard | null,
  damaged: ReadonlySet<string>,
): LeaderboardRow[] {
  const known = (before?.tables ?? []).flatMap(({ rows }) => rows);
  const tests = new Map(known.map(({ run_id, test }) => [run_id, test]));
  const here = new Set(rows.map(({ run_id }) => run_id));
  return [
    ...rows.map((row) => ({ ...row, test: tests.get(row.run_id) ?? null })),
    ...known.filter(({ run_id }) => !here.has(run_id)).map((row): LeaderboardRow => ({
      ...row,
      local: damaged.has(row.run_id),
      damaged: damaged.has(row.run_id),
      unranked: row.unranked === "partial" || row.unranked === "changed" ? row.unranked : null,
    })),
  ];
}
