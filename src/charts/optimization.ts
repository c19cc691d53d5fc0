// An optimization: the claim on samples the search never saw against the gain it was chosen by, which
// prompts were left after each stage, what each level of each dimension is worth.

import { formatCount, formatDifference, formatDifferences, oneLine } from "../format.ts";
import { emptyChart } from "./empty.ts";
import { intervalPanel } from "./interval_panel.ts";
import type { IntervalRow } from "./interval_rows.ts";
import { type ChartOptions, drawChart, innerWidth, type PlotPart, type TextPart } from "./plot.ts";
import { shorten } from "./text.ts";
import { survivorsPart } from "./survivors.ts";
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
  readonly candidates: readonly {
    readonly candidate: string;
    readonly levels: Readonly<Record<string, string>>;
    readonly validation: { readonly n: number; readonly difference: number | null };
  }[];
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
  readonly winner: boolean;
}

const ROW = 28;
const HEAD = 28;
const RIGHT = 16;

/** `null` data: no finished optimization yet. */
export function optimizationChart(
  data: OptimizationData | null,
  options: ChartOptions = {},
): string {
  if (data === null) return emptyChart("Optimization", "logeval optimize", options);
  const width = innerWidth(options);
  const gains = gainRows(data);
  const effects = data.dimensions.flatMap((dimension) => effectRows(dimension, data));
  const unknown = data.dimensions.flatMap(({ name, levels }) =>
    levels.filter(({ effect }) => effect === null).map(({ level }) => `${name} ${level}`)
  );
  const said = (rows: readonly Row[]) => rows.map(({ tip }) => tip).join("; ");
  return drawChart({
    title: data.headline,
    description: [
      said(gains),
      data.stages.map(({ stage, survivors }) =>
        `stage ${stage}: ${formatCount(survivors.length, "prompt")}`
      ).join(", "),
      said(effects),
    ].filter((part) => part !== "").join(". "),
    parts: [
      verdictPart(data.winner.confirmation.verdict, data.headline),
      { text: data.ground, above: 4 },
      ...(gains.length > 0 ? [forest(gains, width, ["gain over the baseline", ""])] : []),
      ...section("Prompts left, stage by stage", survivorsPart(data, width)),
      ...(effects.length > 0
        ? section("What each level is worth, against the mean of its dimension", {
          parts: [forest(effects, width, ["dimension, level", "effect"])],
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

/** The claim, filled; and hollow what the search saw itself, which is no claim. */
function gainRows({ winner, candidates }: OptimizationData): Row[] {
  const { n, difference, ci95, verdict } = winner.confirmation;
  const seen = candidates.find(({ candidate }) => candidate === winner.candidate)?.validation;
  const rows: Row[] = [];
  if (difference !== null) {
    rows.push({
      key: "claim",
      label: `${formatDifference(difference)} claimed, ${n} unseen samples`,
      value: difference,
      ci95,
      color: verdict === "better" ? "a" : verdict === "worse" ? "bad" : "ink-3",
      hollow: false,
      winner: false,
      tip: `claimed on ${formatCount(n, "unseen sample")}: ${formatDifference(difference)}, ` +
        `95 % ${formatDifferences(ci95)}`,
    });
  }
  if (seen && seen.difference !== null) {
    rows.push({
      key: "validation",
      label: `${formatDifference(seen.difference)} on validation, best of ${candidates.length}`,
      value: seen.difference,
      ci95: null,
      color: "ink-3",
      hollow: true,
      winner: false,
      tip: `on the validation samples it was chosen by, no claim: ${
        formatDifference(seen.difference)
      }`,
    });
  }
  return rows;
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
      winner: level === chosen,
      tip: `${name} ${level}: ${formatDifference(effect)}, 95 % ${formatDifferences(ci95)}`,
    }];
  });
}

function forest(
  rows: readonly Row[],
  width: number,
  [head, valueHead]: readonly [string, string],
): PlotPart {
  const names = Math.min(300, width * 0.5);
  const left = Math.round(names + (valueHead === "" ? 16 : 92));
  const columns = [
    { head, x: 0, text: ({ label }: Row) => shorten(label, names, 13) },
    {
      head: valueHead,
      x: left - 32,
      end: true,
      text: ({ value }: Row) => formatDifference(value),
      weight: 600,
    },
  ];
  return intervalPanel(rows, {
    columns: valueHead === "" ? columns.slice(0, 1) : columns,
    width,
    left,
    right: RIGHT,
    row: ROW,
    head: HEAD,
  });
}
