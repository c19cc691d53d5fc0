// Score over time -> a chart that fits every width: lines in an inner drawing that is stretched,
// markers and texts in per cent beside it. Pure.

import { formatInterval, formatScore } from "../../format.ts";
import type * as z from "zod";
import type { TrendRow } from "../rows_leaderboard.ts";
import { type Axis, axisAround, place, tickText, tickValues } from "./marks.ts";
import { runUrl, shortDate, shortTime } from "./words.ts";

type Trend = z.output<typeof TrendRow>;

/** Pixels of the plot's height. */
const HEIGHT = 180;
const MOST_SERIES = 4;
/** The stretched drawing is so many units wide. */
const UNITS = 1000;
const SHAPES = ["o", "d", "s", "t"] as const;
const CLASSES = ["s1", "s3", "s4", "s2"] as const;

export interface TimeSeries {
  readonly name: string;
  readonly color: string;
  readonly shape: typeof SHAPES[number];
  readonly line: string;
  readonly area: string;
  readonly points: readonly {
    readonly x: string;
    readonly y: string;
    readonly high: string;
    readonly low: string;
    readonly title: string;
  }[];
  readonly labelY: string;
}

export interface TimeView {
  readonly height: number;
  readonly description: string;
  readonly series: readonly TimeSeries[];
  readonly ticks: readonly { readonly y: string; readonly text: string }[];
  readonly dates: readonly {
    readonly x: string;
    readonly text: string;
    readonly anchor: string;
    /** Whether a phone has no room for it. */
    readonly wide: boolean;
  }[];
  readonly floors: readonly { readonly y: string; readonly text: string }[];
  readonly changes: readonly {
    readonly x: string;
    readonly text: string;
    readonly anchor: string;
  }[];
  readonly table: readonly {
    readonly time: string;
    readonly name: string;
    readonly url: string;
    readonly score: string;
    readonly interval: string;
    readonly prompt: string;
  }[];
}

/**
 * Draws the experiments of most runs, four at most.
 *
 * @param order experiments, best first: decides between those of as many runs
 * @returns `null` while no experiment has a second run
 */
export function timeView(
  rows: readonly Trend[],
  order: readonly string[],
  floors: readonly (number | null)[],
): TimeView | null {
  const groups = [...Map.groupBy(rows, ({ experiment_id }) => experiment_id)]
    .filter(([, group]) => group.length > 1)
    .sort(([, a], [, b]) => b.length - a.length)
    .slice(0, MOST_SERIES)
    .sort(([a], [b]) => rankIn(order, a) - rankIn(order, b));
  if (groups.length === 0) return null;
  const drawn = groups.flatMap(([, group]) => group);
  const scores = axisAround([
    ...drawn.flatMap(({ score, score_low, score_high }) => [score, score_low, score_high]),
    ...floors,
  ]);
  const times = drawn.map(({ time }) => Date.parse(time));
  const span: Axis = { low: Math.min(...times), high: Math.max(...times) };
  const x = (time: string) => place(Date.parse(time), span);
  const y = (score: number) => (HEIGHT * (1 - shareOf(score, scores))).toFixed(1);
  const labels = spread(groups.map(([, group]) => Number(y(group.at(-1)!.score ?? 0))));
  return {
    height: HEIGHT,
    description: groups.map(([name, group]) =>
      `${name}: ${group.length} runs, last ${formatScore(group.at(-1)!.score)}`
    ).join("; "),
    series: groups.map(([name, group], at): TimeSeries => ({
      name,
      color: CLASSES[at] ?? "s1",
      shape: SHAPES[at] ?? "o",
      line: path(group.map((row) => [x(row.time), y(row.score ?? 0)])),
      area: areaOf(group, x, y),
      points: group.map((row) => ({
        x: x(row.time),
        y: y(row.score ?? 0),
        high: y(row.score_high ?? row.score ?? 0),
        low: y(row.score_low ?? row.score ?? 0),
        title: `${name}, ${shortTime(row.time)}: ${formatScore(row.score)}`,
      })),
      labelY: labels[at]!.toFixed(1),
    })),
    ticks: tickValues(scores, 6).map((value, _, all) => ({
      y: y(value),
      text: tickText(value, all),
    })),
    dates: datesOf(span),
    floors: ["most common labels", "embedded model"].flatMap((text, at) => {
      const floor = floors[at];
      return floor === null || floor === undefined ? [] : [{ y: y(floor), text }];
    }),
    changes: drawn.filter(({ prompt_changed }) => prompt_changed).map(({ time, prompt_id }) => ({
      x: x(time),
      text: prompt_id,
      anchor: parseFloat(x(time)) > 70 ? "end" : "start",
    })),
    table: rows.toReversed().map((row) => ({
      time: shortTime(row.time),
      name: row.experiment_id,
      url: runUrl(row.run_id),
      score: formatScore(row.score),
      interval: formatInterval(
        row.score_low === null || row.score_high === null ? null : [row.score_low, row.score_high],
      ),
      prompt: row.prompt_id,
    })),
  };
}

function rankIn(order: readonly string[], name: string): number {
  const at = order.indexOf(name);
  return at < 0 ? order.length : at;
}

function shareOf(value: number, { low, high }: Axis): number {
  return high === low ? 0.5 : (value - low) / (high - low);
}

function path(points: readonly (readonly [string, string])[]): string {
  return `M${points.map(([x, y]) => `${units(x)} ${y}`).join("L")}`;
}

function units(percent: string): string {
  return (parseFloat(percent) * UNITS / 100).toFixed(1);
}

function areaOf(
  group: readonly Trend[],
  x: (time: string) => string,
  y: (score: number) => string,
): string {
  const bounds = group.filter(({ score_low, score_high }) =>
    score_low !== null && score_high !== null
  );
  if (bounds.length < 2) return "";
  const upper = bounds.map((row): [string, string] => [x(row.time), y(row.score_high!)]);
  const lower = bounds.map((row): [string, string] => [x(row.time), y(row.score_low!)]).reverse();
  return `${path([...upper, ...lower])}z`;
}

/** Three to six days, evenly spaced. */
function datesOf(span: Axis) {
  const days = (span.high - span.low) / 86_400_000;
  const count = days < 1 ? 2 : Math.min(6, Math.max(2, Math.floor(days) + 1));
  return Array.from({ length: count }, (_, at) => {
    const time = new Date(span.low + (span.high - span.low) * at / (count - 1)).toISOString();
    return {
      x: place(Date.parse(time), span),
      text: days < 2 ? shortTime(time) : shortDate(time),
      anchor: at === 0 ? "start" : at === count - 1 ? "end" : "middle",
      wide: count > 3 && (at === 1 || at === count - 2),
    };
  });
}

/** Places of labels, pushed apart downwards where they would touch. */
function spread(wanted: readonly number[]): number[] {
  const order = wanted.map((y, at) => ({ y, at })).sort((a, b) => a.y - b.y);
  const placed: number[] = [];
  let last = -Infinity;
  for (const { y, at } of order) {
    last = Math.max(y, last + 14);
    placed[at] = last;
  }
  return placed;
}
