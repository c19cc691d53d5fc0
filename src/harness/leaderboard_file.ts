// Reads run folders into leaderboard rows and keeps leaderboard.json.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { DataError, messageOf, UsageError } from "../errors.ts";
import { oneLine } from "../format.ts";
import { countSeen, type LeaderTest, runScores, testAgainstLeader } from "./against_leader.ts";
import { writeWhole } from "./folder.ts";
import { withKept } from "./kept_rows.ts";
import { buildLeaderboard } from "./leaderboard.ts";
import {
  type Memory,
  readMemory,
  type RememberedRun,
  stampOf,
  statOf,
  testKey,
  writeMemory,
} from "./leaderboard_memory.ts";
import { Leaderboard, leaderboardRow } from "./leaderboard_row.ts";
import { RunConfig, RunMetrics } from "./run_files.ts";
import { tooFew } from "./run_fault.ts";
import { readJson, readRecords } from "./run_reader.ts";

export const LEADERBOARD_FILE = "evals/experiments/leaderboard.json";

/** A folder among the runs that is none, or is damaged. */
export interface SkippedFolder {
  readonly name: string;
  readonly reason: string;
}

export interface LeaderboardUpdate {
  readonly leaderboard: Leaderboard;
  readonly skipped: readonly SkippedFolder[];
  /** Why the next call will take longer than it must, `null` when it will not. */
  readonly slow: string | null;
}

/**
 * Makes leaderboard.json anew from the runs, keeping the rows of runs that are on other machines or
 * can no longer be read.
 *
 * @param prune drop the rows of other machines instead
 * @throws {DataError} when an existing leaderboard.json cannot be read; it is left as it is
 */
export async function updateLeaderboard(
  root: string,
  runsDir: string,
  options: { readonly prune: boolean },
): Promise<LeaderboardUpdate> {
  const { known, now, ...made } = await compute(root, runsDir, options);
  const { leaderboard } = made;
  writeWhole(join(root, LEADERBOARD_FILE), `${JSON.stringify(leaderboard, null, 2)}\n`);
  return { ...made, slow: existsSync(runsDir) ? remember(runsDir, known, now) : null };
}

/** The same without a file written. */
export async function makeLeaderboard(
  root: string,
  runsDir: string,
): Promise<Pick<LeaderboardUpdate, "leaderboard" | "skipped">> {
  const { leaderboard, skipped } = await compute(root, runsDir, { prune: false });
  return { leaderboard, skipped };
}

async function compute(root: string, runsDir: string, { prune }: { readonly prune: boolean }) {
  const file = join(root, LEADERBOARD_FILE);
  const before = existsSync(file) ? await readBoard(file) : null;
  const known = readMemory(runsDir);
  const { runs, skipped } = await readRuns(runsDir, known);
  const damaged = new Set(skipped.filter(({ folder }) => folder).map(({ name }) => name));
  const rows = withKept([...runs.values()].map(({ row }) => row), before, damaged)
    .filter(({ local }) => local || !prune);
  const tests = new Map<string, LeaderTest>();
  const leaderboard = buildLeaderboard(rows, (runId, leaderId) => {
    const [run, leader] = [runs.get(runId), runs.get(leaderId)];
    if (!run || !leader) return null;
    const key = testKey(runId, leaderId);
    const unchanged = known.runs.get(runId) === run && known.runs.get(leaderId) === leader;
    const test = (unchanged ? known.tests.get(key) : undefined) ??
      testAgainstLeader(run.scores, leader.scores);
    tests.set(key, test);
    return test;
  });
  const listed = new Set(rows.map(({ run_id }) => run_id));
  return {
    leaderboard,
    skipped: skipped.map(({ name, reason }) => ({
      name,
      reason: listed.has(name) ? `${reason}; its row stays as it was` : reason,
    })),
    known,
    now: { runs, tests },
  };
}

async function readRuns(runsDir: string, known: Memory) {
  const runs = new Map<string, RememberedRun>();
  const skipped: (SkippedFolder & { readonly folder: boolean })[] = [];
  for (const name of existsSync(runsDir) ? readdirSync(runsDir).sort() : []) {
    const path = join(runsDir, name);
    if (name === "latest" || name.startsWith(".")) continue;
    if (!statOf(path)?.isDirectory()) {
      skipped.push({ name, reason: "it is no folder", folder: false });
      continue;
    }
    const stamp = stampOf(path);
    const remembered = known.runs.get(name);
    const run = remembered?.stamp === stamp ? remembered : await readRun(path, stamp);
    if ("reason" in run) skipped.push({ name, reason: run.reason, folder: true });
    else runs.set(name, run);
  }
  return { runs, skipped };
}

/**
 * A finished run as the leaderboard takes it, or why it cannot.
 *
 * @param stamp kept beside it
 */
export async function readRun(
  path: string,
  stamp: string,
): Promise<RememberedRun | { reason: string }> {
  try {
    if (!existsSync(join(path, "config.json"))) return { reason: "it has no config.json" };
    const config = await readJson(join(path, "config.json"), RunConfig);
    if (config.run_id !== basename(path)) return { reason: `it is a copy of ${config.run_id}` };
    if (!existsSync(join(path, "metrics.json"))) return { reason: "it was never finished" };
    const metrics = await readJson(join(path, "metrics.json"), RunMetrics);
    const { records } = await readRecords(join(path, "results.jsonl"));
    const fault = tooFew(records, config, metrics);
    if (fault !== null) return { reason: fault };
    const scores = runScores(config, records);
    return { stamp, row: leaderboardRow(config, metrics, countSeen(scores)), scores };
  } catch (error) {
    if (!(error instanceof DataError || error instanceof UsageError)) throw error;
    return { reason: oneLine(messageOf(error), 400) };
  }
}

/** @returns why it could not, `null` when it could or had nothing new to remember */
function remember(runsDir: string, before: Memory, now: Memory): string | null {
  const same = <T>(a: ReadonlyMap<string, T>, b: ReadonlyMap<string, T>) =>
    a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
  if (same(before.runs, now.runs) && same(before.tests, now.tests)) return null;
  try {
    writeMemory(runsDir, now);
    return null;
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return error.message;
  }
}

async function readBoard(file: string): Promise<Leaderboard> {
  try {
    return await readJson(file, Leaderboard);
  } catch (cause) {
    throw new DataError(messageOf(cause), { cause, hint: boardHint(file) });
  }
}

function boardHint(file: string): string {
  let text = "";
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return "it is kept there: make it a file that can be read";
  }
  return /^(<{7}|={7}|>{7})/m.test(text)
    ? "it is made anew from the runs: after a merge take either side and run this again"
    : "bring it back from Git, or remove it: it is made anew, without the rows of other machines";
}
