// A golden sample -> an example as a prompt shows it: the log in the form in which the judged log
// appears, then the right answer in the form that the prompt asks for. Pure.

import { ANALYSIS_FIELDS, type AnalysisField } from "../analyzer/analysis.ts";
import { renderLogEntry } from "../analyzer/log_entry.ts";
import { logEntryOf, type Sample } from "../dataset/sample.ts";

/** How the answer of an example is written: five labelled lines, or one line of JSON. */
export const ANSWER_FORMS = ["lines", "json"] as const;

export type AnswerForm = (typeof ANSWER_FORMS)[number];

/** The examples, a blank line between two of them; "" for none. */
export function exampleTexts(samples: readonly Sample[], form: AnswerForm): string {
  return samples.map((sample) => exampleText(sample, form)).join("\n\n");
}

function exampleText({ input, labels }: Sample, form: AnswerForm): string {
  const answer = form === "json"
    ? `{${
      ANALYSIS_FIELDS.map((field) => `"${field}": ${JSON.stringify(labels[field])}`).join(", ")
    }}`
    : ANALYSIS_FIELDS.map((field) => `${lineLabel(field)}: ${labels[field]}`).join("\n");
  return `Logs:\n${renderLogEntry(logEntryOf(input))}\n\nAnswer:\n${answer}`;
}

/** `Root cause` for `root_cause`. */
function lineLabel(field: AnalysisField): string {
  const words = field.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
