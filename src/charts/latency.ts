// How long the answers of a run took: a histogram with median and p95.

import { axisX, rect, ruleX, ruleY, text } from "@observablehq/plot";
import { formatDuration } from "../format.ts";
import type { Figure } from "./plot.ts";
import { textWidth } from "./text.ts";
import { color } from "./theme.ts";

/** Answers from `from` on and below `to`, milliseconds. */
export interface LatencyBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

export interface LatencyData {
  /** At least one, without gaps. */
  readonly bins: readonly LatencyBin[];
  readonly p50: number;
  readonly p95: number;
  readonly longest: number;
}

const HEIGHT = 150;
const TOP = 34;
const BOTTOM = 22;
/** Room for half a tick's label. */
const SIDE = 14;

export function latencyFigure({ bins, p50, p95, longest }: LatencyData, width: number): Figure {
  const [low, high] = [bins[0]!.from, bins.at(-1)!.to];
  const inner = width - 2 * SIDE;
  const x = (ms: number) => inner * (ms - low) / (high - low);
  // A name stands right of its rule, but left where it would meet the edge or the rule of p95.
  const quantiles = [
    { name: `p95 ${formatDuration(p95)}`, ms: p95, rise: 20, end: inner },
    { name: `p50 ${formatDuration(p50)}`, ms: p50, rise: 6, end: x(p95) },
  ].map((one) => {
    const wide = textWidth(one.name, 11) + 6;
    return { ...one, leftwards: x(one.ms) + wide > one.end && x(one.ms) > wide };
  });
  return {
    title: "Latency of an answer",
    description: `Median ${formatDuration(p50)}, p95 ${formatDuration(p95)}, slowest ${
      formatDuration(longest)
    }`,
    parts: [{
      plot: {
        height: HEIGHT,
        marginTop: TOP,
        marginBottom: BOTTOM,
        marginLeft: SIDE,
        marginRight: SIDE,
        x: { domain: [low, high], axis: null },
        y: { domain: [0, Math.max(...bins.map(({ count }) => count))], axis: null },
        marks: [
          rect(bins.filter(({ count }) => count > 0), {
            className: "bin",
            x1: "from",
            x2: "to",
            y1: 0,
            y2: "count",
            insetLeft: 0.5,
            insetRight: 0.5,
            fill: color("fill"),
            title: ({ from, to, count }) =>
              `${formatDuration(from)} to ${formatDuration(to)}: ${count}`,
          }),
          ruleY([0], { stroke: color("line-2") }),
          axisX({
            tickSize: 0,
            tickPadding: 6,
            label: null,
            color: color("ink-3"),
            ticks: Math.max(2, Math.floor(inner / 90)),
            tickFormat: (ms: number) => ms === 0 ? "0" : formatDuration(ms),
          }),
          ...quantiles.flatMap(({ name, ms, rise, leftwards }) => [
            ruleX([ms], { className: "quantile", stroke: color("ink-2"), insetTop: -rise - 8 }),
            text([name], {
              x: [ms],
              frameAnchor: "top",
              textAnchor: leftwards ? "end" : "start",
              dx: leftwards ? -4 : 4,
              dy: -rise - 8,
              fill: color("ink"),
              fontSize: 11,
            }),
          ]),
        ],
      },
    }],
  };
}
