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
  const quantiles = [
    { name: `p95 ${formatDuration(p95)}`, ms: p95, rise: 20 },
    { name: `p50 ${formatDuration(p50)}`, ms: p50, rise: 6 },
  ];
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
          ...quantiles.flatMap(({ name, ms, rise }) => {
            const end = inner * (ms - low) / (high - low) + textWidth(name, 11) + 6 > inner;
            return [
              ruleX([ms], { className: "quantile", stroke: color("ink-2"), insetTop: -rise - 8 }),
              text([name], {
                x: [ms],
                frameAnchor: "top",
                textAnchor: end ? "end" : "start",
                dx: end ? -4 : 4,
                dy: -rise - 8,
                fill: color("ink"),
                fontSize: 11,
              }),
            ];
          }),
        ],
      },
    }],
  };
}
