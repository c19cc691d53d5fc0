// Which prompts were left after each stage: one square a prompt, in the same place through all
// stages. The dimensions take turns: the first goes down, the second across, and so on inside.

import { rect, text } from "@observablehq/plot";
import { formatCount } from "../format.ts";
import type { OptimizationData } from "./optimization.ts";
import type { PlotPart } from "./plot.ts";
import { color } from "./theme.ts";

/** More squares than this are no picture: bars then. */
const MOST_SQUARES = 400;
const HEAD = 22;
const FOOT = 8;
const BETWEEN_STAGES = 20;

interface Square {
  readonly x: number;
  readonly y: number;
  readonly candidate: string;
  readonly stage: number;
  readonly state: "left" | "out" | "winner";
}

type Space = Pick<OptimizationData, "dimensions" | "candidates" | "stages" | "winner">;

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
  const perLine = Math.max(1, Math.min(data.stages.length, Math.floor(width / 130)));
  const blockWidth = (width - BETWEEN_STAGES * (perLine - 1)) / perLine;
  const size = Math.max(2, Math.min(12, Math.floor(blockWidth / columns)));
  const lines = Array.from(
    { length: Math.ceil(data.stages.length / perLine) },
    (_, at) => data.stages.slice(at * perLine, (at + 1) * perLine),
  );
  const parts = lines.map((stages): PlotPart => {
    const height = HEAD + rows * size + FOOT;
    const offset = (at: number) => at * (blockWidth + BETWEEN_STAGES);
    const squares = stages.flatMap(({ stage, survivors }, at) => {
      const left = new Set(survivors);
      return [...places].map(([candidate, { x, y }]): Square => ({
        x: offset(at) + x * size,
        y: HEAD + y * size,
        candidate,
        stage,
        state: !left.has(candidate)
          ? "out"
          : candidate === data.winner.candidate
          ? "winner"
          : "left",
      }));
    });
    return {
      plot: {
        height,
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
              title: "candidate",
            })
          ),
          text(stages, {
            x: (_, at) => offset(at),
            y: HEAD - 8,
            text: ({ survivors, samples }) =>
              `${survivors.length}, ${formatCount(samples, "sample")} each`,
            textAnchor: "start",
            lineAnchor: "bottom",
            fontSize: 12,
            fill: color("ink-2"),
          }),
        ],
      },
    };
  });
  const [down, across, ...inner] = data.dimensions.map(({ name }) => name);
  return {
    parts,
    note:
      `each square is one of ${formatCount(places.size, "prompt")}, always in the same place: ` +
      `${down} down${across ? `, ${across} across` : ""}` +
      `${inner.length > 0 ? `, inside a block ${inner.join(", ")}` : ""}; framed: the winner`,
  };
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

function stageBars({ stages }: Space, width: number): PlotPart {
  const row = 22;
  const y = (at: number) => at * row;
  const most = Math.max(1, ...stages.map(({ survivors }) => survivors.length));
  return {
    plot: {
      height: stages.length * row + FOOT,
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
