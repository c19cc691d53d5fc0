// The marks of a chart over time: a series' band, line and dots, floors, changes of prompt, and the
// names at the lines' ends.

import { areaY, dot, line, link, type Markish, ruleX, ruleY, text } from "@observablehq/plot";
import { shorten, spread, textWidth } from "./text.ts";
import { color, type ColorName } from "./theme.ts";
import type { Series } from "./trend_series.ts";

/** Shapes of dots, and the letters that look like them. */
export const SHAPES = {
  circle: "●",
  diamond: "◆",
  square: "■",
  triangle: "▲",
  cross: "✚",
  star: "★",
  wye: "Y",
} as const;
export type Shape = keyof typeof SHAPES;

/** A series as it is drawn. */
export interface Drawn extends Series {
  readonly color: ColorName;
  readonly shape: Shape;
  /** A class of all its marks. */
  readonly id: string;
}

/** Pixels above the plot, for the names of prompts. */
export const TOP = 24;
/** Pixels from one name at a line's end to the next. */
export const LABEL_GAP = 14;

/** Band or bars, line, dots. */
export function seriesMarks({ id, points, color: name, shape }: Drawn): Markish[] {
  const known = points.flatMap((point) =>
    point.ci95 === null ? [] : [{ ...point, low: point.ci95[0], high: point.ci95[1] }]
  );
  const band = known.length > 1
    ? areaY(known, {
      className: `band series ${id}`,
      x: "at",
      y1: "low",
      y2: "high",
      fill: color(name),
      fillOpacity: 0.12,
    })
    : link(known, {
      className: `band series ${id}`,
      x: "at",
      y1: "low",
      y2: "high",
      stroke: color(name),
      strokeOpacity: 0.5,
    });
  return [
    band,
    line(points, {
      className: `line series ${id}`,
      x: "at",
      y: "mean",
      stroke: color(name),
      strokeWidth: 1.5,
    }),
    dot(points, {
      className: `estimate series ${id}`,
      x: "at",
      y: "mean",
      symbol: shape,
      r: 4,
      fill: (point) => point.seen ? color("bg") : color(name),
      stroke: color(name),
      strokeWidth: 1.5,
      title: "tip",
    }),
  ];
}

/** A dashed rule with its name. */
export function floorMarks(
  { y, label }: { readonly y: number; readonly label: string },
): Markish[] {
  return [
    ruleY([y], { className: "floor", stroke: color("ink-3"), strokeDasharray: "2 3" }),
    text([label], {
      y: [y],
      frameAnchor: "left",
      textAnchor: "start",
      dx: 4,
      dy: -7,
      fill: color("ink-3"),
      fontSize: 11,
    }),
  ];
}

/** Rules, and names where there is room for them. */
export function changeMarks(
  changes: readonly { readonly at: Date; readonly prompt: string }[],
  x: (time: number) => number,
): Markish[] {
  let free = -Infinity;
  const named = changes.map((change) => {
    const label = shorten(change.prompt, 170, 11);
    const place = x(change.at.getTime());
    if (place < free) return { ...change, label: "" };
    free = place + textWidth(label, 11) + 8;
    return { ...change, label };
  });
  return [
    ruleX(named, { className: "change", x: "at", stroke: color("line-2"), insetTop: -TOP + 4 }),
    text(named, {
      x: "at",
      text: "label",
      frameAnchor: "top",
      textAnchor: "start",
      dx: 4,
      dy: -TOP + 6,
      fill: color("ink-2"),
      fontSize: 11,
      title: "prompt",
    }),
  ];
}

/** From a line that ended earlier to its name. */
export function leaders(series: readonly Drawn[], end: Date): Markish[] {
  return series.map(({ id, points, color: name }) =>
    link(points.slice(-1), {
      className: `leader series ${id}`,
      x1: "at",
      x2: () => end,
      y1: "mean",
      y2: "mean",
      stroke: color(name),
      strokeOpacity: 0.5,
      strokeDasharray: "1 4",
    })
  );
}

/** Names at the right, moved apart, each at the height of its line's end as far as that goes. */
export function endLabels(
  series: readonly Drawn[],
  [low, high]: readonly [number, number],
  right: number,
  inner: number,
): Markish[] {
  const ends = series.map(({ points }) => (high - points.at(-1)!.mean) / (high - low) * inner);
  const places = spread(ends, LABEL_GAP, [0, inner]);
  return series.map(({ id, name, color: fill }, at) =>
    text([shorten(name, right - 8, 12)], {
      className: `name series ${id}`,
      frameAnchor: "top-right",
      textAnchor: "start",
      lineAnchor: "middle",
      dx: 10,
      dy: places[at]!,
      fill: color(fill),
      fontSize: 12,
      fontWeight: 600,
    })
  );
}
