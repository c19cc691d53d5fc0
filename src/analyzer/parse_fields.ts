// What the two readers of an answer share: which field a name means, and what its value says.
// Takes the names and values as the model wrote them; called by parse_json.ts and parse_lines.ts.

import { ANALYSIS_FIELDS, type AnalysisField, LABEL_FIELDS } from "./analysis.ts";
import { cleanText, normalizeLabel } from "./normalize.ts";

/** The fields of one answer that could be read. */
export type Fields = Partial<Record<AnalysisField, string>>;

/** A name that a model gave to a field. */
export interface FieldName {
  readonly field: AnalysisField;
  /** The name as an identifier, `root_cause` for `**Root Cause`. */
  readonly name: string;
}

/** Marks the place where the text was cut off. A private-use character, so no model writes it. */
export const CUT = "\uE000";

const ALIASES: Readonly<Record<AnalysisField, readonly string[]>> = {
  root_cause: [
    "cause",
    "root_cause_analysis",
    "probable_root_cause",
    "likely_root_cause",
    "probable_cause",
    "likely_cause",
  ],
  severity: ["severity_level"],
  component: ["affected_component", "component_name"],
  summary: ["short_summary", "description"],
  action_needed: [
    "action",
    "actions_needed",
    "action_required",
    "actions_required",
    "recommended_action",
    "recommended_actions",
    "required_action",
    "next_action",
  ],
};

const FIELD_BY_NAME = new Map(
  ANALYSIS_FIELDS.flatMap((field) => [field, ...ALIASES[field]].map((name) => [name, field])),
);

/**
 * Finds the field that a name means, whatever its case, marks, numbering (`2. Severity`) or remark
 * (`Severity (one word)`); `null` for other text.
 */
export function fieldNamed(text: string): FieldName | null {
  if (text.length > 80) return null;
  const words = text.replace(/\([^)]*\)/, "").replace(/(\p{Ll})(\p{Lu})/gu, "$1_$2");
  const name = normalizeLabel(words).replace(/^\d+_/, "");
  const field = FIELD_BY_NAME.get(name);
  return field === undefined ? null : { field, name };
}

/** Whether a name is the one that the prompt asks for; such a name beats an alias. */
export function isOwnName({ field, name }: FieldName): boolean {
  return field === name;
}

/** Whether an answer says more than a summary. */
export function hasLabel(fields: Fields): boolean {
  return LABEL_FIELDS.some((field) => fields[field] !== undefined);
}

/** Whether there is anything to read in a text. */
export function hasWords(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}

/**
 * Reads the value of a field: `null` when it is empty, a placeholder such as `<label>`, or a label
 * that was cut off, because half a label is no label. Half a summary still is a summary.
 */
export function readValue(field: AnalysisField, raw: string): string | null {
  if (raw.includes(CUT) && field !== "summary") return null;
  const text = cleanText(raw.replaceAll(CUT, ""));
  if (!hasWords(text) || PLACEHOLDER.test(text)) return null;
  if (field === "summary") return text;
  if (field === "component") return cleanText(text.replace(/^<(.*)>$/, "$1").replace(/\.$/, ""));
  return normalizeLabel(beforeRemark(text));
}

// `<one of the root causes>` is the prompt's own text; `<dns_failure>` is an answer in its brackets.
const PLACEHOLDER = new RegExp(
  "^<(?:(?:one|a|an|the|your|some|any)\\b.*|label|value|text|string|name|root.?cause|severity|" +
    "component|summary|action.*|\\W*)>$",
  "is",
);

/**
 * Small models explain their label: `oom_killed (the limit was hit)`, `error - it failed`. The label
 * is what stands before the first ` (` or spaced dash; the same for every label.
 */
function beforeRemark(text: string): string {
  return /^(.+?)(?: \(| [-–—] )/s.exec(text)?.[1] ?? text;
}
