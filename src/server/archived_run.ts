// One run folder -> what the lists show of it, kept until one of its files changes.

import { join } from "node:path";
import { type LeaderboardRow, leaderboardRow } from "../harness/leaderboard_row.ts";
import { readRun, type StoredRun } from "../harness/run_store.ts";
import { servedModel } from "../harness/run_terms.ts";
import { type FileState, fileState, isAtWork, isOwnFolder, stampOf } from "./folder_state.ts";
import { followRun, type RunProgress } from "./progress.ts";
import { damageOf } from "./run_damage.ts";

/**
 * - `complete`, `partial`: finished, with every sample answered or not
 * - `running`: not finished, and a process is at work in it
 * - `unfinished`: not finished, and nobody is at work: `--resume` goes on
 * - `unreadable`: config.json or metrics.json is not what it must be
 */
export const RUN_STATUS = ["complete", "partial", "running", "unfinished", "unreadable"] as const;
export type RunStatus = typeof RUN_STATUS[number];

/** A run as the lists know it; numbers unrounded, unknown null. */
export interface ArchivedRun {
  /** Name of its folder. */
  readonly run_id: string;
  /** Absolute path. */
  readonly path: string;
  readonly status: RunStatus;
  readonly progress: RunProgress;
  /** `null` when config.json cannot be read. */
  readonly facts: RunFacts | null;
  /**
   * What is wrong with its files; `null` for nothing. Found out when it is asked for first: records
   * are read for it, and a leaderboard of a thousand runs need not wait for that.
   */
  readonly damage: () => string | null;
  /** Another one whenever a file of the folder is. */
  readonly stamp: string;
  /** Reads how far it is by now; `null` for a finished one. */
  readonly follow: (() => RunProgress) | null;
}

/** What config.json and metrics.json say. */
export interface RunFacts {
  readonly experiment_id: string;
  /** ISO 8601, UTC. */
  readonly started_at: string;
  readonly prompt_id: string;
  readonly model: string;
  /** What is unlike the experiment's file, comma-joined. */
  readonly changed: string;
  /** Calls of the whole run: samples times repeats. */
  readonly calls: number;
  /** `null` until it is finished. What its prompt has seen is not counted yet: the board does. */
  readonly row: LeaderboardRow | null;
  /** What metrics.json says of calls and score; `null` without it. */
  readonly finished: RunProgress | null;
  readonly causes: readonly CauseShare[];
  /** Whether metrics.json is there but cannot be read. */
  readonly torn: boolean;
  readonly partial: boolean;
}

/** How one root cause was named. */
export interface CauseShare {
  readonly root_cause: string;
  /** Answered samples. */
  readonly n: number;
  /** Mean score of the root cause over them. */
  readonly share: number;
}

const NOTHING_YET: RunProgress = { answered: 0, failed: 0, score: null };

/**
 * Looks at a run folder.
 *
 * @param before what the last look found; it is given back itself when nothing changed
 * @param now epoch milliseconds
 * @returns `null` for a folder that is no run: a link, without config.json, a copy
 */
export function lookAtRun(
  runsDir: string,
  name: string,
  before: ArchivedRun | undefined,
  now: number,
): ArchivedRun | null {
  const path = join(runsDir, name);
  if (!isOwnFolder(path)) return null;
  const config = fileState(path, "config.json");
  if (config === null) return null;
  const metrics = fileState(path, "metrics.json");
  const results = fileState(path, "results.jsonl");
  const fixed = stampOf([config, metrics]);
  const stamp = `${fixed} | ${stampOf([results])}`;
  const known = before?.stamp.startsWith(`${fixed} |`) ? before : undefined;
  const facts = known ? known.facts : factsOf(name, metrics === null ? null : readRun(path), path);
  if (facts === "copy") return null;
  const status = statusOf(path, facts, { config, metrics, results }, now);
  if (known?.stamp === stamp && known.status === status) return known;
  const finished = status === "running" ? null : facts?.finished ?? null;
  const follow = finished === null ? before?.follow ?? followRun(path) : null;
  const progress = finished ?? follow?.() ?? NOTHING_YET;
  const damage = once(() => status === "running" ? null : damageOf(path, readRun(path)));
  return { run_id: name, path, status, progress, facts, damage, stamp, follow };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

function factsOf(name: string, read: StoredRun | null, path: string): RunFacts | "copy" | null {
  const run = read ?? readRun(path);
  if (run === null) return null;
  const { config } = run;
  if (config.run_id !== name) return "copy";
  // metrics.json is replaced whole, so that one which cannot be read is damaged.
  const metrics = read === null ? null : run.metrics;
  return {
    experiment_id: config.experiment_id,
    started_at: config.started_at,
    prompt_id: config.prompt.id,
    model: servedModel(config),
    changed: config.changed.join(","),
    calls: config.dataset.n * config.execution.repeats,
    row: metrics && leaderboardRow(config, metrics, 0),
    finished: metrics && {
      answered: Math.round(metrics.coverage * metrics.n * metrics.repeats),
      failed: metrics.outcomes.failed,
      score: metrics.overall.mean,
    },
    causes: Object.entries(metrics?.by_root_cause ?? {}).map(([root_cause, group]) => ({
      root_cause,
      n: group.n,
      share: group.root_cause,
    })),
    torn: read !== null && run.metrics === null,
    partial: metrics?.status === "partial",
  };
}

function statusOf(
  path: string,
  facts: RunFacts | null,
  files: Readonly<Record<"config" | "metrics" | "results", FileState | null>>,
  now: number,
): RunStatus {
  if (facts === null || facts.torn) return "unreadable";
  const { config, metrics, results } = files;
  if (facts.row === null) {
    return isAtWork(path, [config, results], now) ? "running" : "unfinished";
  }
  if (!facts.partial) return "complete";
  // A partial run that is resumed keeps its metrics.json until it is through.
  const goesOn = (results?.changed ?? 0) > (metrics?.changed ?? 0);
  return goesOn && isAtWork(path, [results], now) ? "running" : "partial";
}
