// What each level of each dimension is worth, from all trials of a search.

import { studentTQuantile } from "../metrics/student_t.ts";
import { solveLinear } from "./linear.ts";
import type { Trial } from "./trials.ts";

export interface LevelEffect {
  /**
   * How much better the level scores than the dimension's levels on average, all else equal, in points
   * of score; `null` where the trials cannot say: the level was not scored, or only ever together with
   * one level of another dimension.
   */
  readonly effect: number | null;
  /** `null` where a single candidate decides: without it there would be no effect. */
  readonly ci95: [number, number] | null;
  /** With a score. */
  readonly n_calls: number;
  /** With a score. */
  readonly n_candidates: number;
}

/**
 * Main effects by least squares on `score = sample + level of each dimension`: by dimension, by level.
 * What levels do only together is not in them. A dimension's effects sum to 0 over its levels that
 * were scored.
 *
 * The interval is the jackknife's over the C candidates (CR3): what the effect would be without each
 * of them in turn. All calls of a candidate are one piece of evidence for its levels.
 *
 *     se^2 = (C - 1) / C * sum_c (effect without c - effect)^2,   t with C - 1 degrees of freedom
 *
 * Of the made-up tables of `bench/search_tables.ts`, searched by halving with 550 calls, it holds the
 * truth for 0.937 to 0.962 of levels, though few candidates have most of the calls.
 *
 * @param levels `levels[c][d]` of every candidate
 * @param levelCounts levels of each dimension
 * @param trials without a score they say nothing
 * @see Cameron & Miller, "A Practitioner's Guide to Cluster-Robust Inference", 2015, VI B
 */
export function mainEffects(
  levels: readonly (readonly number[])[],
  levelCounts: readonly number[],
  trials: readonly Trial[],
): LevelEffect[][] {
  const scored = trials.filter((trial): trial is ScoredTrial => trial.score !== null);
  const design = { levels, offsets: offsetsOf(levelCounts), width: total(levelCounts) };
  const byCandidate = Map.groupBy(scored, ({ candidate }) => candidate);
  const all = equationsOf(design, scored);
  const without = [...byCandidate.keys()].map((left) =>
    equationsOf(design, scored.filter(({ candidate }) => candidate !== left))
  );
  return levelCounts.map((count, d) => {
    const ofLevels = Array.from({ length: count }, (_, level) => {
      const candidates = [...byCandidate].filter(([c]) => levels[c]![d] === level);
      return {
        n_calls: total(candidates.map(([, ofCandidate]) => ofCandidate.length)),
        n_candidates: candidates.length,
      };
    });
    const columns = ofLevels.map((_, level) => design.offsets[d]! + level);
    const seen = columns.filter((_, level) => ofLevels[level]!.n_calls > 0);
    return ofLevels.map((counts, level) => {
      if (counts.n_calls === 0) return { effect: null, ci95: null, ...counts };
      const contrast = againstMean(columns[level]!, seen, design.width);
      const effect = estimate(contrast, all);
      const left = without.map((equations) => estimate(contrast, equations));
      return { effect, ci95: jackknifeInterval(effect, left), ...counts };
    });
  });
}

type ScoredTrial = Trial & { readonly score: number };

/** A column a level, those of dimension d from `offsets[d]`. */
interface Design {
  readonly levels: readonly (readonly number[])[];
  readonly offsets: readonly number[];
  readonly width: number;
}

/** Normal equations of the levels with each sample's mean taken off. Singular. */
interface Equations {
  readonly matrix: readonly Float64Array[];
  readonly right: Float64Array;
}

function equationsOf(
  { levels, offsets, width }: Design,
  trials: readonly ScoredTrial[],
): Equations {
  const matrix = Array.from({ length: width }, () => new Float64Array(width));
  const right = new Float64Array(width);
  for (const group of Map.groupBy(trials, ({ sample }) => sample).values()) {
    const mean = total(group.map(({ score }) => score)) / group.length;
    const counts = new Float64Array(width);
    for (const { candidate, score } of group) {
      const columns = levels[candidate]!.map((level, d) => offsets[d]! + level);
      for (const column of columns) {
        right[column]! += score - mean;
        counts[column]!++;
        for (const other of columns) matrix[column]![other]!++;
      }
    }
    matrix.forEach((row, column) => {
      row.forEach((_, other) => row[other]! -= counts[column]! * counts[other]! / group.length);
    });
  }
  return { matrix, right };
}

/** The contrast of one column with the mean of `columns`. */
function againstMean(column: number, columns: readonly number[], width: number): Float64Array {
  const contrast = new Float64Array(width);
  for (const one of columns) contrast[one]! -= 1 / columns.length;
  contrast[column]! += 1;
  return contrast;
}

/** Added to the diagonal to make it regular; far below the 1/2 of one comparison of two levels. */
const RIDGE = 1e-9;

/** The contrast of the least squares solution, `null` where the equations do not decide it. */
function estimate(contrast: Float64Array, { matrix, right }: Equations): number | null {
  const regular = matrix.map((row, at) =>
    row.map((value, other) => value + (at === other ? RIDGE : 0))
  );
  const weights = solveLinear(regular, contrast);
  // What the ridge carries of the contrast is what the equations do not reach.
  if (weights.some((weight) => Math.abs(RIDGE * weight) > 1e-4)) return null;
  return weights.reduce((sum, weight, at) => sum + weight * right[at]!, 0);
}

function jackknifeInterval(
  effect: number | null,
  left: readonly (number | null)[],
): [number, number] | null {
  const n = left.length;
  if (effect === null || n < 2) return null;
  let squares = 0;
  for (const value of left) {
    if (value === null) return null;
    squares += (value - effect) ** 2;
  }
  const half = studentTQuantile(0.975, n - 1) * Math.sqrt((n - 1) / n * squares);
  return [effect - half, effect + half];
}

function offsetsOf(counts: readonly number[]): number[] {
  return counts.map((_, d) => total(counts.slice(0, d)));
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
