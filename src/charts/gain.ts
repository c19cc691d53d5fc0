// A gain on one axis: what is claimed, filled, above what is no claim, hollow, and the zone that is
// too small to be seen with so many samples.

import { axisX, link, type Markish, rect, text, tickX } from "@observablehq/plot";
import { formatDifference, formatDifferences } from "../format.ts";
import { axisOf, intervalMarks, type IntervalRow } from "./interval_rows.ts";
import type { Figure } from "./plot.ts";
import { textWidth } from "./text.ts";
import { color } from "./theme.ts";

/** A difference with what it is. */
export interface Gain {
  readonly text: string;
  readonly value: number;
  readonly ci95: readonly [number, number] | null;
  /** Whether it is what the verdict is on. */
  readonly claim: boolean;
}

export interface GainData {
  readonly title: string;
  /** At least one. */
  readonly gains: readonly Gain[];
  /** The smallest true difference that `n` samples show; `null` when not known. */
  readonly smallest_visible: number | null;
  readonly n: number;
}

/** Pixels of a gain with its text. */
const ROW = 40;
const TOP = 20;
const BOTTOM = 22;
/** Room for half a tick's label. */
const SIDE = 18;

export function gainFigure(data: GainData, width: number): Figure {
  const { title, gains, smallest_visible: visible } = data;
  const rows = gains.map(({ text, value, ci95, claim }): IntervalRow => ({
    key: text,
    value,
    ci95,
    color: !claim || ci95 === null || (ci95[0] <= 0 && ci95[1] >= 0)
      ? "ink-3"
      : value > 0
      ? "a"
      : "bad",
    hollow: !claim,
    tip: ci95 === null ? text : `${text}, 95 % ${formatDifferences(ci95)}`,
  }));
  const axis = axisOf([
    0,
    ...gains.flatMap(({ value, ci95 }) => [value, ...ci95 ?? []]),
    ...(visible === null ? [] : [-visible, visible]),
  ], { most: Math.floor(width / 55) });
  const inner = width - 2 * SIDE;
  const x = (value: number) => inner * (value - axis.domain[0]) / (axis.domain[1] - axis.domain[0]);
  return {
    title,
    description: rows.map(({ tip }) => tip).join(". "),
    parts: [{
      plot: {
        width,
        height: TOP + gains.length * ROW + BOTTOM,
        marginTop: TOP,
        marginBottom: BOTTOM,
        marginLeft: SIDE,
        marginRight: SIDE,
        x: { domain: axis.domain, axis: null },
        y: { type: "band", domain: rows.map(({ key }) => key), axis: null, padding: 0 },
        marks: [
          ...zoneMarks(data, x, inner),
          // Beside the marks only: it would strike the names through.
          tickX(rows, {
            className: "zero",
            x: 0,
            y: "key",
            insetTop: ROW / 2 - 1,
            stroke: color("ink-2"),
          }),
          axisX([...axis.ticks], {
            tickSize: 0,
            tickPadding: 8,
            label: null,
            tickFormat: (tick: number) => tick === 0 ? "0" : formatDifference(tick, axis.digits),
            color: color("ink-3"),
            fontSize: 11,
          }),
          link([axis.domain], {
            x1: ([low]) => low,
            x2: ([, high]) => high,
            y1: () => rows.at(-1)!.key,
            dy: ROW / 2,
            stroke: color("line-2"),
          }),
          ...gains.map((gain) => nameOf(gain, x, inner)),
          // Under its name, in the lower half of its row.
          ...intervalMarks(rows, { dy: 8 }),
        ],
      },
    }],
  };
}

/** Above its mark: from its left end on, or up to its right end, as there is room. */
function nameOf(
  { text: name, value, ci95, claim }: Gain,
  x: (value: number) => number,
  inner: number,
): Markish {
  const wide = textWidth(name, 12);
  const [from, to] = [x(ci95?.[0] ?? value), x(ci95?.[1] ?? value)];
  const rightwards = from + wide <= inner;
  return text([name], {
    y: [name],
    frameAnchor: "left",
    textAnchor: rightwards || to < wide ? "start" : "end",
    dx: rightwards ? from : to < wide ? 0 : to,
    dy: -9,
    fill: color(claim ? "ink" : "ink-2"),
    fontSize: 12,
    ...(claim ? { fontWeight: 600 } : {}),
  });
}

function zoneMarks(
  { smallest_visible: visible, n }: GainData,
  x: (value: number) => number,
  inner: number,
): Markish[] {
  if (visible === null || visible === 0) return [];
  const label = `too small to see with ${n} samples`;
  const half = textWidth(label, 11) / 2;
  return [
    rect([visible], { className: "zone", x1: -visible, x2: visible, fill: color("sunk") }),
    text([label], {
      frameAnchor: "top-left",
      textAnchor: "middle",
      dx: Math.min(Math.max(x(0), half), inner - half),
      dy: -14,
      fill: color("ink-3"),
      fontSize: 11,
    }),
  ];
}
