// One analysis against the labels of its sample: the product's formula. Pure, never rounds.

import type { Analysis } from "../analyzer/analysis.ts";
import { normalizeLabel } from "../analyzer/normalize.ts";
import { rougeL } from "./rouge_l.ts";
import { tokenF1 } from "./token_f1.ts";

/** Changes when the same answer would score otherwise; runs of two versions are not compared. */
export const METRIC_VERSION = "1";

/** Each 0..1, higher is better. */
export interface Scores {
  /** The parts, weighted by `WEIGHTS`. */
  readonly overall: number;
  /** 0 or 1. */
  readonly root_cause: number;
  /** 0 or 1. */
  readonly severity: number;
  /** 0 or 1. */
  readonly action: number;
  /** See `tokenF1`. */
  readonly component_f1: number;
  /** See `rougeL`. */
  readonly summary_rouge_l: number;
}

/** The parts of `overall`, in the order in which reports show them. */
export const METRICS = [
  "root_cause",
  "action",
  "severity",
  "summary_rouge_l",
  "component_f1",
] as const;

/** The name of a part of `overall`. */
export type Metric = (typeof METRICS)[number];

/** What each part counts for in `overall`: the product's own formula; the weights add up to 1. */
export const WEIGHTS: Readonly<Record<Metric, number>> = {
  root_cause: 0.40,
  action: 0.25,
  severity: 0.20,
  summary_rouge_l: 0.10,
  component_f1: 0.05,
};

/** The labels of a sample. */
export type Expected = Readonly<Omit<Record<keyof Analysis, string>, "raw_response">>;

/** An answer's fields; `null` where the answer had none. */
export type Predicted = Omit<Analysis, "raw_response">;

/** The fields of an analysis, listed one by one, without the raw text; `null` for none. */
export function predictedFields(analysis: Analysis | null): Predicted | null {
  if (analysis === null) return null;
  const { root_cause, severity, component, summary, action_needed } = analysis;
  return { root_cause, severity, component, summary, action_needed };
}

const ZERO: Scores = Object.freeze({
  overall: 0,
  root_cause: 0,
  severity: 0,
  action: 0,
  component_f1: 0,
  summary_rouge_l: 0,
});

/**
 * Scores an analysis: root cause, severity and action by exact match after `normalizeLabel`, the
 * component by token F1, the summary by ROUGE-L F1.
 *
 * @param predicted `null` for an answer that could not be read: it scores 0 everywhere
 * @returns each part and, as `overall`, their sum weighted by `WEIGHTS`: unrounded, 0..1
 *
 * @example
 * ```ts
 * import { parseResponse, scoreAnalysis } from "@logeval/logeval";
 * import assert from "node:assert/strict";
 *
 * const { analysis } = parseResponse("Root cause: OOM killed\nSeverity: warn");
 * const scores = scoreAnalysis({
 *   root_cause: "oom_killed",
 *   severity: "error",
 *   component: "kubelet",
 *   summary: "The kernel killed a process.",
 *   action_needed: "increase_memory_limit",
 * }, analysis);
 * assert.equal(scores.root_cause, 1);
 * assert.equal(scores.severity, 0);
 * assert.equal(scores.overall, 0.4); // the root cause alone
 * ```
 */
export function scoreAnalysis(expected: Expected, predicted: Predicted | null): Scores {
  if (predicted === null) return ZERO;
  const parts = {
    root_cause: exactMatch(expected.root_cause, predicted.root_cause),
    severity: exactMatch(expected.severity, predicted.severity),
    action: exactMatch(expected.action_needed, predicted.action_needed),
    component_f1: predicted.component === null
      ? 0
      : tokenF1(expected.component, predicted.component),
    summary_rouge_l: predicted.summary === null ? 0 : rougeL(expected.summary, predicted.summary),
  };
  return { overall: overallScore(parts), ...parts };
}

/** The weighted sum of the parts. */
export function overallScore(parts: Readonly<Record<Metric, number>>): number {
  return METRICS.reduce((sum, metric) => sum + WEIGHTS[metric] * parts[metric], 0);
}

function exactMatch(expected: string, predicted: string | null): number {
  return predicted !== null && normalizeLabel(expected) === normalizeLabel(predicted) ? 1 : 0;
}
