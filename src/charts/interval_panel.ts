// Intervals of differences, a row each, between columns of text: one axis above, a rule at no
// difference.

import { type Markish, ruleX } from "@observablehq/plot";
import { formatDifference } from "../format.ts";
import {
  axisOf,
  type Column,
  columnMarks,
  headAxis,
  intervalMarks,
  type IntervalRow,
  rowLines,
} from "./interval_rows.ts";
import type { PlotPart } from "./plot.ts";
import { color } from "./theme.ts";

interface Panel<Row> {
  readonly columns: readonly Column<Row>[];
  /** Pixels of all, and those that columns take on either side of the intervals. */
  readonly width: number;
  readonly left: number;
  readonly right: number;
  /** Pixels of a row, and of what stands above the first. */
  readonly row: number;
  readonly head: number;
  /** What the axis takes in beside 0 and the rows. */
  readonly values?: readonly number[];
  /** Behind the rows. */
  readonly behind?: readonly Markish[];
}

/** @param rows at least one */
export function intervalPanel<Row extends IntervalRow>(
  rows: readonly Row[],
  { columns, width, left, right, row, head, values = [], behind = [] }: Panel<Row>,
): PlotPart {
  const axis = axisOf(
    [0, ...values, ...rows.flatMap(({ value, ci95 }) => [value, ...ci95 ?? []])],
    { most: Math.min(8, Math.max(2, Math.floor((width - left - right) / 50))) },
  );
  const keys = rows.map(({ key }) => key);
  return {
    plot: {
      height: head + rows.length * row + 8,
      marginTop: head,
      marginBottom: 8,
      marginLeft: left,
      marginRight: right,
      x: { domain: axis.domain, axis: null },
      y: { type: "band", domain: keys, axis: null, padding: 0 },
      marks: [
        ...behind,
        ...rowLines(keys, row, [left, right]),
        headAxis(axis.ticks, (tick) => tick === 0 ? "0" : formatDifference(tick, axis.digits)),
        ruleX([0], { className: "zero", stroke: color("ink-2") }),
        ...columnMarks(rows, columns, left),
        ...intervalMarks(rows),
      ],
    },
  };
}
