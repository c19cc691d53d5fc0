// Where a winner goes when it is promoted: the next free version of the baseline's prompt, and an
// experiment that uses it with the baseline's own model and settings.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { type Experiment, parseExperiment } from "../harness/experiment.ts";
import { writeWhole } from "../harness/folder.ts";
import { EXPERIMENTS_DIR, inProject, PROMPTS_DIR } from "../harness/project.ts";
import type { OptimizationResult } from "./optimization_files.ts";
import { levelWords, winnerTemplate, winnerYaml } from "./winner.ts";
import type { FinishedSearch } from "./optimization_result.ts";

type Confirmation = OptimizationResult["winner"]["confirmation"];

/** The names that a promoted winner gets: `k8s_log_analysis_v2` and `optimized-v2`. */
export interface PromotedNames {
  readonly prompt: string;
  readonly experiment: string;
}

/** The next number that is free for prompt and experiment, after the baseline's own. */
export function nextNames(root: string, baseline: string): PromotedNames {
  const [, stem = baseline, version = "1"] = /^(.*)_v(\d+)$/.exec(baseline) ?? [];
  for (let number = Number(version) + 1;; number++) {
    const names = { prompt: `${stem}_v${number}`, experiment: `optimized-v${number}` };
    if (!existsSync(promptFile(root, names)) && !existsSync(experimentFile(root, names))) {
      return names;
    }
  }
}

/**
 * Writes prompt and experiment of a promoted winner.
 *
 * @returns their paths, relative to the root
 */
export function promote(
  root: string,
  search: FinishedSearch,
  confirmation: Confirmation,
): NonNullable<OptimizationResult["promoted"]> {
  const { config, prepared } = search;
  const names = nextNames(root, config.prompt.id);
  const template = winnerTemplate(search, confirmation, names.prompt);
  // The model of the file: what the command line changed for the search is no part of it.
  const file = prepared.run.experimentFile;
  const { experiment } = parseExperiment(readFileSync(inProject(root, file), "utf8"), file, null);
  const prompt = `${PROMPTS_DIR}/${names.prompt}.yaml`;
  const path = `${EXPERIMENTS_DIR}/${names.experiment}.yaml`;
  writeWhole(join(root, prompt), winnerYaml(template, config, confirmation));
  writeWhole(
    join(root, path),
    winnerExperiment(search, experiment, {
      id: names.experiment,
      prompt: template.id,
      path: prompt,
    }),
  );
  return { prompt, experiment: path };
}

/** An experiment like another one, with the winner's prompt and room for its answers. */
export function winnerExperiment(
  { config, found: { winner } }: FinishedSearch,
  like: Experiment,
  names: { readonly id: string; readonly prompt: string; readonly path: string },
): string {
  const experiment = {
    experiment_id: names.id,
    description: `The winner of ${config.run_id}: ${levelWords(winner.levels)}.`,
    dataset: like.dataset,
    model: like.model,
    llm_config: {
      ...like.llm_config,
      ...(winner.maxTokens === null ? {} : { max_tokens: winner.maxTokens }),
    },
    prompt: { id: names.prompt, path: names.path },
    execution: like.execution,
  };
  return stringify(experiment, { lineWidth: 0 });
}

function promptFile(root: string, { prompt }: PromotedNames): string {
  return join(root, PROMPTS_DIR, `${prompt}.yaml`);
}

function experimentFile(root: string, { experiment }: PromotedNames): string {
  return join(root, EXPERIMENTS_DIR, `${experiment}.yaml`);
}
