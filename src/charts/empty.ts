// What a chart without data says: what to run. Pure.

import { type Chart, type ChartOptions, drawChart } from "./plot.ts";

/** A small chart of two lines. */
export function emptyChart(title: string, run: string, options: ChartOptions): string {
  const chart: Chart = {
    title: `${title}: nothing to show yet`,
    description: `Run: ${run}`,
    parts: [
      { text: `${title}: nothing to show yet`, size: 15, weight: 600, fill: "ink" },
      { text: `run: ${run}`, size: 13, above: 4 },
    ],
  };
  return drawChart(chart, options);
}
