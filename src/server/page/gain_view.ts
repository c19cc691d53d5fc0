// Differences on one axis, with the zone that is too small to be seen. Pure.

import { formatDifference } from "../../format.ts";
import { axisAround, type AxisHead, axisHead, extent, place } from "./marks.ts";

/** Pixels from one mark to the next. */
const ROW = 38;

export interface GainView {
  readonly title: string;
  readonly description: string;
  readonly height: number;
  /** Of the axis. */
  readonly bottom: number;
  readonly ticks: AxisHead["ticks"];
  readonly zero: string;
  readonly zone: { readonly x: string; readonly width: string; readonly text: string } | null;
  readonly marks: readonly {
    readonly kind: string;
    readonly text: string;
    readonly textClass: string;
    readonly textX: string;
    readonly anchor: string;
    readonly textY: number;
    readonly y: number;
    readonly point: string;
    readonly low: string | null;
    readonly high: string | null;
  }[];
}

interface Gain {
  readonly text: string;
  readonly value: number;
  readonly ci95: readonly [number, number] | null;
  /** Whether it is what the verdict is on. */
  readonly claim: boolean;
}

/** Draws the claim above what is no claim. */
export function gainView(
  title: string,
  gains: readonly Gain[],
  smallestVisible: number | null,
  n: number,
): GainView {
  const visible = smallestVisible ?? 0;
  const axis = axisAround([
    ...gains.flatMap(({ value, ci95 }) => [value, ...(ci95 ?? [])]),
    visible,
    -visible,
  ], { signed: true });
  const bottom = 22 + gains.length * ROW;
  return {
    title,
    description: gains.map(({ text, value, ci95 }) =>
      `${text}${
        ci95 === null
          ? ""
          : `, interval ${formatDifference(ci95[0])} to ${formatDifference(ci95[1])}`
      }${value === 0 ? ", no difference" : ""}`
    ).join(". "),
    height: bottom + 20,
    bottom,
    ticks: axisHead(axis, [], 5).ticks,
    zero: place(0, axis),
    zone: visible === 0 ? null : {
      x: place(-visible, axis),
      width: extent(-visible, visible, axis),
      text: `too small to see with ${n} samples`,
    },
    marks: gains.map(({ text, value, ci95, claim }, at) => {
      const y = 22 + at * ROW + 26;
      const right = parseFloat(place(value, axis)) > 50;
      return {
        kind: claim ? value < 0 && (ci95?.[1] ?? 0) < 0 ? "is-bad" : "" : "is-hollow",
        text,
        textClass: claim ? "halo k b" : "halo k2",
        textX: right ? place(ci95?.[1] ?? value, axis) : place(ci95?.[0] ?? value, axis),
        anchor: right ? "end" : "start",
        textY: y - 10,
        y,
        point: place(value, axis),
        low: ci95 === null ? null : place(ci95[0], axis),
        high: ci95 === null ? null : place(ci95[1], axis),
      };
    }),
  };
}
