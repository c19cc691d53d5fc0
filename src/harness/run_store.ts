// The folder of all runs: which there are, and which one a name means. Folders that are no runs
// (foreign, empty, torn) are passed over, and so are copies and links under another name.

import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import { UsageError } from "../errors.ts";
import { suggestion } from "../faults.ts";
import { LATEST, latestTarget } from "./latest.ts";
import { RunConfig, RunMetrics } from "./run_files.ts";

/** A run as its folder tells it. */
export interface StoredRun {
  /** Absolute path. */
  readonly path: string;
  readonly config: RunConfig;
  /** `null` while it has none: running, killed, or torn. */
  readonly metrics: RunMetrics | null;
  /** Whether metrics.json is there but cannot be read. */
  readonly torn: boolean;
}

/**
 * All readable runs, oldest first by the time of measuring: a rescored run stands beside its parent,
 * not before newer ones.
 */
export function listRuns(runsDir: string): StoredRun[] {
  if (!existsSync(runsDir)) return [];
  if (!lstatSync(realpathSync(runsDir)).isDirectory()) {
    throw new UsageError(`Cannot read runs in ${runsDir}: it is no folder`);
  }
  return readdirSync(runsDir).flatMap((name) => {
    const run = readRun(join(runsDir, name));
    return run === null || run.config.run_id !== name ? [] : [run];
  }).sort((a, b) => order(a) < order(b) ? -1 : 1);
}

/** What an experiment's name stands for: its newest complete run with the settings of its file. */
export function standingRun(
  runs: readonly StoredRun[],
  experimentId: string,
): StoredRun | undefined {
  return runs.findLast(({ config, metrics }) =>
    config.experiment_id === experimentId && metrics?.status === "complete" &&
    config.changed.length === 0
  );
}

/**
 * The folder that a name means: `latest`, a run's id or the start of one, an experiment (its newest
 * complete, unchanged run, else its newest), or a path.
 *
 * @throws {UsageError} with the nearest ids when there is none
 */
export function findRun(runsDir: string, name: string, cwd: string): StoredRun {
  const runs = listRuns(runsDir);
  const named = name === LATEST
    ? latestRun(runsDir, runs)
    : runs.find((run) => run.config.run_id === name) ?? onlyOne(runs, name) ??
      newestOf(runs, name) ?? readRun(resolve(cwd, name));
  if (named) return named;
  if (runs.length === 0) {
    throw new UsageError(`Cannot find run "${name}": there are no runs in ${runsDir}`, {
      hint: "make one: logeval run embedded-v1",
    });
  }
  const ids = runs.map((run) => run.config.run_id).reverse();
  throw new UsageError(`Cannot find run "${name}"${suggestion(name, ids.slice(0, 8))}`);
}

function latestRun(runsDir: string, runs: readonly StoredRun[]): StoredRun | undefined {
  const target = latestTarget(runsDir);
  return runs.find((run) => run.config.run_id === target) ??
    runs.findLast((run) => run.metrics?.status === "complete");
}

function onlyOne(runs: readonly StoredRun[], prefix: string): StoredRun | undefined {
  const matching = runs.filter((run) => run.config.run_id.startsWith(prefix));
  return matching.length === 1 ? matching[0] : undefined;
}

function newestOf(runs: readonly StoredRun[], experimentId: string): StoredRun | undefined {
  return standingRun(runs, experimentId) ??
    runs.findLast((run) => run.config.experiment_id === experimentId);
}

function order({ config }: StoredRun): string {
  return `${config.started_at} ${config.run_id}`;
}

/** The run of one folder, `null` when its config.json is none. */
export function readRun(path: string): StoredRun | null {
  const config = decode(join(path, "config.json"), RunConfig);
  if (config === null) return null;
  const file = join(path, "metrics.json");
  const metrics = decode(file, RunMetrics);
  return { path, config, metrics, torn: metrics === null && existsSync(file) };
}

function decode<T>(
  file: string,
  schema: { safeParse(data: unknown): { success: boolean; data?: T } },
): T | null {
  try {
    return schema.safeParse(JSON.parse(readFileSync(file, "utf8"))).data ?? null;
  } catch {
    return null;
  }
}
