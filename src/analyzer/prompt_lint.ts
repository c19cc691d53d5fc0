// A prompt's YAML -> what is wrong with it or looks so, each finding with its line and a remedy. What
// cannot be parsed is one finding that lists every fault. Pure.

import { isScalar } from "yaml";
import { UsageError } from "../errors.ts";
import { formatCount } from "../format.ts";
import { parseYaml, type YamlSource } from "../yaml_source.ts";
import { type ParsedPrompt, parsePromptTemplate, type PromptTemplate } from "./prompt.ts";
import { inputNames, tagsOf } from "./prompt_tags.ts";
import { verifyPrompt } from "./verify.ts";

/** One thing that is wrong with a prompt, or looks so. */
export interface PromptFinding {
  readonly level: "error" | "warning";
  /** Stable name of the rule, such as `unused_input`. */
  readonly rule: string;
  /** 1-based; `null` for the whole file. */
  readonly line: number | null;
  readonly message: string;
  readonly remedy: string;
}

/** Of static text behind the logs, in characters: the form of the answer is shorter. */
const MOST_BEHIND_LOGS = 500;
/** Inputs that are the same in every call, and long. */
const LABEL_INPUTS = ["root_causes", "severities", "components", "actions"];
const BODIES = ["system", "user"] as const;

/**
 * Checks a prompt's YAML text.
 *
 * @param name the file's name, as for `parsePromptTemplate`
 * @returns errors first
 */
export function lintPrompt(text: string, name: string): PromptFinding[] {
  let parsed: ParsedPrompt;
  try {
    parsed = parsePromptTemplate(text, name);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return [unusablePrompt(error)];
  }
  const { template, warnings } = parsed;
  const source = parseYaml(text, name);
  const lineOf = (...path: string[]) => source.lineOf(path);
  return [
    ...changedRendering(template, lineOf("provenance", "rendered")),
    ...warnings.map(parserWarning),
    ...unusedInputs(template, lineOf),
    ...textBehindLogs(template, source),
    ...trailingBlanks(template, source),
    ...provenance(template, lineOf),
  ];
}

/** What no check can be made of: it cannot be read or parsed. */
export function unusablePrompt({ message, hint }: UsageError): PromptFinding {
  const remedy = hint ?? "mend that and lint it again: nothing else of it was checked";
  return { level: "error", rule: "unusable_file", line: null, message, remedy };
}

function warning(
  rule: string,
  line: number | null,
  message: string,
  remedy: string,
): PromptFinding {
  return { level: "warning", rule, line, message, remedy };
}

function parserWarning(message: string): PromptFinding {
  return message.includes("no {{ logs }}")
    ? warning("no_logs", null, message, "name {{ logs }} where the logs should stand")
    : warning("unknown_key", null, message, "mend the key or its indentation, or remove it");
}

function changedRendering(template: PromptTemplate, line: number | null): PromptFinding[] {
  const { verdict, mismatches } = verifyPrompt(template);
  if (verdict !== "changed") return [];
  return [{
    level: "error",
    rule: "rendering_changed",
    line,
    message: `it no longer sends what was recorded: ${
      mismatches.map(({ input }) => input).join(", ")
    }`,
    remedy: "see what differs: logeval prompt verify",
  }];
}

function unusedInputs(
  template: PromptTemplate,
  lineOf: (...path: string[]) => number | null,
): PromptFinding[] {
  const used = new Set(BODIES.flatMap((field) => tagsOf(template[field]).map(({ name }) => name)));
  // Without {{ logs }} the parser has warned already.
  return inputNames(template).filter((name) => !used.has(name) && name !== "logs").map((name) =>
    warning(
      "unused_input",
      Object.hasOwn(template.inputs.optional, name)
        ? lineOf("inputs", "optional", name)
        : lineOf("inputs", "required"),
      `${name} is declared, but neither system nor user names it`,
      `name {{ ${name} }} in a text, or remove it from inputs`,
    )
  );
}

/** Behind the first `{{ logs }}` nothing comes from the server's cache. */
function textBehindLogs({ system, user }: PromptTemplate, source: YamlSource): PromptFinding[] {
  const logs = /\{\{\s*logs\s*\}\}/;
  const field = logs.test(system) ? "system" : "user";
  const body = field === "system" ? system : user;
  const at = body.search(logs);
  if (at === -1) return [];
  const behind = body.slice(at) + (field === "system" ? user : "");
  const lists = tagsOf(behind).flatMap(({ name }) =>
    LABEL_INPUTS.filter((input) => input === name)
  );
  const characters = behind.replace(/\{\{[^]*?\}\}/g, "").length;
  if (lists.length === 0 && characters <= MOST_BEHIND_LOGS) return [];
  const parts = [
    ...lists.map((list) => `{{ ${list} }}`),
    `${formatCount(characters, "character")} of static text`,
  ];
  return [warning(
    "text_behind_logs",
    lineInText(source, field, body, at),
    `behind {{ logs }} stand ${parts.join(", ")}; a server cannot take them from its cache`,
    "put what never changes in front of the logs",
  )];
}

function trailingBlanks(template: PromptTemplate, source: YamlSource): PromptFinding[] {
  return BODIES.flatMap((field) => {
    const text = template[field];
    const found = [...text.matchAll(/[ \t]+(?=\r?\n|$)/g)];
    const first = found[0];
    if (first === undefined) return [];
    return [warning(
      "trailing_blanks",
      lineInText(source, field, text, first.index),
      `${formatCount(found.length, "line")} of ${field} ${
        found.length === 1 ? "ends" : "end"
      } in blanks, which no reader sees and the model gets`,
      "remove them",
    )];
  });
}

function provenance(
  { provenance }: PromptTemplate,
  lineOf: (...path: string[]) => number | null,
): PromptFinding[] {
  if (provenance === undefined) return [];
  const { few_shot, search, templates } = provenance;
  const twice = new Set(few_shot.filter((id, index) => few_shot.indexOf(id) !== index));
  return [
    ...(few_shot.length + search.length > 0 && templates.length === 0
      ? [warning(
        "no_templates",
        lineOf("provenance"),
        "its samples have no templates, so that their like in other files still counts in verdicts",
        "list the samples' signature hashes as provenance.templates",
      )]
      : []),
    ...(twice.size > 0
      ? [warning(
        "duplicate_few_shot",
        lineOf("provenance", "few_shot"),
        `provenance.few_shot names ${[...twice].join(", ")} more than once`,
        "keep one of each, and show an example once",
      )]
      : []),
  ];
}

/** The line in the file of an offset in a text; of the text's key when it is no `|` block. */
function lineInText(
  source: YamlSource,
  field: string,
  text: string,
  offset: number,
): number | null {
  const node = source.document.get(field, true);
  if (!isScalar(node) || node.type !== "BLOCK_LITERAL" || !node.range) {
    return source.lineOf([field]);
  }
  return source.placeOf(node.range[0]).line + text.slice(0, offset).split("\n").length;
}
