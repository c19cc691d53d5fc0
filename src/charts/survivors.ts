// Which prompts were left after each stage: one square a prompt, in the same place through all
// stages. The dimensions take turns: the first goes down, the second across, and so on inside.

import { type Markish, rect, text, type TextOptions } from "@observablehq/plot";
import { formatCount } from "../format.ts";
import type { OptimizationData } from "./optimization.ts";
import type { Figure, PlotPart } from "./plot.ts";
import { shorten } from "./text.ts";
import { color } from "./theme.ts";

/** More squares than this are no picture: bars then. */
const MOST_SQUARES = 400;
/** Pixels above the squares: how many are left, then names of levels. */
const HEAD = 40;
/** Pixels below: how many samples each was asked for. */
const FOOT = 28;
const BETWEEN_STAGES = 20;
/** Pixels for the names of rows, beside the first stage where there is room. */
const ROW_NAMES = 76;
const WIDE = 900;

interface Square {
  readonly x: number;
  readonly y: number;
  readonly candidate: string;
  readonly stage: number;
  readonly state: "left" | "out" | "winner";
}

type Space = Pick<OptimizationData, "dimensions" | "candidates" | "stages" | "winner">;

/** For a page: squares of each stage, and a note that says how to read them. */
export function survivorsFigure(
  data: Space,
  width: number,
): { readonly figure: Figure; readonly note: string } {
  const { parts, note } = survivorsPart(data, width);
  return {
    figure: { title: "Prompts left after each stage", description: stagesInWords(data), parts },
    note,
  };
}

export function stagesInWords({ stages }: Pick<Space, "stages">): string {
  return stages.map(({ stage, survivors }) =>
    `stage ${stage}: ${formatCount(survivors.length, "prompt")}`
  ).join(", ");
}

export function survivorsPart(
  data: Space,
  width: number,
): { readonly parts: readonly PlotPart[]; readonly note: string } {
  const places = placesOf(data);
  if (places.size === 0 || places.size > MOST_SQUARES) {
    return { parts: [stageBars(data, width)], note: "how many prompts each stage asked" };
  }
  const columns = Math.max(...[...places.values()].map(({ x }) => x)) + 1;
  const rows = Math.max(...[...places.values()].map(({ y }) => y)) + 1;
  const names = width >= WIDE ? ROW_NAMES : 0;
  const perLine = Math.max(1, Math.min(data.stages.length, Math.floor(width / 130)));
  const blockWidth = (width - names - BETWEEN_STAGES * (perLine - 1)) / perLine;
  const size = Math.max(2, Math.min(12, Math.floor(blockWidth / columns)));
  const lines = Array.from(
    { length: Math.ceil(data.stages.length / perLine) },
    (_, at) => data.stages.slice(at * perLine, (at + 1) * perLine),
  );
  const offset = (at: number) => at * (blockWidth + BETWEEN_STAGES) + (at > 0 ? names : 0);
  const parts = lines.map((stages, line): PlotPart => {
    const squares = stages.flatMap((stage, at) =>
      squaresOf(stage, places, data.winner.candidate, size, offset(at))
    );
    return {
      plot: {
        height: HEAD + rows * size + FOOT,
        margin: 0,
        x: { type: "identity", axis: null },
        y: { type: "identity", axis: null },
        marks: [
          ...(["out", "left", "winner"] as const).map((state) =>
            rect(squares.filter((square) => square.state === state), {
              className: `square ${state}`,
              x1: "x",
              x2: ({ x }) => x + size,
              y1: "y",
              y2: ({ y }) => y + size,
              inset: 1,
              fill: state === "out" ? "none" : color(state === "winner" ? "a" : "fill"),
              stroke: state === "winner" ? color("ink") : state === "out" ? color("line") : "none",
              strokeWidth: state === "winner" ? 1.5 : 1,
              ...(state === "out" ? {} : { title: "candidate" }),
            })
          ),
          ...(line === 0 ? levelNames(data, size, names, columns) : []),
          label(stages, offset, 12, ({ survivors }) => String(survivors.length), {
            fontSize: 16,
            fontWeight: 600,
            fill: color("ink"),
          }),
          label(
            stages,
            offset,
            HEAD + rows * size + 10,
            ({ samples }) => `${formatCount(samples, "sample")} each`,
            { fontSize: 11, fill: color("ink-3") },
          ),
        ],
      },
    };
  });
  const [down, across, ...inner] = data.dimensions.map(({ name }) => name.replaceAll("_", "-"));
  return {
    parts,
    note:
      `each square is one of ${formatCount(places.size, "prompt")}, always in the same place: ` +
      `${down} down${across ? `, ${across} across` : ""}` +
      `${inner.length > 0 ? `, inside a block ${inner.join(", ")}` : ""}; framed: the winner`,
  };
}

type Stage = OptimizationData["stages"][number];

function squaresOf(
  { stage, survivors }: Stage,
  places: ReadonlyMap<string, { readonly x: number; readonly y: number }>,
  winner: string,
  size: number,
  offset: number,
): Square[] {
  const left = new Set(survivors);
  return [...places].map(([candidate, { x, y }]): Square => ({
    x: offset + x * size,
    y: HEAD + y * size,
    candidate,
    stage,
    state: !left.has(candidate) ? "out" : candidate === winner ? "winner" : "left",
  }));
}

/** A line of text of every stage. */
function label(
  stages: readonly Stage[],
  offset: (at: number) => number,
  y: number,
  words: (stage: Stage) => string,
  options: TextOptions,
): Markish {
  const left = { textAnchor: "start", lineAnchor: "middle" } as const;
  return text(stages, { x: (_, at) => offset(at), y, text: words, ...left, ...options });
}

/** What the first dimensions' blocks stand for, at the first stage: across above, down beside. */
function levelNames(
  { dimensions }: Space,
  size: number,
  room: number,
  columns: number,
): Markish[] {
  const [down, across] = dimensions;
  const counts = dimensions.map(({ levels }) => levels.length);
  const [high, wide] = [pitch(counts, 0) * size, pitch(counts, 1) * size];
  const left = { textAnchor: "start", fontSize: 11, fill: color("ink-3") } as const;
  return [
    text(across?.levels ?? [], {
      x: (_, at) => at * wide,
      y: HEAD - 9,
      text: ({ level }) => shorten(level, wide - 3, 11),
      ...left,
    }),
    ...(room === 0 ? [] : [
      text(down?.levels ?? [], {
        x: columns * size + 6,
        y: (_, at) => HEAD + (at + 0.5) * high - (high > size ? size / 2 : 0),
        text: ({ level }) => shorten(level, room - 6, 11),
        ...left,
      }),
    ]),
  ];
}

/** A place for each prompt of the space, in squares; blocks are one square apart. */
function placesOf({ dimensions, candidates }: Space): Map<string, { x: number; y: number }> {
  const counts = dimensions.map(({ levels }) => levels.length);
  const total = counts.reduce((product, count) => product * count, 1);
  if (dimensions.length === 0 || total > MOST_SQUARES) return new Map();
  const asked = new Map(candidates.map(({ candidate, levels }) => [
    dimensions.map(({ name }) => levels[name]).join("\n"),
    candidate,
  ]));
  return new Map(
    Array.from({ length: total }, (_, index) => {
      const levels: number[] = [];
      let rest = index;
      for (let d = counts.length - 1; d >= 0; d--) {
        levels[d] = rest % counts[d]!;
        rest = Math.floor(rest / counts[d]!);
      }
      const names = levels.map((level, d) => dimensions[d]!.levels[level]!.level);
      const candidate = asked.get(names.join("\n")) ?? names.join(".");
      return [candidate, { x: along(levels, counts, 1), y: along(levels, counts, 0) }];
    }),
  );
}

/** The place on one axis: every second dimension from `first` on, the first of them in blocks. */
function along(levels: readonly number[], counts: readonly number[], first: 0 | 1): number {
  let place = 0;
  let inBlock = 1;
  for (let d = first; d < levels.length; d += 2) {
    place = place * counts[d]! + levels[d]!;
    if (d > first) inBlock *= counts[d]!;
  }
  return place + (inBlock > 1 ? levels[first] ?? 0 : 0);
}

/** Squares from one block to the next on an axis. */
function pitch(counts: readonly number[], first: 0 | 1): number {
  const inBlock = counts.filter((_, d) => d > first && d % 2 === first)
    .reduce((product, count) => product * count, 1);
  return inBlock > 1 ? inBlock + 1 : 1;
}

function stageBars({ stages }: Space, width: number): PlotPart {
  const row = 22;
  const y = (at: number) => at * row;
  const most = Math.max(1, ...stages.map(({ survivors }) => survivors.length));
  return {
    plot: {
      height: stages.length * row,
      margin: 0,
      x: { type: "identity", axis: null },
      y: { type: "identity", axis: null },
      marks: [
        rect(stages, {
          className: "stage",
          x1: 150,
          x2: ({ survivors }) => 150 + (width - 150) * survivors.length / most,
          y1: (_, at) => y(at) + 3,
          y2: (_, at) => y(at) + row - 3,
          fill: color("fill"),
        }),
        text(stages, {
          x: 0,
          y: (_, at) => y(at) + row / 2,
          text: ({ stage, survivors }) => `${stage}: ${formatCount(survivors.length, "prompt")}`,
          textAnchor: "start",
          fontSize: 12,
          fill: color("ink-2"),
        }),
      ],
    },
  };
}
