// The leaderboard as intervals on one axis, ranked rows only, floors dashed.

import { formatCount, formatInterval, formatScore, oneLine } from "../format.ts";
import { isBelowFloor } from "./below_floor.ts";
import { emptyChart } from "./empty.ts";
import {
  axisOf,
  type Column,
  columnMarks,
  floorRule,
  headAxis,
  intervalMarks,
  type IntervalRow,
  rowLines,
} from "./interval_rows.ts";
import { type ChartOptions, drawChart, innerWidth } from "./plot.ts";
import { shorten, textWidth } from "./text.ts";
import type { ColorName } from "./theme.ts";

/** A run of the leaderboard; further fields are not looked at. */
export interface LeaderboardBar {
  /** `null`: not ranked, left out. */
  readonly rank: number | null;
  /** `null`: it was not tested against the leader, or is the leader. */
  readonly test: object | null;
  readonly experiment_id: string;
  readonly run_id: string;
  readonly prompt_id: string;
  readonly seen_samples: number;
  readonly n: number;
  readonly overall: {
    readonly mean: number | null;
    readonly ci95: readonly [number, number] | null;
  };
}

/** Scores that need no language model. */
export interface Floors {
  readonly most_common: { readonly overall: number };
  readonly embedded: { readonly overall: number };
}

/** Rows in the order in which they are shown. */
export interface LeaderboardData {
  readonly dataset_path: string;
  readonly floors: Floors | null;
  readonly rows: readonly LeaderboardBar[];
}

interface Row extends IntervalRow {
  readonly bar: LeaderboardBar;
}

const ROW = 30;
const HEAD = 44;
const GAP = 16;

/** `null` data: no finished run yet. */
export function leaderboardChart(data: LeaderboardData | null, options: ChartOptions = {}): string {
  const floors = data?.floors ?? null;
  const rows = (data?.rows ?? []).flatMap((bar): Row[] => {
    const { mean, ci95 } = bar.overall;
    if (bar.rank === null || mean === null) return [];
    const tip = `${bar.experiment_id}: ${formatScore(mean)}, 95 % ${formatInterval(ci95)}`;
    const hollow = bar.seen_samples > 0;
    return [{ key: bar.run_id, value: mean, ci95, color: colorOf(bar, floors), hollow, tip, bar }];
  });
  if (data === null || rows.length === 0) {
    return emptyChart("Leaderboard", "logeval run embedded-v1", options);
  }
  const { columns, left } = columnsOf(rows, innerWidth(options));
  const marks = floors === null ? [] : [{ x: floors.most_common.overall, label: "most common" }, {
    x: floors.embedded.overall,
    label: "nearest example",
  }].sort((a, b) => a.x - b.x);
  const axis = axisOf([
    ...rows.flatMap(({ value, ci95 }) => [value, ...ci95 ?? []]),
    ...marks.map(({ x }) => x),
  ], { most: innerWidth(options) - left > 300 ? 8 : 5, within: [0, 1] });
  const keys = rows.map(({ key }) => key);
  const leftOut = data.rows.length - rows.length;
  return drawChart({
    title: headline(rows),
    description: description(rows, marks),
    parts: [
      { text: headline(rows), size: 18, weight: 500, fill: "ink" },
      { text: ground(data, rows), above: 4 },
      {
        plot: {
          height: HEAD + rows.length * ROW + 12,
          marginTop: HEAD,
          marginBottom: 12,
          marginLeft: left,
          marginRight: GAP,
          x: { domain: axis.domain, axis: null },
          y: { type: "band", domain: keys, axis: null, padding: 0 },
          marks: [
            ...rowLines(keys, ROW, [left, GAP]),
            headAxis(axis.ticks, (value) => formatScore(value, axis.digits)),
            ...marks.flatMap(({ x, label }, at) => floorRule(x, label, at === 0)),
            ...columnMarks(rows, columns, left),
            ...intervalMarks(rows),
          ],
        },
      },
      ...legend(rows, leftOut).map((text) => ({ text, size: 11, fill: "ink-3" as const })),
    ],
  }, options);
}

/** Rust below a floor, the leader's group too; else blue for that group. */
function colorOf({ rank, overall }: LeaderboardBar, floors: Floors | null): ColorName {
  const { most_common, embedded } = floors ?? {};
  if (isBelowFloor(overall, [most_common?.overall ?? null, embedded?.overall ?? null])) {
    return "bad";
  }
  return rank === 1 ? "a" : "ink-3";
}

function columnsOf(rows: readonly Row[], width: number) {
  const experiment = (row: Row) => row.bar.experiment_id;
  const prompt = ({ bar }: Row) =>
    bar.prompt_id + (bar.seen_samples > 0 ? ` · ${bar.seen_samples} seen` : "");
  const longest = (texts: readonly string[], mono: boolean) =>
    Math.max(...texts.map((text) => textWidth(oneLine(text, 200), mono ? 12 : 13.5, { mono })));
  const room = width - 400;
  const name = Math.min(longest(rows.map(experiment), false), Math.max(90, room * 0.45));
  const promptWidth = Math.min(longest(rows.map(prompt), true), room - name);
  const rankEnd = 30;
  const nameAt = rankEnd + GAP;
  const promptAt = nameAt + name + GAP;
  const withPrompt = promptWidth > 100;
  const scoreEnd = (withPrompt ? promptAt + promptWidth : nameAt + name) + 50;
  const columns: Column<Row>[] = [
    {
      head: "rank",
      x: rankEnd,
      end: true,
      text: ({ bar }) => String(bar.rank),
      fill: ({ bar }) => bar.rank === 1 ? "a" : "ink",
      weight: 600,
    },
    {
      head: "experiment",
      x: nameAt,
      text: (row) => shorten(experiment(row), name + 4, 13),
      weight: 500,
    },
    {
      head: "prompt",
      x: promptAt,
      text: (row) => shorten(prompt(row), promptWidth + 4, 12, { mono: true }),
      fill: () => "ink-2",
      mono: true,
    },
    {
      head: "overall",
      x: scoreEnd,
      end: true,
      text: ({ value }) => formatScore(value),
      weight: 600,
    },
  ];
  return {
    columns: columns.filter(({ head }) => head !== "prompt" || withPrompt),
    left: Math.round(scoreEnd + GAP + 8),
  };
}

function headline(rows: readonly Row[]): string {
  const leader = rows[0]!;
  const name = `${oneLine(leader.bar.experiment_id, 60)} scores ${formatScore(leader.value)}`;
  const level = rows.filter(({ bar }) => bar.rank === 1).length - 1;
  if (rows.length === 1) return `${name}, the only ranked experiment`;
  const untested = rows.slice(1).filter(({ bar }) => bar.test === null).length;
  if (level === 0 && untested === 0) return `${name}; all others are worse on evidence`;
  return [
    name,
    ...(level > 0 ? [`${formatCount(level, "other")} cannot be told from it`] : []),
    ...(untested > 0 ? [`${formatCount(untested, "other")} not tested against it`] : []),
  ].join("; ");
}

function ground({ dataset_path }: LeaderboardData, rows: readonly Row[]): string {
  const below = rows.filter((row) => row.color === "bad").map(({ bar }) => bar.experiment_id);
  const bad = below.length === 0
    ? ""
    : `; ${oneLine(below.join(", "), 120)} ${below.length === 1 ? "lies" : "lie"} below what ` +
      "needs no language model";
  return `overall on ${formatCount(rows[0]!.bar.n, "sample")} of ` +
    `${oneLine(dataset_path.split("/").at(-1) ?? "", 60)}, with 95 % interval${bad}`;
}

function legend(rows: readonly Row[], leftOut: number): string[] {
  const colors = [
    "blue: rank 1, the leader and all that no test finds worse",
    ...(rows.some((row) => row.color === "bad")
      ? ["rust: the whole interval lies below a dashed floor"]
      : []),
    ...(rows.some((row) => row.hollow) ? ["hollow: the prompt has seen some samples"] : []),
  ].join(" · ");
  return [
    colors,
    ...(leftOut > 0 ? [`left out: ${formatCount(leftOut, "run")} without a rank`] : []),
  ];
}

function description(
  rows: readonly Row[],
  floors: readonly { readonly x: number; readonly label: string }[],
): string {
  return [
    ...rows.map(({ bar, tip }) => `rank ${bar.rank}, ${tip}`),
    ...floors.map(({ x, label }) => `floor, ${label}: ${formatScore(x)}`),
  ].join("; ");
}
