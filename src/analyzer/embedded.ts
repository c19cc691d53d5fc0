// The model inside the binary: it answers with the labels of the most similar labelled line, never
// one of the same masked template. A floor for real models and a way to try everything without a
// server; no imitation of a language model.

import { tokenize } from "../tokens.ts";
import type { AnalysisField } from "./analysis.ts";
import type { ChatModel, ChatRequest } from "./llm.ts";

/** A log line whose right answer is known. */
export interface LabelledExample {
  readonly log_line: string;
  readonly labels: Readonly<Record<AnalysisField, string>>;
}

/** Labelled examples, ready to be searched. */
export interface ExampleIndex {
  /**
   * The labels of the example most like a log line: cosine similarity of TF-IDF vectors over the
   * words of the masked lines; of equals the first. Examples of the line's own template are left
   * out. `null` when no other example shares a word with it.
   */
  nearest(logLine: string): LabelledExample["labels"] | null;
}

/** The name under which the embedded model reports itself. */
export const EMBEDDED_MODEL = "nearest-example";

/**
 * Builds the index: one entry a template, with the labels of its first example.
 *
 * @param mask a log line's template: what is left when numbers, times and ids are masked
 */
export function indexExamples(
  examples: readonly LabelledExample[],
  mask: (logLine: string) => string,
): ExampleIndex {
  const byTemplate = new Map<string, LabelledExample["labels"]>();
  for (const { log_line, labels } of examples) {
    const template = mask(log_line);
    if (!byTemplate.has(template)) byTemplate.set(template, labels);
  }
  const templates = [...byTemplate.keys()];
  const counts = templates.map(countWords);
  const documents = new Map<string, number>();
  for (const count of counts) {
    for (const word of count.keys()) documents.set(word, (documents.get(word) ?? 0) + 1);
  }
  const idf = (word: string) => {
    const inverse = (1 + templates.length) / (1 + (documents.get(word) ?? 0));
    return Math.log(inverse) + 1;
  };
  const postings = new Map<string, { readonly at: number; readonly weight: number }[]>();
  counts.forEach((count, at) => {
    for (const [word, weight] of unitVector(count, idf)) {
      const list = postings.get(word) ?? [];
      list.push({ at, weight });
      postings.set(word, list);
    }
  });

  const search = (template: string) => {
    const similarity = new Float64Array(templates.length);
    for (const [word, weight] of unitVector(countWords(template), idf)) {
      for (const entry of postings.get(word) ?? []) {
        similarity[entry.at] = similarity[entry.at]! + weight * entry.weight;
      }
    }
    let best = -1;
    for (let at = 0; at < templates.length; at++) {
      if (templates[at] === template || similarity[at] === 0) continue;
      if (best === -1 || similarity[at]! > similarity[best]!) best = at;
    }
    return best === -1 ? null : byTemplate.get(templates[best]!) ?? null;
  };

  const found = new Map<string, LabelledExample["labels"] | null>();
  return {
    nearest(logLine) {
      const template = mask(logLine);
      let labels = found.get(template);
      if (labels === undefined) {
        labels = search(template);
        found.set(template, labels);
      }
      return labels;
    },
  };
}

/**
 * A chat model over labelled examples. It answers in JSON when the request or the prompt asks for
 * JSON, else in labelled lines; with an empty text when no example is like the log.
 */
export function embeddedModel(index: ExampleIndex): ChatModel {
  return {
    complete(request, { signal, onText }) {
      if (signal.aborted) return Promise.reject(signal.reason);
      const labels = index.nearest(request.logs.map((entry) => entry.message).join("\n"));
      const text = labels === null ? "" : answer(labels, asksForJson(request));
      if (text !== "") onText?.(text);
      return Promise.resolve({
        text,
        finish_reason: "stop",
        usage: null,
        timings: null,
        model: EMBEDDED_MODEL,
        system_fingerprint: null,
      });
    },
  };
}

function answer(labels: LabelledExample["labels"], json: boolean): string {
  const { root_cause, severity, component, summary, action_needed } = labels;
  if (json) return JSON.stringify({ root_cause, severity, component, summary, action_needed });
  return [
    `Root cause: ${root_cause}`,
    `Severity: ${severity}`,
    `Component: ${component}`,
    `Summary: ${summary}`,
    `Action needed: ${action_needed}`,
  ].join("\n");
}

// Logs may hold the word as well, so only what stands before them counts.
function asksForJson({ messages, logs, response_format }: ChatRequest): boolean {
  if (response_format && response_format.type !== "text") return true;
  const text = messages.map((message) => message.content).join("\n");
  const logStart = text.indexOf(logs[0]?.message ?? "");
  return /\bjson\b/i.test(logStart === -1 ? text : text.slice(0, logStart));
}

function countWords(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of tokenize(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

function unitVector(
  counts: ReadonlyMap<string, number>,
  idf: (word: string) => number,
): [string, number][] {
  const weights = [...counts].map(([word, count]): [string, number] => [word, count * idf(word)]);
  const length = Math.hypot(...weights.map(([, weight]) => weight));
  return weights.map(([word, weight]) => [word, weight / length]);
}
