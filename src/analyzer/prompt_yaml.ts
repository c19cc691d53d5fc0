// PromptTemplate -> YAML that people review: the counterpart of `parsePromptTemplate`. Pure.

import { Document, isScalar, isSeq, Scalar, visit, type YAMLMap } from "yaml";
import type { PromptTemplate } from "./prompt.ts";

/** These start a paragraph. */
const AFTER_A_BLANK_LINE = ["model_defaults", "inputs", "response_format", "system"];

/**
 * Writes a template as YAML: texts of several lines as they read (`|`), nothing folded, where it
 * comes from at the end. `parsePromptTemplate` reads the same template from it, with the same hash.
 *
 * @param comment stands above it, a `#` before each line
 *
 * @example
 * ```ts
 * import { parsePromptTemplate, renderPromptYaml } from "@logeval/logeval";
 * import assert from "node:assert/strict";
 *
 * const { template } = parsePromptTemplate(
 *   "id: short\nversion: 1\ninputs: {required: [logs]}\nuser: 'Why? {{ logs }}'\n",
 *   "short.yaml",
 * );
 * const text = renderPromptYaml(template, "Shorter cannot be.");
 * assert.match(text, /^# Shorter cannot be\.\nid: short\n/);
 * assert.deepEqual(parsePromptTemplate(text, "short.yaml").template, template);
 * ```
 */
export function renderPromptYaml(template: PromptTemplate, comment?: string): string {
  const { system, user, provenance } = template;
  return head(comment) + renderFields({
    ...settingsOf(template),
    ...(system === "" ? {} : { system }),
    user,
    ...(provenance === undefined ? {} : { provenance }),
  });
}

/** As `renderPromptYaml`, without the two texts and without where the prompt comes from. */
export function renderSettingsYaml(template: PromptTemplate): string {
  return renderFields(settingsOf(template));
}

function renderFields(values: Readonly<Record<string, unknown>>): string {
  const document = new Document(values, { aliasDuplicateObjects: false });
  const fields = document.contents as unknown as YAMLMap<Scalar<string>, unknown>;
  for (const { key } of fields.items) key.spaceBefore = AFTER_A_BLANK_LINE.includes(key.value);
  const bodies: readonly unknown[] = [document.get("system", true), document.get("user", true)];
  visit(document, {
    Scalar(position, scalar) {
      const text = scalar.value;
      if (typeof text !== "string" || !text.includes("\n")) return;
      scalar.type = position !== "key" && isBlock(text, bodies.includes(scalar))
        ? Scalar.BLOCK_LITERAL
        : Scalar.QUOTE_DOUBLE;
    },
    Seq(_, list) {
      list.flow = list.items.every((item) => isScalar(item) && typeof item.value === "number");
    },
  });
  const required = document.getIn(["inputs", "required"], true);
  if (isSeq(required)) required.flow = true;
  return document.toString({
    lineWidth: 0,
    doubleQuotedMinMultiLineLength: Infinity,
    flowCollectionPadding: false,
  });
}

/** In the order of reading; what the parser fills in by itself is left out. */
function settingsOf(template: PromptTemplate) {
  const { id, version, description, model_defaults, inputs, response_format } = template;
  const { required, optional } = inputs;
  return {
    id,
    version,
    ...(description === "" ? {} : { description }),
    ...(Object.keys(model_defaults).length === 0 ? {} : { model_defaults }),
    ...(required.length + Object.keys(optional).length === 0 ? {} : {
      inputs: {
        ...(required.length === 0 ? {} : { required }),
        ...(Object.keys(optional).length === 0 ? {} : { optional }),
      },
    }),
    ...(response_format === undefined ? {} : { response_format }),
  };
}

/**
 * Whether a text can stand as a block. Blanks alone cannot; nor can blank lines at the end where a
 * blank line of ours may follow, which would belong to the text.
 */
function isBlock(text: string, isBody: boolean): boolean {
  return text.trim() !== "" && (isBody || !text.endsWith("\n\n"));
}

function head(comment: string | undefined): string {
  if (comment === undefined || comment.trim() === "") return "";
  return comment.trimEnd().split(/\r\n|[\r\n]/).map((line) => `# ${line}`.trimEnd() + "\n").join(
    "",
  );
}
