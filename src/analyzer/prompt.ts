// Prompt YAML -> PromptTemplate -> messages. A template is data: its tags name declared inputs and
// nothing else, which is checked before eta, whose tags run code, sees it. Hashes identify the
// template, its variables and the rendered messages.

import { Eta } from "eta";
import type { Scalar } from "yaml";
import * as z from "zod";
import { UsageError } from "../errors.ts";
import { describeFaults, type Fault, faultsOf, suggestion } from "../faults.ts";
import { hashOf } from "../hash.ts";
import { blockTextBefore, parseYaml, type YamlSource } from "../yaml_source.ts";
import type { ChatMessage, ResponseFormat } from "./llm.ts";
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
    search: z.array(z.string()).default([]),
    templates: z.array(z.string()).default([]),
  }).optional(),
});

/** A prompt as people write and review it; `parsePromptTemplate` makes it from YAML. */
export interface PromptTemplate {
  /** Equals the stem of its file. */
  readonly id: string;
  readonly version: string;
  readonly description: string;
  /** Sampling that the prompt was written for; an experiment's settings beat it. */
  readonly model_defaults: SamplingLayer;
  readonly inputs: {
    readonly required: readonly string[];
    /** Default by name. */
    readonly optional: Readonly<Record<string, string>>;
  };
  /** "" for no system message. */
  readonly system: string;
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

/** Samples of the golden dataset that went into a prompt. */
export interface PromptProvenance {
  /** Ids of samples whose text it shows as examples. */
  readonly few_shot: readonly string[];
  /** Ids of samples on which a search chose it. */
  readonly search: readonly string[];
  /** Signature hashes of the templates of both, which also stand for samples of other files. */
  readonly templates: readonly string[];
}

/** What a prompt was, from its template to the bytes that a model saw. */
export interface PromptIdentity {
  readonly id: string;
  readonly template_hash: string;
  readonly rendered_hash: string;
}

export interface RenderedPrompt {
  /** The system message, unless its text is empty, then the user message. */
  readonly messages: readonly ChatMessage[];
  readonly prompt: PromptIdentity;
}

export interface ParsedPrompt {
  readonly template: PromptTemplate;
  /** Things that are probably mistakes but leave a usable prompt. */
  readonly warnings: readonly string[];
}

/**
 * Reads a prompt's YAML text.
 *
 * @param name the file's name: messages show it, and its stem must equal the prompt's `id`
 * @throws {UsageError} listing every fault with its line: not YAML, wrong types, an `id` that is
 * not the file's stem, a tag that is no declared input's name
 */
export function parsePromptTemplate(text: string, name: string): ParsedPrompt {
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

/**
 * Fills a template with variables.
 *
 * @param variables values by input name; those that the template does not declare are passed over
 * @throws {UsageError} naming every required input that is missing
 */
export function renderPrompt(
  template: PromptTemplate,
  variables: Readonly<Record<string, string>>,
): RenderedPrompt {
  const missing = template.inputs.required.filter((input) => !Object.hasOwn(variables, input));
  if (missing.length > 0) {
    throw new UsageError(
      `Cannot render prompt "${template.id}": missing required ${
        missing.length === 1 ? "input" : "inputs"
      } ${missing.join(", ")}`,
    );
  }
  const values = inputValues(template, variables);
  const compiled = compile(template);
  const system = compiled.system(values);
  const messages: ChatMessage[] = [{ role: "user", content: compiled.user(values) }];
  if (system !== "") messages.unshift({ role: "system", content: system });
  return {
    messages,
    prompt: {
      id: template.id,
      template_hash: compiled.hash,
      rendered_hash: hashOf(messages),
    },
  };
}

/** The identity of what a template is filled with: its declared inputs, defaults included. */
export function variablesHash(
  template: PromptTemplate,
  variables: Readonly<Record<string, string>>,
): string {
  return hashOf(inputValues(template, variables));
}

/** The identity of a template: a change of any field or byte of its texts changes it. */
export function templateHash(template: PromptTemplate): string {
  return compile(template).hash;
}

/** Names of all inputs, required ones first. */
export function inputNames(template: PromptTemplate): string[] {
  return [...template.inputs.required, ...Object.keys(template.inputs.optional)];
}

function inputValues(
  template: PromptTemplate,
  variables: Readonly<Record<string, string>>,
): Record<string, string> {
  // Without a prototype, so that an input may have any name, `constructor` as well.
  const values: Record<string, string> = Object.create(null);
  Object.assign(values, template.inputs.optional);
  for (const input of inputNames(template)) {
    if (Object.hasOwn(variables, input)) values[input] = variables[input]!;
  }
  return values;
}

interface CompiledPrompt {
  readonly hash: string;
  readonly system: (values: Readonly<Record<string, string>>) => string;
  readonly user: (values: Readonly<Record<string, string>>) => string;
}

const compiledPrompts = new WeakMap<PromptTemplate, CompiledPrompt>();

function compile(template: PromptTemplate): CompiledPrompt {
  const known = compiledPrompts.get(template);
  if (known) return known;
  const compiled = {
    hash: hashOf(template),
    system: compileText(template.system, template),
    user: compileText(template.user, template),
  };
  compiledPrompts.set(template, compiled);
  return compiled;
}

// eta turns a tag into code, so a tag becomes a property look-up of a checked name and only that.
const eta = new Eta({
  tags: ["{{", "}}"],
  parse: { exec: "!", interpolate: "", raw: "~" },
  autoTrim: false,
  autoEscape: false,
  plugins: [{
    processAST: (nodes) =>
      nodes.map((node) =>
        typeof node === "string" ? node : { ...node, val: `it[${JSON.stringify(node.val.trim())}]` }
      ),
  }],
});

function compileText(text: string, template: PromptTemplate) {
  const names = inputNames(template);
  const bad = tagsOf(text).find((tag) => tag.name === null || !names.includes(tag.name));
  if (bad) {
    throw new UsageError(
      `Cannot render prompt "${template.id}": ${bad.text} is no declared input's name`,
    );
  }
  const compiled = eta.compile(text);
  return (values: Readonly<Record<string, string>>) => compiled.call(eta, values);
}

interface Tag {
  readonly text: string;
  /** `null` when the tag is not closed. */
  readonly name: string | null;
}

function tagsOf(text: string): Tag[] {
  return [...text.matchAll(/\{\{([^]*?)(\}\}|$)/g)].map(([tag, inner = "", close]) => ({
    text: close === "" ? tag.slice(0, 20) : tag,
    name: close === "" ? null : inner.trim(),
  }));
}

function tagFaults(template: PromptTemplate, text: string, source: YamlSource): Fault[] {
  const names = inputNames(template);
  return (["system", "user"] as const).flatMap((field) => {
    const offsets = tagOffsets(text, source, field);
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

// The n-th tag of a text is the n-th `{{` of its YAML source, whatever the quoting and indentation.
function tagOffsets(text: string, source: YamlSource, field: string): number[] {
  const node = source.document.get(field, true) as Scalar | undefined;
  const [start, end] = node?.range ?? [0, 0];
  return [...text.slice(start, end).matchAll(/\{\{/g)].map((match) => start + match.index);
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
