// PromptTemplate and variables -> messages, with the hashes that identify them. eta runs code, so it
// only ever sees tags that have been checked.

import { Eta } from "eta";
import { UsageError } from "../errors.ts";
import { hashOf } from "../hash.ts";
import type { ChatMessage } from "./llm.ts";
import type { PromptTemplate } from "./prompt.ts";
import { inputNames, tagsOf } from "./prompt_tags.ts";

/** What a prompt was, from its template to the bytes that a model saw. */
export interface PromptIdentity {
  /** Of the template. */
  readonly id: string;
  /** See `templateHash`. */
  readonly template_hash: string;
  /** `sha256:` and 64 hex digits over the canonical JSON (RFC 8785) of the messages. */
  readonly rendered_hash: string;
}

/** The messages of a prompt, and what they are known by. */
export interface RenderedPrompt {
  /** The system message, unless its text is empty, then the user message. */
  readonly messages: readonly ChatMessage[];
  /** To be kept with the answer. */
  readonly prompt: PromptIdentity;
}

/**
 * Fills a template with variables.
 *
 * @param variables values by input name; those that the template does not declare are passed over
 * @throws {UsageError} naming every required input that is missing
 *
 * @example
 * ```ts
 * import { parsePromptTemplate, renderPrompt } from "@logeval/logeval";
 * import assert from "node:assert/strict";
 *
 * const { template } = parsePromptTemplate(
 *   "id: short\nversion: 1\ninputs: {required: [logs]}\nuser: 'Why? {{ logs }}'\n",
 *   "short.yaml",
 * );
 * assert.deepEqual(renderPrompt(template, { logs: "panic: nil map" }).messages, [
 *   { role: "user", content: "Why? panic: nil map" },
 * ]);
 * assert.throws(() => renderPrompt(template, {}), /missing required input logs/);
 * ```
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

/**
 * The identity of what a template is filled with: its declared inputs, defaults included.
 *
 * @returns `sha256:` and 64 hex digits over their canonical JSON (RFC 8785)
 *
 * @example
 * ```ts
 * import { parsePromptTemplate, variablesHash } from "@logeval/logeval";
 * import assert from "node:assert/strict";
 *
 * const { template } = parsePromptTemplate(
 *   "id: short\nversion: 1\ninputs: {required: [logs]}\nuser: 'Why? {{ logs }}'\n",
 *   "short.yaml",
 * );
 * assert.equal(
 *   variablesHash(template, { logs: "x", unused: "y" }),
 *   variablesHash(template, { logs: "x" }),
 * );
 * ```
 */
export function variablesHash(
  template: PromptTemplate,
  variables: Readonly<Record<string, string>>,
): string {
  return hashOf(inputValues(template, variables));
}

/**
 * The identity of a template: a change of any field or byte of its texts changes it.
 *
 * @returns `sha256:` and 64 hex digits over its canonical JSON (RFC 8785)
 * @throws {UsageError} when a tag is no declared input's name
 *
 * @example
 * ```ts
 * import { parsePromptTemplate, templateHash } from "@logeval/logeval";
 * import assert from "node:assert/strict";
 *
 * const { template } = parsePromptTemplate(
 *   "id: short\nversion: 1\ninputs: {required: [logs]}\nuser: 'Why? {{ logs }}'\n",
 *   "short.yaml",
 * );
 * assert.match(templateHash(template), /^sha256:[0-9a-f]{64}$/);
 * assert.notEqual(templateHash(template), templateHash({ ...template, version: "2" }));
 * ```
 */
export function templateHash(template: PromptTemplate): string {
  return compile(template).hash;
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
