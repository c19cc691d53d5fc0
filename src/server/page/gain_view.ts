// Differences -> what the chart of a gain takes. Pure.

import type { Gain, GainData } from "../../charts/gain.ts";

export type GainView = GainData;

/** The claim comes before what is no claim. */
export function gainView(
  title: string,
  gains: readonly Gain[],
  smallestVisible: number | null,
  n: number,
): GainView {
  return { title, gains, smallest_visible: smallestVisible, n };
}
