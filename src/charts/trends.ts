// Score over time: a line per experiment with its interval as a band, told apart by colour, by shape
// and by the name at the line's end.

import { axisX, axisY, gridY } from "@observablehq/plot";
import { formatCount, formatInterval, formatScore, oneLine } from "../format.ts";
import { emptyChart } from "./empty.ts";
import { axisOf } from "./interval_rows.ts";
import type { Floors } from "./leaderboard.ts";
import { type ChartOptions, drawChart, type Figure, innerWidth } from "./plot.ts";
import { color, type ColorName } from "./theme.ts";
import {
  changeMarks,
  type Drawn,
  endLabels,
  type Floor,
  FLOOR_NAME,
  type FloorPlace,
  floorRules,
  LABEL_GAP,
  leaders,
  nameMarks,
  seriesMarks,
  type Shape,
  SHAPES,
  TOP,
  widthOf,
} from "./trend_marks.ts";
import {
  banded,
  intervalWords,
  type Point,
  promptChanges,
  type Series,
  seriesOf,
  type TrendRow,
} from "./trend_series.ts";

export interface TrendsData {
  readonly floors: Floors | null;
  /** Complete, unchanged runs on the same samples, in any order. */
  readonly rows: readonly TrendRow[];
}

/** For the best four of today; the others are grey. */
const COLORS: readonly ColorName[] = ["a", "s-3", "s-4", "bad"];
const DAY = 86_400_000;
/** Pixels, more where names need them. */
const HEIGHT = 260;
const BOTTOM = 28;
const LEFT = 34;

/** What a page says of a series beside its line. */
export interface SeriesKey {
  /** The class of all its marks. */
  readonly id: string;
  readonly name: string;
  readonly color: ColorName;
  /** Its shape as a letter. */
  readonly sign: string;
}

export function trendsChart({ rows, floors }: TrendsData, options: ChartOptions = {}): string {
  const series = drawnSeries(rows);
  const best = series[0];
  if (best === undefined) {
    return emptyChart("Score over time", "logeval run embedded-v1", options);
  }
  const { parts, title, description } = figureOf(series, best, floors, innerWidth(options));
  const points = series.flatMap((one) => one.points);
  const changed = promptChanges(series).length > 0;
  return drawChart({
    title,
    description,
    parts: [
      { text: title, size: 18, weight: 500, fill: "ink" },
      {
        text:
          `${formatCount(points.length, "run")} of ${formatCount(series.length, "experiment")}` +
          `, ${timeWords(...timesOf(points))}, ${bandWords(series)}` +
          (changed ? "; a vertical rule is a change of prompt" : ""),
        above: 4,
      },
      ...parts,
    ],
  }, options);
}

/** The chart for a page; `null` without a run. */
export function trendsFigure({ rows, floors }: TrendsData, width: number): Figure | null {
  const series = drawnSeries(rows);
  return series[0] === undefined ? null : figureOf(series, series[0], floors, width);
}

/** The series in the order of the chart's colours. */
export function trendsKeys({ rows }: TrendsData): SeriesKey[] {
  return drawnSeries(rows).map(({ id, name, color, shape }) => ({
    id,
    name,
    color,
    sign: SHAPES[shape],
  }));
}

function drawnSeries(rows: readonly TrendRow[]): Drawn[] {
  const shapes = Object.keys(SHAPES) as Shape[];
  const series = seriesOf(rows);
  const inSight = banded(series);
  return series.map((one, at) => ({
    ...one,
    id: `series-${at + 1}`,
    color: COLORS[at] ?? "ink-3",
    shape: shapes[at % shapes.length]!,
    quiet: one.points.length > 1 && !inSight.includes(one),
  }));
}

function figureOf(
  series: readonly Drawn[],
  best: Drawn,
  floors: Floors | null,
  width: number,
): Figure {
  const lines = floors === null ? [] : [
    { y: floors.most_common.overall, name: "common labels" },
    { y: floors.embedded.overall, name: "nearest example" },
  ];
  const labels = endLabels(series);
  const right = Math.min(width * 0.32, widthOf(labels));
  const points = series.flatMap((one) => one.points);
  const axis = axisOf([
    ...points.flatMap(({ mean, ci95 }) => [mean, ...ci95 ?? []]),
    ...lines.map(({ y }) => y),
  ], { within: [0, 1] });
  const [first, last] = timesOf(points);
  // One time alone gets a day around it; others a little room, so that no mark is on the edge.
  const around = first === last ? DAY / 2 : 0.02 * (last - first);
  const span: [number, number] = [first - around, last + around];
  const x = (time: number) =>
    LEFT + (width - LEFT - right) * (time - span[0]) / (span[1] - span[0]);
  const height = Math.max(HEIGHT, TOP + BOTTOM + LABEL_GAP * labels.length);
  const perPixel = (axis.domain[1] - axis.domain[0]) / (height - TOP - BOTTOM);
  /** Where the fewest dots and no other floor are: above its left end, unless these lie there. */
  const placeOf = ({ y }: Floor): FloorPlace => {
    const inTheWay = ({ end, below }: FloorPlace) => {
      const [from, to] = end ? [width - right - FLOOR_NAME, width] : [0, LEFT + FLOOR_NAME];
      const isBeside = (value: number) => {
        const above = (value - y) / perPixel * (below ? -1 : 1);
        return above > -4 && above < LABEL_GAP + 4;
      };
      return points.filter(({ at, mean }) => {
        const place = x(at.getTime());
        return place > from && place < to && isBeside(mean);
      }).length + lines.filter((line) => line.y !== y && isBeside(line.y)).length;
    };
    const places = [false, true].flatMap((below) => [false, true].map((end) => ({ end, below })));
    return places.reduce((best, place) => inTheWay(place) < inTheWay(best) ? place : best);
  };
  const lead = `highest now: ${oneLine(best.name, 60)} at ${formatScore(best.points.at(-1)!.mean)}`;
  return {
    title: `Overall score over time; ${lead}`,
    description: series.map(describe).join("; "),
    parts: [{
      plot: {
        height,
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
            ticks: timeTicks([first, last], width - LEFT - right),
            tickFormat: (time: Date) => formatTime(time, last - first),
          }),
          ...floorRules(lines, placeOf),
          ...changeMarks(promptChanges(series), x, width),
          ...series.toReversed().flatMap(seriesMarks),
          ...leaders(series, new Date(span[1])),
          ...nameMarks(labels, axis.domain, right, height - TOP - BOTTOM),
        ],
      },
    }],
  };
}

/** How many ticks; where few fit, the ticks: round times would leave one or none. */
function timeTicks([first, last]: readonly [number, number], width: number): number | Date[] {
  const most = Math.floor(width / 110);
  if (most > 3 || first === last) return Math.max(3, most);
  return [0, 0.5, 1].map((share) => new Date(first + share * (last - first)));
}

/** The first and the last, epoch milliseconds. */
function timesOf(points: readonly Point[]): [number, number] {
  const times = points.map(({ at }) => at.getTime());
  return [Math.min(...times), Math.max(...times)];
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
  return `${intervalWords(series.filter(({ points }) => points.length > 1).length)}${
    hollow ? "; hollow: the prompt has seen some samples" : ""
  }`;
}

function describe({ name, points }: Series): string {
  const shown = points.slice(-12);
  const left = points.length - shown.length;
  return `${name}: ${left > 0 ? `${formatCount(left, "earlier run")}, ` : ""}` +
    shown.map(({ at, mean, ci95 }) =>
      `${at.toISOString().slice(0, 10)} ${formatScore(mean)} (${formatInterval(ci95)})`
    ).join(", ");
}
