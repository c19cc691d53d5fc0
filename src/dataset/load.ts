// A dataset file (JSON array, or JSONL by extension) -> samples with identities, or one error that
// lists what is wrong, where. Called by the harness and the dataset commands.

import { readFile } from "node:fs/promises";
import * as z from "zod";
import { DataError, messageOf } from "../errors.ts";
import { describeFaults, type Fault, faultsOf, quote } from "../faults.ts";
import { hashOfAll } from "../hash.ts";
import { elementLines, fieldLine } from "./json_lines.ts";
import { identifySamples, type Sample, type SampleFields } from "./sample.ts";

export interface Dataset {
  /** As given, for messages and reports. */
  readonly path: string;
  /** `hashOfAll` of the samples with their labels and extra fields, in file order. */
  readonly hash: string;
  /** In file order, at least one. */
  readonly samples: readonly Sample[];
}

const SampleRow = z.looseObject({
  timestamp: z.number().min(0).max(8.64e15), // what a Date can hold
  namespace: z.string(),
  pod: z.string(),
  container: z.string(),
  node: z.string(),
  log_line: z.string(),
  detected_severity: z.string().optional(),
  signature_hash: z.string().optional(),
  source: z.string().optional(),
  root_cause: z.string().min(1),
  severity: z.string().min(1),
  component: z.string().min(1),
  summary: z.string(),
  action_needed: z.string().min(1),
});

/**
 * Reads and checks a dataset file.
 *
 * @param file where it is
 * @param name how messages name it
 * @throws {DataError} when it cannot be read, is no array or JSONL, is empty, or a sample lacks a
 * field or has one of another type: every fault with its line and sample (20 listed)
 */
export async function loadDataset(file: string, name: string = file): Promise<Dataset> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    throw new DataError(`Cannot read dataset ${quote(name)}: ${messageOf(cause)}`, { cause });
  }
  return parseDataset(text.replace(/^\uFEFF/, ""), name);
}

/** As `loadDataset`, from text; the extension of `name` decides between JSON and JSONL. */
export function parseDataset(text: string, name: string): Dataset {
  const rows = /\.(jsonl|ndjson)$/i.test(name) ? jsonLines(text, name) : jsonArray(text, name);
  if (rows.length === 0) {
    throw new DataError(`Cannot use dataset ${quote(name)}: it has no samples`);
  }
  const faults: Fault[] = [];
  rows.forEach((row, index) => {
    const parsed = SampleRow.safeParse(row.value);
    if (!parsed.success) faults.push(...rowFaults(parsed.error, row, index));
  });
  if (faults.length > 0) throw new DataError(describeFaults(`Cannot use dataset ${name}`, faults));
  const fields = rows.map((row) => row.value as SampleFields);
  return { path: name, hash: hashOfAll(fields), samples: identifySamples(fields) };
}

interface Row {
  readonly value: unknown;
  /** 1-based line of a field of this row, or of the row itself. */
  lineOf(field?: string): number;
}

function rowFaults(error: z.ZodError, row: Row, index: number): Fault[] {
  return faultsOf(error, SampleRow, row.value, (path) => {
    const field = path[0];
    return `line ${row.lineOf(field === undefined ? undefined : String(field))}, sample ${
      index + 1
    }`;
  }).map((fault) => ({ ...fault, field: fault.field || "sample" }));
}

function jsonLines(text: string, name: string): Row[] {
  return text.split("\n").flatMap((line, index): Row[] => {
    if (line.trim() === "") return [];
    try {
      return [{ value: JSON.parse(line), lineOf: () => index + 1 }];
    } catch (cause) {
      throw new DataError(
        `Cannot read dataset ${quote(name)} at line ${index + 1}: ${messageOf(cause)}`,
        { cause },
      );
    }
  });
}

function jsonArray(text: string, name: string): Row[] {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw new DataError(`Cannot read dataset ${quote(name)}: ${messageOf(cause)}`, {
      cause,
      hint: "a dataset is a JSON array of samples, or a .jsonl file with one sample a line",
    });
  }
  if (!Array.isArray(data)) {
    throw new DataError(`Cannot use dataset ${quote(name)}: it is not a JSON array of samples`);
  }
  let lines: number[] | undefined;
  return data.map((value, index) => ({
    value,
    lineOf(field) {
      lines ??= elementLines(text);
      return fieldLine(text, lines[index] ?? 1, lines[index + 1], field);
    },
  }));
}
