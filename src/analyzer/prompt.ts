// Prompt YAML -> PromptTemplate, or every fault of it. A template is data: its tags name declared
// inputs and nothing else.

import * as z from "zod";
import { UsageError } from "../errors.ts";
import { describeFaults, type Fault, faultsOf, suggestion } from "../faults.ts";
import { blockTextBefore, parseYaml, type YamlSource } from "../yaml_source.ts";
import type { ResponseFormat } from "./llm.ts";
import { inputNames, tagOffsets, tagsOf } from "./prompt_tags.ts";
import { type SamplingLayer, SamplingSettings } from "./sampling.ts";

const InputName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "is not a name of letters and _");

const TextOrNumber = z.union([z.string(), z.number()], { error: "is not text or a number" })
  .transform(String);

const ResponseFormatSetting = z.union([
  z.enum(["text", "json_object", "json_schema"]),
  z.strictObject({
    type: z.literal("json_schema"),
    json_schema: z.strictObject({
      name: z.string().min(1),
      strict: z.boolean().default(true),
      schema: z.record(z.string(), z.unknown()),
    }),
  }),
], {
  error:
    "is not text, json_object, json_schema, or {type: json_schema, json_schema: {name, schema}}",
});

const PromptFile = z.strictObject({
  id: z.string().min(1),
  version: TextOrNumber,
  description: z.string().default(""),
  model_defaults: SamplingSettings.default({}),
  inputs: z.strictObject({
    required: z.array(InputName).default([]),
    optional: z.record(InputName, TextOrNumber).default({}),
  }).prefault({}),
  system: z.string().default(""),
  user: z.string().min(1),
  response_format: ResponseFormatSetting.optional(),
  provenance: z.strictObject({
    few_shot: z.array(z.string()).default([]),
    few_shot_rule: z.string().optional(),
    search: z.array(z.string()).default([]),
    templates: z.array(z.string()).default([]),
    parent: z.string().optional(),
    optimization: z.string().optional(),
    levels: z.record(z.string(), z.string()).optional(),
    seed: z.int().optional(),
    dataset_hash: z.string().optional(),
    gain: z.strictObject({
      difference: z.number(),
      ci95: z.tuple([z.number(), z.number()]).nullable(),
      p: z.number(),
      n: z.int().min(1),
      confirmed: z.boolean(),
    }).optional(),
    rendered: z.record(z.string(), z.string()).optional(),
    request: z.string().optional(),
  }).optional(),
});

/** A prompt as people write and review it; `parsePromptTemplate` makes it from YAML. */
export interface PromptTemplate {
  /** Equals the stem of its file. */
  readonly id: string;
  /** In the author's words, such as `1.0`. */
  readonly version: string;
  /** A line for lists; "" for none. */
  readonly description: string;
  /** Sampling that the prompt was written for; an experiment's settings beat it. */
  readonly model_defaults: SamplingLayer;
  /** Names that the texts may hold as `{{ name }}`. */
  readonly inputs: {
    /** Those without which the prompt cannot be rendered. */
    readonly required: readonly string[];
    /** Default by name. */
    readonly optional: Readonly<Record<string, string>>;
  };
  /** "" for no system message. */
  readonly system: string;
  /** Text of the user message, never "". */
  readonly user: string;
  /** `json_schema` alone: a schema is made from the allowed labels. */
  readonly response_format?:
    | "text"
    | "json_object"
    | "json_schema"
    | Extract<ResponseFormat, { readonly type: "json_schema" }>
    | undefined;
  /** Where the prompt comes from, so that no verdict counts samples that it has seen. */
  readonly provenance?: PromptProvenance | undefined;
}

/** Where a prompt comes from: samples of the golden dataset that went into it, and what a search found. */
export interface PromptProvenance {
  /** Ids of samples whose text it shows as examples. */
  readonly few_shot: readonly string[];
  /** How they were chosen. */
  readonly few_shot_rule?: string | undefined;
  /** Ids of samples on which a search chose it. */
  readonly search: readonly string[];
  /** Signature hashes of the templates of both, which also stand for samples of other files. */
  readonly templates: readonly string[];
  /** The prompt that it was measured against and is meant to replace. */
  readonly parent?: string | undefined;
  /** The search that made it: its run id. */
  readonly optimization?: string | undefined;
  /** Level of each dimension of the search space. */
  readonly levels?: Readonly<Record<string, string>> | undefined;
  /** Of the search. */
  readonly seed?: number | undefined;
  /** Of the samples that the search looked at. */
  readonly dataset_hash?: string | undefined;
  /** What it gained over `parent` on samples that the search never saw; overall, -1..1. */
  readonly gain?: {
    /** Mean of the paired differences. */
    readonly difference: number;
    /** Lower and upper bound of its 95 % interval; `null` when it is unknown. */
    readonly ci95: readonly [number, number] | null;
    /** 0..1: how often chance alone gives such a difference. */
    readonly p: number;
    /** Samples. */
    readonly n: number;
    /** Whether the difference is above 0 on evidence. */
    readonly confirmed: boolean;
  } | undefined;
  /** `rendered_hash` of the messages by the name of a fixed input, for `verifyPrompt`. */
  readonly rendered?: Readonly<Record<string, string>> | undefined;
  /** `requestHash` of sampling and response format, for `verifyPrompt`; prompts of old have none. */
  readonly request?: string | undefined;
}

/** A prompt that can be used, and what is odd about it. */
export interface ParsedPrompt {
  /** For `LogAnalyzer`. */
  readonly template: PromptTemplate;
  /** Things that are probably mistakes but leave a usable prompt. */
  readonly warnings: readonly string[];
}

/**
 * Reads a prompt's YAML text.
 *
 * @param name the file's name: messages show it, and its stem must equal the prompt's `id`
 * @throws {UsageError} when one of the two is no text, or listing every fault with its line: not YAML, wrong types, an `id` that is
 * not the file's stem, a tag that is no declared input's name
 *
 * @example
 * ```ts
 * import { parsePromptTemplate } from "@logeval/logeval";
 * import assert from "node:assert/strict";
 *
 * const text = "id: short\nversion: 1\ninputs: {required: [logs]}\nuser: 'Why? {{ logs }}'\n";
 * const { template, warnings } = parsePromptTemplate(text, "prompt_templates/short.yaml");
 * assert.equal(template.user, "Why? {{ logs }}");
 * assert.deepEqual(template.inputs, { required: ["logs"], optional: {} });
 * assert.deepEqual(warnings, []);
 *
 * assert.throws(
 *   () => parsePromptTemplate(text.replace("{{ logs", "{{ log"), "short.yaml"),
 *   /line 4, column 13 .* \{\{ log \}\} is no declared input's name; did you mean logs\?/,
 * );
 * ```
 */
export function parsePromptTemplate(text: string, name: string): ParsedPrompt {
  if (typeof text !== "string" || typeof name !== "string") {
    const [what, value] = typeof text === "string" ? ["name", name] : ["YAML", text];
    throw new UsageError(
      `Cannot read a prompt: its ${what} is no text but of type ${typeof value}`,
      {
        hint: 'parsePromptTemplate(text, "short.yaml") takes the YAML as text and its file\'s name',
      },
    );
  }
  const source = parseYaml(text, name);
  const { known, warnings } = splitUnknownKeys(source, name);
  const parsed = PromptFile.safeParse(known);
  if (!parsed.success) {
    throw new UsageError(describeFaults(
      `Cannot use prompt ${name}`,
      faultsOf(parsed.error, PromptFile, known, source.lineOf),
    ));
  }
  const template = parsed.data;
  const faults = [
    ...idFaults(template, name, source),
    ...inputFaults(template, source),
    ...tagFaults(template, text, source),
  ];
  if (faults.length > 0) throw new UsageError(describeFaults(`Cannot use prompt ${name}`, faults));
  const tags = tagsOf(template.system + template.user);
  if (!tags.some((tag) => tag.name === "logs")) {
    warnings.push(`${name}: no {{ logs }} in system or user; the model never sees the logs`);
  }
  return { template, warnings };
}

function tagFaults(template: PromptTemplate, text: string, source: YamlSource): Fault[] {
  const names = inputNames(template);
  return (["system", "user"] as const).flatMap((field) => {
    const offsets = tagOffsets(text, source, [field]);
    return tagsOf(template[field]).flatMap((tag, index): Fault[] => {
      if (tag.name !== null && names.includes(tag.name)) return [];
      const place = source.placeOf(offsets[index] ?? 0);
      return [{
        at: `line ${place.line}, column ${place.column}`,
        field,
        message: tag.name === null
          ? `${JSON.stringify(tag.text)} opens a tag that is never closed`
          : `${tag.text} is no declared input's name${suggestion(tag.name, names)}`,
      }];
    });
  });
}

function inputFaults({ inputs }: PromptTemplate, source: YamlSource): Fault[] {
  const names = [...inputs.required, ...Object.keys(inputs.optional)];
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...twice].map((name) => ({
    at: source.lineOf(["inputs"]),
    field: "inputs",
    message: `${name} is declared twice`,
  }));
}

function idFaults(template: PromptTemplate, name: string, source: YamlSource): Fault[] {
  const stem = name.split(/[\\/]/).pop()?.replace(/\.ya?ml$/, "");
  return template.id === stem ? [] : [{
    at: source.lineOf(["id"]),
    field: "id",
    message: `${JSON.stringify(template.id)} is not the file's name, ${JSON.stringify(stem)}`,
  }];
}

function splitUnknownKeys(source: YamlSource, name: string) {
  const known: Record<string, unknown> = {};
  const warnings: string[] = [];
  const data = (source.value ?? {}) as Record<string, unknown>;
  if (typeof data !== "object" || Array.isArray(data)) return { known: data, warnings };
  for (const [key, value] of Object.entries(data)) {
    if (Object.hasOwn(PromptFile.shape, key)) known[key] = value;
    else warnings.push(unknownKeyWarning(key, source, name));
  }
  return { known, warnings };
}

function unknownKeyWarning(key: string, source: YamlSource, name: string): string {
  const line = source.lineOf([key]);
  const block = blockTextBefore(source.document, (_, candidate) => String(candidate) === key);
  if (block) {
    const end = source.placeOf(block.end).line;
    return `${name} line ${line}: unknown key "${key}" right after the text of "${block.key}".\n` +
      `That text ends at line ${end}; is line ${line} indented too little? ` +
      `What stands there is not sent to the model.`;
  }
  return `${name} line ${line}: unknown key "${key}" is passed over${
    suggestion(key, Object.keys(PromptFile.shape))
  }`;
}
