// A search that found its winner -> the files of its folder, and the promoted prompt.

import { pathInProject } from "../harness/project.ts";
import { promptDiff } from "../harness/prompt_diff.ts";
import type { OptimizationResult } from "./optimization_files.ts";
import { earlierSearches, type OptimizationFolder } from "./optimization_folder.ts";
import { renderOptimizationReport } from "./optimization_report.ts";
import { type FinishedSearch, optimizationResult } from "./optimization_result.ts";
import { promote } from "./promote.ts";
import { winnerTemplate, winnerYaml } from "./winner.ts";
import { baselineExperiment, winnerExperiment } from "./winner_experiment.ts";

/** When a winner is promoted: only when it was confirmed, or whatever came out. */
export type ExportWhen = "confirmed" | "always";

/**
 * Writes winner.yaml and its experiments, promotes the winner if it is to be, then writes report.md
 * and, last, result.json. Called again after a fault it makes the same files.
 *
 * @param now epoch milliseconds
 * @throws {DataError} when a file cannot be written; winner.yaml is in the folder even if that is one
 * of the promoted ones
 */
export function finishOptimization(
  root: string,
  folder: OptimizationFolder,
  search: FinishedSearch,
  when: ExportWhen,
  now: number,
): OptimizationResult {
  const { config } = search;
  const found = optimizationResult(search, new Date(now).toISOString(), earlierSearches(folder));
  const { confirmation } = found.winner;
  const { run } = search.prepared;
  const winner = winnerTemplate(search, confirmation, "winner");
  const path = pathInProject(root, folder.path);
  folder.write({
    "winner.yaml": winnerYaml(winner, config, confirmation),
    "experiment.yaml": winnerExperiment(search, run.experiment, confirmation, {
      id: `winner-${config.run_id.slice(0, 15)}`,
      prompt: "winner",
      path: `${path}/winner.yaml`,
    }),
    "baseline.yaml": baselineExperiment(config, run),
  });
  const promoted = when === "always" || confirmation.verdict === "better"
    ? promote(root, search, confirmation)
    : null;
  const result: OptimizationResult = { ...found, promoted: promoted?.files ?? null };
  const diff = promptDiff(run.template, promoted?.template ?? winner);
  folder.write({ "report.md": renderOptimizationReport(config, result, diff) });
  folder.finish(result);
  return result;
}
