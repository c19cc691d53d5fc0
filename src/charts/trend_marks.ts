// The marks of a chart over time: a series' band, line and dots, floors, changes of prompt, and the
// names at the lines' ends.

import { areaY, dot, line, link, type Markish, ruleX, ruleY, text } from "@observablehq/plot";
import { oneLine } from "../format.ts";
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
  /** Whether its band is out of sight until a page brings the series forward. */
  readonly quiet: boolean;
}

/** Pixels of a prompt's name, and of what is too short to tell one. */
const NAME = 170;
const LEAST_NAME = 60;
/** Pixels above the plot, for the names of prompts. */
export const TOP = 24;
/** Pixels from one name at a line's end to the next. */
export const LABEL_GAP = 14;

/** Band or bars, line, dots. */
export function seriesMarks({ id, points, color: name, shape, quiet }: Drawn): Markish[] {
  const known = points.flatMap((point) =>
    point.ci95 === null ? [] : [{ ...point, low: point.ci95[0], high: point.ci95[1] }]
  );
  const band = known.length > 1
    ? areaY(known, {
      className: `band series ${id}${quiet ? " quiet" : ""}`,
      x: "at",
      y1: "low",
      y2: "high",
      fill: color(name),
      fillOpacity: 0.12,
      ...(quiet ? { opacity: 0 } : {}),
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

/** What needs no language model: a dashed rule with its name on it. */
export interface Floor {
  readonly y: number;
  readonly name: string;
}

/** Pixels of a floor's name. */
export const FLOOR_NAME = 96;

/** Where a floor's name stands on its rule. */
export interface FloorPlace {
  /** At the right end, not the left. */
  readonly end: boolean;
  readonly below: boolean;
}

export function floorRules(
  floors: readonly Floor[],
  placeOf: (floor: Floor) => FloorPlace,
): Markish[] {
  return floors.flatMap((floor) => {
    const { y, name } = floor;
    const { end, below } = placeOf(floor);
    return [
      ruleY([y], { className: "floor", stroke: color("ink-3"), strokeDasharray: "2 3" }),
      text([name], {
        y: [y],
        frameAnchor: end ? "right" : "left",
        textAnchor: end ? "end" : "start",
        dx: end ? -4 : 4,
        dy: below ? 8 : -7,
        fill: color("ink-3"),
        fontSize: 11,
        stroke: color("bg"),
        strokeWidth: 3,
      }),
    ];
  });
}

/** Rules, and names as far as there is room up to the next; `end` is the right edge, pixels. */
export function changeMarks(
  changes: readonly { readonly at: Date; readonly prompt: string }[],
  x: (time: number) => number,
  end: number,
): Markish[] {
  const places = changes.map(({ at }) => x(at.getTime()));
  const named = changes.map((change, index) => {
    const room = Math.min(NAME, (places[index + 1] ?? end) - places[index]! - 8);
    return { ...change, label: room < LEAST_NAME ? "" : shorten(change.prompt, room, 11) };
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

/** A name at the right, with the value that it is for. */
interface EndLabel {
  readonly className: string;
  readonly name: string;
  readonly y: number;
  readonly color: ColorName;
}

export function endLabels(series: readonly Drawn[]): EndLabel[] {
  return series.map(({ id, name, color, points }) => ({
    className: `name series ${id}`,
    name,
    y: points.at(-1)!.mean,
    color,
  }));
}

/** Bold text of 12 px is as wide as plain text of 13. */
const BOLD = 13;

/** Pixels that the names need at most. */
export function widthOf(labels: readonly EndLabel[]): number {
  return 12 + Math.max(...labels.map(({ name }) => textWidth(oneLine(name, 60), BOLD)));
}

/** The names, moved apart, each at the height of its value as far as that goes. */
export function nameMarks(
  labels: readonly EndLabel[],
  [low, high]: readonly [number, number],
  right: number,
  inner: number,
): Markish[] {
  const places = spread(labels.map(({ y }) => (high - y) / (high - low) * inner), LABEL_GAP, [
    0,
    inner,
  ]);
  return labels.map(({ className, name, color: fill }, at) =>
    text([shorten(name, right - 8, BOLD)], {
      className,
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
