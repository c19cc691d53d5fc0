// The charts of the page as SVG. The only file here that loads what draws them, and itself loaded with
// the first page that has one: a server starts without it.

import { gainFigure } from "../../charts/gain.ts";
import { latencyFigure } from "../../charts/latency.ts";
import { optimizationGain } from "../../charts/optimization.ts";
import { paretoFigure, paretoPoints } from "../../charts/pareto.ts";
import { drawFigure, type Figure } from "../../charts/plot.ts";
import { survivorsFigure } from "../../charts/survivors.ts";
import { type SeriesKey, type TrendsData, trendsFigure, trendsKeys } from "../../charts/trends.ts";
import { formatDuration, formatScore } from "../../format.ts";
import type { OptimizationResult } from "../../optimizer/optimization_files.ts";
import type { GainView } from "./gain_view.ts";
import type { LatencyView } from "./latency_view.ts";

/** A chart in several widths: CSS shows the one that fits, and text is never scaled to fit. */
export interface FigureView {
  readonly drawings: readonly { readonly fit: Fit; readonly svg: string }[];
}

type Fit = "narrow" | "middle" | "wide";

/** Pixels of a phone's column. */
const NARROW = 358;
/** Of the whole page on a tablet and on a desk, of half of it, and beside a verdict. */
const MIDDLE = 720;
const FULL = 1360;
const HALF = 520;
const SIDE = 440;
const WHOLE_PAGE = { narrow: NARROW, middle: MIDDLE, wide: FULL };

export function timeFigure(
  data: TrendsData,
): { readonly figure: FigureView | null; readonly keys: readonly SeriesKey[] } {
  return {
    figure: draw("time", WHOLE_PAGE, (width) => trendsFigure(data, width)),
    keys: trendsKeys(data),
  };
}

export function gainDrawing(gain: GainView | null): FigureView | null {
  return gain === null
    ? null
    : draw("gain", { narrow: NARROW, wide: SIDE }, (width) => gainFigure(gain, width));
}

export function latencyDrawing({ data }: LatencyView): FigureView | null {
  return draw("latency", { narrow: NARROW, wide: SIDE }, (width) => latencyFigure(data, width));
}

/** What of a finished optimization is drawn. */
export function optimizationFigures(result: OptimizationResult) {
  const points = paretoPoints(result);
  const pareto = draw(
    "pareto",
    { narrow: NARROW, wide: HALF },
    (width) => paretoFigure(points, width),
  );
  return {
    gain: gainDrawing(optimizationGain(result)),
    stages: {
      note: survivorsFigure(result, FULL).note,
      figure: draw("stages", WHOLE_PAGE, (width) => survivorsFigure(result, width).figure),
    },
    pareto: pareto && {
      figure: pareto,
      table: points.map(({ name, score, ms, front, role }) => ({
        name: role === "baseline" ? `${name} (baseline)` : name,
        score: formatScore(score),
        latency: formatDuration(ms),
        front: front ? "yes" : "no",
      })),
    },
  };
}

function draw(
  id: string,
  widths: Partial<Record<Fit, number>>,
  figureOf: (width: number) => Figure | null,
): FigureView | null {
  const drawings = Object.entries(widths).flatMap(([fit, width]) => {
    const figure = figureOf(width);
    if (figure === null) return [];
    return [{ fit: fit as Fit, svg: drawFigure(figure, { width, id: `${id}-${fit}` }) }];
  });
  return drawings.length === 0 ? null : { drawings };
}
