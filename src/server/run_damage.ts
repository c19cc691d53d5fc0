// What is wrong with the files of a run's folder, in words for people; never with the folder's place.

import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import type * as z from "zod";
import { systemFault } from "../errors.ts";
import { formatCount, oneLine } from "../format.ts";
import { RunConfig, RunMetrics } from "../harness/run_files.ts";
import { fileState } from "./folder_state.ts";

const LONGEST = 200;
const LINE_FEED = 10;

/** What is known of a run's files without looking for a fault. */
interface Readable {
  /** Calls of the whole run. */
  readonly calls: number;
  /** Whether metrics.json is there but cannot be read. */
  readonly torn: boolean;
  /** Whether metrics.json says that every call was answered. */
  readonly complete: boolean;
}

/**
 * Why a run cannot be read, or not all of it.
 *
 * @param found `null` when config.json cannot be read
 * @returns `null` when nothing is wrong; records are counted, not read, and of complete runs alone
 */
export function damageOf(folder: string, found: Readable | null): string | null {
  if (found === null) return faultOf(folder, "config.json", RunConfig);
  if (found.torn) return faultOf(folder, "metrics.json", RunMetrics);
  if (!found.complete) return null;
  const file = "results.jsonl";
  if (fileState(folder, file) === null) return `${file} is missing`;
  try {
    const records = countLines(join(folder, file));
    return records >= found.calls
      ? null
      : `${file} holds ${formatCount(records, "record")} of ${found.calls}`;
  } catch (cause) {
    return fault(folder, file, systemFault(cause));
  }
}

function faultOf(folder: string, file: string, schema: z.ZodType): string {
  let text: string;
  try {
    text = readFileSync(join(folder, file), "utf8");
  } catch (cause) {
    return fault(folder, file, systemFault(cause));
  }
  try {
    const issue = schema.safeParse(JSON.parse(text)).error?.issues[0];
    if (issue === undefined) return fault(folder, file, "it has just changed");
    const field = issue.path.join(".");
    return fault(folder, file, field === "" ? issue.message : `${field}: ${issue.message}`);
  } catch {
    return fault(folder, file, "it is no JSON");
  }
}

function fault(folder: string, file: string, text: string): string {
  return oneLine(`${file} cannot be read: ${text.replaceAll(`${folder}/`, "")}`, LONGEST);
}

// One buffer for all: a list counts a thousand runs at once.
const CHUNK = new Uint8Array(1 << 18);

function countLines(path: string): number {
  const file = openSync(path, "r");
  try {
    let count = 0;
    for (let size; (size = readSync(file, CHUNK, 0, CHUNK.length, null)) > 0;) {
      for (let at = -1; (at = CHUNK.indexOf(LINE_FEED, at + 1)) >= 0 && at < size;) count++;
    }
    return count;
  } finally {
    closeSync(file);
  }
}
