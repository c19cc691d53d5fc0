// `logeval compare`: is B better than A? One verdict line, then what it stands on.

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import picocolors from "picocolors";
import type * as z from "zod";
import { DataError, systemFault, UsageError } from "../errors.ts";
import { formatDifference, formatScore, oneLine, UNKNOWN } from "../format.ts";
import { compareRuns, type Comparison } from "../harness/compare.ts";
import { renderComparisonMarkdown } from "../harness/comparison_markdown.ts";
import {
  costRows,
  HOLM_LINE,
  metricHead,
  metricRows,
  moreLines,
  runNames,
  seenLine,
  shownFlips,
  verdictLines,
} from "../harness/comparison_terms.ts";
import { parseExperiment } from "../harness/experiment.ts";
import { findProject, inProject, RUNS_DIR } from "../harness/project.ts";
import { writeWhole } from "../harness/folder.ts";
import { RunConfig, RunMetrics } from "../harness/run_files.ts";
import { readJson, readRecords } from "../harness/run_reader.ts";
import { findRun, type StoredRun } from "../harness/run_store.ts";
import { type CliContext, EXIT } from "./context.ts";
import type { Colors } from "./run_report.ts";
import { renderTable } from "./table.ts";

const MOST_ROOT_CAUSES = 40;

export interface CompareOptions {
  readonly json?: true;
  readonly failIf?: "worse";
  readonly minEffect?: number;
}

/**
 * Prints the comparison, then writes it beside B's summary.
 *
 * @returns 0, or 5 with `--fail-if worse` when B is worse on evidence
 * @throws {DataError} naming the file of a run that cannot be read
 */
export async function compareCommand(
  context: CliContext,
  nameA: string,
  nameB: string,
  options: CompareOptions,
): Promise<number> {
  const runsDir = inProject(findProject(context.cwd), RUNS_DIR);
  const { comparison, b } = await compareNamed(runsDir, nameA, nameB, context.cwd, options);
  if (options.json) context.stdout(`${JSON.stringify(comparison, null, 2)}\n`);
  else {
    for (const notice of comparison.notices) context.stdout(`note: ${oneLine(notice, 400)}\n`);
    const colors = picocolors.createColors(context.colors.stdout);
    context.stdout(renderComparison(comparison, colors));
    context.stderr("\n");
  }
  writeMarkdown(context, b.path, comparison);
  if (!options.json) {
    context.stderr(`next: logeval show ${oneLine(comparison.b.run_id, 200)} --sample ID\n`);
  }
  return options.failIf === "worse" && comparison.verdict === "worse" ? EXIT.gate : EXIT.ok;
}

/**
 * The comparison of two runs by their names, and run B.
 *
 * @throws {DataError} naming the file of a run that cannot be read
 */
export async function compareNamed(
  runsDir: string,
  nameA: string,
  nameB: string,
  cwd: string,
  { minEffect }: Pick<CompareOptions, "minEffect"> = {},
): Promise<{ readonly comparison: Comparison; readonly b: StoredRun }> {
  const a = await finished(runsDir, nameA, cwd);
  const b = await finished(runsDir, nameB, cwd);
  return { comparison: compareRuns(await withRecords(a), await withRecords(b), minEffect), b };
}

/** A comparison as text for the terminal. Pure. */
export function renderComparison(comparison: Comparison, colors: Colors): string {
  const [a, b] = runNames(comparison);
  const [verdict, ground] = verdictLines(comparison);
  const word = comparison.verdict;
  const paint = word === "better" ? colors.green : word === "worse" ? colors.red : colors.bold;
  const seen = seenLine(comparison);
  const { flips, by_root_cause } = comparison;
  const { shown, more } = shownFlips(flips);
  return [
    `${paint(word)}${verdict.slice(word.length)}`,
    `${" ".repeat(word.length + 2)}${ground}`,
    "",
    renderTable([metricHead(a, b), ...metricRows(comparison)], [1, 2, 3, 4, 5]),
    `  ${HOLM_LINE}`,
    "",
    renderTable(costRows(comparison), [1, 2, 3]),
    ...(seen === null ? [] : ["", `  ${seen}`]),
    ...(by_root_cause.length === 0 ? [] : ["", renderRootCauses(by_root_cause)]),
    "",
    `  flipped to right ${flips.to_right} · flipped to wrong ${flips.to_wrong}`,
    ...shown.map((flip) =>
      `    ${flip.id.slice(0, 8)}  ${oneLine(flip.root_cause, 24).padEnd(24)}  ` +
      `${oneLine(flip.a ?? UNKNOWN, 24)} -> ${oneLine(flip.b ?? UNKNOWN, 24)}\n` +
      `              ${oneLine(flip.log_line, 84)}`
    ),
    ...moreLines(more).map((line) => `    ${line}`),
    "",
  ].join("\n");
}

function renderRootCauses(rows: Comparison["by_root_cause"]): string {
  const table = renderTable([
    ["root cause", "n", "A", "B", "change"],
    ...rows.slice(0, MOST_ROOT_CAUSES).map((row) => [
      oneLine(row.root_cause, 40),
      String(row.n),
      formatScore(row.a, 2),
      formatScore(row.b, 2),
      formatDifference(row.difference, 2),
    ]),
  ], [1, 2, 3, 4]);
  return [table, ...moreLines(rows.length - MOST_ROOT_CAUSES).map((line) => `  ${line}`)].join(
    "\n",
  );
}

/** A verdict stands also where it cannot be written down: B's folder may be read-only. */
function writeMarkdown({ stderr }: CliContext, folder: string, comparison: Comparison): void {
  try {
    writeWhole(join(folder, "comparison.md"), renderComparisonMarkdown(comparison));
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    stderr(`note: comparison.md not written: ${systemFault(error.cause)}\n`);
  }
}

async function finished(runsDir: string, name: string, cwd: string): Promise<StoredRun> {
  const run = await foundRun(runsDir, name, cwd);
  if (run.metrics === null) {
    await sayWhatIsWrong(join(run.path, "metrics.json"), RunMetrics);
    throw new UsageError(
      `Cannot compare ${oneLine(run.config.run_id, 200)}: it was never finished`,
    );
  }
  return run;
}

async function foundRun(runsDir: string, name: string, cwd: string): Promise<StoredRun> {
  try {
    return findRun(runsDir, await experimentOf(name, cwd) ?? name, cwd);
  } catch (error) {
    for (const folder of [resolve(cwd, name), join(runsDir, name)]) {
      await sayWhatIsWrong(join(folder, "config.json"), RunConfig);
    }
    throw error;
  }
}

/** The experiment that a file describes; `null` when `name` is no experiment's file. */
async function experimentOf(name: string, cwd: string): Promise<string | null> {
  const file = resolve(cwd, name);
  if (!/\.ya?ml$/.test(name) || !existsSync(file)) return null;
  return parseExperiment(await readFile(file, "utf8"), name, null).experiment.experiment_id;
}

/** @throws {DataError} when a file is there and cannot be read */
async function sayWhatIsWrong(file: string, schema: z.ZodType): Promise<void> {
  if (existsSync(file)) await readJson(file, schema);
}

async function withRecords({ path, config, metrics }: StoredRun) {
  const { records } = await readRecords(join(path, "results.jsonl"));
  return { config, metrics, records };
}
