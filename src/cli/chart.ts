// `logeval chart`: one chart as SVG, into a file or on stdout, for a pull request or a README. Reads
// the runs and writes nothing else.

import { resolve } from "node:path";
import { categoriesChart } from "../charts/categories.ts";
import { compareChart } from "../charts/compare.ts";
import { leaderboardChart } from "../charts/leaderboard.ts";
import { optimizationChart } from "../charts/optimization.ts";
import { trendsChart } from "../charts/trends.ts";
import { makeLeaderboard } from "../harness/leaderboard_file.ts";
import { findProject, inProject, RUNS_DIR } from "../harness/project.ts";
import { writeWhole } from "../harness/folder.ts";
import { listRuns } from "../harness/run_store.ts";
import { findFinished, OPTIMIZATIONS_DIR } from "../optimizer/optimization_folder.ts";
import { categoriesData, compareData, optimizationData, trendsData } from "./chart_data.ts";
import { compareNamed } from "./compare.ts";
import { type CliContext, EXIT } from "./context.ts";

export interface ChartCommandOptions {
  readonly out?: string;
  readonly width?: number;
}

export type ChartName = "leaderboard" | "trends" | "categories" | "compare" | "optimization";

/** @param names of the data: two runs for `compare`, one or no folder for `optimization` */
export async function chartCommand(
  context: CliContext,
  chart: ChartName,
  names: readonly string[],
  { out, width }: ChartCommandOptions,
): Promise<number> {
  const root = findProject(context.cwd);
  const svg = await draw(context, root, chart, names, width === undefined ? {} : { width });
  if (out === undefined) context.stdout(svg);
  else {
    writeWhole(resolve(context.cwd, out), svg);
    context.stderr(`${out}\n`);
  }
  return EXIT.ok;
}

async function draw(
  context: CliContext,
  root: string,
  chart: ChartName,
  [first, second]: readonly string[],
  options: { readonly width?: number },
): Promise<string> {
  const runsDir = inProject(root, RUNS_DIR);
  if (chart === "compare") {
    const { comparison } = await compareNamed(runsDir, first ?? "", second ?? "", context.cwd);
    return compareChart(compareData(comparison), options);
  }
  if (chart === "optimization") {
    const result = await findFinished(inProject(root, OPTIMIZATIONS_DIR), first ?? null);
    return optimizationChart(result === null ? null : optimizationData(result), options);
  }
  const { leaderboard, skipped } = await makeLeaderboard(root, runsDir);
  for (const { name, reason } of skipped) context.stderr(`skipped ${name}: ${reason}\n`);
  const table = leaderboard.tables[0] ?? null;
  switch (chart) {
    case "leaderboard":
      return leaderboardChart(table, options);
    case "trends":
      return trendsChart(trendsData(table), options);
    case "categories":
      return categoriesChart(categoriesData(table, listRuns(runsDir)), options);
  }
}
