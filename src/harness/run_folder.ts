// One run's folder on disk: created, fed record by record, finished with its
// derived files. A killed process loses at most the calls in flight; a second one is kept out.

import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DataError, systemFault, UsageError } from "../errors.ts";
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
  try {
    mkdirSync(runsDir, { recursive: true });
  } catch (cause) {
    throw new UsageError(`Cannot create the folder ${runsDir}: ${systemFault(cause)}`, { cause });
  }
  const stamp = namedAfter.slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
  for (let attempt = 1;; attempt++) {
    const runId = `${stamp}-${config.experiment_id}${attempt === 1 ? "" : `-${attempt}`}`;
    const path = join(runsDir, runId);
    try {
      mkdirSync(path);
    } catch (error) {
      if ((error as { code?: string }).code === "EEXIST" && attempt < 1000) continue;
      throw new UsageError(`Cannot create run folder ${path}: ${systemFault(error)}`, {
        cause: error,
      });
    }
    const first = { schema_version: config.schema_version, run_id: runId };
    const full = { ...first, ...config, ...first };
    writeWhole(join(path, "config.json"), toJson(full));
    return openFolder(path, full, [], lockFolder(path));
  }
}

/**
 * Keeps other processes out of a run. config.json never changes, so its lock holds while other files
 * are replaced; the system lets go of it when the process ends, however it ends.
 *
 * @throws {UsageError} when another process holds it
 */
export function lockFolder(path: string): Deno.FsFile {
  const lock = Deno.openSync(join(path, "config.json"));
  if (lock.tryLockSync(true)) return lock;
  lock.close();
  throw new UsageError(`Cannot resume ${basename(path)}: another process is at work in it`);
}

/** Opens a folder for more records; its lock is let go of with it. */
export function openFolder(
  path: string,
  config: RunConfig,
  records: readonly SampleRecord[],
  lock: Deno.FsFile,
): RunFolder {
  const results = Deno.openSync(join(path, "results.jsonl"), { append: true, create: true });
  const encoder = new TextEncoder();
  let open = true;
  return {
    path,
    config,
    records,
    append(record) {
      let bytes = encoder.encode(`${JSON.stringify(record)}\n`);
      orCannotWrite(join(path, "results.jsonl"), () => {
        while (bytes.length > 0) bytes = bytes.subarray(results.writeSync(bytes));
      });
    },
    finish(metrics, summary, { latest }) {
      orCannotWrite(join(path, "results.jsonl"), () => results.syncDataSync());
      writeWhole(join(path, "metrics.json"), toJson(metrics));
      writeWhole(join(path, "summary.md"), summary);
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

/** Writes a file whole or not at all. */
export function writeWhole(file: string, text: string): void {
  const temporary = `${file}.tmp`;
  orCannotWrite(file, () => {
    writeFileSync(temporary, text);
    renameSync(temporary, file);
  });
}

function orCannotWrite(file: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    throw new DataError(`Cannot write ${file}: ${systemFault(cause)}`, {
      cause,
      hint: "what is written already stays; mend that and go on with --resume",
    });
  }
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
