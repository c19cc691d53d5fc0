// Root cause x experiment: how many of the samples of a root cause each experiment named. Rust for
// missed, blue for named, and the number and k of n in every cell.

import { axisX, cell, type Markish, text } from "@observablehq/plot";
import { formatCount, formatScore, oneLine } from "../format.ts";
import { emptyChart } from "./empty.ts";
import { type ChartOptions, drawChart, innerWidth } from "./plot.ts";
import { shorten, textWidth } from "./text.ts";
import { color, type ColorName, MONO } from "./theme.ts";

/** What an experiment made of the samples of one root cause. */
export interface CategoryRow {
  readonly root_cause: string;
  readonly experiment_id: string;
  /** Answered samples. */
  readonly n: number;
  /** Share of them whose root cause was named, 0..1; `null`: not known, left out. */
  readonly share: number | null;
}

export interface CategoriesData {
  /** Experiments in the order of the columns, causes in any. */
  readonly rows: readonly CategoryRow[];
  /** Experiments whose root causes are not known here. */
  readonly left_out?: readonly string[];
}

/** Below so many samples a share is an anecdote. */
const FEW = 5;
const ROW = 25;
const HEAD = 26;
const STEPS: readonly ColorName[] = ["r3", "r2", "r1", "sunk", "p1", "p2", "p3"];
const FAINT: readonly ColorName[] = ["r1", "r1", "r1", "sunk", "p1", "p1", "p1"];

interface Cell extends CategoryRow {
  readonly share: number;
}

interface Cause {
  readonly root_cause: string;
  readonly n: number;
}

export function categoriesChart(data: CategoriesData, options: ChartOptions = {}): string {
  const cells = data.rows.filter((row): row is Cell => row.share !== null && row.n > 0);
  if (cells.length === 0) return emptyChart("Root causes", "logeval run embedded-v1", options);
  const causes = [...Map.groupBy(cells, ({ root_cause }) => root_cause)]
    .map(([root_cause, group]): Cause => ({ root_cause, n: Math.max(...group.map(({ n }) => n)) }))
    .sort((a, b) => b.n - a.n || (a.root_cause < b.root_cause ? -1 : 1));
  const experiments = [...new Set(cells.map(({ experiment_id }) => experiment_id))];
  const few = causes.filter(({ n }) => n < FEW);
  const many = causes.filter(({ n }) => n >= FEW);
  const headline = headlineOf(cells, experiments[0]!);
  const width = innerWidth(options);
  const block = (group: readonly Cause[], head: boolean) =>
    group.length === 0 ? [] : [{ plot: heatMap(cells, group, experiments, causes, width, head) }];
  return drawChart({
    title: `Root cause by experiment; ${headline}`,
    description: causes.map((cause) => describe(cause, cells)).join("; "),
    parts: [
      { text: headline, size: 18, weight: 500, fill: "ink" },
      {
        text: "share of samples whose root cause was named, and how many of how many; " +
          "rust: missed, blue: named",
        above: 4,
      },
      ...(data.left_out?.length
        ? [{ text: `left out, measured elsewhere: ${oneLine(data.left_out.join(", "), 300)}` }]
        : []),
      ...block(many, true),
      ...(few.length > 0
        ? [{
          text: `fewer than ${FEW} samples each: anecdotes, tinted faintly`,
          size: 11,
          fill: "ink-3" as const,
          above: 6,
        }]
        : []),
      ...block(few, many.length === 0),
    ],
  }, options);
}

function heatMap(
  cells: readonly Cell[],
  group: readonly Cause[],
  experiments: readonly string[],
  causes: readonly Cause[],
  width: number,
  withHead: boolean,
) {
  const marginTop = withHead ? HEAD : 4;
  const widest = Math.max(
    ...causes.map(({ root_cause }) => textWidth(oneLine(root_cause, 40), 12, { mono: true })),
  );
  const names = Math.min(widest, width * 0.4);
  const marginLeft = Math.round(names + 44);
  const column = (width - marginLeft) / experiments.length;
  const shown = cells.filter(({ root_cause }) =>
    group.some((cause) => cause.root_cause === root_cause)
  );
  const side = { frameAnchor: "left" as const, y: "root_cause" };
  const marks: Markish[] = [
    cell(shown, {
      className: "cell",
      x: "experiment_id",
      y: "root_cause",
      fill: (row) => color(tint(row)),
      inset: 0.5,
      title: (row) => `${row.experiment_id}, ${row.root_cause}: ${named(row)}`,
    }),
    ...numbers(shown, column),
    text(group, {
      ...side,
      text: ({ root_cause }) => shorten(root_cause, names + 4, 12, { mono: true }),
      textAnchor: "start",
      dx: -marginLeft,
      fontFamily: MONO,
      fontSize: 12,
    }),
    text(group, {
      ...side,
      text: ({ n }) => String(n),
      textAnchor: "end",
      dx: -12,
      fill: color("ink-3"),
      fontSize: 12,
    }),
  ];
  const head = axisX({
    anchor: "top",
    tickSize: 0,
    tickPadding: 6,
    label: null,
    color: color("ink-2"),
    fontSize: 11,
    tickFormat: (name: string) => shorten(name, column - 2, 11),
  });
  return {
    height: marginTop + group.length * ROW + 2,
    marginTop,
    marginBottom: 2,
    marginLeft,
    marginRight: 0,
    x: { type: "band" as const, domain: experiments, axis: null, padding: 0 },
    y: {
      type: "band" as const,
      domain: group.map(({ root_cause }) => root_cause),
      axis: null,
      padding: 0,
    },
    marks: [...(withHead ? [head] : []), ...marks],
  };
}

/** The share, and `k/n` as far as a column has room for it. */
function numbers(cells: readonly Cell[], column: number): Markish[] {
  const place = { x: "experiment_id", y: "root_cause" };
  const both = column >= 70;
  return [
    ...(column >= 30
      ? [text(cells, {
        ...place,
        text: ({ share }) => formatScore(share, 2),
        textAnchor: both ? "end" : "middle",
        dx: both ? 2 : 0,
        fill: color("ink"),
        fontSize: 12,
      })]
      : []),
    ...(both
      ? [text(cells, {
        ...place,
        text: named,
        textAnchor: "start",
        dx: 7,
        fill: color("ink-2"),
        fontSize: 11,
      })]
      : []),
  ];
}

/** `12/14`; parts of a sample come from repeats. */
function named({ share, n }: Cell): string {
  const count = share * n;
  const whole = Math.abs(count - Math.round(count)) < 1e-6;
  return `${count.toFixed(whole ? 0 : 1)}/${n}`;
}

function tint({ share, n }: Cell): ColorName {
  const step = Math.min(STEPS.length - 1, Math.floor(share * STEPS.length));
  return (n < FEW ? FAINT : STEPS)[step]!;
}

/** What the first experiment misses most, of root causes with enough samples. */
function headlineOf(cells: readonly Cell[], experiment: string): string {
  const weak = cells.filter((row) => row.experiment_id === experiment && row.n >= FEW)
    .filter(({ share }) => share < 0.5)
    .sort((a, b) => a.share - b.share || b.n - a.n || (a.root_cause < b.root_cause ? -1 : 1));
  const name = oneLine(experiment, 60);
  if (weak.length === 0) return `${name} names half or more of every common root cause`;
  const worst = weak.slice(0, 3)
    .map((row) => `${oneLine(row.root_cause, 40)} (${named(row).replace("/", " of ")})`);
  return `${name} is weakest at ${worst.join(", ")}`;
}

function describe({ root_cause, n }: Cause, cells: readonly Cell[]): string {
  const parts = cells.filter((row) => row.root_cause === root_cause)
    .map((row) => `${row.experiment_id} ${named(row)}`);
  return `${root_cause} (${formatCount(n, "sample")}): ${parts.join(", ")}`;
}
