// What is wrong with the files of a run's folder, in words for people; never with the folder's place.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type * as z from "zod";
import { systemFault } from "../errors.ts";
import { oneLine } from "../format.ts";
import { tooFew } from "../harness/run_fault.ts";
import { RunConfig, RunMetrics, SampleRecord } from "../harness/run_files.ts";
import { parseLines } from "../harness/run_reader.ts";
import type { StoredRun } from "../harness/run_store.ts";
import { fileState } from "./folder_state.ts";

const LONGEST = 200;

/**
 * Why a run cannot be read, or not all of it. Reads the records of a finished run: about a
 * millisecond for a hundred of them.
 *
 * @param run `null` when config.json cannot be read
 * @returns `null` when nothing is wrong
 */
export function damageOf(folder: string, run: StoredRun | null): string | null {
  if (run === null) return faultOf(folder, "config.json", RunConfig);
  if (run.torn) return faultOf(folder, "metrics.json", RunMetrics);
  if (run.metrics === null) return null;
  const file = "results.jsonl";
  if (fileState(folder, file) === null) return `${file} is missing`;
  try {
    const { records, bad } = parseLines(readFileSync(join(folder, file), "utf8"), SampleRecord);
    return bad === null
      ? tooFew(records, run.config, run.metrics)
      : fault(folder, file, `line ${bad} is not a sample's record`);
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
