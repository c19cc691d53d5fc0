// How long the answers took -> bars of a histogram. Pure.

import { formatDuration } from "../../format.ts";
import type { SampleRecord } from "../../harness/run_files.ts";
import { percentile } from "../../metrics/percentile.ts";
import { place } from "./marks.ts";

const BINS = 18;
const HEIGHT = 100;

export interface LatencyView {
  readonly height: number;
  readonly description: string;
  readonly bars: readonly {
    readonly x: string;
    readonly width: string;
    readonly y: string;
    readonly height: string;
    readonly range: string;
    readonly count: number;
  }[];
  readonly ticks: readonly { readonly x: string; readonly text: string; readonly anchor: string }[];
  readonly quantiles: readonly {
    readonly x: string;
    readonly text: string;
    readonly anchor: string;
    readonly y: string;
  }[];
}

/** @returns `null` without an answer */
export function latencyView(records: readonly SampleRecord[]): LatencyView | null {
  const all = records.flatMap(({ latency_ms }) => latency_ms ?? []);
  if (all.length === 0) return null;
  const axis = { low: 0, high: Math.max(...all) * 1.0001 || 1 };
  const counts = new Array<number>(BINS).fill(0);
  for (const ms of all) counts[Math.floor(BINS * ms / axis.high)]!++;
  const most = Math.max(...counts);
  const bound = (at: number) => formatDuration(axis.high * at / BINS);
  const [p50, p95] = [percentile(all, 0.5) ?? 0, percentile(all, 0.95) ?? 0];
  return {
    height: HEIGHT,
    description: `Median ${formatDuration(p50)}, p95 ${formatDuration(p95)}, slowest ${
      formatDuration(Math.max(...all))
    }.`,
    bars: counts.flatMap((count, at) =>
      count === 0 ? [] : [{
        x: `${(100 * at / BINS).toFixed(2)}%`,
        width: `${(100 / BINS - 0.15).toFixed(2)}%`,
        y: (HEIGHT - HEIGHT * count / most).toFixed(1),
        height: (HEIGHT * count / most).toFixed(1),
        range: `${bound(at)} to ${bound(at + 1)}`,
        count,
      }]
    ),
    ticks: [0, 0.25, 0.5, 0.75, 1].map((share) => ({
      x: `${100 * share}%`,
      text: share === 0 ? "0" : formatDuration(axis.high * share),
      anchor: share === 0 ? "start" : share === 1 ? "end" : "middle",
    })),
    quantiles: ([["p50", p50, "-6"], ["p95", p95, "-20"]] as const).map(([name, ms, y]) => ({
      x: place(ms, axis),
      text: `${name} ${formatDuration(ms)}`,
      anchor: ms > axis.high * 0.7 ? "end" : "start",
      y,
    })),
  };
}
