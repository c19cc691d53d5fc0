// All runs -> leaderboard.json: which experiment is best, on the same dataset, under the same
// metrics. Pure; reading and writing is done by `leaderboard_file.ts`.

import { holm } from "../metrics/holm.ts";
import type { LeaderTest } from "./against_leader.ts";
import type { Leaderboard, LeaderboardRow, LeaderboardTable } from "./leaderboard_row.ts";
import type { FloorMetrics } from "./run_files.ts";

/**
 * Ranks rows and puts them into tables.
 *
 * @param rows their tests are those of an earlier leaderboard
 * @param testOf a run against the leader, by their ids; `null` when the answers of one are not here:
 * what an earlier test of the same two said then stands
 */
export function buildLeaderboard(
  rows: readonly LeaderboardRow[],
  testOf: (runId: string, leaderId: string) => LeaderTest | null,
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
  const tables = groups.map((group) => rankTable(group, testOf));
  tables.sort((a, b) => newestRanked(a) < newestRanked(b) ? 1 : -1);
  return { schema_version: 1, tables };
}

function newestRanked(table: LeaderboardTable): string {
  const times = table.rows.filter((row) => row.rank !== null).map((row) => row.started_at);
  return times.sort().at(-1) ?? "";
}

function rankTable(
  newestFirst: readonly LeaderboardRow[],
  testOf: (runId: string, leaderId: string) => LeaderTest | null,
): LeaderboardTable {
  const standing = new Set<string>();
  const judged = newestFirst.map((row): LeaderboardRow => {
    if (row.unranked === "partial" || row.unranked === "changed" || row.overall.mean === null) {
      return { ...row, rank: null, test: null };
    }
    // The newest complete, unchanged run is what an experiment's name stands for.
    if (standing.has(row.experiment_id)) {
      return { ...row, rank: null, test: null, unranked: "superseded" };
    }
    standing.add(row.experiment_id);
    return row.seen_samples >= row.n
      ? { ...row, rank: null, test: null, unranked: "seen" }
      : { ...row, rank: null, unranked: null };
  });
  const ranked = judged.filter((row) => row.unranked === null && row.overall.mean !== null)
    .sort((a, b) =>
      (b.overall.mean ?? 0) - (a.overall.mean ?? 0) || (a.run_id < b.run_id ? -1 : 1)
    );
  const rows = placed(ranked, testOf);
  const first = rows[0] ?? judged[0]!;
  return {
    dataset_path: first.dataset_path,
    dataset_hash: first.dataset_hash,
    metric_version: first.metric_version,
    floors: wholeFloors(judged),
    rows: [...rows, ...judged.filter((row) => !ranked.includes(row))],
  };
}

/**
 * Gives each run its place by score, or rank 1 when its own test does not find it worse than the first
 * on evidence: p < 0.05, adjusted for all runs that are tested (Holm). Without a test nothing is said
 * about it, and it keeps its place.
 */
function placed(
  ranked: readonly LeaderboardRow[],
  testOf: (runId: string, leaderId: string) => LeaderTest | null,
): LeaderboardRow[] {
  const [leader, ...others] = ranked;
  if (!leader) return [];
  const found = others.map((row) => ({ row, test: testAgainst(leader.run_id, row, testOf) }));
  const tested = found.flatMap(({ row, test }) => test ? [{ row, ...test }] : []);
  const adjusted = holm(tested.map(({ p }) => p));
  const level = new Set(
    tested.filter(({ below }, at) => !below || adjusted[at]! >= 0.05).map(({ row }) => row),
  );
  return [
    { ...leader, rank: 1, test: null },
    ...found.map(({ row, test }, at) => ({ ...row, rank: level.has(row) ? 1 : at + 2, test })),
  ];
}

function testAgainst(
  leader: string,
  row: LeaderboardRow,
  testOf: (runId: string, leaderId: string) => LeaderTest | null,
): LeaderboardRow["test"] {
  const test = testOf(row.run_id, leader);
  if (test === null) return row.test?.leader === leader ? row.test : null;
  const { n, p, below } = test;
  return n === 0 ? null : { leader, n, p, below };
}

function wholeFloors(
  rows: readonly LeaderboardRow[],
): { readonly most_common: FloorMetrics; readonly embedded: FloorMetrics } | null {
  const whole = rows.find((row) => row.coverage === 1 && row.unranked !== "changed");
  return whole?.floors ?? null;
}
