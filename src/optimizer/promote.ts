// Where a winner goes when it is promoted: the next free version of the baseline's prompt, and an
// experiment that uses it with the baseline's own model and settings.

import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parsePromptTemplate, type PromptTemplate } from "../analyzer/prompt.ts";
import { hashOf } from "../hash.ts";
import { parseExperiment } from "../harness/experiment.ts";
import { writeWhole } from "../harness/folder.ts";
import { EXPERIMENTS_DIR, inProject, PROMPTS_DIR } from "../harness/project.ts";
import type { OptimizationResult } from "./optimization_files.ts";
import type { FinishedSearch } from "./optimization_result.ts";
import { winnerTemplate, winnerYaml } from "./winner.ts";
import { winnerExperiment } from "./winner_experiment.ts";

type Confirmation = OptimizationResult["winner"]["confirmation"];

export interface Promotion {
  readonly template: PromptTemplate;
  /** Relative to the root. */
  readonly files: NonNullable<OptimizationResult["promoted"]>;
}

/**
 * Writes prompt and experiment of a promoted winner, both or neither. A version that already says the
 * same is taken instead of a new one: a search that is repeated, or finished a second time, adds none.
 *
 * @throws {DataError} when one cannot be written
 */
export function promote(
  root: string,
  search: FinishedSearch,
  confirmation: Confirmation,
): Promotion {
  const { config, prepared } = search;
  const [, stem = config.prompt.id, first = "1"] = /^(.*)_v(\d+)$/.exec(config.prompt.id) ?? [];
  for (let version = Number(first) + 1;; version++) {
    const id = `${stem}_v${version}`;
    const files = {
      prompt: `${PROMPTS_DIR}/${id}.yaml`,
      experiment: `${EXPERIMENTS_DIR}/optimized-v${version}.yaml`,
    };
    const template = winnerTemplate(search, confirmation, id);
    const [prompt, experiment] = [join(root, files.prompt), join(root, files.experiment)];
    const known = existsSync(prompt) && saysTheSame(prompt, template);
    if (known && existsSync(experiment)) return { template, files };
    if (!known && (existsSync(prompt) || existsSync(experiment))) continue;

    // The model of the file: what the command line changed for the search is no part of it.
    const file = prepared.run.experimentFile;
    const like =
      parseExperiment(readFileSync(inProject(root, file), "utf8"), file, null).experiment;
    writeWhole(prompt, winnerYaml(template, config, confirmation));
    try {
      writeWhole(
        experiment,
        winnerExperiment(search, like, confirmation, {
          id: `optimized-v${version}`,
          prompt: id,
          path: files.prompt,
        }),
      );
    } catch (error) {
      if (!known) rmSync(prompt, { force: true });
      throw error;
    }
    return { template, files };
  }
}

/** Whether a prompt file sends the same messages with the same settings as a template. */
function saysTheSame(file: string, template: PromptTemplate): boolean {
  const content = ({ system, user, inputs, model_defaults, response_format }: PromptTemplate) =>
    hashOf({ system, user, inputs, model_defaults, response_format: response_format ?? null });
  try {
    const known = parsePromptTemplate(readFileSync(file, "utf8"), file).template;
    return content(known) === content(template);
  } catch {
    return false;
  }
}
