// Whether a run may go on: it may when the calls still to be made are the calls that it was started
// with. How fast they are made (concurrency, retries, time limits) may change.

import type { RunConfig } from "./run_files.ts";

/** A setting that is no longer what it was. */
export interface Difference {
  /** What changed, in a word or two: `prompt`, `dataset`, … */
  readonly what: string;
  readonly then: string;
  readonly now: string;
}

/** What differs between a stored run's settings and those of today, empty when it may go on. */
export function differences(
  then: RunConfig,
  now: Omit<RunConfig, "run_id">,
): Difference[] {
  const found: Difference[] = [];
  const compare = (what: string, pick: (config: Omit<RunConfig, "run_id">) => unknown) => {
    const [before, after] = [text(pick(then)), text(pick(now))];
    if (before !== after) found.push({ what, then: before, now: after });
  };
  compare("experiment", (config) => config.experiment_id);
  compare("dataset", (config) => config.dataset.hash);
  compare("--limit", (config) => config.execution.limit);
  compare("prompt", (config) => config.prompt.template_hash);
  compare("labels", (config) => config.dataset.labels_hash);
  compare("model provider", (config) => config.model.provider);
  compare("model endpoint", (config) => config.model.endpoint);
  compare("model name", (config) => config.model.name);
  compare("model on the server", (config) => config.model.fingerprint.model);
  compare("server build", (config) => config.model.fingerprint.build);
  for (const setting of Object.keys(then.llm_config) as (keyof RunConfig["llm_config"])[]) {
    compare(`llm_config.${setting}`, (config) => config.llm_config[setting]);
  }
  compare("--repeats", (config) => config.execution.repeats);
  compare("execution.seed", (config) => config.execution.seed);
  compare("metric version", (config) => config.versions.metric);
  return found;
}

function text(value: unknown): string {
  if (value === null) return "none";
  return typeof value === "string" ? value : JSON.stringify(value);
}
