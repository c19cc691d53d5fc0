// A search space, train samples and labels -> every prompt of the space, each an ordinary prompt
// template with labels and examples in its text: rendering it in production gives the same bytes.

import type { PromptTemplate } from "../analyzer/prompt.ts";
import { tagsOf } from "../analyzer/prompt_tags.ts";
import { responseFormat } from "../analyzer/response_format.ts";
import type { Sample } from "../dataset/sample.ts";
import { allowedLabels, type Taxonomy, taxonomyVariables } from "../dataset/taxonomy.ts";
import { signatureHash } from "../dataset/template.ts";
import { UsageError } from "../errors.ts";
import { describeFaults, quote } from "../faults.ts";
import { type AnswerForm, exampleTexts } from "./example_text.ts";
import { chooseExamples, fewShotRule } from "./few_shot.ts";
import { fillText } from "./fill_text.ts";
import type { Level, SearchSpace } from "./space.ts";
import { CALL_INPUTS } from "./space_tags.ts";

/** A prompt of the space. */
export interface Candidate {
  /** Names of its levels, in the order of the dimensions: `plain.none.direct.lines`. */
  readonly id: string;
  /** Level by dimension. */
  readonly levels: Readonly<Record<string, string>>;
  /** Place of the level within its dimension, from 0, in the order of the dimensions. */
  readonly levelIndexes: readonly number[];
  /** Its id is the candidate's. */
  readonly template: PromptTemplate;
  /** The largest that its levels ask for; `null` when none does. */
  readonly maxTokens: number | null;
  /** The samples that it shows, in their order. */
  readonly fewShot: readonly Sample[];
}

/** What goes into the prompts of a space besides its texts. */
export interface CandidateMaterial {
  /** Where examples come from. */
  readonly train: readonly Sample[];
  /** Masked templates of the samples that will be judged. */
  readonly excludedTemplates: ReadonlySet<string>;
  readonly taxonomy: Taxonomy;
  readonly seed: number;
}

/** A level with the samples that it shows. */
interface FilledLevel extends Level {
  readonly samples: readonly Sample[];
}

/**
 * All candidates in a fixed order: dimensions as in the file, the last one varies fastest.
 *
 * @throws {UsageError} when a label's definition holds `{{`, or train has too few samples that can be
 * shown
 */
export function makeCandidates(space: SearchSpace, material: CandidateMaterial): Candidate[] {
  const labels = labelTexts(material.taxonomy);
  const dimensions = space.dimensions.map(({ name, levels }) =>
    levels.map((level): FilledLevel => ({
      ...level,
      text: fillText(level.text, labels),
      samples: chooseExamples(
        material.train,
        material.excludedTemplates,
        { name: `${name}.${level.name} (${level.place})`, examples: level.examples },
        material.seed,
      ),
    }))
  );
  return choices(dimensions.map(({ length }) => length)).map((levelIndexes) => {
    const chosen = levelIndexes.map((index, at) => dimensions[at]![index]!);
    return candidateOf(space, chosen, levelIndexes, labels, material);
  });
}

function candidateOf(
  space: SearchSpace,
  chosen: readonly FilledLevel[],
  levelIndexes: readonly number[],
  labels: ReadonlyMap<string, string>,
  { taxonomy, seed }: CandidateMaterial,
): Candidate {
  const id = chosen.map(({ name }) => name).join(".");
  const levels = Object.fromEntries(
    space.dimensions.map(({ name }, at) => [name, chosen[at]!.name]),
  );
  const maxTokens = chosen.reduce<number | null>(
    (most, { max_tokens }) => max_tokens === null ? most : Math.max(most ?? 0, max_tokens),
    null,
  );
  const fewShot = chosen.flatMap(({ samples }) => samples);
  const format = responseFormatOf(chosen, taxonomy);
  const form = answerForm(chosen);
  const texts = new Map(labels);
  space.dimensions.forEach(({ name }, at) => texts.set(name, levelText(chosen[at]!, form)));
  const system = messageText(space.system, texts);
  const user = messageText(space.user, texts);
  const used = new Set(tagsOf(system + user).map(({ name }) => name));
  const template: PromptTemplate = {
    id,
    version: space.version,
    description: `${space.id}: ${
      Object.entries(levels).map((level) => level.join(" ")).join(", ")
    }.`,
    model_defaults: {
      ...space.model_defaults,
      ...(maxTokens === null ? {} : { max_tokens: maxTokens }),
    },
    inputs: { required: CALL_INPUTS.filter((name) => used.has(name)), optional: {} },
    system,
    user,
    ...(format === undefined ? {} : { response_format: format }),
    provenance: {
      few_shot: fewShot.map((sample) => sample.id),
      ...(fewShot.length === 0
        ? {}
        : { few_shot_rule: fewShotRule(chosen.flatMap(({ examples }) => examples), seed) }),
      search: [],
      templates: fewShot.map(({ input }) => signatureHash(input.log_line)),
      levels,
      seed,
    },
  };
  return { id, levels, levelIndexes, template, maxTokens, fewShot };
}

/** The text behind a dimension's tag: a level's own, then its examples. */
function levelText({ text, samples }: FilledLevel, form: AnswerForm): string {
  return [text, exampleTexts(samples, form)].filter((part) => part !== "").join("\n\n");
}

function messageText(text: string, texts: ReadonlyMap<string, string>): string {
  const filled = fillText(text, texts);
  return filled === "" ? "" : `${filled}\n`;
}

/** As a level says, else JSON where the server enforces it, else lines. */
function answerForm(chosen: readonly Level[]): AnswerForm {
  const said = chosen.find(({ answer }) => answer !== null)?.answer;
  const format = chosen.find(({ response_format }) => response_format !== null)?.response_format;
  return said ?? (format === "json_object" || format === "json_schema" ? "json" : "lines");
}

/** With the allowed labels written out, so that the prompt needs no file beside it. */
function responseFormatOf(
  chosen: readonly Level[],
  taxonomy: Taxonomy,
): PromptTemplate["response_format"] {
  const setting = chosen.find(({ response_format }) => response_format !== null)?.response_format;
  const format = responseFormat(setting ?? undefined, allowedLabels(taxonomy));
  return format?.type === "json_schema" ? format : setting ?? undefined;
}

function labelTexts(taxonomy: Taxonomy): Map<string, string> {
  const faults = Object.entries(taxonomy).flatMap(([kind, labels]) =>
    Object.entries(labels as Taxonomy["actions"])
      .filter((label) => label.some((text) => text.includes("{{")))
      .map(([label, definition]) => ({
        at: null,
        field: `${kind}.${label}`,
        message: `${quote(definition)} would open a tag in the prompt; write it without {{`,
      }))
  );
  if (faults.length > 0) {
    throw new UsageError(describeFaults("Cannot put the labels into prompts", faults));
  }
  return new Map(Object.entries(taxonomyVariables(taxonomy)));
}

/** Every list of one index a dimension, the last index fastest. */
function choices(sizes: readonly number[]): number[][] {
  return sizes.reduce<number[][]>(
    (lists, size) =>
      lists.flatMap((list) => Array.from({ length: size }, (_, at) => [...list, at])),
    [[]],
  );
}
