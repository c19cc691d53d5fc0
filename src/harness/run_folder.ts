// One run's folder on disk: created or taken up again, fed record by record, finished with its
// derived files. A killed process loses at most the calls in flight; a second one is kept out.

import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import * as z from "zod";
import { DataError, messageOf, systemFault, UsageError } from "../errors.ts";
import { linkLatest } from "./run_store.ts";
import { RunConfig, type RunMetrics, SampleRecord } from "./run_files.ts";

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
 */
export function createRunFolder(
  runsDir: string,
  config: Omit<RunConfig, "run_id">,
): RunFolder {
  try {
    mkdirSync(runsDir, { recursive: true });
  } catch (cause) {
    throw new UsageError(`Cannot create the folder ${runsDir}: ${systemFault(cause)}`, { cause });
  }
  const stamp = config.started_at.slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
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
 * Takes a run up again: drops a torn last line and the records of failed samples, which are asked
 * again.
 *
 * @throws {DataError} when config.json or an inner line of results.jsonl cannot be read
 * @throws {UsageError} when another process is at work in the folder
 */
export async function reopenRunFolder(path: string): Promise<RunFolder> {
  const config = await readRunConfig(path);
  // Locked before it is read: what another process may still append would be lost.
  const lock = lockFolder(path);
  try {
    const file = join(path, "results.jsonl");
    const { records, torn } = existsSync(file)
      ? await readRecords(file)
      : { records: [], torn: false };
    const kept = firstOfEach(records.filter((record) => record.outcome !== "failed"));
    if (torn || kept.length < records.length) {
      writeWhole(file, kept.map((record) => `${JSON.stringify(record)}\n`).join(""));
    }
    return openFolder(path, config, kept, lock);
  } catch (error) {
    lock.close();
    throw error;
  }
}

/** @throws {DataError} when the folder has no readable config.json */
export function readRunConfig(path: string): Promise<RunConfig> {
  return readJson(join(path, "config.json"), RunConfig);
}

/**
 * Reads results.jsonl.
 *
 * @returns the records in the order in which they finished; `torn` when the last line was cut off
 * @throws {DataError} naming the line when another line is not a record
 */
export async function readRecords(
  file: string,
): Promise<{ readonly records: SampleRecord[]; readonly torn: boolean }> {
  const lines = (await readText(file)).split("\n");
  const last = lines.pop() ?? "";
  const records: SampleRecord[] = [];
  for (const [index, line] of lines.entries()) {
    const record = decodeRecord(line);
    if (record !== null) records.push(record);
    else if (index === lines.length - 1 && last === "") return { records, torn: true };
    else {
      throw new DataError(`Cannot read ${file} at line ${index + 1}: it is not a sample's record`, {
        hint: "remove that line and resume: its sample is then asked again",
      });
    }
  }
  return { records, torn: last !== "" };
}

/** @throws {DataError} when the file cannot be read or is not of the schema */
export async function readJson<T extends z.ZodType>(file: string, schema: T): Promise<z.output<T>> {
  const text = await readText(file);
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw new DataError(`Cannot read ${file}: ${messageOf(cause)}`, { cause });
  }
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new DataError(`Cannot read ${file}:\n${z.prettifyError(parsed.error)}`);
}

// config.json never changes, so its lock holds while other files are replaced. The system lets go of
// it when the process ends, however it ends.
function lockFolder(path: string): Deno.FsFile {
  const lock = Deno.openSync(join(path, "config.json"));
  if (lock.tryLockSync(true)) return lock;
  lock.close();
  throw new UsageError(`Cannot resume ${basename(path)}: another process is at work in it`);
}

function openFolder(
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

function decodeRecord(line: string): SampleRecord | null {
  try {
    const parsed = SampleRecord.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function firstOfEach(records: readonly SampleRecord[]): SampleRecord[] {
  const seen = new Set<string>();
  return records.filter(({ id, repeat }) => {
    const key = `${id} ${repeat}`;
    return !seen.has(key) && seen.add(key);
  });
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

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new DataError(`Cannot read ${file}: ${systemFault(cause)}`, { cause });
  }
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
