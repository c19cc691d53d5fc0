// The stages of a search -> one square a prompt, always in the same place. Pure.

import { formatCount } from "../../format.ts";
import type { OptimizationConfig, OptimizationResult } from "../../optimizer/optimization_files.ts";

const CELL = 11;
const GAP = 8;
const HEAD = 16;
/** Room for the names of rows, in the first stage. */
const NAMES = 76;

export interface StagesView {
  readonly note: string;
  readonly stages: readonly {
    readonly left: number;
    readonly words: string;
    readonly width: number;
    readonly height: number;
    readonly texts: readonly { readonly x: number; readonly y: number; readonly text: string }[];
    readonly cells: readonly {
      readonly kind: string;
      readonly x: number;
      readonly y: number;
      readonly title: string;
    }[];
  }[];
  readonly size: number;
}

type Dimensions = OptimizationConfig["space"]["dimensions"];

/**
 * Blocks: the first dimension down, the second across; inside a block the third down, the fourth
 * across. Further dimensions go into the names alone.
 */
export function stagesView(
  { space }: OptimizationConfig,
  { stages, winner, candidates }: OptimizationResult,
): StagesView {
  const [down, across, innerDown, innerAcross] = [0, 1, 2, 3].map((at) => space.dimensions[at]);
  const places = placesOf(space.dimensions, candidates);
  const [blockW, blockH] = [
    (innerAcross?.levels.length ?? 1) * (CELL + 1) + GAP,
    (innerDown?.levels.length ?? 1) * (CELL + 1) + GAP,
  ];
  const left = (name: string) => {
    const { at } = places.get(name) ?? { at: [0, 0, 0, 0] };
    return at[1]! * blockW + at[3]! * (CELL + 1);
  };
  const top = (name: string) => {
    const { at } = places.get(name) ?? { at: [0, 0, 0, 0] };
    return HEAD + at[0]! * blockH + at[2]! * (CELL + 1);
  };
  const width = (across?.levels.length ?? 1) * blockW;
  const height = HEAD + (down?.levels.length ?? 1) * blockH;
  return {
    note: `each square is one prompt, always in the same place: ${
      [
        down && `${down.name} down`,
        across && `${across.name} across`,
        innerDown && `inside a block ${innerDown.name} down`,
        innerAcross && `${innerAcross.name} across`,
      ].filter(Boolean).join(", ").replaceAll("_", "-")
    }`,
    size: CELL - 1,
    stages: stages.map(({ survivors, samples }, at) => {
      const alive = new Set(survivors);
      const last = at === stages.length - 1;
      return {
        left: survivors.length,
        words: `stage ${at + 1}: ${formatCount(samples, "sample")} each`,
        width: width + (at === 0 ? NAMES : -GAP),
        height,
        texts: at > 0 ? [] : [
          ...(across?.levels ?? []).map((text, column) => ({
            x: column * blockW,
            y: 10,
            text: short(text, blockW),
          })),
          ...(down?.levels ?? []).map((text, row) => ({
            x: width,
            y: HEAD + row * blockH + blockH / 2,
            text: short(text, NAMES),
          })),
        ],
        cells: [...places.keys()].map((name) => ({
          kind: !alive.has(name)
            ? ""
            : name === winner.candidate && last
            ? "wn"
            : last
            ? "f"
            : "al",
          x: left(name) + 0.5,
          y: top(name) + 0.5,
          title: name,
        })),
      };
    }),
  };
}

/** Where each candidate stands in each of the first four dimensions. */
function placesOf(dimensions: Dimensions, candidates: OptimizationResult["candidates"]) {
  return new Map(candidates.map(({ candidate, levels }) => [candidate, {
    at: [0, 1, 2, 3].map((at) => {
      const dimension = dimensions[at];
      return dimension ? Math.max(0, dimension.levels.indexOf(levels[dimension.name] ?? "")) : 0;
    }),
  }]));
}

function short(text: string, width: number): string {
  const most = Math.floor(width / 6);
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
