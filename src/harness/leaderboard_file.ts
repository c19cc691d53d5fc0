// Reads run folders into leaderboard rows and keeps leaderboard.json. What a finished run says never
// changes, so it is remembered beside the runs, and a thousand of them are read in a moment.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import * as z from "zod";
import { signatureHash } from "../dataset/template.ts";
import { DataError, messageOf } from "../errors.ts";
import { mean } from "../metrics/percentile.ts";
import { RunConfig, RunMetrics } from "./run_files.ts";
import {
  buildLeaderboard,
  Leaderboard,
  LeaderboardRow,
  leaderboardRow,
  type RunScores,
} from "./leaderboard.ts";
import { writeWhole } from "./folder.ts";
import { readJson, readRecords } from "./run_reader.ts";

export const LEADERBOARD_FILE = "evals/experiments/leaderboard.json";
const MEMORY_FILE = ".leaderboard.json";
const MEMORY_VERSION = 1;

const Memory = z.object({
  version: z.literal(MEMORY_VERSION),
  runs: z.record(
    z.string(),
    z.object({
      /** Time and size of metrics.json: another one makes it read again. */
      stamp: z.string(),
      row: LeaderboardRow,
      scores: z.object({
        ids: z.array(z.string()),
        clusters: z.array(z.string()),
        overall: z.array(z.number()),
      }),
    }),
  ),
});
type Memory = z.output<typeof Memory>;

/** A folder among the runs that is none, or is damaged. */
export interface SkippedFolder {
  readonly name: string;
  readonly reason: string;
}

export interface LeaderboardUpdate {
  readonly leaderboard: Leaderboard;
  readonly skipped: readonly SkippedFolder[];
}

/**
 * Makes leaderboard.json anew from the runs, keeping the rows of runs that are on other machines.
 *
 * @param prune drop those rows instead
 * @throws {DataError} when an existing leaderboard.json cannot be read; it is left as it is
 */
export async function updateLeaderboard(
  root: string,
  runsDir: string,
  { prune }: { readonly prune: boolean },
): Promise<LeaderboardUpdate> {
  const file = join(root, LEADERBOARD_FILE);
  const before = existsSync(file) ? await readBoard(file) : null;
  const known = readMemory(join(runsDir, MEMORY_FILE));
  const memory: Memory = { version: MEMORY_VERSION, runs: {} };
  const skipped: SkippedFolder[] = [];
  let fresh = false;
  for (const name of existsSync(runsDir) ? readdirSync(runsDir).sort() : []) {
    const path = join(runsDir, name);
    if (name === "latest" || name.startsWith(".")) continue;
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
      skipped.push({ name, reason: "it is no folder" });
      continue;
    }
    const stamp = stampOf(join(path, "metrics.json"));
    const remembered = Object.hasOwn(known.runs, name) ? known.runs[name] : undefined;
    if (stamp !== null && remembered?.stamp === stamp) memory.runs[name] = remembered;
    else {
      const read = await readRun(path);
      fresh = true;
      if ("reason" in read) skipped.push({ name, reason: read.reason });
      else memory.runs[name] = { stamp: stamp ?? "", ...read };
    }
  }
  if (fresh || Object.keys(known.runs).length !== Object.keys(memory.runs).length) {
    if (existsSync(runsDir)) writeWhole(join(runsDir, MEMORY_FILE), JSON.stringify(memory));
  }
  const rows = Object.values(memory.runs).map(({ row }) => row);
  const here = new Set(rows.map((row) => row.run_id));
  const elsewhere = prune ? [] : (before?.tables ?? []).flatMap((table) => table.rows)
    .filter((row) => !here.has(row.run_id))
    .map((row) => ({
      ...row,
      local: false,
      unranked: row.unranked === "superseded" ? null : row.unranked,
    }));
  const leaderboard = buildLeaderboard(
    [...rows, ...elsewhere],
    (runId): RunScores | null =>
      Object.values(memory.runs).find(({ row }) => row.run_id === runId)?.scores ?? null,
  );
  writeWhole(file, `${JSON.stringify(leaderboard, null, 2)}\n`);
  return { leaderboard, skipped };
}

async function readBoard(file: string): Promise<Leaderboard> {
  try {
    return await readJson(file, Leaderboard);
  } catch (cause) {
    throw new DataError(messageOf(cause), {
      cause,
      hint: "it is made anew from the runs: after a merge take either side and run this again",
    });
  }
}

async function readRun(
  path: string,
): Promise<
  { row: LeaderboardRow; scores: RunScores & Memory["runs"][string]["scores"] } | {
    reason: string;
  }
> {
  try {
    if (!existsSync(join(path, "config.json"))) return { reason: "it has no config.json" };
    const config = await readJson(join(path, "config.json"), RunConfig);
    if (config.run_id !== basename(path)) return { reason: `it is a copy of ${config.run_id}` };
    if (!existsSync(join(path, "metrics.json"))) return { reason: "it was never finished" };
    const metrics = await readJson(join(path, "metrics.json"), RunMetrics);
    const { records } = await readRecords(join(path, "results.jsonl"));
    const byId = Map.groupBy(
      records.filter((record) => record.scores !== null),
      (record) => record.id,
    );
    const samples = [...byId].sort(([a], [b]) => a < b ? -1 : 1);
    return {
      row: leaderboardRow(config, metrics),
      scores: {
        ids: samples.map(([id]) => id),
        clusters: samples.map(([, [record]]) =>
          signatureHash(record?.input.log_line ?? "").slice(0, 8)
        ),
        overall: samples.map(([, repeats]) =>
          mean(repeats.map((record) => record.scores?.overall ?? 0)) ?? 0
        ),
      },
    };
  } catch (error) {
    if (error instanceof DataError) return { reason: messageOf(error).split("\n")[0] ?? "" };
    throw error;
  }
}

function readMemory(file: string): Memory {
  try {
    return Memory.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    // It only saves time; without it everything is read again.
    return { version: MEMORY_VERSION, runs: {} };
  }
}

function stampOf(file: string): string | null {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs} ${stat.size}` : null;
}
