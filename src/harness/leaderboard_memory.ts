// What a finished run says never changes, nor does a test of two of them: both are remembered beside
// the runs, and a thousand are read in a moment. Only saves time: without it all is made anew.

import { readFileSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { METRIC_VERSION } from "../metrics/score.ts";
import { VERSION } from "../version.ts";
import type { LeaderTest, RunScores } from "./against_leader.ts";
import { writeWhole } from "./folder.ts";
import { LeaderboardRow } from "./leaderboard_row.ts";

const MEMORY_FILE = ".leaderboard.json";
/** Another program may read the same files otherwise. */
const MADE_BY = `2 ${VERSION} ${METRIC_VERSION}`;
/** What a row is made of. */
const FILES = ["config.json", "results.jsonl", "metrics.json"];

/** A run as it was read. */
export interface RememberedRun {
  /** Of its files: another one makes it read again. */
  readonly stamp: string;
  readonly row: LeaderboardRow;
  readonly scores: RunScores;
}

export interface Memory {
  /** By the folder's name. */
  readonly runs: Map<string, RememberedRun>;
  /** By `testKey`. */
  readonly tests: Map<string, LeaderTest>;
}

const MemoryFile = z.object({
  made_by: z.literal(MADE_BY),
  runs: z.array(z.tuple([
    z.string(),
    z.object({
      stamp: z.string(),
      row: LeaderboardRow,
      scores: z.object({
        ids: z.array(z.string()),
        clusters: z.array(z.string()),
        overall: z.array(z.number()),
        seen: z.array(z.string()),
      }),
    }),
  ])),
  tests: z.array(z.tuple([
    z.string(),
    z.object({ n: z.number(), p: z.number(), below: z.boolean() }),
  ])),
});

/** A run against a leader, by names that hold no slash. */
export function testKey(run: string, leader: string): string {
  return `${run}/${leader}`;
}

/** What is remembered; nothing when the file is missing, damaged, or another program's. */
export function readMemory(runsDir: string): Memory {
  try {
    const text = readFileSync(join(runsDir, MEMORY_FILE), "utf8");
    const { runs, tests } = MemoryFile.parse(JSON.parse(text));
    return { runs: new Map(runs), tests: new Map(tests) };
  } catch {
    return { runs: new Map(), tests: new Map() };
  }
}

/** @throws {DataError} when it cannot be written */
export function writeMemory(runsDir: string, { runs, tests }: Memory): void {
  const file = { made_by: MADE_BY, runs: [...runs], tests: [...tests] };
  writeWhole(join(runsDir, MEMORY_FILE), JSON.stringify(file));
}

/** Time and size of each file that a row is made of. */
export function stampOf(folder: string): string {
  return FILES.map((name) => {
    const stat = statOf(join(folder, name));
    return stat ? `${stat.mtimeMs} ${stat.size}` : "none";
  }).join(", ");
}

/** What the system says of a file; `null` when there is none, or none that can be reached. */
export function statOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}
