// `logeval runs prune`: removes old run folders, never what an experiment's name stands for.

import { rmSync } from "node:fs";
import { UsageError } from "../errors.ts";
import { formatCount } from "../format.ts";
import { findProject, inProject, RUNS_DIR } from "../harness/project.ts";
import { lockFolder } from "../harness/folder.ts";
import { listRuns, type StoredRun } from "../harness/run_store.ts";
import { type CliContext, EXIT } from "./context.ts";

export function runsPruneCommand(context: CliContext, options: { readonly keep: number }): number {
  const root = findProject(context.cwd);
  const runs = listRuns(inProject(root, RUNS_DIR));
  const old = prunable(runs, options.keep);
  let removed = 0;
  for (const run of old) {
    if (!isIdle(run.path)) {
      context.stderr(`left ${run.config.run_id}: a process is at work in it\n`);
      continue;
    }
    removed++;
    rmSync(run.path, { recursive: true });
    context.stdout(`${run.config.run_id}\n`);
  }
  context.stderr(`removed ${formatCount(removed, "run")}, kept ${runs.length - removed}\n`);
  return EXIT.ok;
}

function isIdle(path: string): boolean {
  try {
    lockFolder(path).close();
    return true;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}

/**
 * The runs beyond the newest `keep`, without the newest complete, unchanged run of each experiment.
 *
 * @param runs oldest first
 */
export function prunable(runs: readonly StoredRun[], keep: number): StoredRun[] {
  const standing = new Set<StoredRun>();
  for (const group of Map.groupBy(runs, (run) => run.config.experiment_id).values()) {
    const newest = group.findLast(({ config, metrics }) =>
      metrics?.status === "complete" && config.changed.length === 0
    );
    if (newest) standing.add(newest);
  }
  return runs.slice(0, Math.max(0, runs.length - keep)).filter((run) => !standing.has(run));
}
