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
  /** Another one whenever a file of its folder is. */
  readonly stamp: string;
  readonly row: LeaderboardRow;
}

export interface Board {
  readonly leaderboard: Leaderboard;
  /** What could not be taken into account, each a sentence. */
  readonly notices: readonly string[];
}

/** What the leaderboard needs of a run's records, or why it cannot have it. */
type BoardRead =
  & { readonly stamp: string }
  & ({ readonly scores: RunScores; readonly seen_samples: number } | { readonly reason: string });

/** Makes the leaderboard again when something changed, and else gives the last one. */
export class BoardKeeper {
  readonly #root: string;
  #stamp: string | null = null;
  #runs: readonly BoardRun[] = [];
  #board: Board = { leaderboard: { schema_version: 1, tables: [] }, notices: [] };
  /** What was read of runs, by their ids. */
  readonly #reads = new Map<string, BoardRead>();
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
    const same = stamp === this.#stamp && runs.length === this.#runs.length &&
      runs.every(({ row, stamp }, at) =>
        row === this.#runs[at]!.row && stamp === this.#runs[at]!.stamp
      );
    if (!same) {
      this.#board = await this.#make(runs);
      this.#stamp = stamp;
      this.#runs = runs;
    }
    return this.#board;
  }

  async #make(runs: readonly BoardRun[]): Promise<Board> {
    const { before, notices } = await this.#before();
    const scores = new Map<string, RunScores>();
    const damaged = new Map<string, string>();
    // Which runs are ranked shows only while ranking, and one that cannot be read makes room for an
    // older one: rounds without tests, until all that are ranked have been read.
    let rows: LeaderboardRow[];
    let unread: readonly BoardRun[];
    do {
      const sound = runs.filter(({ row }) => !damaged.has(row.run_id));
      const own: LeaderboardRow[] = [];
      for (const run of sound) own.push({ ...run.row, seen_samples: await this.#seenBy(run) });
      rows = withKept(own, before, new Set(damaged.keys()));
      const ranked = new Set(
        buildLeaderboard(rows, () => null).tables.flatMap(({ rows }) => rows)
          .filter(({ rank }) => rank !== null).map(({ run_id }) => run_id),
      );
      unread = sound.filter(({ row: { run_id } }) => ranked.has(run_id) && !scores.has(run_id));
      for (const run of unread) {
        const read = await this.#read(run);
        if ("reason" in read) damaged.set(run.row.run_id, read.reason);
        else scores.set(run.row.run_id, read.scores);
      }
    } while (unread.length > 0);
    const leaderboard = buildLeaderboard(rows, (runId, leaderId) => {
      const [own, leader] = [scores.get(runId), scores.get(leaderId)];
      return own && leader ? this.#test(own, leader) : null;
    });
    const listed = new Set(rows.map(({ run_id }) => run_id));
    return {
      leaderboard,
      notices: [
        ...notices,
        ...[...damaged].map(([id, reason]) =>
          `${id} cannot be read here${
            listed.has(id) ? "; its row stays as it was" : " and is not ranked"
          }: ${reason}`
        ),
      ],
    };
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
    const read = await this.#read(run);
    if ("reason" in read) return 0;
    this.#seen.set(key, read.seen_samples);
    return read.seen_samples;
  }

  async #read({ path, stamp, row }: BoardRun): Promise<BoardRead> {
    const known = this.#reads.get(row.run_id);
    if (known?.stamp === stamp) return known;
    const run = await readRun(path, stamp);
    const read = "reason" in run
      ? { stamp, reason: this.#withoutRoot(run.reason) }
      : { stamp, scores: run.scores, seen_samples: run.row.seen_samples };
    this.#reads.set(row.run_id, read);
    return read;
  }

  #withoutRoot(text: string): string {
    return text.replaceAll(`${this.#root}/`, "");
  }

  async #before(): Promise<{ before: Leaderboard | null; notices: string[] }> {
    if (fileState(this.#root, LEADERBOARD_FILE) === null) return { before: null, notices: [] };
    try {
      const before = await readJson(join(this.#root, LEADERBOARD_FILE), Leaderboard);
      return { before, notices: [] };
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      const message = this.#withoutRoot(messageOf(error).split("\n")[0]!);
      return { before: null, notices: [`rows of other machines are missing: ${message}`] };
    }
  }
}
