// What the files of a run's or an optimization's folder say without being read: that they changed,
// and whether somebody is at work. Links are no files here: they could lead out of the folder.

import { lstatSync } from "node:fs";
import { join } from "node:path";
import { isFolderLocked } from "../harness/folder.ts";

/** A file's last change; null when there is no such file of its own. */
export interface FileState {
  /** Epoch milliseconds. */
  readonly changed: number;
  readonly size: number;
}

/** Whether a path is a folder, and no link to one. */
export function isOwnFolder(path: string): boolean {
  return statOf(path)?.isDirectory() ?? false;
}

export function fileState(folder: string, name: string): FileState | null {
  const stat = statOf(join(folder, name));
  return stat?.isFile() ? { changed: stat.mtimeMs, size: stat.size } : null;
}

// What may not be looked at is not there.
function statOf(path: string) {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** A text that is another one whenever one of the files is. */
export function stampOf(files: readonly (FileState | null)[]): string {
  return files.map((file) => file === null ? "-" : `${file.changed}/${file.size}`).join(" ");
}

/** How long a folder without a change counts as being worked in, milliseconds. */
const SILENCE_MS = 120_000;

/**
 * Whether somebody is at work in an unfinished folder: a file changed in the last two minutes, or a
 * process holds its lock, as it does through one very slow answer.
 */
export function isAtWork(
  folder: string,
  files: readonly (FileState | null)[],
  now: number,
): boolean {
  const last = Math.max(...files.map((file) => file?.changed ?? 0));
  return now - last < SILENCE_MS || isFolderLocked(folder);
}
