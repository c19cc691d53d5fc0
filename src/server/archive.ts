// The project's runs, leaderboard and optimizations as the server sees them: looked at again at most
// once a second, on request, without ever writing. Everything is found by its place in a list; no
// name from outside becomes part of a path.

import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { DataError, systemFault } from "../errors.ts";
import { hashOf } from "../hash.ts";
import { LATEST } from "../harness/latest.ts";
import { inProject, RUNS_DIR } from "../harness/project.ts";
import type { SampleRecord } from "../harness/run_files.ts";
import { readRecords } from "../harness/run_reader.ts";
import { readRun, type StoredRun } from "../harness/run_store.ts";
import { OPTIMIZATIONS_DIR } from "../optimizer/optimization_folder.ts";
import { type Board, BoardKeeper } from "./archived_board.ts";
import {
  type ArchivedOptimization,
  lookAtOptimization,
  type OptimizationFiles,
  readOptimization,
} from "./archived_optimization.ts";
import { type ArchivedRun, lookAtRun } from "./archived_run.ts";
import { fileState } from "./folder_state.ts";
import { damageOf } from "./run_damage.ts";

/** Everything at one moment. Parts that did not change are the same objects as before. */
export interface Snapshot {
  /** Another one whenever anything changed. */
  readonly version: number;
  /** Newest first by name. */
  readonly runs: readonly ArchivedRun[];
  readonly board: Board;
  /** Another one whenever the board is. */
  readonly boardVersion: number;
  /** Newest first by name. */
  readonly optimizations: readonly ArchivedOptimization[];
  /** Another text whenever a list has another entry or status, but not as work goes on. */
  readonly standing: string;
}

/** The read-only view of a project. */
export interface Archive {
  /**
   * The present state: at most a second old, two while it is being looked at again.
   *
   * @throws {DataError} when a folder of runs cannot be read
   */
  fresh(): Promise<Snapshot>;
  /** A run, or an optimization, as it is by now; `null` when it is gone. */
  lookAgain(run: ArchivedRun): ArchivedRun | null;
  lookAgainAt(optimization: ArchivedOptimization): Promise<ArchivedOptimization | null>;
  /** Finds out the damage of runs before it is asked for, with pauses: requests in between wait less. */
  inspect(runs: readonly ArchivedRun[]): Promise<void>;
  /** @throws {DataError} when config.json cannot be read */
  run(run: ArchivedRun): StoredRun;
  /**
   * The records of a run in the order in which they finished; none when there is no file yet.
   *
   * @throws {DataError} naming the line that is none
   */
  records(run: ArchivedRun): Promise<readonly SampleRecord[]>;
  /** @throws {DataError} when a file cannot be read */
  optimization(optimization: ArchivedOptimization): Promise<OptimizationFiles>;
  /** A text without the path of the project, for messages to clients. */
  withoutRoot(text: string): string;
}

const FRESH_MS = 1000;
const STALE_MS = 2000;
/** Folders between two pauses, so that no request waits for a thousand of them. */
const SLICE = 40;
/** Runs whose records are read between two pauses. */
const INSPECTED = 5;
/** Runs whose records are kept. */
const MOST_RECORDS = 4;

/**
 * Opens the archive of a project; nothing is read before the first `fresh`.
 *
 * @param root absolute path
 * @param now epoch milliseconds
 */
export function openArchive(root: string, now: () => number): Archive {
  const keeper = new BoardKeeper(root);
  const records = new Map<string, Promise<readonly SampleRecord[]>>();
  let snapshot: Snapshot | null = null;
  let lookedAt = -Infinity;
  let looking: Promise<Snapshot> | null = null;

  async function look(): Promise<Snapshot> {
    const at = now();
    const runs = await lookAtAll(
      inProject(root, RUNS_DIR),
      snapshot?.runs ?? [],
      (dir, name, before) => lookAtRun(dir, name, before, at),
    );
    const optimizations = await lookAtAll(
      inProject(root, OPTIMIZATIONS_DIR),
      snapshot?.optimizations ?? [],
      (dir, name, before) => lookAtOptimization(dir, name, before, at),
    );
    const board = await keeper.board(
      runs.flatMap(({ path, stamp, facts }) => facts?.row ? [{ path, stamp, row: facts.row }] : []),
    );
    const sameBoard = board === snapshot?.board;
    if (
      snapshot === null || !sameBoard || runs !== snapshot.runs ||
      optimizations !== snapshot.optimizations
    ) {
      const version = (snapshot?.version ?? 0) + 1;
      const boardVersion = sameBoard ? snapshot?.boardVersion ?? 0 : version;
      const standing = standingOf(boardVersion, [...runs, ...optimizations]);
      snapshot = { version, runs, board, boardVersion, optimizations, standing };
    }
    lookedAt = at;
    return snapshot;
  }

  return {
    async fresh() {
      const age = now() - lookedAt;
      if (snapshot !== null && age < FRESH_MS) return snapshot;
      looking ??= look().finally(() => looking = null);
      if (snapshot === null || age >= STALE_MS) return await looking;
      // Its failure is met by the first request that waits for it.
      looking.catch(() => {});
      return snapshot;
    },
    lookAgain: (run) => lookAtRun(dirname(run.path), run.run_id, run, now()),
    lookAgainAt: (found) => lookAtOptimization(dirname(found.path), found.run_id, found, now()),
    async inspect(runs) {
      for (const [at, run] of runs.entries()) {
        run.damage();
        if (at % INSPECTED === INSPECTED - 1) await new Promise((resume) => setTimeout(resume));
      }
    },
    run({ run_id, path }) {
      const run = readRun(path);
      if (run === null) throw new DataError(`Cannot read ${run_id}: ${damageOf(path, null)}`);
      return run;
    },
    async records({ path }) {
      const file = fileState(path, "results.jsonl");
      if (file === null) return [];
      const key = `${path} ${file.changed} ${file.size}`;
      const known = records.get(key) ??
        readRecords(join(path, "results.jsonl")).then(({ records }) => records);
      records.delete(key);
      records.set(key, known);
      if (records.size > MOST_RECORDS) records.delete(records.keys().next().value ?? "");
      try {
        return await known;
      } catch (error) {
        records.delete(key);
        throw error;
      }
    },
    optimization: ({ path }) => readOptimization(path),
    withoutRoot: (text) => text.replaceAll(`${root}/`, ""),
  };
}

// A hash, so that a page that outlives the server sees whether it stands for the same.
function standingOf(
  board: number,
  entries: readonly { readonly run_id: string; readonly status: string }[],
): string {
  return hashOf([board, ...entries.map(({ run_id, status }) => [run_id, status])]);
}

/** @returns `before` itself when nothing changed */
async function lookAtAll<T extends { readonly run_id: string }>(
  dir: string,
  before: readonly T[],
  look: (dir: string, name: string, before: T | undefined) => T | null | Promise<T | null>,
): Promise<readonly T[]> {
  const known = new Map(before.map((entry) => [entry.run_id, entry]));
  const found: T[] = [];
  for (const [at, name] of folderNames(dir).entries()) {
    if (at % SLICE === SLICE - 1) await new Promise((resume) => setTimeout(resume));
    const entry = await look(dir, name, known.get(name));
    if (entry !== null) found.push(entry);
  }
  const same = found.length === before.length && found.every((entry, at) => entry === before[at]);
  return same ? before : found;
}

/** Newest first. */
function folderNames(dir: string): string[] {
  try {
    return readdirSync(dir).filter((name) => name !== LATEST && !name.startsWith("."))
      .sort().reverse();
  } catch (cause) {
    if ((cause as { code?: string }).code === "ENOENT") return [];
    throw new DataError(`Cannot read ${dir}: ${systemFault(cause)}`, { cause });
  }
}
