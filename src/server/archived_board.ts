// The finished runs here and leaderboard.json's rows of runs that are elsewhere -> one leaderboard.
// The only file of this room that knows how the leaderboard tells runs apart.

import { join } from "node:path";
import { DataError, messageOf } from "../errors.ts";
import { type LeaderTest, type RunScores, testAgainstLeader } from "../harness/against_leader.ts";
import { withKept } from "../harness/kept_rows.ts";
import { buildLeaderboard } from "../harness/leaderboard.ts";
import { LEADERBOARD_FILE, readRun } from "../harness/leaderboard_file.ts";
import { Leaderboard, type LeaderboardRow } from "../harness/leaderboard_row.ts";
import { readJson } from "../harness/run_reader.ts";
import { fileState, stampOf } from "./folder_state.ts";

export { STANDING, standingOf } from "../harness/leaderboard_row.ts";
export type { Leaderboard, LeaderboardRow, LeaderboardTable } from "../harness/leaderboard_row.ts";

/** A finished run as the leaderboard takes it. */
export interface BoardRun {
  /** Absolute path. */
  readonly path: string;
  readonly row: LeaderboardRow;
}

export interface Board {
  readonly leaderboard: Leaderboard;
  /** What could not be taken into account, each a sentence. */
  readonly notices: readonly string[];
}

/** Makes the leaderboard again when something changed, and else gives the last one. */
export class BoardKeeper {
  readonly #root: string;
  #stamp: string | null = null;
  #rows: readonly LeaderboardRow[] = [];
  #board: Board = { leaderboard: { schema_version: 1, tables: [] }, notices: [] };
  /** Scores by sample, by row: a finished run's never change. */
  readonly #scores = new WeakMap<LeaderboardRow, RunScores>();
  /** Samples that a prompt has seen, by prompt, dataset and what of it was answered. */
  readonly #seen = new Map<string, number>();
  /** Tests by the scores of the run and of the leader. */
  readonly #tests = new WeakMap<RunScores, WeakMap<RunScores, LeaderTest>>();

  /** @param root the project's, an absolute path */
  constructor(root: string) {
    this.#root = root;
  }

  /** @returns the same object as long as neither the runs nor leaderboard.json changed */
  async board(runs: readonly BoardRun[]): Promise<Board> {
    const stamp = stampOf([fileState(this.#root, LEADERBOARD_FILE)]);
    const same = stamp === this.#stamp && runs.length === this.#rows.length &&
      runs.every(({ row }, at) => row === this.#rows[at]);
    if (!same) {
      this.#board = await this.#make(runs);
      this.#stamp = stamp;
      this.#rows = runs.map(({ row }) => row);
    }
    return this.#board;
  }

  async #make(runs: readonly BoardRun[]): Promise<Board> {
    const byId = new Map(runs.map((run) => [run.row.run_id, run]));
    const { before, notices } = await this.#before();
    const own: LeaderboardRow[] = [];
    for (const run of runs) own.push({ ...run.row, seen_samples: await this.#seenBy(run) });
    const rows = withKept(own, before, new Set());
    // Which runs are tested shows only while ranking: a first round tells, a second one ranks.
    const tested = new Set<string>();
    buildLeaderboard(rows, (runId, leaderId) => {
      tested.add(runId).add(leaderId);
      return null;
    });
    const scores = new Map<string, RunScores>();
    for (const runId of tested) {
      const run = byId.get(runId);
      const found = run && await this.#scoresOf(run);
      if (found) scores.set(runId, found);
    }
    const leaderboard = buildLeaderboard(rows, (runId, leaderId) => {
      const [own, leader] = [scores.get(runId), scores.get(leaderId)];
      return own && leader ? this.#test(own, leader) : null;
    });
    return { leaderboard, notices };
  }

  #test(own: RunScores, leader: RunScores): LeaderTest {
    const tests = this.#tests.get(own) ?? new WeakMap<RunScores, LeaderTest>();
    this.#tests.set(own, tests);
    const test = tests.get(leader) ?? testAgainstLeader(own, leader);
    tests.set(leader, test);
    return test;
  }

  /** The same for all runs of a prompt that answered the same samples: one of them is read. */
  async #seenBy(run: BoardRun): Promise<number> {
    const { prompt_hash, dataset_hash, n, coverage } = run.row;
    const key = `${prompt_hash} ${dataset_hash} ${n} ${coverage}`;
    const known = this.#seen.get(key);
    if (known !== undefined) return known;
    const read = await readRun(run.path, "");
    if ("reason" in read) return 0;
    this.#scores.set(run.row, read.scores);
    this.#seen.set(key, read.row.seen_samples);
    return read.row.seen_samples;
  }

  async #scoresOf({ path, row }: BoardRun): Promise<RunScores | null> {
    const known = this.#scores.get(row);
    if (known) return known;
    const read = await readRun(path, "");
    if ("reason" in read) return null;
    this.#scores.set(row, read.scores);
    return read.scores;
  }

  async #before(): Promise<{ before: Leaderboard | null; notices: string[] }> {
    if (fileState(this.#root, LEADERBOARD_FILE) === null) return { before: null, notices: [] };
    try {
      const before = await readJson(join(this.#root, LEADERBOARD_FILE), Leaderboard);
      return { before, notices: [] };
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      const message = messageOf(error).split("\n")[0]!.replaceAll(`${this.#root}/`, "");
      return { before: null, notices: [`rows of other machines are missing: ${message}`] };
    }
  }
}
