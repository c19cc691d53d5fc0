// Score over time: a line per experiment with its interval as a band, told apart by colour, by shape
// and by the name at the line's end.

import {
  areaY,
  axisX,
  axisY,
  dot,
  gridY,
  line,
  link,
  type Markish,
  ruleX,
  ruleY,
  text,
} from "@observablehq/plot";
import { formatCount, formatInterval, formatScore, oneLine } from "../format.ts";
import { emptyChart } from "./empty.ts";
import { axisOf } from "./interval_rows.ts";
import type { Floors } from "./leaderboard.ts";
import { type ChartOptions, drawChart, innerWidth } from "./plot.ts";
import { shorten, spread, textWidth } from "./text.ts";
import { color, type ColorName } from "./theme.ts";
import { promptChanges, type Series, seriesOf, type TrendRow } from "./trend_series.ts";

export interface TrendsData {
  readonly floors: Floors | null;
  /** Complete, unchanged runs on the same samples, in any order. */
  readonly rows: readonly TrendRow[];
}

const COLORS: readonly ColorName[] = ["a", "s-3", "s-4", "bad"];
const SHAPES = ["circle", "diamond", "square", "triangle", "cross", "star", "wye"] as const;
const DAY = 86_400_000;
const HEIGHT = 300;
const TOP = 24;
const BOTTOM = 28;
const LEFT = 34;
const LABEL_GAP = 14;

/** Colours for the best four of today, grey for the others; shapes for all. */
interface Drawn extends Series {
  readonly color: ColorName;
  readonly shape: typeof SHAPES[number];
}

export function trendsChart({ rows, floors }: TrendsData, options: ChartOptions = {}): string {
  const series = seriesOf(rows).map((one, at): Drawn => ({
    ...one,
    color: COLORS[at] ?? "ink-3",
    shape: SHAPES[at % SHAPES.length]!,
  }));
  const best = series[0];
  if (best === undefined) {
    return emptyChart("Score over time", "logeval run embedded-v1", options);
  }
  const width = innerWidth(options);
  const right = Math.min(
    width * 0.3,
    12 + Math.max(...series.map(({ name }) => textWidth(oneLine(name, 60), 12))),
  );
  const lines = floors === null ? [] : [
    { y: floors.most_common.overall, label: "most common labels" },
    { y: floors.embedded.overall, label: "nearest example" },
  ];
  const points = series.flatMap((one) => one.points);
  const axis = axisOf([
    ...points.flatMap(({ mean, ci95 }) => [mean, ...ci95 ?? []]),
    ...lines.map(({ y }) => y),
  ], { within: [0, 1] });
  const times = points.map(({ at }) => at.getTime());
  const [first, last] = [Math.min(...times), Math.max(...times)];
  // One time alone gets a day around it; others a little room, so that no mark is on the edge.
  const around = first === last ? DAY / 2 : 0.02 * (last - first);
  const span: [number, number] = [first - around, last + around];
  const x = (time: number) =>
    LEFT + (width - LEFT - right) * (time - span[0]) / (span[1] - span[0]);
  const changes = promptChanges(series);
  const lead = `highest now: ${oneLine(best.name, 60)} at ${formatScore(best.points.at(-1)!.mean)}`;
  return drawChart({
    title: `Overall score over time; ${lead}`,
    description: series.map(describe).join("; "),
    parts: [
      { text: `Overall score over time; ${lead}`, size: 18, weight: 500, fill: "ink" },
      {
        text:
          `${formatCount(points.length, "run")} of ${formatCount(series.length, "experiment")}` +
          `, ${timeWords(first, last)}, ${bandWords(series)}` +
          (changes.length > 0 ? "; a vertical rule is a change of prompt" : ""),
        above: 4,
      },
      {
        plot: {
          height: HEIGHT,
          marginTop: TOP,
          marginBottom: BOTTOM,
          marginLeft: LEFT,
          marginRight: right,
          x: { type: "utc", domain: span.map((time) => new Date(time)), axis: null },
          y: { domain: axis.domain, axis: null },
          marks: [
            gridY(axis.ticks, { stroke: color("line"), strokeOpacity: 1 }),
            axisY(axis.ticks, {
              tickSize: 0,
              label: null,
              tickFormat: (value: number) => formatScore(value, axis.digits),
              color: color("ink-3"),
            }),
            axisX({
              tickSize: 3,
              label: null,
              color: color("ink-3"),
              ticks: Math.max(3, Math.floor((width - LEFT - right) / 110)),
              tickFormat: (time: Date) => formatTime(time, last - first),
            }),
            ...lines.flatMap((floor) => floorMarks(floor)),
            ...changeMarks(changes, x),
            ...series.toReversed().flatMap(seriesMarks),
            ...leaders(series, new Date(span[1])),
            ...endLabels(series, axis.domain, right),
          ],
        },
      },
    ],
  }, options);
}

function seriesMarks({ points, color: name, shape }: Drawn): Markish[] {
  const known = points.flatMap((point) =>
    point.ci95 === null ? [] : [{ ...point, low: point.ci95[0], high: point.ci95[1] }]
  );
  const band = known.length > 1
    ? areaY(known, {
      className: "band",
      x: "at",
      y1: "low",
      y2: "high",
      fill: color(name),
      fillOpacity: 0.12,
    })
    : link(known, {
      className: "band",
      x: "at",
      y1: "low",
      y2: "high",
      stroke: color(name),
      strokeOpacity: 0.5,
    });
  return [
    band,
    line(points, { x: "at", y: "mean", stroke: color(name), strokeWidth: 1.5 }),
    dot(points, {
      className: "estimate",
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

function floorMarks({ y, label }: { readonly y: number; readonly label: string }): Markish[] {
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
function changeMarks(
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
function leaders(series: readonly Drawn[], end: Date): Markish[] {
  return series.map(({ points, color: name }) =>
    link(points.slice(-1), {
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
function endLabels(
  series: readonly Drawn[],
  [low, high]: readonly [number, number],
  right: number,
): Markish[] {
  const inner = HEIGHT - TOP - BOTTOM;
  const ends = series.map(({ points }) => (high - points.at(-1)!.mean) / (high - low) * inner);
  const places = spread(ends, LABEL_GAP, [0, inner]);
  return series.map(({ name, color: fill }, at) =>
    text([shorten(name, right - 8, 12)], {
      className: "name",
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

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** A tick in UTC, as fine as the time between first and last run asks for. */
function formatTime(time: Date, between: number): string {
  const month = MONTHS[time.getUTCMonth()]!;
  const day = `${time.getUTCDate()} ${month}`;
  const clock = time.toISOString().slice(11, 16);
  if (between > 400 * DAY) return `${month} ${time.getUTCFullYear()}`;
  if (between > 8 * DAY) return day;
  return between > DAY / 2 ? `${day} ${clock}` : clock;
}

/** The days of the first and the last run. */
function timeWords(first: number, last: number): string {
  const days = [first, last].map((time) => {
    const date = new Date(time);
    return `${formatTime(date, 9 * DAY)} ${date.getUTCFullYear()}`;
  });
  return days[0] === days[1] ? `${days[0]} (UTC)` : `${days[0]} to ${days[1]} (UTC)`;
}

function bandWords(series: readonly Series[]): string {
  const hollow = series.some(({ points }) => points.some(({ seen }) => seen));
  return `with 95 % interval${hollow ? "; hollow: the prompt has seen some samples" : ""}`;
}

function describe({ name, points }: Series): string {
  const shown = points.slice(-12);
  const left = points.length - shown.length;
  return `${name}: ${left > 0 ? `${formatCount(left, "earlier run")}, ` : ""}` +
    shown.map(({ at, mean, ci95 }) =>
      `${at.toISOString().slice(0, 10)} ${formatScore(mean)} (${formatInterval(ci95)})`
    ).join(", ");
}
