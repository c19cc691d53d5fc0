// What terminal and Markdown say of a comparison in the same words. Pure.

import {
  formatCount,
  formatDifference,
  formatDifferences,
  formatDuration,
  formatP,
  formatScore,
  groupDigits,
  oneLine,
  UNKNOWN,
} from "../format.ts";
import { METRICS } from "../metrics/score.ts";
import type { Comparison } from "./compare.ts";
import { METRIC_NAMES } from "./run_terms.ts";

/** What is nearer to 0 is not a difference. */
const ROUNDING = 1e-9;
const LONGEST_NAME = 80;

/**
 * The names of both runs: their experiments, or their ids when those are the same. On one line, for a
 * config.json may come from anywhere.
 */
export function runNames({ a, b }: Comparison): readonly [string, string] {
  const names = a.experiment_id === b.experiment_id
    ? [a.run_id, b.run_id]
    : [a.experiment_id, b.experiment_id];
  return names.map((name) => oneLine(name, LONGEST_NAME)) as [string, string];
}

/** The verdict in one line and what it stands on in the next. */
export function verdictLines(comparison: Comparison): readonly [string, string] {
  const { verdict, overall, n, n_unseen, min_effect } = comparison;
  const [a, b] = runNames(comparison);
  const figures = `(95 % ${formatDifferences(overall.ci95)}, p = ${formatP(overall.p)})`
    .replace("p = <", "p <");
  const difference = overall.difference === null
    ? "cannot be measured"
    : `is ${distance(overall.difference)} ${a} ${figures}`;
  const samples = n_unseen === n
    ? `on ${formatCount(n, "sample")}`
    : `on ${formatCount(n_unseen, "sample")} that neither prompt has seen`;
  const visible = overall.ci95 === null
    ? "too few different messages for a verdict"
    : overall.smallest_visible === null
    ? alike(overall)
    : `a true difference under ${
      formatScore(overall.smallest_visible)
    } is missed more than 1 time in 5`;
  const effect = min_effect > 0
    ? `; a verdict needs the whole interval above +${min_effect} or below −${min_effect}`
    : "";
  return [`${verdict}: ${b} ${difference}`, `${samples}; ${visible}${effect}`];
}

/** `0.193 below`: one way to read it, whatever stands in front. */
function distance(difference: number): string {
  if (Math.abs(difference) < ROUNDING) return "level with";
  return `${formatScore(Math.abs(difference))} ${difference < 0 ? "below" : "above"}`;
}

/** Where no spread was seen: nothing differs, or every message by the same. */
function alike({ ci95 }: Comparison["overall"]): string {
  return ci95?.every((bound) => Math.abs(bound) < ROUNDING)
    ? "no sample came out otherwise"
    : "every message came out alike, so what could have been missed is not known";
}

/** Heads the table of metrics, with the names of both runs. */
export function metricHead(a: string, b: string): string[] {
  return ["", a, b, "change", "95 % interval", "p"];
}

/** Said under the table of metrics, whose first row alone carries p as it is. */
export const HOLM_LINE = `p of the parts is adjusted for looking at five (Holm)`;

/** Rows of the table of metrics: name, A, B, change, interval, p. */
export function metricRows({ overall, metrics }: Comparison): string[][] {
  const row = (name: string, difference: Comparison["overall"], p: number | null) => [
    name,
    formatScore(difference.mean_a),
    formatScore(difference.mean_b),
    formatDifference(difference.difference),
    formatDifferences(difference.ci95),
    formatP(p),
  ];
  return [
    row(METRIC_NAMES.overall, overall, overall.p),
    ...METRICS.map((metric) => row(METRIC_NAMES[metric], metrics[metric], metrics[metric].p_holm)),
  ];
}

/** Rows of what the answers cost: name, A, B, change in per cent. */
export function costRows({ latency_ms, tokens }: Comparison): string[][] {
  const row = (
    name: string,
    [a, b]: readonly [number | null, number | null],
    format: (value: number | null) => string,
  ) => [name, format(a), format(b), change(a, b)];
  const count = (value: number | null) => value === null ? UNKNOWN : value.toFixed(0);
  return [
    row("p50 latency", latency_ms.p50, formatDuration),
    row("p95 latency", latency_ms.p95, formatDuration),
    row("prompt tokens", tokens.prompt, count),
    row("answer tokens", tokens.completion, count),
  ];
}

/** Said when some samples were seen: the difference on all of them, named as such. */
export function seenLine({ n, n_unseen, overall_all }: Comparison): string | null {
  if (n === n_unseen) return null;
  return `all ${formatCount(n, "sample")}, ${
    n - n_unseen
  } of them seen by a prompt or its search: ` +
    formatDifference(overall_all.difference);
}

const MOST_FLIPS = 20;

/** The flips that a report shows, those to right first, and how many it leaves out. */
export function shownFlips({ to_right, to_wrong, samples }: Comparison["flips"]) {
  // Both ways get their share of the list, and what one leaves the other takes.
  const wrong = Math.min(to_wrong, Math.max(MOST_FLIPS / 2, MOST_FLIPS - to_right));
  const shown = [
    ...samples.slice(0, to_right).slice(0, MOST_FLIPS - wrong),
    ...samples.slice(to_right).slice(0, wrong),
  ];
  return { shown, more: samples.length - shown.length };
}

/** Ends a list that is not whole. */
export function moreLines(more: number): string[] {
  return more > 0 ? [`… and ${groupDigits(more)} more: see --json`] : [];
}

function change(a: number | null, b: number | null): string {
  if (a === null || b === null || a === 0) return UNKNOWN;
  const percent = Math.round(100 * (b - a) / a);
  if (percent > 999) return `${groupDigits(b / a)} x`;
  // So near to nothing a share of what it was says more than per cent.
  if (b > 0 && b * 10 < a) return `1/${groupDigits(a / b)}`;
  return percent === 0 ? "±0 %" : `${percent < 0 ? "−" : "+"}${Math.abs(percent)} %`;
}
