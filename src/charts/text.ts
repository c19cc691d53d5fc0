// How wide text comes out, as far as one can tell without a screen: to wrap, to shorten, to keep
// labels apart. Pure.

import { oneLine } from "../format.ts";

/** Mean width of a character of a system's sans font, in parts of the font size; on the safe side. */
const MEAN_WIDTH = 0.56;
const MONO_WIDTH = 0.61;

export interface TextOptions {
  readonly mono?: boolean;
}

/** Estimated width in pixels. */
export function textWidth(text: string, size: number, { mono = false }: TextOptions = {}): number {
  return [...text].length * size * (mono ? MONO_WIDTH : MEAN_WIDTH);
}

/** Text on one line, cut with an ellipsis where it would be wider than `width`. */
export function shorten(text: string, width: number, size: number, options?: TextOptions): string {
  return oneLine(text, Math.max(2, Math.floor(width / textWidth("x", size, options))));
}

/** Text in lines of at most `width`, broken at spaces; a longer word is cut. */
export function wrapText(text: string, width: number, size: number): string[] {
  const lines: string[] = [];
  for (const word of oneLine(text, 2000).split(" ")) {
    const last = lines.at(-1);
    const longer = last === undefined ? word : `${last} ${word}`;
    if (last !== undefined && textWidth(longer, size) <= width) lines[lines.length - 1] = longer;
    else lines.push(shorten(word, width, size));
  }
  return lines;
}

/**
 * Moves labels apart as little as needed, in their order.
 *
 * @param wanted places, in any order
 * @returns a place for each, at least `gap` apart, from `top` on and to `bottom` as far as they fit
 */
export function spread(
  wanted: readonly number[],
  gap: number,
  [top, bottom]: readonly [number, number],
): number[] {
  const order = wanted.map((_, index) => index).sort((a, b) => wanted[a]! - wanted[b]!);
  const places = [...wanted];
  let least = top;
  for (const index of order) {
    places[index] = Math.max(places[index]!, least);
    least = places[index]! + gap;
  }
  let most = Math.max(bottom, top + gap * (wanted.length - 1));
  for (const index of order.reverse()) {
    places[index] = Math.min(places[index]!, most);
    most = places[index]! - gap;
  }
  return places;
}
