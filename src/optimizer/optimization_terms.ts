// What terminal and Markdown say of an optimization in the same words. Pure.

import {
  formatCount,
  formatDifference,
  formatDifferences,
  formatDuration,
  formatP,
  formatPercent,
  formatScore,
  groupDigits,
  UNKNOWN,
} from "../format.ts";
import type {
  CandidateResult,
  OptimizationConfig,
  OptimizationResult,
} from "./optimization_files.ts";

const VERDICTS = {
  better: "confirmed",
  worse: "worse",
  "no evidence": "not confirmed",
} as const;

/** `3 instruction x 4 few_shot x 3 output` */
export function dimensionsLine({ space }: OptimizationConfig): string {
  return space.dimensions.map(({ name, levels }) => `${levels.length} ${name}`).join(" x ");
}

/** `550 search calls + 55 baseline + 96 confirmation` */
export function callsLine({ search, validation, confirmation }: OptimizationConfig): string {
  return `${formatCount(search.budget, "search call")} + ${validation.n} baseline + ` +
    `${2 * confirmation.ids.length} confirmation`;
}

/** The claimed gain in one line, and what it stands on in the next ones. */
export function claimLines(
  { winner, baseline, candidates }: OptimizationResult,
): readonly [string, ...string[]] {
  const { verdict, difference, ci95, p, n, smallest_visible } = winner.confirmation;
  const figures = `(95 % ${formatDifferences(ci95)}, p = ${formatP(p)})`.replace("p = <", "p <");
  const seen = candidates[0]?.validation.difference ?? null;
  return [
    `${VERDICTS[verdict]}: ${formatDifference(difference)} over ${baseline.prompt} ${figures}`,
    `on ${formatCount(n, "sample")} that the search never saw` +
    (smallest_visible === null
      ? ""
      : `; a true gain under ${formatScore(smallest_visible)} is missed more than 1 time in 5`),
    `on the validation samples, on which it was chosen of many, it looked like ${
      formatDifference(seen)
    }`,
  ];
}

/** How much of the space was seen, in a line. */
export function seenLine(
  { candidates }: OptimizationResult,
  { space, validation }: OptimizationConfig,
): string {
  const calls = candidates.reduce((sum, candidate) => sum + candidate.calls, 0);
  const share = calls / (space.candidates * validation.n);
  return `${candidates.length} of ${formatCount(space.candidates, "prompt")} were asked, ` +
    `${formatPercent(share, 0)} of all ${
      groupDigits(space.candidates * validation.n)
    } answers seen`;
}

/** Head of the table of finalists. */
export const FINALISTS_HEAD = [
  "candidate",
  "calls",
  "score",
  "to baseline",
  "unreadable",
  "prompt tokens",
  "p50",
  "",
] as const;

/** A row of the table of finalists. */
export function candidateRow(row: CandidateResult): string[] {
  const broken = row.unreadable + row.refused;
  return [
    row.candidate,
    String(row.calls),
    formatScore(row.validation.mean),
    formatDifference(row.validation.difference),
    row.refused > 0 ? `${broken} (${row.refused} refused)` : String(broken),
    row.prompt_tokens === null ? UNKNOWN : row.prompt_tokens.toFixed(0),
    formatDuration(row.latency_ms.p50),
    row.pareto ? "pareto" : "",
  ];
}

const MOST_FINALISTS = 10;

/** The candidates that came far enough to be compared: those with half of the winner's calls. */
export function finalists({ candidates }: OptimizationResult): CandidateResult[] {
  const least = (candidates[0]?.calls ?? 0) / 2;
  return candidates.slice(0, MOST_FINALISTS).filter(({ calls }) => calls >= least);
}

/** Rows of what each level is worth: dimension, level, effect, interval, prompts, calls. */
export function effectRows({ dimensions }: OptimizationResult): string[][] {
  return dimensions.flatMap(({ name, levels }) =>
    levels.map((level, at) => [
      at === 0 ? name : "",
      level.level,
      formatDifference(level.effect),
      formatDifferences(level.ci95),
      String(level.candidates),
      String(level.calls),
    ])
  );
}

/** Rows of what the optimization cost: phase, calls, tokens, from the cache, answer tokens, time. */
export function costRows({ cost }: OptimizationResult): string[][] {
  return (["baseline", "search", "confirmation", "total"] as const).map((phase) => {
    const { calls, prompt_tokens, cached_tokens, completion_tokens, wall_s } = cost[phase];
    const cached = prompt_tokens === null || cached_tokens === null || prompt_tokens === 0
      ? null
      : cached_tokens / prompt_tokens;
    return [
      phase,
      groupDigits(calls),
      prompt_tokens === null ? UNKNOWN : groupDigits(prompt_tokens),
      formatPercent(cached, 0),
      completion_tokens === null ? UNKNOWN : groupDigits(completion_tokens),
      formatDuration(1000 * wall_s),
    ];
  });
}

export const EFFECTS_HEAD = ["dimension", "level", "effect", "95 % interval", "prompts", "calls"];
export const COST_HEAD = ["", "calls", "prompt tokens", "from cache", "answer tokens", "time"];
