// The name of an experiment and the command line's options -> everything a search needs: baseline,
// space, candidates, the samples to search on and those to confirm on. Reads files, calls no model.

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Dataset } from "../dataset/load.ts";
import { loadDataset } from "../dataset/load.ts";
import type { Sample } from "../dataset/sample.ts";
import { maskTemplate } from "../dataset/template.ts";
import { systemFault, UsageError } from "../errors.ts";
import { type PreparedRun, prepareRun } from "../harness/prepare.ts";
import { inProject, pathInProject } from "../harness/project.ts";
import { type Candidate, makeCandidates } from "./candidates.ts";
import { samplesApartFrom } from "./few_shot.ts";
import type { SearchMethod } from "./plan.ts";
import { parseSpace, type SearchSpace } from "./space.ts";

export const SPACE_FILE = "evals/optimization/space.yaml";

const DEFAULT_CANDIDATES = 10;

export interface OptimizationSettings {
  readonly method: SearchMethod;
  /** The budget as so many prompts on all validation samples; 10 by default. */
  readonly candidates?: number | undefined;
  /** The budget in calls; beats `candidates`. */
  readonly budget?: number | undefined;
  readonly seed: number;
  /** Relative to the working directory; the project's own by default. */
  readonly space?: string | undefined;
  /** `embedded` or a URL instead of the experiment's model. */
  readonly model?: string | undefined;
  readonly concurrency?: number | undefined;
}

export interface PreparedOptimization {
  /** The experiment whose prompt is the baseline, and whose model is asked. */
  readonly run: PreparedRun;
  readonly space: SearchSpace;
  /** Relative to the root when it is in the project. */
  readonly spacePath: string;
  readonly spaceText: string;
  readonly candidates: readonly Candidate[];
  readonly train: Dataset;
  readonly validation: Dataset;
  /** Train samples that no candidate and no baseline has seen in any form. */
  readonly confirmation: readonly Sample[];
  readonly method: SearchMethod;
  /** Calls of the search. */
  readonly budget: number;
  readonly seed: number;
}

/**
 * Reads an experiment, the two halves of its dataset and the space.
 *
 * @throws {UsageError} for faults of experiment, space or settings, or when the dataset was not split
 * @throws {DataError} for faults of the datasets
 */
export async function prepareOptimization(
  root: string,
  experiment: string,
  settings: OptimizationSettings,
  cwd: string,
): Promise<PreparedOptimization> {
  const { model, concurrency, seed, method } = settings;
  const limit = settings.budget === undefined ? "--candidates" : "--budget";
  if (method === "full" && (settings.budget ?? settings.candidates) !== undefined) {
    throw new UsageError(`Cannot search all prompts in full with ${limit}: it asks everything`, {
      hint: `leave out ${limit}, or search by halving`,
    });
  }
  const run = await prepareRun(root, experiment, { model, concurrency }, cwd);
  const { train, validation } = await readHalves(root, run.dataset.path);
  const spacePath = settings.space === undefined
    ? SPACE_FILE
    : pathInProject(root, resolve(cwd, settings.space)) || ".";
  const spaceText = await readSpace(inProject(root, spacePath), spacePath);
  const space = parseSpace(spaceText, spacePath);
  const judged = new Set(validation.samples.map(({ input }) => maskTemplate(input.log_line)));
  const candidates = makeCandidates(space, {
    train: train.samples,
    excludedTemplates: judged,
    taxonomy: run.taxonomy,
    seed,
  });
  const confirmation = samplesApartFrom([
    ...validation.samples,
    ...candidates.flatMap(({ fewShot }) => fewShot),
    ...shownBy(run, [...run.dataset.samples, ...train.samples]),
  ], train.samples);
  if (confirmation.length < 6) {
    throw new UsageError(
      `Cannot confirm a winner: ${confirmation.length} train samples share no message with an ` +
        "example or a validation sample; 6 are needed",
      { hint: "give the train file more samples, or the space fewer examples" },
    );
  }
  const all = candidates.length * validation.samples.length;
  const budget = method === "full"
    ? all
    : settings.budget ?? (settings.candidates ?? DEFAULT_CANDIDATES) * validation.samples.length;
  return {
    run,
    space,
    spacePath,
    spaceText,
    candidates,
    train,
    validation,
    confirmation,
    method,
    budget: Math.min(budget, all),
    seed,
  };
}

async function readHalves(root: string, path: string) {
  const stem = path.replace(/\.jsonl?$/, "");
  const [trainPath, validationPath] = [`${stem}-train.json`, `${stem}-validation.json`];
  for (const half of [trainPath, validationPath]) {
    if (existsSync(inProject(root, half))) continue;
    throw new UsageError(`Cannot search on ${path}: ${half} does not exist`, {
      hint: `split the dataset: logeval dataset split ${path}`,
    });
  }
  const [train, validation] = await Promise.all([
    loadDataset(inProject(root, trainPath), trainPath),
    loadDataset(inProject(root, validationPath), validationPath),
  ]);
  return { train, validation };
}

async function readSpace(file: string, path: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).replace(/^\uFEFF/, "");
  } catch (cause) {
    throw new UsageError(`Cannot read space ${path}: ${systemFault(cause)}`, { cause });
  }
}

/** The samples that the baseline's own prompt shows or was chosen on. */
function shownBy({ template }: PreparedRun, samples: readonly Sample[]): Sample[] {
  const { few_shot = [], search = [] } = template.provenance ?? {};
  const ids = new Set([...few_shot, ...search]);
  return samples.filter(({ id }) => ids.has(id));
}
