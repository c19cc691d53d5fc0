// B against A: the verdict, then the difference of each metric with its interval.

import { type Markish, rect, text } from "@observablehq/plot";
import { formatDifference, formatDifferences, formatP, formatScore, oneLine } from "../format.ts";
import { emptyChart } from "./empty.ts";
import { intervalPanel } from "./interval_panel.ts";
import type { Column, IntervalRow } from "./interval_rows.ts";
import { type ChartOptions, drawChart, innerWidth } from "./plot.ts";
import { color, type ColorName } from "./theme.ts";
import { type Verdict, verdictPart } from "./verdict.ts";

/** A metric of both runs; B minus A. */
export interface MetricDifference {
  readonly metric: string;
  readonly mean_a: number | null;
  readonly mean_b: number | null;
  /** `null`: not known, left out. */
  readonly difference: number | null;
  readonly ci95: readonly [number, number] | null;
  /** Of the parts: after Holm. */
  readonly p: number | null;
}

export interface CompareData {
  readonly verdict: Verdict;
  /** The verdict in a sentence that starts with its word. */
  readonly headline: string;
  /** What it stands on. */
  readonly ground: string;
  /** What makes the two unlike each other. */
  readonly notices?: readonly string[];
  /** Overall first: the verdict's. */
  readonly rows: readonly MetricDifference[];
  /** Of overall: the smallest difference that so many samples show; `null` when not known. */
  readonly smallest_visible: number | null;
}

interface Row extends IntervalRow, MetricDifference {
  readonly difference: number;
}

const ROW = 30;
const HEAD = 40;

export function compareChart(data: CompareData, options: ChartOptions = {}): string {
  const rows = data.rows.flatMap((row, at): Row[] => {
    const { difference, ci95, metric } = row;
    if (difference === null) return [];
    const tip = `${metric}: ${formatDifference(difference)}, 95 % ${formatDifferences(ci95)}`;
    const fill = colorOf(row, at === 0 ? data.verdict : null);
    return [{
      ...row,
      difference,
      key: metric,
      value: difference,
      color: fill,
      hollow: false,
      tip,
    }];
  });
  if (rows.length === 0) {
    return emptyChart("Comparison", "logeval compare embedded-v1 baseline-v1", options);
  }
  const zone = rows[0]!.metric === data.rows[0]!.metric ? data.smallest_visible : null;
  const width = innerWidth(options);
  const { columns, left, right } = columnsOf(width);
  const unknown = data.rows.filter(({ difference }) => difference === null);
  return drawChart({
    title: data.headline,
    description: `B minus A; ${rows.map(({ tip, p }) => `${tip}, p ${formatP(p)}`).join("; ")}`,
    parts: [
      verdictPart(data.verdict, data.headline),
      { text: data.ground, above: 4 },
      ...(data.notices ?? []).map((notice) => ({ text: `note: ${notice}` })),
      intervalPanel(rows, {
        columns,
        width,
        left,
        right,
        row: ROW,
        head: HEAD,
        values: zone === null ? [] : [-zone, zone],
        behind: [...zoneMarks(zone, rows[0]!.key), ...sides()],
      }),
      {
        text: "blue or rust: p < 0.05, of the parts after Holm over five; grey: no evidence" +
          (zone === null ? "" : "; grey zone: too small to see with so many samples"),
        size: 11,
        fill: "ink-3",
      },
      ...(unknown.length > 0
        ? [{
          text: `left out, not known: ${unknown.map(({ metric }) => metric).join(", ")}`,
          size: 11,
          fill: "ink-3" as const,
        }]
        : []),
    ],
  }, options);
}

/** Overall goes by the verdict, a part by its adjusted p. */
function colorOf({ p, difference }: MetricDifference, verdict: Verdict | null): ColorName {
  const evidence = verdict === null ? p !== null && p < 0.05 : verdict !== "no evidence";
  if (!evidence || difference === null || difference === 0) return "ink-3";
  return difference > 0 ? "a" : "bad";
}

function zoneMarks(zone: number | null, key: string): Markish[] {
  if (zone === null) return [];
  return [rect([{ key }], {
    className: "zone",
    x1: -zone,
    x2: zone,
    y: "key",
    fill: color("sunk"),
  })];
}

function sides(): Markish[] {
  return (["end", "start"] as const).map((textAnchor) =>
    text([textAnchor === "end" ? "← A better" : "B better →"], {
      x: [0],
      frameAnchor: "top",
      textAnchor,
      dx: textAnchor === "end" ? -10 : 10,
      dy: -30,
      fill: color("ink-2"),
      fontSize: 11,
    })
  );
}

function columnsOf(width: number) {
  const wide = width >= 720;
  const columns: Column<Row>[] = [
    { head: "metric", x: 0, text: ({ metric }) => oneLine(metric, 24), weight: 500 },
    { head: "A", x: 140, end: true, text: (row) => formatScore(row.mean_a), fill: () => "ink-2" },
    { head: "B", x: 195, end: true, text: (row) => formatScore(row.mean_b), fill: () => "ink-2" },
    {
      head: "B − A",
      x: wide ? 260 : 135,
      end: true,
      text: (row) => formatDifference(row.difference),
      weight: 600,
    },
    { head: "p", x: width, end: true, text: ({ p }) => formatP(p), fill: () => "ink-2" },
  ];
  return {
    columns: columns.filter(({ head }) => wide || (head !== "A" && head !== "B")),
    left: wide ? 285 : 155,
    right: 64,
  };
}
