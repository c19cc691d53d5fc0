// A prepared optimization and what is known of server and machine -> the frozen config.json.

import { hashOf } from "../hash.ts";
import { freezeConfig, type RunEnvironment } from "../harness/run_config.ts";
import type { OptimizationConfig } from "./optimization_files.ts";
import type { PreparedOptimization } from "./prepare_optimization.ts";

/** config.json, but for the id that the folder gives it. */
export function freezeOptimization(
  prepared: PreparedOptimization,
  environment: RunEnvironment,
): Omit<OptimizationConfig, "run_id"> {
  const run = freezeConfig(prepared.run, environment);
  const { space, candidates, train, validation } = prepared;
  const { concurrency, retries, timeout_s, seed } = run.execution;
  return {
    schema_version: 1,
    experiment_id: run.experiment_id,
    experiment_file: run.experiment_file,
    started_at: run.started_at,
    changed: run.changed,
    search: { method: prepared.method, budget: prepared.budget, seed: prepared.seed },
    space: {
      path: prepared.spacePath,
      hash: hashOf(prepared.spaceText),
      text: prepared.spaceText,
      dimensions: space.dimensions.map(({ name, levels }) => ({
        name,
        levels: levels.map((level) => level.name),
      })),
      candidates: candidates.length,
    },
    train: { path: train.path, hash: train.hash, n: train.samples.length },
    validation: { path: validation.path, hash: validation.hash, n: validation.samples.length },
    confirmation: { ids: prepared.confirmation.map(({ id }) => id) },
    labels: { path: run.dataset.labels_path, hash: run.dataset.labels_hash },
    model: run.model,
    llm_config: run.llm_config,
    prompt: run.prompt,
    execution: { concurrency, retries, timeout_s, seed },
    versions: run.versions,
    git_commit: run.git_commit,
  };
}
