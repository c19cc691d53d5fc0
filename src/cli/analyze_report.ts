// What `logeval analyze` prints: the analysis for people or as one document, and the story beside it.
// Pure: data in, text out.

import { ANALYSIS_FIELDS, type AnalysisField } from "../analyzer/analysis.ts";
import type { AnalyzeResult } from "../analyzer/analyzer.ts";
import {
  formatCount,
  formatDuration,
  groupDigits,
  oneLine,
  printable,
  UNKNOWN,
} from "../format.ts";

/** What was asked about. */
export interface Asked {
  readonly url: string;
  /** Lines that there were. */
  readonly lines: number;
  /** Older ones that the model did not see. */
  readonly cut: number;
  /** Entries of which it saw only the start. */
  readonly shortened: number;
  readonly contextTokens: number;
  /** Whether the server told them. */
  readonly contextKnown: boolean;
}

const NAMES: Readonly<Record<AnalysisField, string>> = {
  root_cause: "root cause",
  severity: "severity",
  component: "component",
  summary: "summary",
  action_needed: "action",
};

/** The fields; the text as it is where it holds none. */
export function renderAnalysis({ analysis, completion }: AnalyzeResult): string {
  if (analysis === null) return `${printable(completion.text).trimEnd()}\n`;
  return ANALYSIS_FIELDS
    .map((field) => `${NAMES[field].padEnd(10)}  ${oneLine(analysis[field] ?? UNKNOWN, 2000)}\n`)
    .join("");
}

/** One line before the answer, and one for each thing that the model does not see. */
export function renderAsked(asked: Asked): string {
  const { url, lines, cut, shortened, contextTokens, contextKnown } = asked;
  const seen = lines - cut;
  const notes = [`asking the model at ${url} about ${formatCount(seen, "line")}\n`];
  if (cut > 0) {
    const assumed = contextKnown ? "" : ", assumed because the server does not say";
    notes.unshift(
      `note: the newest ${groupDigits(seen)} of ${formatCount(lines, "line")} fit into the ` +
        `model's context of ${groupDigits(contextTokens)} tokens${assumed}\n`,
    );
  }
  if (shortened > 0) {
    notes.unshift(
      `note: of ${
        shortened === 1 ? "1 entry" : `${groupDigits(shortened)} entries`
      } only the start is shown to the model\n`,
    );
  }
  return notes.join("");
}

/** One line behind the answer; what is wrong with one that is not whole or cannot be read. */
export function renderEnd({ outcome, completion, prompt }: AnalyzeResult): string {
  const { usage, model, latency_ms, finish_reason } = completion;
  const tokens = usage === null
    ? null
    : `${groupDigits(usage.prompt_tokens)} tokens in, ${groupDigits(usage.completion_tokens)} out`;
  const facts = [prompt.id, model, formatDuration(latency_ms), tokens];
  const end = `${facts.filter((fact) => fact !== null).join("  ")}\n`;
  if (outcome === "scored") {
    if (finish_reason !== "length") return end;
    const where = usage === null ? "" : ` at ${formatCount(usage.completion_tokens, "token")}`;
    return `${end}note: the answer was cut off${where}: fields may be missing\n` +
      "  the prompt's model_defaults.max_tokens or the model's context is its limit\n";
  }
  return `${end}Cannot read the answer as an analysis: ${WHY[outcome]}\n` +
    "  the model's own words are printed; another --prompt or a larger model may do better\n";
}

const WHY: Readonly<Record<Exclude<AnalyzeResult["outcome"], "scored">, string>> = {
  unparseable: "no field is in it",
  truncated: "it was cut off before its first field",
  empty: "it is empty",
  refused: "the model declined",
};

/** The document of `--json`; what is not known is `null`. */
export function analysisDocument(result: AnalyzeResult, asked: Asked) {
  const { analysis, outcome, completion, prompt } = result;
  const { usage, model, latency_ms, text, finish_reason } = completion;
  return {
    root_cause: analysis?.root_cause ?? null,
    severity: analysis?.severity ?? null,
    component: analysis?.component ?? null,
    summary: analysis?.summary ?? null,
    action_needed: analysis?.action_needed ?? null,
    raw_response: text,
    outcome,
    finish_reason,
    prompt: {
      id: prompt.id,
      template_hash: prompt.template_hash,
      rendered_hash: prompt.rendered_hash,
    },
    model,
    latency_ms,
    tokens: usage === null ? null : {
      prompt: usage.prompt_tokens,
      completion: usage.completion_tokens,
      cached: usage.cached_tokens,
    },
    lines: asked.lines,
    cut: asked.cut,
  };
}
