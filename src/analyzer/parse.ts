// Reads a model's answer as it is, JSON or labelled lines, into an analysis. Takes the text of a
// completion, gives an analysis or the reason why there is none; called by the analyzer, so that
// production and measurement read answers in the same way.

import type { ParseResult } from "./analysis.ts";
import { type Fields, hasLabel } from "./parse_fields.ts";
import { readObjects } from "./parse_json.ts";
import { readLines } from "./parse_lines.ts";

/** What is known about a completion besides its text. */
export interface ParseOptions {
  /** Why the model stopped, as the server said it; `length` means that it was cut off. */
  readonly finishReason?: string | null;
}

const REFUSAL = new RegExp(
  [
    String.raw`\b(?:sorry|apologi[sz]e)\b.{0,40}\b(?:can(?:no|['’])t|can not|unable|not able)\b`,
    String.raw`\bas an ai\b`,
    String.raw`\bI(?:['’]m| am)? (?:can(?:no|['’])t|can not|unable to|not able to|won['’]t) ` +
    String.raw`(?:assist|help|comply|provide|fulfil|answer|analy[sz]e|do that)`,
  ].join("|"),
  "is",
);

/**
 * Reads a model's answer. Never throws, and takes about linear time on any text; what is no text is
 * `empty`.
 *
 * Of several answers in one text the one with the most fields counts, the last of those when some
 * have the same number. Nothing inside a think block counts.
 *
 * @example
 * ```ts
 * import { parseResponse } from "@logeval/logeval";
 * import assert from "node:assert/strict";
 *
 * const { analysis } = parseResponse("Root cause: Port conflict\nSeverity: **error**");
 * assert.equal(analysis?.root_cause, "port_conflict");
 * assert.equal(analysis?.severity, "error");
 * assert.equal(analysis?.summary, null); // not in the answer
 *
 * assert.equal(parseResponse("I cannot help with that.").outcome, "refused");
 * assert.equal(parseResponse('{"root', { finishReason: "length" }).outcome, "truncated");
 * ```
 */
export function parseResponse(text: string, { finishReason }: ParseOptions = {}): ParseResult {
  if (typeof text !== "string") return { outcome: "empty", analysis: null };
  const { answer, thinking } = withoutThinking(text);
  const hasAnswer = answer.trim() !== "";
  if (!hasAnswer && !thinking) return { outcome: "empty", analysis: null };
  const cut = finishReason === "length";
  const objects = readObjects(answer);
  const fields = mostComplete([...readLines(objects.rest, cut), ...objects.answers]);
  if (fields !== undefined) {
    const { root_cause = null, severity = null, component = null } = fields;
    const { summary = null, action_needed = null } = fields;
    const analysis = { root_cause, severity, component, summary, action_needed };
    return { outcome: "scored", analysis: { ...analysis, raw_response: text } };
  }
  if (REFUSAL.test(answer.trimStart().slice(0, 200))) return { outcome: "refused", analysis: null };
  // A model that stopped by itself while it was thinking was not cut off.
  const unfinished = objects.unclosed || (thinking && finishReason !== "stop");
  return { outcome: cut || unfinished ? "truncated" : "unparseable", analysis: null };
}

/**
 * Takes the think blocks out. Some chat templates swallow the opening tag, so text before a lone
 * closing tag is thinking too, unless it is all there is.
 */
function withoutThinking(text: string): { answer: string; thinking: boolean } {
  let answer: string[] = [];
  let untagged: string[] = [];
  let thinking = false;
  for (const part of text.split(/(<\/?think(?:ing)?>)/i)) {
    const tag = /^<(\/?)think(?:ing)?>$/i.exec(part);
    if (tag === null) {
      if (!thinking) answer.push(part);
    } else if (tag[1] === "") thinking = true;
    else if (thinking) thinking = false;
    else {
      if (answer.some((kept) => kept.trim() !== "")) untagged = answer;
      answer = [];
    }
  }
  const kept = answer.join("");
  return { answer: kept.trim() === "" && !thinking ? untagged.join("") : kept, thinking };
}

function mostComplete(answers: readonly Fields[]): Fields | undefined {
  let best: Fields | undefined;
  for (const fields of answers.filter(hasLabel)) {
    if (best === undefined || sizeOf(fields) >= sizeOf(best)) best = fields;
  }
  return best;
}

function sizeOf(fields: Fields): number {
  return Object.keys(fields).length;
}
