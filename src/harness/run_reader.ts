// What a run folder says, read through its schemas. Apart from the writing, so that a new run does
// not load what only reading needs.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { DataError, messageOf, systemFault } from "../errors.ts";
import { RunConfig, SampleRecord } from "./run_files.ts";

/** @throws {DataError} when the folder has no readable config.json */
export function readRunConfig(path: string): Promise<RunConfig> {
  return readJson(join(path, "config.json"), RunConfig);
}

/** Reads results.jsonl, as `readLines` does. */
export function readRecords(file: string): Promise<StoredLines<SampleRecord>> {
  return readLines(file, SampleRecord);
}

/** The records of a file in the order in which they finished. */
export interface StoredLines<T> {
  readonly records: T[];
  /** Whether the last line was cut off. */
  readonly torn: boolean;
}

/**
 * Reads a JSON Lines file of records.
 *
 * @throws {DataError} naming the line when one but the last is not a record
 */
export async function readLines<T extends z.ZodType>(
  file: string,
  schema: T,
): Promise<StoredLines<z.output<T>>> {
  const { bad, ...lines } = parseLines(await readText(file), schema);
  if (bad === null) return lines;
  throw new DataError(`Cannot read ${file} at line ${bad}: it is not a sample's record`, {
    hint: "remove that line and resume: its sample is then asked again",
  });
}

/**
 * The records of a JSON Lines file, up to the first line that is none.
 *
 * @returns in `bad` that line's number, from 1; the last line may have been cut off and is not bad
 */
export function parseLines<T extends z.ZodType>(
  text: string,
  schema: T,
): StoredLines<z.output<T>> & { readonly bad: number | null } {
  const lines = text.split("\n");
  const last = lines.pop() ?? "";
  const records: z.output<T>[] = [];
  for (const [index, line] of lines.entries()) {
    const record = decodeRecord(line, schema);
    if (record !== null) records.push(record);
    else if (index === lines.length - 1 && last === "") return { records, torn: true, bad: null };
    else return { records, torn: false, bad: index + 1 };
  }
  return { records, torn: last !== "", bad: null };
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

function decodeRecord<T extends z.ZodType>(line: string, schema: T): z.output<T> | null {
  try {
    const parsed = schema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new DataError(`Cannot read ${file}: ${systemFault(cause)}`, { cause });
  }
}
