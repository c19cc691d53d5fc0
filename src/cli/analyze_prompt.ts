// Prompt and labels of `logeval analyze`: those that are named, else the project's, else those in the
// binary, so that it works in any folder.

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { PromptTemplate } from "../analyzer/prompt.ts";
import { parseTaxonomy, type Taxonomy } from "../dataset/taxonomy.ts";
import { isExperimentPath, projectAbove } from "../harness/project.ts";
import { readText } from "../harness/read_text.ts";
import type { ServiceSettings } from "../service/settings.ts";
import type { CliContext } from "./context.ts";
import { PROJECT_FILES } from "./project_files.ts";
import { readPrompt } from "./prompt_argument.ts";

const LABELS = "evals/datasets/labels.yaml";

/**
 * @param named an id, or a path
 * @throws {UsageError} when the prompt is not there or cannot be used
 */
export async function analyzePrompt(
  context: CliContext,
  named: string | undefined,
  { analyze_prompt_id, prompts_dir }: ServiceSettings,
): Promise<PromptTemplate> {
  const name = named ?? analyze_prompt_id;
  const ownFolder = context.env("LOG_ANALYZER_PROMPTS_DIR") !== undefined;
  const inOwn = ownFolder && !isExperimentPath(name) ? join(prompts_dir, `${name}.yaml`) : null;
  const { template } = await readPrompt(context, inOwn ?? name);
  return template;
}

/**
 * @throws {UsageError} when the labels cannot be read
 * @throws {DataError} when they cannot be used
 */
export async function analyzeTaxonomy(
  { cwd }: CliContext,
  { taxonomy }: ServiceSettings,
): Promise<Taxonomy> {
  if (taxonomy !== undefined) return await readTaxonomy(resolve(cwd, taxonomy), taxonomy);
  const root = projectAbove(cwd);
  const file = root === null ? null : join(root, LABELS);
  if (file !== null && existsSync(file)) return await readTaxonomy(file, LABELS);
  return parseTaxonomy(PROJECT_FILES[LABELS] ?? "", LABELS);
}

async function readTaxonomy(file: string, name: string): Promise<Taxonomy> {
  return parseTaxonomy(await readText(file, `labels ${name}`), name);
}
