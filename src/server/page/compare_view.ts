// A comparison of two runs -> verdict, differences with their marks, what flipped. Pure.

import {
  formatDifference,
  formatDifferences,
  formatP,
  formatScore,
  oneLine,
} from "../../format.ts";
import type { Comparison, Difference } from "../../harness/compare.ts";
import { costRows, runNames, verdictLines } from "../../harness/comparison_terms.ts";
import { METRIC_NAMES } from "../../harness/run_terms.ts";
import { METRICS } from "../../metrics/score.ts";
import { type GainView, gainView } from "./gain_view.ts";
import {
  axisAround,
  type AxisHead,
  axisHead,
  differenceLabel,
  type IntervalMark,
  intervalMark,
  place,
  rulesAt,
} from "./marks.ts";
import { capital, runUrl, sampleUrl } from "./words.ts";

const LONGEST_LINE = 300;
const LONGEST_LABEL = 32;
/** Flips of each kind that are seen without opening a fold. */
const FIRST_FLIPS = 10;
/** 0..1 with room for the dot. */
const SHARES = { low: -0.08, high: 1.08 };

export interface VerdictView {
  readonly mark: string;
  readonly kind: string;
  readonly word: string;
  /** What follows the word. */
  readonly rest: string;
  readonly sub: string;
}

interface FlipView {
  readonly up: boolean;
  readonly url: string;
  readonly line: string;
  readonly a: string;
  readonly b: string;
}

export interface CompareView {
  readonly title: string;
  readonly a: { readonly name: string; readonly run: string; readonly url: string };
  readonly b: { readonly name: string; readonly run: string; readonly url: string };
  readonly verdict: VerdictView;
  readonly gain: GainView | null;
  readonly notices: readonly string[];
  readonly axis: AxisHead;
  readonly metrics: readonly {
    readonly name: string;
    readonly main: boolean;
    readonly a: string;
    readonly b: string;
    readonly difference: string;
    readonly interval: string;
    readonly mark: IntervalMark;
    readonly p: string;
  }[];
  readonly n: number;
  readonly costs: readonly (readonly string[])[];
  readonly shareAxis: AxisHead;
  readonly causes: readonly {
    readonly cause: string;
    readonly n: number;
    readonly a: string;
    readonly b: string;
    readonly kind: string;
    readonly change: string;
    readonly label: string;
    readonly from: string;
    readonly to: string;
  }[];
  readonly sameCauses: number;
  readonly flips: {
    readonly first: readonly FlipView[];
    readonly rest: readonly FlipView[];
    /** How many of each kind are in the rest. */
    readonly words: string;
  };
  readonly toRight: number;
  readonly toWrong: number;
}

/** Everything that is shown of a comparison. */
export function compareView(found: Comparison): CompareView {
  const [a, b] = runNames(found);
  const axis = axisAround(
    [found.overall, ...METRICS.map((metric) => found.metrics[metric])]
      .flatMap(({ difference, ci95 }) => [difference, ...(ci95 ?? [])]),
    { signed: true },
  );
  const changed = found.by_root_cause.filter(({ difference }) => Math.abs(difference) > 1e-9);
  return {
    title: `Compare ${a} with ${b}`,
    a: { name: a, run: found.a.run_id, url: runUrl(found.a.run_id) },
    b: { name: b, run: found.b.run_id, url: runUrl(found.b.run_id) },
    verdict: verdictView(found),
    gain: gainOf(found),
    notices: found.notices,
    axis: axisHead(axis, [
      { at: 0, text: "← A better", anchor: "end" },
      { at: 0, text: "B better →", anchor: "start" },
    ]),
    metrics: [
      metricRow("overall", found.overall, found.overall.p, axis, found.overall.smallest_visible),
      ...METRICS.map((metric) =>
        metricRow(metric, found.metrics[metric], found.metrics[metric].p_holm, axis, null)
      ),
    ],
    n: found.n_unseen,
    costs: costRows(found),
    shareAxis: axisHead(SHARES, [], 2),
    causes: changed.map(({ root_cause, n, a, b, difference }) => ({
      cause: root_cause,
      n,
      a: formatScore(a, 2),
      b: formatScore(b, 2),
      kind: difference > 0 ? "good" : "bad",
      change: `${difference > 0 ? "▲" : "▼"} ${formatDifference(difference, 2)}`,
      label: `${formatScore(a, 2)} to ${formatScore(b, 2)}`,
      from: place(a, SHARES),
      to: place(b, SHARES),
    })),
    sameCauses: found.by_root_cause.length - changed.length,
    flips: flipsOf(found),
    toRight: found.flips.to_right,
    toWrong: found.flips.to_wrong,
  };
}

/** The first of each kind, and the rest. */
function flipsOf({ b, flips: { samples, to_right, to_wrong } }: Comparison): CompareView["flips"] {
  const views = samples.map((flip, at): FlipView => ({
    up: at < to_right,
    url: sampleUrl(b.run_id, flip.id),
    line: oneLine(flip.log_line, LONGEST_LINE),
    a: oneLine(flip.a ?? "nothing", LONGEST_LABEL),
    b: oneLine(flip.b ?? "nothing", LONGEST_LABEL),
  }));
  const isFirst = (at: number) => (at < to_right ? at : at - to_right) < FIRST_FLIPS;
  const rest = [[to_right, "▲", "mended"], [to_wrong, "▼", "broken"]] as const;
  return {
    first: views.filter((_, at) => isFirst(at)),
    rest: views.filter((_, at) => !isFirst(at)),
    words: `More: ${
      rest.filter(([count]) => count > FIRST_FLIPS)
        .map(([count, mark, word]) => `${mark} ${count - FIRST_FLIPS} ${word}`).join(", ")
    }`,
  };
}

function verdictView(found: Comparison): VerdictView {
  const [line, sub] = verdictLines(found);
  const looks = {
    better: { mark: "▲", kind: "good" },
    worse: { mark: "▼", kind: "bad" },
    "no evidence": { mark: "", kind: "" },
  }[found.verdict];
  return {
    ...looks,
    word: found.verdict,
    rest: line.startsWith(found.verdict) ? line.slice(found.verdict.length) : `: ${line}`,
    sub: `${capital(sub)}.`,
  };
}

function gainOf({ overall, overall_all, n, n_unseen }: Comparison): GainView | null {
  if (overall.difference === null) return null;
  const all = n === n_unseen || overall_all.difference === null ? [] : [{
    text: `all ${n}: ${formatDifference(overall_all.difference)}, no verdict`,
    value: overall_all.difference,
    ci95: overall_all.ci95,
    claim: false,
  }];
  return gainView(
    "Difference in overall score",
    [{
      text: `${n_unseen} unseen: ${formatDifference(overall.difference)}`,
      value: overall.difference,
      ci95: overall.ci95,
      claim: true,
    }, ...all],
    overall.smallest_visible,
    n_unseen,
  );
}

function metricRow(
  metric: "overall" | typeof METRICS[number],
  { mean_a, mean_b, difference, ci95 }: Difference,
  p: number | null,
  axis: { readonly low: number; readonly high: number },
  zone: number | null,
) {
  const text = formatDifference(difference);
  const evidence = p !== null && p < 0.05;
  return {
    name: capital(METRIC_NAMES[metric]),
    main: metric === "overall",
    a: formatScore(mean_a),
    b: formatScore(mean_b),
    difference: text,
    interval: formatDifferences(ci95),
    mark: intervalMark(difference, ci95, axis, {
      rules: rulesAt("zero", [0], axis),
      zone,
      kind: [!evidence ? "is-q" : (difference ?? 0) < 0 && "is-bad"],
      label: differenceLabel(text, ci95),
    }),
    p: formatP(p),
  };
}
