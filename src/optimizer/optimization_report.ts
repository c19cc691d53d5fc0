// report.md: an optimization for a pull request. The claimed gain first, then what it stands on, what
// changed in the prompt, what it cost, and how to take it over.

import { formatCount, UNKNOWN } from "../format.ts";
import { code, figuresTable, inline, table } from "../harness/markdown.ts";
import { servedModel } from "../harness/run_terms.ts";
import type { OptimizationConfig, OptimizationResult } from "./optimization_files.ts";
import {
  callsLine,
  claimLines,
  COST_HEAD,
  costRows,
  dimensionsLine,
  effectRows,
  EFFECTS_HEAD,
  finalistRows,
  FINALISTS_HEAD,
  FINALISTS_NOTE,
  seenLine,
} from "./optimization_terms.ts";

const MOST_FLIPS = 20;
const LONGEST_DIFF = 30_000;

/** @param diff of the winner's prompt against its parent, as unified text */
export function renderOptimizationReport(
  config: OptimizationConfig,
  result: OptimizationResult,
  diff: string,
): string {
  const [claim, ...ground] = claimLines(result);
  const { winner, promoted } = result;
  const { flips, verdict } = winner.confirmation;
  const toWrong = flips.filter(({ to_right }) => !to_right).length;
  const more = flips.length - MOST_FLIPS;
  return [
    `# ${inline(config.run_id, 120)}`,
    `**${inline(claim, 300)}**`,
    ground.map((line) => `- ${inline(line, 300)}`).join("\n"),
    ...(promoted !== null && verdict !== "better"
      ? ["> **Promoted although it was not confirmed** (`--export always`)."]
      : []),
    `Winner: \`${winner.candidate}\`, of ${formatCount(config.space.candidates, "prompt")} ` +
    `(${inline(dimensionsLine(config), 200)}). Model: ${inline(servedModel(config), 120)}. ` +
    `Search: ${config.search.method}, ${callsLine(config)}, seed ${config.search.seed}.`,
    "## Finalists",
    "On the validation samples, by which the search chose: no claim.",
    figuresTable(FINALISTS_HEAD, finalistRows(result)),
    `${inline(FINALISTS_NOTE, 400)}.`,
    "## What each dimension is worth",
    `Difference to the mean of the dimension's levels. ${seenLine(result, config)}.`,
    figuresTable(EFFECTS_HEAD, effectRows(result)),
    "## Stages",
    figuresTable(
      ["stage", "prompts", "samples each"],
      result.stages.map(({ stage, survivors, samples }) => [
        String(stage),
        String(survivors.length),
        String(samples),
      ]),
    ),
    `## Flipped root causes on the unseen samples: ${flips.length - toWrong} to right, ` +
    `${toWrong} to wrong`,
    ...flips.slice(0, MOST_FLIPS).map((flip) =>
      [
        `### \`${flip.id}\``,
        code(flip.log_line, 300),
        table(["expected", "today", "winner"], [[
          inline(flip.root_cause, 80),
          inline(flip.baseline ?? UNKNOWN, 80),
          inline(flip.winner ?? UNKNOWN, 80),
        ]]),
      ].join("\n\n")
    ),
    ...(more > 0 ? [`… and ${more} more: see result.json`] : []),
    "## Cost",
    figuresTable(COST_HEAD, costRows(result)),
    `## What changes in the prompt`,
    diff.slice(0, LONGEST_DIFF).replace(/^/gm, "    ").trimEnd(),
    "## Take it over",
    commands(config, promoted).replace(/^/gm, "    "),
  ].join("\n\n") + "\n";
}

/** The commands that review the winner and bring it into the repository. */
function commands(
  { run_id, prompt, experiment_id }: OptimizationConfig,
  promoted: OptimizationResult["promoted"],
): string {
  const folder = `evals/optimization/runs/${run_id}`;
  if (promoted === null) {
    return [
      `# not promoted; to look at it all the same:`,
      `logeval prompt diff ${prompt.path} ${folder}/winner.yaml`,
      `logeval run ${folder}/baseline.yaml && logeval run ${folder}/experiment.yaml`,
      `logeval compare ${folder}/baseline.yaml ${folder}/experiment.yaml`,
    ].join("\n");
  }
  const experiment = promoted.experiment.replace(/^.*\//, "").replace(/\.yaml$/, "");
  return [
    `logeval prompt verify ${promoted.prompt}`,
    `logeval prompt diff ${prompt.path} ${promoted.prompt}`,
    `logeval run ${experiment_id} && logeval run ${experiment}`,
    `logeval compare ${experiment_id} ${experiment}`,
    `git add ${promoted.prompt} ${promoted.experiment}`,
    `git commit -m "prompt: ${promoted.prompt.replace(/^.*\//, "").replace(/\.yaml$/, "")}"`,
    "git push",
  ].join("\n");
}
