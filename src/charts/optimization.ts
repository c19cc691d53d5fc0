// An optimization: the claim on samples the search never saw against the gain it was chosen by, which
// prompts were left after each stage, what each level of each dimension is worth, score against
// latency.

import { formatCount, formatDifference, formatDifferences, oneLine } from "../format.ts";
import { emptyChart } from "./empty.ts";
import { type GainData, gainFigure } from "./gain.ts";
import { intervalPanel } from "./interval_panel.ts";
import type { IntervalRow } from "./interval_rows.ts";
import { type ChartOptions, drawChart, innerWidth, type PlotPart, type TextPart } from "./plot.ts";
import { shorten } from "./text.ts";
import { stagesInWords, survivorsPart } from "./survivors.ts";
import { type ParetoData, paretoFigure, paretoPoints } from "./pareto.ts";
import { type Verdict, verdictPart } from "./verdict.ts";

export interface LevelEffect {
  readonly level: string;
  /** Against the mean of the dimension's levels; `null`: not known, left out. */
  readonly effect: number | null;
  readonly ci95: readonly [number, number] | null;
}

/** A finished optimization; further fields are not looked at. */
export interface OptimizationData {
  /** The claim in a sentence, and what it stands on. */
  readonly headline: string;
  readonly ground: string;
  readonly stages: readonly {
    readonly stage: number;
    readonly survivors: readonly string[];
    readonly samples: number;
  }[];
  readonly candidates: readonly (ParetoData["candidates"][number] & {
    readonly levels: Readonly<Record<string, string>>;
    readonly validation: { readonly n: number; readonly difference: number | null };
  })[];
  readonly baseline: ParetoData["baseline"];
  readonly dimensions: readonly {
    readonly name: string;
    readonly levels: readonly LevelEffect[];
  }[];
  readonly winner: {
    readonly candidate: string;
    readonly confirmation: {
      readonly n: number;
      readonly difference: number | null;
      readonly ci95: readonly [number, number] | null;
      readonly smallest_visible: number | null;
      readonly verdict: Verdict;
    };
  };
}

interface Row extends IntervalRow {
  readonly label: string;
}

const ROW = 28;
const HEAD = 28;
const RIGHT = 16;
/** Pixels beyond which the points of a scatter only lie further apart. */
const WIDEST = 720;

/** `null` data: no finished optimization yet. */
export function optimizationChart(
  data: OptimizationData | null,
  options: ChartOptions = {},
): string {
  if (data === null) return emptyChart("Optimization", "logeval optimize", options);
  const width = innerWidth(options);
  const gain = optimizationGain(data);
  const gains = gain === null ? null : gainFigure(gain, Math.min(width, 560));
  const effects = data.dimensions.flatMap((dimension) => effectRows(dimension, data));
  const pareto = paretoFigure(paretoPoints(data), Math.min(width, WIDEST));
  const unknown = data.dimensions.flatMap(({ name, levels }) =>
    levels.filter(({ effect }) => effect === null).map(({ level }) => `${name} ${level}`)
  );
  return drawChart({
    title: data.headline,
    description: [
      gains?.description ?? "",
      stagesInWords(data),
      effects.map(({ tip }) => tip).join("; "),
      pareto?.description ?? "",
    ].filter((part) => part !== "").join(". "),
    parts: [
      verdictPart(data.winner.confirmation.verdict, data.headline),
      { text: data.ground, above: 4 },
      ...(gains?.parts ?? []),
      ...section("Prompts left, stage by stage", survivorsPart(data, width)),
      ...(effects.length > 0
        ? section("What each level is worth, against the mean of its dimension", {
          parts: [effectPanel(effects, width)],
          note: "blue or rust: the interval leaves out 0; ★: the winner's level",
        })
        : []),
      ...(unknown.length > 0
        ? [{
          text: effects.length === 0
            ? "What each level is worth is not known: the answers of this search do not tell."
            : `left out, not known: ${oneLine(unknown.join(", "), 400)}`,
          size: effects.length === 0 ? 12 : 11,
          fill: "ink-3" as const,
          above: 10,
        }]
        : []),
      ...(pareto === null ? [] : section("Score against latency", {
        parts: pareto.parts,
        note: "validation score, hollow because the search has seen these samples; " +
          "line: of the prompts asked most, none is both better and faster",
      })),
    ],
  }, options);
}

function section(
  title: string,
  { parts, note }: { readonly parts: readonly (TextPart | PlotPart)[]; readonly note: string },
): (TextPart | PlotPart)[] {
  return [
    { text: title, size: 15, weight: 600, fill: "ink", above: 18 },
    { text: note, size: 11, fill: "ink-3" },
    ...parts,
  ];
}

/** The claim, and what the search saw itself, which is no claim; `null` when it is not known. */
export function optimizationGain(
  { winner, candidates }: Pick<OptimizationData, "winner" | "candidates">,
): GainData | null {
  const { n, difference, ci95, smallest_visible } = winner.confirmation;
  if (difference === null) return null;
  const seen = candidates.find(({ candidate }) => candidate === winner.candidate)?.validation;
  const claim = {
    text: `confirmation, ${formatCount(n, "unseen sample")}: ${formatDifference(difference)}`,
    value: difference,
    ci95,
    claim: true,
  };
  const biased = seen === undefined || seen.difference === null ? [] : [{
    text: `validation, best of ${candidates.length}: ${formatDifference(seen.difference)}, biased`,
    value: seen.difference,
    ci95: null,
    claim: false,
  }];
  return { title: "Gain of the winner", gains: [claim, ...biased], smallest_visible, n };
}

function effectRows(
  { name, levels }: OptimizationData["dimensions"][number],
  { winner, candidates }: OptimizationData,
): Row[] {
  const chosen = candidates.find(({ candidate }) => candidate === winner.candidate)?.levels[name];
  return levels.flatMap(({ level, effect, ci95 }) => {
    if (effect === null) return [];
    const evidence = ci95 !== null && ci95[0] * ci95[1] > 0;
    return [{
      key: `${name} ${level}`,
      label: `${name}  ${level}${level === chosen ? " ★" : ""}`,
      value: effect,
      ci95,
      color: evidence ? effect > 0 ? "a" as const : "bad" as const : "ink-3" as const,
      hollow: false,
      tip: `${name} ${level}: ${formatDifference(effect)}, 95 % ${formatDifferences(ci95)}`,
    }];
  });
}

function effectPanel(rows: readonly Row[], width: number): PlotPart {
  const names = Math.min(300, width * 0.5);
  const left = Math.round(names + 92);
  const columns = [
    { head: "dimension, level", x: 0, text: ({ label }: Row) => shorten(label, names, 13) },
    {
      head: "effect",
      x: left - 32,
      end: true,
      text: ({ value }: Row) => formatDifference(value),
      weight: 600,
    },
  ];
  return intervalPanel(rows, { columns, width, left, right: RIGHT, row: ROW, head: HEAD });
}
