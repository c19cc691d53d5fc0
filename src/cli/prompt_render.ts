// `logeval prompt render`: the messages of a prompt as a model gets them, for a sample or for one of
// the fixed inputs.

import { LogAnalyzer } from "../analyzer/analyzer.ts";
import type { ChatMessage } from "../analyzer/llm.ts";
import type { PromptTemplate } from "../analyzer/prompt.ts";
import { templateHash } from "../analyzer/render.ts";
import { type FixedInput, renderFixedInput } from "../analyzer/verify.ts";
import { loadDataset } from "../dataset/load.ts";
import { logEntryOf, type Sample } from "../dataset/sample.ts";
import { taxonomyVariables } from "../dataset/taxonomy.ts";
import { UsageError } from "../errors.ts";
import { suggestion } from "../faults.ts";
import { printable } from "../format.ts";
import { hashOf } from "../hash.ts";
import { sampleContext } from "../harness/evaluate.ts";
import { readTaxonomy } from "../harness/prepare.ts";
import { findProject, inProject } from "../harness/project.ts";
import { type CliContext, EXIT } from "./context.ts";
import { readPrompt } from "./prompt_argument.ts";

const GOLDEN = "evals/datasets/golden-v1.json";

export interface PromptRenderOptions {
  /** A sample's id, or its start; the dataset's first by default. */
  readonly sample?: string;
  /** Relative to the working directory; the project's golden dataset by default. */
  readonly dataset?: string;
  /** Instead of a sample. */
  readonly input?: FixedInput;
  readonly json?: true;
}

/** What a prompt was rendered with, and what came of it. */
interface Rendered {
  /** `sample ID of FILE` or `fixed input NAME`. */
  readonly from: string;
  readonly messages: readonly ChatMessage[];
}

/**
 * @throws {UsageError} when the prompt, its labels or the sample is not there or cannot be used
 * @throws {DataError} when the dataset cannot be read
 */
export async function promptRenderCommand(
  context: CliContext,
  name: string,
  options: PromptRenderOptions,
): Promise<number> {
  const { file, template } = await readPrompt(context, name);
  const { from, messages } = options.input === undefined
    ? await renderSample(template, options, context.cwd)
    : {
      from: `fixed input ${options.input}`,
      messages: renderFixedInput(template, options.input).messages,
    };
  const hashes = { template_hash: templateHash(template), rendered_hash: hashOf(messages) };
  if (options.json) {
    const document = { id: template.id, file, from, ...hashes, messages };
    context.stdout(`${JSON.stringify(document, null, 2)}\n`);
    return EXIT.ok;
  }
  context.stdout(renderMessages(messages));
  context.stderr(
    `${template.id} for ${from}\n` +
      `template_hash  ${hashes.template_hash}\nrendered_hash  ${hashes.rendered_hash}\n`,
  );
  return EXIT.ok;
}

/** The way of a run: the same analyzer, the same labels. */
async function renderSample(
  template: PromptTemplate,
  options: PromptRenderOptions,
  cwd: string,
): Promise<Rendered> {
  const root = options.dataset === undefined ? findProject(cwd) : cwd;
  const path = options.dataset ?? GOLDEN;
  const dataset = await loadDataset(inProject(root, path), path);
  const sample = sampleOf(dataset.samples, options.sample ?? "", path);
  const { taxonomy } = await readTaxonomy(root, { dataset: { path } }, dataset);
  const analyzer = new LogAnalyzer({
    llmUrl: "http://localhost",
    modelName: "none",
    promptTemplate: template,
  });
  const messages = analyzer.buildPrompt(
    [logEntryOf(sample.input)],
    sampleContext(sample.input, taxonomyVariables(taxonomy)),
  );
  return { from: `sample ${sample.id} of ${path}`, messages };
}

function sampleOf(samples: readonly Sample[], prefix: string, path: string): Sample {
  const matching = samples.filter(({ id }) => id.startsWith(prefix));
  const exact = matching.find(({ id }) => id === prefix);
  if (exact !== undefined) return exact;
  if (matching[0] !== undefined && (matching.length === 1 || prefix === "")) return matching[0];
  const ids = (some: readonly Sample[]) => some.slice(0, 8).map(({ id }) => id);
  if (matching.length > 1) {
    throw new UsageError(
      `Cannot tell which sample "${prefix}" means: ${ids(matching).join(", ")}`,
    );
  }
  throw new UsageError(
    `Cannot find sample "${prefix}" in ${path}${suggestion(prefix, ids(samples).slice(0, 3))}`,
    { hint: "logeval dataset lint and logeval show name samples by their ids" },
  );
}

/** As `run --dry-run` shows them, with every blank; --json has the exact bytes. */
function renderMessages(messages: readonly ChatMessage[]): string {
  return messages.map(({ role, content }) =>
    `--- ${role} ---\n${printable(content)}${content.endsWith("\n") ? "" : "\n"}`
  ).join("") + "---\n";
}
