// Score against latency: all hollow, because the search has seen these samples; a stepped line joins
// those that no other beats in both.

import { axisX, axisY, dot, gridY, line, text } from "@observablehq/plot";
import { formatDuration, formatScore } from "../format.ts";
import { axisOf } from "./interval_rows.ts";
import type { Figure } from "./plot.ts";
import { shorten, textWidth } from "./text.ts";
import { color } from "./theme.ts";

/** A prompt with its validation score and the median latency of its answers, milliseconds. */
export interface ParetoPoint {
  readonly name: string;
  readonly score: number;
  readonly ms: number;
  /** Whether no other is as good and as fast and better in one. */
  readonly front: boolean;
  readonly role: "winner" | "baseline" | "";
}

/** Of a finished optimization; further fields are not looked at. */
export interface ParetoData {
  /** Finalists first. */
  readonly candidates: readonly {
    readonly candidate: string;
    readonly calls: number;
    readonly pareto: boolean;
    readonly validation: { readonly mean: number | null };
    readonly latency_ms: { readonly p50: number | null };
  }[];
  readonly winner: { readonly candidate: string };
  readonly baseline: {
    readonly prompt: string;
    readonly mean: number | null;
    readonly pareto: boolean;
    readonly latency_ms: { readonly p50: number | null };
  };
}

const HEIGHT = 300;
const LEFT = 34;
const RIGHT = 12;
const TOP = 24;
const BOTTOM = 42;

/** Those asked at least half as often as the finalists, those on the front, and the baseline; fastest first. */
export function paretoPoints({ candidates, winner, baseline }: ParetoData): ParetoPoint[] {
  const least = (candidates[0]?.calls ?? 0) / 2;
  return [
    ...candidates.filter(({ calls, pareto }) => calls >= least || pareto).map((found) => ({
      name: found.candidate,
      score: found.validation.mean,
      ms: found.latency_ms.p50,
      front: found.pareto,
      role: found.candidate === winner.candidate ? "winner" as const : "" as const,
    })),
    {
      name: baseline.prompt,
      score: baseline.mean,
      ms: baseline.latency_ms.p50,
      front: baseline.pareto,
      role: "baseline" as const,
    },
  ].flatMap(({ score, ms, ...rest }) =>
    score === null || ms === null ? [] : [{ ...rest, score, ms }]
  )
    .sort((a, b) => a.ms - b.ms || b.score - a.score);
}

/** @returns `null` for fewer than two points */
export function paretoFigure(points: readonly ParetoPoint[], width: number): Figure | null {
  if (points.length < 2) return null;
  const scores = axisOf(points.map(({ score }) => score), { within: [0, 1] });
  const [fastest, slowest] = [points[0]!.ms, points.at(-1)!.ms];
  const around = 0.05 * (slowest - fastest) || 0.5 * fastest || 1;
  const span: [number, number] = [Math.max(0, fastest - around), slowest + around];
  const front = points.filter(({ front }) => front).sort((a, b) => a.ms - b.ms);
  const inner = width - LEFT - RIGHT;
  const x = (ms: number) => inner * (ms - span[0]) / (span[1] - span[0]);
  const tipOf = ({ name, score, ms, role }: ParetoPoint) =>
    `${role === "" ? "" : `${role}, `}${name}: ${formatScore(score)} at ${formatDuration(ms)}`;
  return {
    title: "Validation score against median latency",
    description: points.map(tipOf).join("; "),
    parts: [{
      plot: {
        width,
        height: HEIGHT,
        marginTop: TOP,
        marginBottom: BOTTOM,
        marginLeft: LEFT,
        marginRight: RIGHT,
        x: { domain: span, axis: null },
        y: { domain: scores.domain, axis: null },
        marks: [
          gridY(scores.ticks, { stroke: color("line"), strokeOpacity: 1 }),
          axisY(scores.ticks, {
            tickSize: 0,
            label: null,
            tickFormat: (value: number) => formatScore(value, scores.digits),
            color: color("ink-3"),
          }),
          axisX({
            tickSize: 3,
            label: null,
            color: color("ink-3"),
            ticks: Math.max(2, Math.floor(inner / 90)),
            tickFormat: (ms: number) => ms === 0 ? "0" : formatDuration(ms),
          }),
          text(["median latency of an answer"], {
            frameAnchor: "bottom-right",
            textAnchor: "end",
            dy: BOTTOM - 4,
            fill: color("ink-3"),
            fontSize: 11,
          }),
          line([...front, { ...front.at(-1), ms: span[1] }], {
            className: "front",
            x: "ms",
            y: "score",
            curve: "step-after",
            stroke: color("a"),
            strokeWidth: 1.5,
          }),
          dot(points, {
            className: "point",
            x: "ms",
            y: "score",
            r: 4,
            fill: color("bg"),
            stroke: ({ front }: ParetoPoint) => color(front ? "a" : "ink-3"),
            strokeWidth: ({ front }: ParetoPoint) => front ? 2 : 1.5,
            title: tipOf,
          }),
          ...points.filter(({ role }) => role !== "").map((point) => {
            const end = x(point.ms) + textWidth(point.role, 12) + 10 > inner;
            return text([point], {
              x: "ms",
              y: "score",
              text: () => shorten(point.role, inner, 12),
              textAnchor: end ? "end" : "start",
              dx: end ? -8 : 8,
              dy: 12,
              fill: color("ink"),
              stroke: color("bg"),
              strokeWidth: 3,
              fontSize: 12,
              fontWeight: 600,
            });
          }),
        ],
      },
    }],
  };
}
