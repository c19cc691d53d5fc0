// All runs -> leaderboard.json: which experiment is best, on the same dataset, under the same
// metrics. Pure; reading and writing is done by `leaderboard_file.ts`.

import { holm } from "../metrics/holm.ts";
import type { LeaderTest } from "./against_leader.ts";
import type { Leaderboard, LeaderboardRow, LeaderboardTable } from "./leaderboard_row.ts";
import type { FloorMetrics } from "./run_files.ts";

/**
 * Ranks rows and puts them into tables.
 *
 * @param testOf a run against the leader, by their ids; `null` when the answers of one are not here
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
      return { ...row, rank: null };
    }
    // The newest complete, unchanged run is what an experiment's name stands for.
    if (standing.has(row.experiment_id)) return { ...row, rank: null, unranked: "superseded" };
    standing.add(row.experiment_id);
    return { ...row, rank: null, unranked: row.seen_samples >= row.n ? "seen" : null };
  });
  const ranked = judged.filter((row) => row.unranked === null && row.overall.mean !== null)
    .sort((a, b) =>
      (b.overall.mean ?? 0) - (a.overall.mean ?? 0) || (a.run_id < b.run_id ? -1 : 1)
    );
  const worse = worseThanLeader(ranked, testOf);
  const rows = ranked.map((row, at) => ({ ...row, rank: worse.has(row.run_id) ? at + 1 : 1 }));
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
 * Which runs are worse than the first of them on evidence: each by its own test, p < 0.05 adjusted for
 * all runs that are tested (Holm). A run without a test is when its interval lies below the leader's.
 */
function worseThanLeader(
  ranked: readonly LeaderboardRow[],
  testOf: (runId: string, leaderId: string) => LeaderTest | null,
): Set<string> {
  const [leader, ...others] = ranked;
  if (!leader) return new Set();
  const found = others.map((row) => ({ row, test: testOf(row.run_id, leader.run_id) }));
  const tested = found.flatMap(({ row, test }) => test && test.n > 0 ? [{ row, ...test }] : []);
  const adjusted = holm(tested.map(({ p }) => p));
  const worse = tested.filter(({ below }, at) => below && adjusted[at]! < 0.05);
  const apart = found.filter(({ row, test }) => test === null && isApart(row, leader));
  return new Set([...worse, ...apart].map(({ row }) => row.run_id));
}

/** A leader that has seen samples stands too high for its interval to say anything. */
function isApart({ overall }: LeaderboardRow, leader: LeaderboardRow): boolean {
  const [own, best] = [overall.ci95, leader.overall.ci95];
  return leader.seen_samples === 0 && own !== null && best !== null && own[1] < best[0];
}

function wholeFloors(
  rows: readonly LeaderboardRow[],
): { readonly most_common: FloorMetrics; readonly embedded: FloorMetrics } | null {
  const whole = rows.find((row) => row.coverage === 1 && row.unranked !== "changed");
  return whole?.floors ?? null;
}
