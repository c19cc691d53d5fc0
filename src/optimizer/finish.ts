// A search that found its winner -> the files of its folder, and the promoted prompt.

import { inProject } from "../harness/project.ts";
import { promptDiff } from "../harness/prompt_diff.ts";
import type { OptimizationResult } from "./optimization_files.ts";
import type { OptimizationFolder } from "./optimization_folder.ts";
import { renderOptimizationReport } from "./optimization_report.ts";
import { type FinishedSearch, optimizationResult } from "./optimization_result.ts";
import { promote, winnerExperiment } from "./promote.ts";
import { winnerTemplate, winnerYaml } from "./winner.ts";

/** When a winner is promoted: only when it was confirmed, or whatever came out. */
export type ExportWhen = "confirmed" | "always";

/**
 * Writes winner.yaml, experiment.yaml, report.md and result.json, and promotes the winner if it is to
 * be.
 *
 * @param now epoch milliseconds
 */
export function finishOptimization(
  root: string,
  folder: OptimizationFolder,
  search: FinishedSearch,
  when: ExportWhen,
  now: number,
): OptimizationResult {
  const found = optimizationResult(search, new Date(now).toISOString());
  const { confirmation } = found.winner;
  const template = winnerTemplate(search, confirmation, "winner");
  const promoted = when === "always" || confirmation.verdict === "better"
    ? promote(root, search, confirmation)
    : null;
  const result: OptimizationResult = { ...found, promoted };
  const { run } = search.prepared;
  const diff = promptDiff(run.template, template);
  const path = inProject(root, folder.path);
  folder.finish({
    "winner.yaml": winnerYaml(template, search.config, confirmation),
    "experiment.yaml": winnerExperiment(search, run.experiment, {
      id: "optimization-winner",
      prompt: "winner",
      path: `${path.startsWith(root) ? path.slice(root.length + 1) : path}/winner.yaml`,
    }),
    "report.md": renderOptimizationReport(search.config, result, diff),
  }, result);
  return result;
}
