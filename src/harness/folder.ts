// Folders that work is stored in as it is done: made under a name of their own, locked against a
// second process, filled line by line. With main.ts the only place that touches what only Deno has.

import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { DataError, systemFault, UsageError } from "../errors.ts";

/**
 * Makes a folder `<YYYYMMDD-HHMMSS>-<name>` (UTC), with `-2`, `-3` … behind when it is taken.
 *
 * @param at ISO 8601
 * @returns its absolute path
 * @throws {UsageError} when it cannot be made
 */
export function makeStampedFolder(parent: string, at: string, name: string): string {
  try {
    mkdirSync(parent, { recursive: true });
  } catch (cause) {
    throw new UsageError(`Cannot create the folder ${parent}: ${systemFault(cause)}`, { cause });
  }
  const stamp = at.slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
  for (let attempt = 1;; attempt++) {
    const path = join(parent, `${stamp}-${name}${attempt === 1 ? "" : `-${attempt}`}`);
    try {
      mkdirSync(path);
      return path;
    } catch (error) {
      if ((error as { code?: string }).code === "EEXIST" && attempt < 1000) continue;
      throw new UsageError(`Cannot create run folder ${path}: ${systemFault(error)}`, {
        cause: error,
      });
    }
  }
}

/**
 * Keeps other processes out of a folder. config.json never changes, so its lock holds while other
 * files are replaced; the system lets go of it when the process ends, however it ends.
 *
 * @throws {UsageError} when another process holds it
 */
export function lockFolder(path: string): Deno.FsFile {
  const lock = Deno.openSync(join(path, "config.json"));
  if (lock.tryLockSync(true)) return lock;
  lock.close();
  throw new UsageError(`Cannot resume ${basename(path)}: another process is at work in it`);
}

/** Whether a process is at work in a folder; false when that cannot be told. */
export function isFolderLocked(path: string): boolean {
  try {
    using lock = Deno.openSync(join(path, "config.json"));
    // Shared, so that two that look never see each other.
    return !lock.tryLockSync(false);
  } catch {
    return false;
  }
}

/** A JSON Lines file that grows. */
export interface LineLog {
  /** Stores a value; once it returns, only a failing disk can lose it. */
  append(value: unknown): void;
  /** Waits until all is on the disk. */
  sync(): void;
  close(): void;
}

/** Opens a JSON Lines file to be appended to, a new one when there is none. */
export function openLineLog(file: string): LineLog {
  const log = Deno.openSync(file, { append: true, create: true });
  const encoder = new TextEncoder();
  let open = true;
  return {
    append(value) {
      let bytes = encoder.encode(`${JSON.stringify(value)}\n`);
      orCannotWrite(file, () => {
        while (bytes.length > 0) bytes = bytes.subarray(log.writeSync(bytes));
      }, GO_ON);
    },
    sync: () => orCannotWrite(file, () => log.syncDataSync(), GO_ON),
    close() {
      if (open) log.close();
      open = false;
    },
  };
}

/** What to do when a file of a folder that can be resumed was not written. */
export const GO_ON = "what is written already stays; mend that and go on with --resume";

/**
 * Writes a file whole or not at all.
 *
 * @param hint what to do when it cannot
 * @throws {DataError}
 */
export function writeWhole(file: string, text: string, hint?: string): void {
  const temporary = `${file}.tmp`;
  orCannotWrite(file, () => {
    writeFileSync(temporary, text);
    renameSync(temporary, file);
  }, hint);
}

/** A value as a JSON file that people can read. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function orCannotWrite(file: string, write: () => void, hint?: string): void {
  try {
    write();
  } catch (cause) {
    throw new DataError(`Cannot write ${file}: ${systemFault(cause)}`, {
      cause,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}
