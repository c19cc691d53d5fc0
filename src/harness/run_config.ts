// A prepared run and what is known of server and machine -> the frozen config.json.

import { mergeSampling } from "../analyzer/sampling.ts";
import { templateHash } from "../analyzer/render.ts";
import { taxonomyVariables } from "../dataset/taxonomy.ts";
import { hashOf } from "../hash.ts";
import { METRIC_VERSION } from "../metrics/score.ts";
import { VERSION } from "../version.ts";
import type { PreparedRun } from "./prepare.ts";
import type { RunConfig } from "./run_files.ts";

/** What a run is made on. */
export interface RunEnvironment {
  readonly fingerprint: RunConfig["model"]["fingerprint"];
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly denoVersion: string;
  readonly gitCommit: string | null;
}

/** config.json, but for the id that the run folder gives it. */
export function freezeConfig(
  run: PreparedRun,
  { fingerprint, startedAt, denoVersion, gitCommit }: RunEnvironment,
): Omit<RunConfig, "run_id"> {
  const { experiment, template } = run;
  // In their order and with their definitions: what the prompt says of them.
  const variables = taxonomyVariables(run.taxonomy);
  const { seed, ...sampling } = mergeSampling(template.model_defaults, experiment.llm_config);
  return {
    schema_version: 1,
    experiment_id: experiment.experiment_id,
    experiment_file: run.experimentFile,
    description: experiment.description,
    started_at: new Date(startedAt).toISOString(),
    parent_run_id: null,
    changed: [...run.changed],
    dataset: {
      path: run.dataset.path,
      hash: run.dataset.hash,
      n: run.samples.length,
      total: run.dataset.samples.length,
      labels_path: run.labelsPath,
      labels_hash: hashOf(variables),
    },
    model: {
      provider: experiment.model.provider,
      endpoint: experiment.model.endpoint ?? null,
      name: experiment.model.name,
      api_key_env: experiment.model.api_key_env ?? null,
      fingerprint,
    },
    llm_config: { ...sampling, seed: seed ?? null },
    prompt: {
      id: template.id,
      path: run.promptPath,
      version: template.version,
      template_hash: templateHash(template),
      text: run.promptText,
      variables,
    },
    execution: { ...experiment.execution, limit: run.limit },
    versions: { logeval: VERSION, deno: denoVersion, metric: METRIC_VERSION },
    git_commit: gitCommit,
  };
}
