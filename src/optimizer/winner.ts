// The winner as a prompt of its own: self-contained, with what is known of where it comes from. Pure.

import type { PromptTemplate } from "../analyzer/prompt.ts";
import { renderPromptYaml } from "../analyzer/prompt_yaml.ts";
import { renderedHashes, requestHash } from "../analyzer/verify.ts";
import type { Sample } from "../dataset/sample.ts";
import { signatureHash } from "../dataset/template.ts";
import { formatDifference, formatDifferences, formatP } from "../format.ts";
import { hashOf } from "../hash.ts";
import { servedModel } from "../harness/run_terms.ts";
import type { OptimizationConfig, OptimizationResult } from "./optimization_files.ts";
import type { FinishedSearch } from "./optimization_result.ts";

type Confirmation = OptimizationResult["winner"]["confirmation"];

/**
 * The winner's template under a name of its own.
 *
 * @param id the stem of the file that it goes into
 */
export function winnerTemplate(
  { config, prepared, found }: FinishedSearch,
  confirmation: Confirmation,
  id: string,
): PromptTemplate {
  const { winner } = found;
  const { template, fewShot } = winner;
  const { samples } = prepared.validation;
  const { difference, ci95, p, n, verdict } = confirmation;
  const named: PromptTemplate = {
    ...template,
    id,
    description: `Found by a search from ${config.prompt.id}: ${levelWords(winner.levels)}.`,
    model_defaults: {
      ...template.model_defaults,
      ...(winner.maxTokens === null ? {} : { max_tokens: winner.maxTokens }),
    },
  };
  return {
    ...named,
    provenance: {
      few_shot: fewShot.map((sample) => sample.id),
      ...(template.provenance?.few_shot_rule === undefined
        ? {}
        : { few_shot_rule: template.provenance.few_shot_rule }),
      search: samples.map((sample) => sample.id),
      templates: signatures([...fewShot, ...samples]),
      parent: config.prompt.id,
      optimization: config.run_id,
      levels: { ...winner.levels },
      seed: config.search.seed,
      dataset_hash: hashOf([config.train.hash, config.validation.hash]),
      ...(difference === null || p === null || n === 0 ? {} : {
        gain: { difference, ci95, p, n, confirmed: verdict === "better" },
      }),
      rendered: renderedHashes(named),
      request: requestHash(named),
    },
  };
}

/** Its YAML file, headed by what was found about it. */
export function winnerYaml(
  template: PromptTemplate,
  config: OptimizationConfig,
  confirmation: Confirmation,
): string {
  const { difference, ci95, p, n, verdict } = confirmation;
  const figures = `${formatDifference(difference)} (95 % ${formatDifferences(ci95)}, ` +
    `p = ${formatP(p)}) over ${config.prompt.id} on ${n} samples that the search ` +
    `never saw, with ${servedModel(config)}`;
  const comment = verdict === "better"
    ? `Confirmed: ${figures}.`
    : `NOT CONFIRMED (${verdict}): ${figures}.`;
  return renderPromptYaml(template, comment.replace("p = <", "p <"));
}

/** `few_shot mixed, output json, …` */
export function levelWords(levels: Readonly<Record<string, string>>): string {
  return Object.entries(levels).map(([dimension, level]) => `${dimension} ${level}`).join(", ");
}

function signatures(samples: readonly Sample[]): string[] {
  return [...new Set(samples.map(({ input }) => signatureHash(input.log_line)))].sort();
}
