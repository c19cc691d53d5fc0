// `logeval dataset split`: a train and a validation file beside the dataset, with no message in
// both.

import { renameSync, rmSync, writeFileSync } from "node:fs";
import { parse, relative, resolve } from "node:path";
import { loadDataset } from "../dataset/load.ts";
import type { Sample } from "../dataset/sample.ts";
import { type Split, splitDataset } from "../dataset/split.ts";
import { DataError, systemFault, UsageError } from "../errors.ts";
import { formatCount, oneLine } from "../format.ts";
import { type CliContext, EXIT } from "./context.ts";
import { renderTable } from "./table.ts";

/** Of the samples that go to train when no size is given: 60 of 115. */
const TRAIN_SHARE = 0.52;
const DEFAULT_SEED = 1;

export interface DatasetSplitOptions {
  /** Numbers of samples; with one of them the other is the rest. */
  readonly train?: number;
  readonly validation?: number;
  readonly seed?: number;
}

/**
 * Writes both files, each whole or not at all, and says how the root causes fell.
 *
 * @throws {DataError} when the dataset cannot be read or split, or a file cannot be written
 * @throws {UsageError} when more samples are asked for than there are
 */
export async function datasetSplitCommand(
  context: CliContext,
  file: string,
  options: DatasetSplitOptions,
): Promise<number> {
  const path = resolve(context.cwd, file);
  const { samples } = await loadDataset(path, file);
  const sizes = splitSizes(samples.length, options, file);
  const split = splitDataset(samples, { ...sizes, seed: options.seed ?? DEFAULT_SEED });
  if (split.train.length === 0 || split.validation.length === 0) {
    throw new DataError(`Cannot split ${file}: all its samples share one message`);
  }
  const { dir, name, ext } = parse(path);
  const written = (["train", "validation"] as const).map((side) => ({
    path: resolve(dir, `${name}-${side}${ext}`),
    text: datasetText(split[side], ext),
  }));
  writeAll(written);
  context.stdout(`${renderSplit(samples, split)}\n`);
  if (!split.exact) {
    context.stdout(
      `\nnot exact: ${sizes.train} and ${sizes.validation} were asked for, but samples of one ` +
        "message stay together\n",
    );
  }
  const names = written.map(({ path }) => relative(context.cwd, path));
  context.stderr(`\n${names.join("\n")}\nnext: logeval dataset lint ${names.join(" ")}\n`);
  return EXIT.ok;
}

function splitSizes(n: number, { train, validation }: DatasetSplitOptions, file: string) {
  if (n < 2) throw new DataError(`Cannot split ${file}: it has one sample`);
  const trainSize = train ?? (validation ? n - validation : Math.round(TRAIN_SHARE * n));
  const sizes = { train: trainSize, validation: validation ?? n - trainSize };
  if (sizes.train < 1 || sizes.validation < 1 || sizes.train + sizes.validation > n) {
    const asked = [
      ...(train === undefined ? [] : [`--train ${train}`]),
      ...(validation === undefined ? [] : [`--validation ${validation}`]),
    ].join(" and ");
    const empty = sizes.train < 1 ? "train" : sizes.validation < 1 ? "validation" : null;
    const has = `it has ${formatCount(n, "sample")}`;
    const why = empty === null ? has : `${has}, none is left for ${empty}`;
    throw new UsageError(`Cannot split ${file} with ${asked}: ${why}`, {
      hint: "ask for fewer, or for none: all are used then, 52 % of them for train",
    });
  }
  return sizes;
}

/** The samples in the format of the file that they came from. */
function datasetText(samples: readonly Sample[], extension: string): string {
  const rows = samples.map(({ fields }) => fields);
  if (!/^\.(jsonl|ndjson)$/i.test(extension)) return `${JSON.stringify(rows, null, 2)}\n`;
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

/** Both texts are on the disk before either file has its name. */
function writeAll(files: readonly { readonly path: string; readonly text: string }[]): void {
  const temporaries: string[] = [];
  try {
    for (const { path, text } of files) {
      writeFileSync(`${path}.tmp`, text);
      temporaries.push(`${path}.tmp`);
    }
    for (const { path } of files) renameSync(`${path}.tmp`, path);
  } catch (cause) {
    for (const temporary of temporaries) rmSync(temporary, { force: true });
    const names = files.map(({ path }) => path).join(" and ");
    throw new DataError(`Cannot write ${names}: ${systemFault(cause)}`, { cause });
  }
}

/** How the root causes fell, in order of their number. Pure. */
export function renderSplit(samples: readonly Sample[], { train, validation }: Split): string {
  const causes = [...Map.groupBy(samples, ({ labels }) => labels.root_cause)]
    .toSorted(([a, ofA], [b, ofB]) => ofB.length - ofA.length || (a < b ? -1 : 1));
  const count = (side: readonly Sample[], cause: string) =>
    side.filter(({ labels }) => labels.root_cause === cause).length;
  const rows = causes.map(([cause, { length }]) => {
    const [inTrain, inValidation] = [count(train, cause), count(validation, cause)];
    return [oneLine(cause, 40), inTrain, inValidation, length - inTrain - inValidation];
  });
  const left = samples.length - train.length - validation.length;
  const table = [
    ["root cause", "train", "validation", "left out"],
    ...rows,
    ["samples", train.length, validation.length, left],
  ].map((row) => row.slice(0, left > 0 ? 4 : 3).map(String));
  return `${renderTable(table, [1, 2, 3])}${
    left > 0 ? `\n\n${formatCount(left, "sample")} of ${samples.length} in neither` : ""
  }`;
}
