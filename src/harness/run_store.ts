// The folder of all runs: which there are, and which one a name means. Folders that are no runs
// (foreign, empty, torn) are passed over.

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
}

/** All readable runs, oldest first. */
export function listRuns(runsDir: string): StoredRun[] {
  if (!existsSync(runsDir)) return [];
  if (!lstatSync(realpathSync(runsDir)).isDirectory()) {
    throw new UsageError(`Cannot read runs in ${runsDir}: it is no folder`);
  }
  return readdirSync(runsDir).sort().flatMap((name) => {
    if (name === LATEST) return [];
    const run = readRun(join(runsDir, name));
    return run === null ? [] : [run];
  });
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
  // By the time of measuring: a rescored old run is newer by name alone.
  const own = runs.filter((run) => run.config.experiment_id === experimentId)
    .toSorted((a, b) => order(a) < order(b) ? -1 : 1);
  return own.findLast((run) =>
    run.metrics?.status === "complete" && run.config.changed.length === 0
  ) ?? own.at(-1);
}

function order({ config }: StoredRun): string {
  return `${config.started_at} ${config.run_id}`;
}

function readRun(path: string): StoredRun | null {
  const config = decode(join(path, "config.json"), RunConfig);
  return config && { path, config, metrics: decode(join(path, "metrics.json"), RunMetrics) };
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
