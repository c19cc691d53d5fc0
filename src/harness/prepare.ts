// Name of an experiment and the command line's changes -> everything a run needs: checked settings,
// samples, taxonomy, prompt. Reads files, writes none, calls no model.

import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { BUILTIN_PROMPTS } from "../analyzer/builtin_prompts.ts";
import { EMBEDDED_MODEL } from "../analyzer/embedded.ts";
import { parsePromptTemplate, type PromptTemplate } from "../analyzer/prompt.ts";
import { type Dataset, loadDataset } from "../dataset/load.ts";
import type { Sample } from "../dataset/sample.ts";
import { parseTaxonomy, type Taxonomy, taxonomyOf } from "../dataset/taxonomy.ts";
import { UsageError } from "../errors.ts";
import { type Fault, quote, suggestion } from "../faults.ts";
import type { YamlSource } from "../yaml_source.ts";
import { endpointFault, type Experiment, type NamedFiles, parseExperiment } from "./experiment.ts";
import {
  experimentFile,
  inProject,
  isExperimentPath,
  pathInProject,
  promptFiles,
  PROMPTS_DIR,
} from "./project.ts";
import { readText } from "./read_text.ts";

/** What the command line changes in an experiment. */
export interface Overrides {
  /** `embedded` or a URL. */
  readonly model?: string | undefined;
  /** Relative to the working directory. */
  readonly dataset?: string | undefined;
  /** First so many samples only. */
  readonly limit?: number | undefined;
  readonly concurrency?: number | undefined;
  readonly repeats?: number | undefined;
}

/** How a run differs from its experiment's file, so that it never stands for it. */
export type Change = "model" | "dataset" | "limit" | "repeats";

export interface PreparedRun {
  readonly experimentFile: string;
  readonly experiment: Experiment;
  readonly changed: readonly Change[];
  readonly dataset: Dataset;
  /** The samples to run: all of the dataset, or its first `limit`. */
  readonly samples: readonly Sample[];
  readonly limit: number | null;
  readonly taxonomy: Taxonomy;
  /** Where the taxonomy was read, `null` when it is what the samples use. */
  readonly labelsPath: string | null;
  readonly template: PromptTemplate;
  /** The prompt's YAML, byte for byte. */
  readonly promptText: string;
  readonly promptPath: string;
  readonly warnings: readonly string[];
}

/**
 * Reads an experiment and all files that it names.
 *
 * @param nameOrPath name of a file in the configs folder, or a path
 * @throws {UsageError} for faults of experiment, prompt, taxonomy or overrides
 * @throws {DataError} for faults of the dataset
 */
export async function prepareRun(
  root: string,
  nameOrPath: string,
  overrides: Overrides,
  cwd: string,
): Promise<PreparedRun> {
  const file = experimentFile(root, nameOrPath, cwd);
  const { experiment: written } = parseExperiment(
    await readText(inProject(root, file), `experiment ${file}`),
    file,
    isExperimentPath(nameOrPath) ? null : nameOrPath,
    (files, yaml) => missingFiles(files, yaml, root, overrides),
  );
  const { experiment, changed } = applyOverrides(written, overrides, root, cwd);
  const dataset = await loadDataset(
    inProject(root, experiment.dataset.path),
    experiment.dataset.path,
  );
  const limit = overrides.limit ?? null;
  const samples = limit === null ? dataset.samples : dataset.samples.slice(0, limit);
  if (samples.length < dataset.samples.length) changed.push("limit");
  const { taxonomy, labelsPath } = await readTaxonomy(root, experiment, dataset);
  const prompt = await readPrompt(root, experiment);
  return {
    experimentFile: file,
    experiment,
    changed,
    dataset,
    samples,
    limit: samples.length < dataset.samples.length ? limit : null,
    taxonomy,
    labelsPath,
    ...prompt,
    warnings: [...prompt.warnings, ...unknownLabels(samples, taxonomy, labelsPath)],
  };
}

function applyOverrides(
  experiment: Experiment,
  { model, dataset, concurrency, repeats }: Overrides,
  root: string,
  cwd: string,
): { experiment: Experiment; changed: Change[] } {
  const changed: Change[] = [];
  let result = experiment;
  if (model === "embedded") {
    if (experiment.model.provider !== "embedded") {
      result = { ...result, model: { provider: "embedded", name: EMBEDDED_MODEL } };
      changed.push("model");
    }
  } else if (model !== undefined && model !== experiment.model.endpoint) {
    const fault = endpointFault(model);
    if (fault !== null) {
      throw new UsageError(`Cannot use --model ${model}: it ${fault}`, {
        hint: "give embedded, or the address of a server such as http://localhost:8080",
      });
    }
    result = { ...result, model: { ...result.model, provider: "openai", endpoint: model } };
    changed.push("model");
  }
  if (dataset !== undefined) {
    const path = pathInProject(root, resolve(cwd, dataset));
    if (path !== pathInProject(root, inProject(root, experiment.dataset.path))) {
      result = { ...result, dataset: { path } };
      changed.push("dataset");
    }
  }
  // More of them make a steadier score than the file asks for.
  if (repeats !== undefined && repeats !== experiment.execution.repeats) changed.push("repeats");
  const execution = {
    ...result.execution,
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(repeats === undefined ? {} : { repeats }),
  };
  return { experiment: { ...result, execution }, changed };
}

/** Labels of samples that the taxonomy does not hold: no answer to them can be right. */
function unknownLabels(
  samples: readonly Sample[],
  taxonomy: Taxonomy,
  labelsPath: string | null,
): string[] {
  if (labelsPath === null) return [];
  const unknown = new Map<string, number>();
  for (const { labels } of samples) {
    const missing = [
      ["root_cause", labels.root_cause, taxonomy.root_causes],
      ["severity", labels.severity, taxonomy.severities],
      ["component", labels.component, taxonomy.components],
      ["action_needed", labels.action_needed, taxonomy.actions],
    ] as const;
    for (const [field, label, known] of missing) {
      const name = `${field} ${quote(label)}`;
      if (!Object.hasOwn(known, label)) unknown.set(name, (unknown.get(name) ?? 0) + 1);
    }
  }
  if (unknown.size === 0) return [];
  const named = [...unknown].slice(0, 3).map(([name, count]) => `${name} (${count})`).join(", ");
  const more = unknown.size > 3 ? ` and ${unknown.size - 3} more` : "";
  return [
    `the samples have labels that are not in ${labelsPath}: ${named}${more}.\n` +
    "A model that keeps to the list cannot be right there.",
  ];
}

/**
 * The labels of a dataset: those that the experiment names, else of the labels.yaml beside it, else
 * those that its samples use.
 *
 * @throws {UsageError} when the labels cannot be read or used
 */
export async function readTaxonomy(
  root: string,
  { dataset }: Pick<Experiment, "dataset">,
  { samples }: Dataset,
): Promise<{ readonly taxonomy: Taxonomy; readonly labelsPath: string | null }> {
  const beside = join(dirname(dataset.path), "labels.yaml");
  const path = dataset.labels ?? (existsSync(inProject(root, beside)) ? beside : null);
  if (path === null) return { taxonomy: taxonomyOf(samples), labelsPath: null };
  const text = await readText(inProject(root, path), `labels ${path}`);
  return { taxonomy: parseTaxonomy(text, path), labelsPath: path };
}

async function readPrompt(root: string, { prompt }: Experiment) {
  const onDisk = prompt.path ?? `${PROMPTS_DIR}/${prompt.id}.yaml`;
  const builtin = BUILTIN_PROMPTS.get(prompt.id);
  const useBuiltin = prompt.path === undefined && builtin !== undefined &&
    !existsSync(inProject(root, onDisk));
  const promptPath = useBuiltin ? `(built in) ${prompt.id}.yaml` : onDisk;
  const promptText = useBuiltin
    ? builtin
    : await readText(inProject(root, onDisk), `prompt ${onDisk}`);
  const { template, warnings } = parsePromptTemplate(
    promptText,
    useBuiltin ? `${prompt.id}.yaml` : onDisk,
  );
  return { template, promptText, promptPath, warnings };
}

function missingFiles(
  files: NamedFiles,
  yaml: YamlSource,
  root: string,
  overrides: Overrides,
): Fault[] {
  const exists = (path: string) => existsSync(inProject(root, path));
  const faults: Fault[] = [];
  const report = (path: readonly string[], message: string) =>
    faults.push({ at: yaml.lineOf(path), field: path.join("."), message });
  if (overrides.dataset === undefined) {
    if (files.dataset !== null && !exists(files.dataset)) {
      report(["dataset", "path"], `${files.dataset} does not exist`);
    }
    if (files.labels !== null && !exists(files.labels)) {
      report(["dataset", "labels"], `${files.labels} does not exist`);
    }
  }
  const prompts = promptFiles(root);
  if (files.prompt !== null && files.promptId !== null && exists(files.prompt)) {
    const stem = basename(files.prompt).replace(/\.ya?ml$/, "");
    if (stem !== files.promptId) {
      report(["prompt", "id"], `"${files.promptId}" is not the prompt of ${files.prompt}`);
    }
  }
  if (files.prompt !== null && !exists(files.prompt)) {
    const known = prompts.length > 0 ? `; there are: ${prompts.join(", ")}` : "";
    report(["prompt", "path"], `${files.prompt} does not exist${known}`);
  }
  const { promptId } = files;
  if (files.prompt === null && promptId !== null && !BUILTIN_PROMPTS.has(promptId)) {
    const known = prompts.map((file) => basename(file, ".yaml"));
    if (!known.includes(promptId)) {
      report(["prompt", "id"], `no prompt has the id "${promptId}"${suggestion(promptId, known)}`);
    }
  }
  return faults;
}
