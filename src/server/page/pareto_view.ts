// Candidates -> score against latency, all hollow: the search has seen these samples. Pure.

import { formatDuration, formatScore } from "../../format.ts";
import type { OptimizationResult } from "../../optimizer/optimization_files.ts";
import { axisAround, type AxisHead, place, tickText, tickValues } from "./marks.ts";

const HEIGHT = 300;

export interface ParetoView {
  readonly height: number;
  readonly description: string;
  readonly points: readonly {
    readonly x: string;
    readonly y: string;
    readonly front: boolean;
    readonly title: string;
    readonly label: string;
    readonly anchor: string;
  }[];
  readonly ticks: readonly { readonly y: string; readonly text: string }[];
  readonly seconds: AxisHead["ticks"];
}

/** Those that were asked as often as the finalists, those on the front, and the baseline. */
export function paretoView(
  { candidates, winner, baseline }: OptimizationResult,
): ParetoView | null {
  const least = (candidates[0]?.calls ?? 0) / 2;
  const points = [
    ...candidates.filter(({ calls, pareto }) => calls >= least || pareto).map((found) => ({
      name: found.candidate,
      score: found.validation.mean,
      ms: found.latency_ms.p50,
      front: found.pareto,
      label: found.candidate === winner.candidate ? "winner" : "",
    })),
    {
      name: baseline.prompt,
      score: baseline.mean,
      ms: baseline.latency_ms.p50,
      front: baseline.pareto,
      label: "baseline",
    },
  ].flatMap(({ score, ms, ...rest }) =>
    score === null || ms === null ? [] : [{ ...rest, score, ms }]
  );
  if (points.length < 2) return null;
  const scores = axisAround(points.map(({ score }) => score));
  const slowest = Math.max(...points.map(({ ms }) => ms)) * 1.05;
  const fastest = Math.min(...points.map(({ ms }) => ms)) * 0.95;
  const time = { low: fastest, high: slowest };
  const y = (score: number) => (HEIGHT * (1 - parseFloat(place(score, scores)) / 100)).toFixed(1);
  return {
    height: HEIGHT,
    description: points.map(({ name, score, ms }) =>
      `${name}: ${formatScore(score)} at ${formatDuration(ms)}`
    ).join("; "),
    points: points.map(({ name, score, ms, front, label }) => ({
      x: place(ms, time),
      y: y(score),
      front,
      title: `${name}: ${formatScore(score)}, ${formatDuration(ms)}`,
      label,
      anchor: parseFloat(place(ms, time)) > 80 ? "end" : "start",
    })),
    ticks: tickValues(scores, 6).map((value, _, all) => ({
      y: y(value),
      text: tickText(value, all),
    })),
    seconds: [0, 0.25, 0.5, 0.75, 1].map((share) => ({
      x: `${100 * share}%`,
      text: formatDuration(fastest + (slowest - fastest) * share),
      anchor: share === 1 ? "end" : share === 0 ? "start" : "middle",
    })),
  };
}
