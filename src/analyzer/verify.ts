// Whether a prompt still sends what was measured: fixed inputs, rendered again, and the settings that
// go with them, compared with the hashes in its provenance. Pure.

import { UsageError } from "../errors.ts";
import { hashOf } from "../hash.ts";
import type { LogEntry } from "./analysis.ts";
import { renderLogEntries } from "./log_entry.ts";
import type { PromptTemplate } from "./prompt.ts";
import { type RenderedPrompt, renderPrompt } from "./render.ts";
import { responseFormat } from "./response_format.ts";
import { mergeSampling } from "./sampling.ts";

/** The name of a fixed input. */
export type FixedInput =
  | "one_line"
  | "several_entries"
  | "hostile_text"
  | "empty_message"
  | "long_trace";

/** The mismatch that is no fixed input's: sampling or response format. */
const REQUEST_SETTINGS = "request settings";

/** What came of rendering the fixed inputs again. */
export interface PromptVerification {
  /** `unrecorded`: the prompt's provenance holds no hashes, so there is nothing to compare with. */
  readonly verdict: "verified" | "changed" | "unrecorded";
  /**
   * Empty unless `changed`; in the order of the fixed inputs, then names that are none, then
   * `request settings`.
   */
  readonly mismatches: readonly RenderedMismatch[];
}

/** A fixed input whose messages are not the recorded ones, or the settings that go with all. */
export interface RenderedMismatch {
  /** Its name; `request settings` for sampling and response format. */
  readonly input: string;
  /** `null` when the provenance holds no hash of this input. */
  readonly recorded: string | null;
  /** `null` when the provenance names an input that is none. */
  readonly rendered: string | null;
}

const ENTRY: LogEntry = {
  timestamp: Date.UTC(2026, 0, 9, 14, 0, 0, 250),
  namespace: "llm",
  pod: "llama-server-0",
  container: "llama-server",
  node: "node-1",
  message: "E srv start: couldn't bind HTTP server socket, port: 8080",
};

const TRACE = [
  "java.lang.IllegalStateException: Failed to load ApplicationContext",
  ...Array.from(
    { length: 120 },
    (_, index) =>
      `\tat com.example.orders.Handler${index}.apply(Handler${index}.java:${index + 7})`,
  ),
  `Caused by: java.net.ConnectException: ${"Connection refused; ".repeat(200).trimEnd()}`,
].join("\n");

/**
 * The values by input name that prompts are rendered with, the same for ever: a recorded hash stands
 * for one of these.
 */
export const FIXED_INPUTS: Readonly<
  Record<FixedInput, Readonly<Record<"logs" | "namespace" | "time_range", string>>>
> = {
  one_line: valuesOf([ENTRY]),
  several_entries: valuesOf([
    ENTRY,
    { ...ENTRY, timestamp: ENTRY.timestamp + 1000, message: "main: exiting due to HTTP error" },
    { ...ENTRY, timestamp: ENTRY.timestamp + 2500, message: "build: 6210 (ea1431b0) for Linux" },
  ]),
  hostile_text: valuesOf([{
    ...ENTRY,
    namespace: "größe",
    message:
      "\t{{ logs }} {{! 1 }} <%= x %> ${y} `z` \\n \"d\" 'q' 日本語 🔥 e\u0301 \u200b# --- | >\r",
  }]),
  empty_message: valuesOf([{ ...ENTRY, message: "" }]),
  long_trace: valuesOf([{ ...ENTRY, namespace: "shop", container: "orders", message: TRACE }]),
};

function valuesOf(entries: readonly LogEntry[]) {
  return {
    logs: renderLogEntries(entries),
    namespace: entries[0]?.namespace ?? "",
    time_range: "2026-01-09T14:00:00.000Z to 2026-01-09T14:15:00.000Z",
  };
}

/**
 * Renders a prompt with a fixed input. Further inputs that it requires get `<name>`; optional ones
 * keep their defaults, so that a prompt that holds all its labels renders as in production.
 */
export function renderFixedInput(template: PromptTemplate, input: FixedInput): RenderedPrompt {
  const placeholders = template.inputs.required.map((name) => [name, `<${name}>`] as const);
  return renderPrompt(template, { ...Object.fromEntries(placeholders), ...FIXED_INPUTS[input] });
}

/**
 * What `provenance.rendered` of a prompt has to hold.
 *
 * @returns the `rendered_hash` by the name of the fixed input
 * @throws {UsageError} when a tag of the template is no declared input's name
 *
 * @example
 * ```ts
 * import { parsePromptTemplate, renderedHashes } from "@logeval/logeval";
 * import assert from "node:assert/strict";
 *
 * const { template } = parsePromptTemplate(
 *   "id: short\nversion: 1\ninputs: {required: [logs]}\nuser: 'Why? {{ logs }}'\n",
 *   "short.yaml",
 * );
 * assert.deepEqual(Object.keys(renderedHashes(template)), [
 *   "one_line",
 *   "several_entries",
 *   "hostile_text",
 *   "empty_message",
 *   "long_trace",
 * ]);
 * ```
 */
export function renderedHashes(template: PromptTemplate): Record<FixedInput, string> {
  const hashes = fixedInputNames().map((input) =>
    [input, renderFixedInput(template, input).prompt.rendered_hash] as const
  );
  return Object.fromEntries(hashes) as Record<FixedInput, string>;
}

/**
 * What `provenance.request` of a prompt has to hold: the identity of what it sends besides messages.
 *
 * @returns `sha256:` and 64 hex digits over its sampling with every default filled, and its response
 * format, `null` for none. The labels of a schema that is made from labels are no part of it.
 *
 * @example
 * ```ts
 * import { parsePromptTemplate, requestHash } from "@logeval/logeval";
 * import assert from "node:assert/strict";
 *
 * const { template } = parsePromptTemplate(
 *   "id: short\nversion: 1\ninputs: {required: [logs]}\nuser: 'Why? {{ logs }}'\n",
 *   "short.yaml",
 * );
 * const warm = { ...template, model_defaults: { temperature: 1.9 } };
 * assert.equal(requestHash({ ...template, user: "{{ logs }}" }), requestHash(template));
 * assert.notEqual(requestHash(warm), requestHash(template));
 * ```
 */
export function requestHash({ model_defaults, response_format }: PromptTemplate): string {
  return hashOf({
    sampling: mergeSampling(model_defaults),
    response_format: responseFormat(response_format) ?? null,
  });
}

/**
 * Compares what a prompt sends with what its provenance recorded. The provenance is no part of what
 * is sent. A prompt that records no `request` is compared by its messages alone.
 *
 * @throws {UsageError} when it is no template, or when a tag of the template is no declared input's name
 *
 * @example
 * ```ts
 * import { parsePromptTemplate, renderedHashes, requestHash, verifyPrompt } from "@logeval/logeval";
 * import assert from "node:assert/strict";
 *
 * const { template } = parsePromptTemplate(
 *   "id: short\nversion: 1\ninputs: {required: [logs]}\nuser: 'Why? {{ logs }}'\n",
 *   "short.yaml",
 * );
 * const provenance = {
 *   few_shot: [],
 *   search: [],
 *   templates: [],
 *   rendered: renderedHashes(template),
 *   request: requestHash(template),
 * };
 * assert.equal(verifyPrompt(template).verdict, "unrecorded");
 * assert.equal(verifyPrompt({ ...template, provenance }).verdict, "verified");
 * assert.equal(verifyPrompt({ ...template, user: "{{ logs }}", provenance }).verdict, "changed");
 * ```
 */
export function verifyPrompt(template: PromptTemplate): PromptVerification {
  if (typeof template?.user !== "string") {
    throw new UsageError("Cannot verify a prompt: it is no prompt template", {
      hint: "parsePromptTemplate(text, name).template is one",
    });
  }
  const { rendered: recorded, request } = template.provenance ?? {};
  if (recorded === undefined) return { verdict: "unrecorded", mismatches: [] };
  const rendered: Readonly<Record<string, string>> = renderedHashes(template);
  const names = new Set([...Object.keys(rendered), ...Object.keys(recorded)]);
  const rows = [...names].map((input) => ({
    input,
    recorded: own(recorded, input),
    rendered: own(rendered, input),
  }));
  if (request !== undefined) {
    rows.push({ input: REQUEST_SETTINGS, recorded: request, rendered: requestHash(template) });
  }
  const mismatches = rows.filter((row) => row.recorded !== row.rendered);
  return { verdict: mismatches.length === 0 ? "verified" : "changed", mismatches };
}

/** Names of the fixed inputs, in their order. */
export function fixedInputNames(): FixedInput[] {
  return Object.keys(FIXED_INPUTS) as FixedInput[];
}

function own(hashes: Readonly<Record<string, string>>, name: string): string | null {
  return Object.hasOwn(hashes, name) ? hashes[name]! : null;
}
