// A dataset file (JSON array, or JSONL by extension) -> samples with identities, or one error that
// lists what is wrong, where. Called by the harness and the dataset commands.

import { readFile } from "node:fs/promises";
import * as z from "zod";
import { DataError, messageOf, systemFault } from "../errors.ts";
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

/** Something wrong with one row of a dataset file. */
export interface RowFault extends Fault {
  /** The row's number in the file, from 1. */
  readonly number: number;
  readonly line: number;
}

/** A dataset file as it stands, sound or not. */
export interface DatasetRows {
  /** As given, for messages and reports. */
  readonly path: string;
  /** Rows in the file, at least one. */
  readonly n: number;
  /** Those that are samples, in file order. */
  readonly rows: readonly { readonly number: number; readonly fields: SampleFields }[];
  readonly faults: readonly RowFault[];
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
  return parseDataset(await readText(file, name), name);
}

/** As `loadDataset`, from text; the extension of `name` decides between JSON and JSONL. */
export function parseDataset(text: string, name: string): Dataset {
  const { rows, faults } = parseRows(text, name);
  if (faults.length > 0) throw new DataError(describeFaults(`Cannot use dataset ${name}`, faults));
  const fields = rows.map((row) => row.fields);
  return { path: name, hash: hashOfAll(fields), samples: identifySamples(fields) };
}

/**
 * Reads a dataset file row by row: what is wrong with one says nothing of the others.
 *
 * @throws {DataError} when the file as a whole cannot be read, is no array or JSONL, or is empty
 */
export async function loadRows(file: string, name: string = file): Promise<DatasetRows> {
  return parseRows(await readText(file, name), name);
}

/** As `loadRows`, from text. */
export function parseRows(text: string, name: string): DatasetRows {
  const rows: { number: number; fields: SampleFields }[] = [];
  const faults: RowFault[] = [];
  let n = 0;
  for (const row of /\.(jsonl|ndjson)$/i.test(name) ? jsonLines(text) : jsonArray(text, name)) {
    const number = row.index + 1;
    n = number;
    if (row.broken !== undefined) {
      const line = row.lineOf();
      const message = `is no JSON: ${row.broken}`;
      faults.push({ at: line, line, number, field: "the line", message });
      continue;
    }
    const parsed = SampleRow.safeParse(row.value);
    // Not `parsed.data`: the row itself keeps its order and its extra fields.
    if (parsed.success) rows.push({ number, fields: row.value as SampleFields });
    else faults.push(...rowFaults(parsed.error, row));
  }
  if (n === 0) throw new DataError(`Cannot use dataset ${quote(name)}: it has no samples`);
  return { path: name, n, rows, faults };
}

async function readText(file: string, name: string): Promise<string> {
  try {
    const bytes = await readFile(file);
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    const fault = cause instanceof TypeError ? "it is not UTF-8 text" : systemFault(cause);
    throw new DataError(`Cannot read dataset ${quote(name)}: ${fault}`, { cause });
  }
}

interface Row {
  readonly value: unknown;
  /** Why a line of JSONL could not be read. */
  readonly broken?: string;
  /** From 0. */
  readonly index: number;
  /** 1-based line of a field of this row, or of the row itself. */
  readonly lineOf: (field?: string) => number;
}

function rowFaults(error: z.ZodError, { value, index, lineOf }: Row): RowFault[] {
  const number = index + 1;
  return faultsOf(error, SampleRow, value, ([field]) => {
    return lineOf(field === undefined ? undefined : String(field));
  }).map(({ at, field, message }) => {
    const line = Number(at);
    const name = field === "the file" ? "the sample" : field;
    return { at: `line ${line}, sample ${number}`, line, number, field: name, message };
  });
}

function parseLine(line: string): Pick<Row, "value" | "broken"> {
  try {
    return { value: JSON.parse(line) };
  } catch (error) {
    return { value: undefined, broken: messageOf(error) };
  }
}

function* jsonLines(text: string): Generator<Row> {
  let index = 0;
  let start = 0;
  for (let line = 1; start < text.length; line++) {
    const end = text.indexOf("\n", start);
    const content = text.slice(start, end === -1 ? text.length : end);
    start = end === -1 ? text.length : end + 1;
    if (content.trim() === "") continue;
    yield { ...parseLine(content), index: index++, lineOf: () => line };
  }
}

function* jsonArray(text: string, name: string): Generator<Row> {
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
  let starts: number[] | undefined;
  let lines: string[] | undefined;
  for (const [index, value] of data.entries()) {
    yield {
      value,
      index,
      lineOf(field) {
        starts ??= elementLines(text);
        lines ??= text.split("\n");
        return fieldLine(lines, starts[index] ?? 1, starts[index + 1], field);
      },
    };
  }
}
