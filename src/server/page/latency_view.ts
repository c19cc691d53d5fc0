// How long the answers took -> bins of a histogram, and the same as a table. Pure.

import type { LatencyData } from "../../charts/latency.ts";
import { formatDuration } from "../../format.ts";
import type { SampleRecord } from "../../harness/run_files.ts";
import { percentile } from "../../metrics/percentile.ts";

const BINS = 18;

export interface LatencyView {
  readonly data: LatencyData;
  readonly table: readonly { readonly range: string; readonly count: number }[];
}

/** @returns `null` without an answer */
export function latencyView(records: readonly SampleRecord[]): LatencyView | null {
  const all = records.flatMap(({ latency_ms }) => latency_ms ?? []);
  if (all.length === 0) return null;
  const longest = Math.max(...all);
  const width = (longest * 1.0001 || 1) / BINS;
  const counts = new Array<number>(BINS).fill(0);
  for (const ms of all) counts[Math.floor(ms / width)]!++;
  const bins = counts.map((count, at) => ({ from: at * width, to: (at + 1) * width, count }));
  return {
    data: {
      bins,
      p50: percentile(all, 0.5) ?? 0,
      p95: percentile(all, 0.95) ?? 0,
      longest,
    },
    table: bins.filter(({ count }) => count > 0).map(({ from, to, count }) => ({
      range: `${from === 0 ? 0 : formatDuration(from)} to ${formatDuration(to)}`,
      count,
    })),
  };
}
