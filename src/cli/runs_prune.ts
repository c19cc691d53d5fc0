// `logeval runs prune`: removes old run folders, never what an experiment's name stands for.

import { rmSync } from "node:fs";
import { DataError, systemFault, UsageError } from "../errors.ts";
import { formatCount } from "../format.ts";
import { findProject, inProject, RUNS_DIR } from "../harness/project.ts";
import { lockFolder } from "../harness/folder.ts";
import { listRuns, standingRun, type StoredRun } from "../harness/run_store.ts";
import { type CliContext, EXIT } from "./context.ts";

/**
 * @param remove removes a folder with all that is in it
 * @throws {DataError} when folders could not be removed; the others are
 */
export function runsPruneCommand(
  context: CliContext,
  options: { readonly keep: number },
  remove: (path: string) => void = (path) => rmSync(path, { recursive: true }),
): number {
  const root = findProject(context.cwd);
  const runs = listRuns(inProject(root, RUNS_DIR));
  const failed: { readonly run_id: string; readonly cause: unknown }[] = [];
  let removed = 0;
  for (const { path, config: { run_id } } of prunable(runs, options.keep)) {
    if (!isIdle(path)) {
      context.stderr(`left ${run_id}: a process is at work in it\n`);
      continue;
    }
    try {
      remove(path);
    } catch (cause) {
      failed.push({ run_id, cause });
      continue;
    }
    removed++;
    context.stdout(`${run_id}\n`);
  }
  context.stderr(`removed ${formatCount(removed, "run")}, kept ${runs.length - removed}\n`);
  if (failed.length === 0) return EXIT.ok;
  const lines = failed.map(({ run_id, cause }) => `\n  ${run_id}: ${systemFault(cause)}`);
  throw new DataError(`Cannot remove ${formatCount(failed.length, "run")}:${lines.join("")}`, {
    cause: failed[0]!.cause,
    hint: "the others are removed; what is left of these stays",
  });
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

/** The runs beyond the newest `keep`, without those that an experiment's name stands for. */
export function prunable(runs: readonly StoredRun[], keep: number): StoredRun[] {
  const experiments = new Set(runs.map(({ config }) => config.experiment_id));
  const standing = new Set([...experiments].map((id) => standingRun(runs, id)));
  return runs.slice(0, Math.max(0, runs.length - keep)).filter((run) => !standing.has(run));
}
