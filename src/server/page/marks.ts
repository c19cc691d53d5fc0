// Numbers -> places on an axis, as the templates draw them: x in per cent, so that a mark fits every
// width and never scales a text. Pure.

import { formatDifferences, formatInterval, formatScore } from "../../format.ts";

export interface Axis {
  readonly low: number;
  readonly high: number;
}

/** A vertical line through a cell. */
export interface Rule {
  /** `floor` or `zero`. */
  readonly kind: string;
  readonly x: string;
}

/** A dot with its interval; without a value, only the rules are drawn. */
export interface IntervalMark {
  /** Classes: `is-bad`, `is-q` (no evidence), `is-hollow` (no claim), `has-seen`. */
  readonly kind: string;
  readonly label: string;
  readonly point: string | null;
  readonly low: string | null;
  readonly high: string | null;
  readonly rules: readonly Rule[];
  /** A grey zone, from x on so wide. */
  readonly zone: { readonly x: string; readonly width: string } | null;
}

export interface AxisHead {
  readonly ticks: readonly { readonly x: string; readonly text: string; readonly anchor: string }[];
  readonly notes: readonly {
    readonly x: string;
    /** Pixels away from the line that it belongs to. */
    readonly shift: number;
    readonly text: string;
    readonly anchor: string;
  }[];
}

/** Where a value lies on an axis; what is outside stays at its end. */
export function place(value: number, { low, high }: Axis): string {
  const share = high === low ? 0.5 : (value - low) / (high - low);
  return `${(100 * Math.min(1, Math.max(0, share))).toFixed(2)}%`;
}

/** How wide a stretch is. */
function extent(from: number, to: number, axis: Axis): string {
  return `${(parseFloat(place(to, axis)) - parseFloat(place(from, axis))).toFixed(2)}%`;
}

interface MarkOptions {
  readonly kind?: readonly (string | false)[];
  readonly rules?: readonly Rule[];
  readonly zone?: number | null;
  /** What it is called when not a score. */
  readonly label?: string;
}

/** The mark of an estimate. */
export function intervalMark(
  value: number | null,
  ci95: readonly [number, number] | null,
  axis: Axis,
  { kind = [], rules = [], zone = null, label }: MarkOptions = {},
): IntervalMark {
  return {
    kind: kind.filter((word) => word !== false && word !== "").join(" "),
    label: label ??
      (value === null
        ? "no score"
        : ci95 === null
        ? formatScore(value)
        : `${formatScore(value)}, 95 % interval ${formatInterval(ci95)}`),
    point: value === null ? null : place(value, axis),
    low: ci95 === null ? null : place(ci95[0], axis),
    high: ci95 === null ? null : place(ci95[1], axis),
    rules,
    zone: zone === null ? null : { x: place(-zone, axis), width: extent(-zone, zone, axis) },
  };
}

/** What a screen reader says of a difference. */
export function differenceLabel(
  value: string,
  ci95: readonly [number, number] | null,
): string {
  return ci95 === null ? value : `${value}, 95 % interval ${formatDifferences(ci95)}`;
}

/** Rules where the values that are known lie. */
export function rulesAt(
  kind: string,
  values: readonly (number | null | undefined)[],
  axis: Axis,
): Rule[] {
  return values.flatMap((value) =>
    value === null || value === undefined ? [] : [{ kind, x: place(value, axis) }]
  );
}

/** The smallest axis of round ends that holds all values, 0..1 at most unless `signed`. */
export function axisAround(
  values: readonly (number | null | undefined)[],
  { signed = false, pad = 0.02 }: { readonly signed?: boolean; readonly pad?: number } = {},
): Axis {
  const known = values.filter((value) => typeof value === "number");
  if (known.length === 0) return signed ? { low: -0.1, high: 0.1 } : { low: 0, high: 1 };
  const [least, most] = [Math.min(...known) - pad, Math.max(...known) + pad];
  return signed
    ? { low: Math.min(least, -0.02), high: Math.max(most, 0.02) }
    : { low: Math.max(0, least), high: Math.min(1, most) };
}

const STEPS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1];

/** Round values on an axis, at most seven. */
export function tickValues({ low, high }: Axis, most = 7): number[] {
  const step = STEPS.find((step) => (high - low) / step <= most) ?? 1;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => {
    return Number(((first + at) * step).toFixed(4));
  });
}

/** Ticks share their decimals, and carry a sign where the axis has both. */
export function tickText(value: number, all: readonly number[]): string {
  if (value === 0) return "0";
  const digits = Math.max(...all.map((tick) => String(tick).split(".")[1]?.length ?? 0));
  const sign = value < 0 ? "−" : all.some((tick) => tick < 0) ? "+" : "";
  return `${sign}${Math.abs(value).toFixed(digits)}`;
}

/** The head of a column of marks. */
export function axisHead(
  axis: Axis,
  notes: readonly { readonly at: number | null; readonly text: string; readonly anchor: string }[] =
    [],
  most = 7,
): AxisHead {
  const values = tickValues(axis, most);
  return {
    ticks: values.map((value) => {
      const x = place(value, axis);
      const anchor = parseFloat(x) < 2 ? "start" : parseFloat(x) > 98 ? "end" : "middle";
      return { x, text: tickText(value, values), anchor };
    }),
    notes: notes.flatMap(({ at, text, anchor }) =>
      at === null ? [] : [{ x: place(at, axis), shift: anchor === "end" ? -4 : 4, text, anchor }]
    ),
  };
}
