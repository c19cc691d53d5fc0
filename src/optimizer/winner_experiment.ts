// Experiments that measure a winner, and the baseline as the search asked it. Pure.

import { stringify } from "yaml";
import type { Experiment } from "../harness/experiment.ts";
import type { PreparedRun } from "../harness/prepare.ts";
import type { OptimizationConfig, OptimizationResult } from "./optimization_files.ts";
import type { FinishedSearch } from "./optimization_result.ts";
import { levelWords } from "./winner.ts";

type Confirmation = OptimizationResult["winner"]["confirmation"];

/** An experiment like another one, with the winner's prompt and room for its answers. */
export function winnerExperiment(
  { config, found: { winner } }: FinishedSearch,
  like: Experiment,
  { verdict }: Confirmation,
  names: { readonly id: string; readonly prompt: string; readonly path: string },
): string {
  const mark = verdict === "better" ? "" : " Not confirmed.";
  return experimentYaml({
    ...like,
    experiment_id: names.id,
    description: `The winner of ${config.run_id}: ${levelWords(winner.levels)}.${mark}`,
    llm_config: {
      ...like.llm_config,
      ...(winner.maxTokens === null ? {} : { max_tokens: winner.maxTokens }),
    },
    prompt: { id: names.prompt, path: names.path },
  });
}

/**
 * The baseline with the model that the search asked. Under the name of its experiment, unless the
 * command line changed it: then it must not stand for that.
 */
export function baselineExperiment(
  { run_id, changed }: OptimizationConfig,
  { experiment }: PreparedRun,
): string {
  const id = experiment.experiment_id;
  return experimentYaml({
    ...experiment,
    experiment_id: changed.length === 0 ? id : `${id}-${run_id.slice(0, 15)}`,
    description: `The baseline of ${run_id}.`,
  });
}

function experimentYaml(experiment: Experiment): string {
  const { experiment_id, description, dataset, model, llm_config, prompt, execution } = experiment;
  return stringify(
    { experiment_id, description, dataset, model, llm_config, prompt, execution },
    { lineWidth: 0 },
  );
}
