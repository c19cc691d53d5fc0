// The mark of all intervals: dot = estimate, bar = 95 % interval, one row each on one axis. Made of
// Plot's marks, for charts that put text beside them.

import { axisX, dot, link, type Markish, ruleX, ruleY, text } from "@observablehq/plot";
import { color, type ColorName, MONO } from "./theme.ts";

/** A row of a chart of intervals. */
export interface IntervalRow {
  /** Its place: unique. */
  readonly key: string;
  readonly value: number;
  /** `null`: not known, only the dot is drawn. */
  readonly ci95: readonly [number, number] | null;
  readonly color: ColorName;
  /** Hollow: a prompt or a search has seen samples, no clean claim. */
  readonly hollow: boolean;
  /** Shown by a pointer that rests on it. */
  readonly tip: string;
}

/** Intervals, then their dots; `dy` moves them off the middle of their rows, pixels. */
export function intervalMarks(
  rows: readonly IntervalRow[],
  { dy = 0 }: { readonly dy?: number } = {},
): Markish[] {
  const known = rows.flatMap((row) => row.ci95 === null ? [] : [{ ...row, ci95: row.ci95 }]);
  const stroke = (hollow: boolean, dashed: boolean) =>
    link(known.filter((row) => row.hollow === hollow), {
      className: "interval",
      dy,
      x1: (row) => row.ci95[0],
      x2: (row) => row.ci95[1],
      y: "key",
      stroke: (row) => color(row.color === "ink-3" ? "line-3" : row.color),
      strokeWidth: 2,
      ...(dashed ? { strokeDasharray: "3 2" } : {}),
    });
  return [
    stroke(false, false),
    stroke(true, true),
    dot(rows, {
      className: "estimate",
      dy,
      x: "value",
      y: "key",
      r: 4,
      fill: (row) => row.hollow ? color("bg") : color(row.color),
      stroke: (row) => color(row.color),
      strokeWidth: 1.5,
      title: "tip",
    }),
  ];
}

/** A column of text beside the intervals. */
export interface Column<Row> {
  readonly head: string;
  /** Pixels from the left edge; the right end where `end` is set. */
  readonly x: number;
  readonly end?: boolean;
  readonly text: (row: Row) => string;
  readonly fill?: (row: Row) => ColorName;
  readonly weight?: number;
  readonly mono?: boolean;
}

/** The texts of columns, row by row, with their heads on the axis' height. */
export function columnMarks<Row extends { readonly key: string }>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  marginLeft: number,
): Markish[] {
  return columns.flatMap(({ head, x, end, text: content, fill, weight, mono }) => {
    const place = {
      frameAnchor: "left" as const,
      textAnchor: end ? "end" as const : "start" as const,
      dx: x - marginLeft,
    };
    return [
      text(rows, {
        ...place,
        y: "key",
        text: content,
        fill: (row) => color(fill?.(row) ?? "ink"),
        fontSize: mono ? 12 : 13,
        ...(mono ? { fontFamily: MONO } : {}),
        ...(weight ? { fontWeight: weight } : {}),
      }),
      text([head], {
        ...place,
        frameAnchor: "top-left",
        dy: -16,
        fill: color("ink-3"),
        fontSize: 11,
      }),
    ];
  });
}

/** A hairline under every row, and one under the heads. */
export function rowLines(
  keys: readonly string[],
  rowHeight: number,
  [insetLeft, insetRight]: readonly [number, number],
): Markish[] {
  const insets = { insetLeft: -insetLeft, insetRight: -insetRight };
  return [
    ruleY(keys, { y: (key) => key, dy: rowHeight / 2, stroke: color("line"), ...insets }),
    ruleY(keys.slice(0, 1), {
      y: (key) => key,
      dy: -rowHeight / 2,
      stroke: color("line-2"),
      ...insets,
    }),
  ];
}

/** The axis, once, in the head. */
export function headAxis(
  ticks: readonly number[],
  format: (value: number) => string,
): Markish {
  return axisX([...ticks], {
    anchor: "top",
    tickSize: 0,
    tickPadding: 6,
    label: null,
    tickFormat: format,
    color: color("ink-3"),
    fontSize: 11,
  });
}

/** A dashed rule through all rows. */
export function floorRule(x: number, label: string, end: boolean): Markish[] {
  return [
    ruleX([x], {
      className: "floor",
      stroke: color("ink-3"),
      strokeDasharray: "2 3",
      insetTop: -22,
    }),
    text([label], {
      x: [x],
      frameAnchor: "top",
      textAnchor: end ? "end" : "start",
      dx: end ? 2 : -2,
      dy: -31,
      fill: color("ink-2"),
      fontSize: 11,
    }),
  ];
}

/** Round steps that take in all values: domain, ticks, decimals of the ticks. */
export function axisOf(
  values: readonly number[],
  { most = 7, within = [-1, 1] }: {
    readonly most?: number;
    readonly within?: readonly [number, number];
  } = {},
): { readonly domain: [number, number]; readonly ticks: number[]; readonly digits: number } {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const step = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5].find((size) => (high - low) / size <= most - 1) ??
    1;
  const [least, greatest] = within.map((bound) => Math.round(bound / step)) as [number, number];
  const first = Math.min(Math.max(Math.floor(low / step + 1e-9), least), greatest - 1);
  const last = Math.min(Math.max(Math.ceil(high / step - 1e-9), first + 1), greatest);
  const ticks = Array.from({ length: last - first + 1 }, (_, at) => (first + at) * step)
    .map((tick) => Number(tick.toFixed(2)));
  return {
    domain: [Math.min(low, ticks[0]!), Math.max(high, ticks.at(-1)!)],
    ticks,
    digits: step < 0.1 ? 2 : 1,
  };
}
