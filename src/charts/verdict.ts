// A verdict as the first line of a chart: a shape, the word, the sentence. Pure.

import type { TextPart } from "./plot.ts";

export type Verdict = "better" | "worse" | "no evidence";

const SHAPES = { better: "▲", worse: "▼", "no evidence": "○" } as const;
const COLORS = { better: "a", worse: "bad", "no evidence": "ink" } as const;

export function verdictPart(verdict: Verdict, sentence: string): TextPart {
  return { text: `${SHAPES[verdict]} ${sentence}`, size: 18, weight: 500, fill: COLORS[verdict] };
}
