// One run's folder on disk: created, fed record by record, finished with its
// derived files. A killed process loses at most the calls in flight; a second one is kept out.

import { basename, dirname, join } from "node:path";
import { GO_ON, lockFolder, makeStampedFolder, openLineLog, toJson, writeWhole } from "./folder.ts";
import { linkLatest } from "./latest.ts";
import type { RunConfig, RunMetrics, SampleRecord } from "./run_files.ts";

/** An open run folder; holds a lock until it is closed. */
export interface RunFolder {
  /** Absolute path. */
  readonly path: string;
  readonly config: RunConfig;
  /** Answered samples that were already there. */
  readonly records: readonly SampleRecord[];
  /** Stores a record; once it returns, only a failing disk can lose it. */
  append(record: SampleRecord): void;
  /** Writes metrics.json and summary.md, each whole or not at all. */
  finish(metrics: RunMetrics, summary: string, options: { readonly latest: boolean }): void;
  [Symbol.dispose](): void;
}

/**
 * Makes a folder `<YYYYMMDD-HHMMSS>-<experiment>` (UTC, with `-2`, `-3` … when it is taken) and
 * writes config.json into it.
 *
 * @param config without `run_id`, which the folder's name becomes
 * @param namedAfter the time in its name, ISO 8601: that of the start unless told
 */
export function createRunFolder(
  runsDir: string,
  config: Omit<RunConfig, "run_id">,
  namedAfter: string = config.started_at,
): RunFolder {
  const path = makeStampedFolder(runsDir, namedAfter, config.experiment_id);
  const first = { schema_version: config.schema_version, run_id: basename(path) };
  const full = { ...first, ...config, ...first };
  writeWhole(join(path, "config.json"), toJson(full));
  return openFolder(path, full, [], lockFolder(path));
}

/** Opens a folder for more records; its lock is let go of with it. */
export function openFolder(
  path: string,
  config: RunConfig,
  records: readonly SampleRecord[],
  lock: { close(): void },
): RunFolder {
  const results = openLineLog(join(path, "results.jsonl"));
  let open = true;
  return {
    path,
    config,
    records,
    append: results.append,
    finish(metrics, summary, { latest }) {
      results.sync();
      writeWhole(join(path, "metrics.json"), toJson(metrics), GO_ON);
      writeWhole(join(path, "summary.md"), summary, GO_ON);
      if (latest) linkLatest(dirname(path), basename(path));
    },
    [Symbol.dispose]() {
      if (!open) return;
      open = false;
      results.close();
      lock.close();
    },
  };
}
