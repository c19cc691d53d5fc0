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
  { winner, baseline, candidates, earlier_searches }: OptimizationResult,
): readonly [string, ...string[]] {
  const { verdict, difference, ci95, p, n, samples, smallest_visible, broken } =
    winner.confirmation;
  const figures = `(95 % ${formatDifferences(ci95)}, p = ${formatP(p)})`.replace("p = <", "p <");
  const seen = candidates[0]?.validation ?? null;
  const lost = [
    brokenWords(broken.baseline, "of today's answers"),
    brokenWords(broken.winner, "of the winner's answers"),
  ].filter((words) => words !== "");
  return [
    `${VERDICTS[verdict]}: ${formatDifference(difference)} over ${baseline.prompt} ${figures}`,
    `on ${n === samples ? "" : `${n} of `}${
      formatCount(samples, "sample")
    } that the search never saw` +
    (smallest_visible === null
      ? ""
      : `; a true gain under ${formatScore(smallest_visible)} is missed more than 1 time in 5`),
    ...(lost.length === 0 ? [] : [lost.join("; ")]),
    ...(seen === null || seen.n === 0 ? [] : [
      `on the ${
        formatCount(seen.n, "validation sample")
      } that it was asked, and chosen by, it looked ` +
      `like ${formatDifference(seen.difference)}`,
    ]),
    ...(earlier_searches === 0 ? [] : [
      `${formatCount(earlier_searches, "earlier search")} confirmed on the same samples: ` +
      "of many tries one in twenty finds a gain that is none",
    ]),
  ];
}

type Broken = OptimizationResult["winner"]["confirmation"]["broken"]["winner"];

/** `3 unreadable, 1 refused of today's answers`; "" when nothing was. */
function brokenWords({ unreadable, refused, failed }: Broken, whose: string): string {
  const words = brokenParts({ unreadable, refused, failed });
  return words.length === 0 ? "" : `${words.join(", ")} ${whose}`;
}

function brokenParts({ unreadable, refused, failed }: Broken): string[] {
  return [
    ...(unreadable > 0 ? [`${unreadable} unreadable`] : []),
    ...(refused > 0 ? [`${refused} refused`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ];
}

/** How much of the space was seen, in a line. */
export function seenLine(
  { candidates }: OptimizationResult,
  { space, validation }: OptimizationConfig,
): string {
  const calls = candidates.reduce((sum, candidate) => sum + candidate.calls, 0);
  const share = calls / (space.candidates * validation.n);
  return `${candidates.length} of ${formatCount(space.candidates, "prompt")} asked, ` +
    `${formatPercent(share, 0)} of all ${
      groupDigits(space.candidates * validation.n)
    } answers seen`;
}

/** Head of the table of finalists. */
export const FINALISTS_HEAD = [
  "candidate",
  "calls",
  "to baseline",
  "estimate",
  "broken answers",
  "prompt tokens",
  "p50",
  "",
] as const;

/** What the columns of that table say. */
export const FINALISTS_NOTE =
  "to baseline: on the validation samples that the candidate was asked, so only rows of as many calls " +
  "compare; ranked by estimate: its own scores where it was asked, those of its levels elsewhere; " +
  "pareto: none is both better and faster";

/** Rows of the finalists, of whatever else is on the Pareto front, and of today's prompt. */
export function finalistRows({ candidates, baseline }: OptimizationResult): string[][] {
  const least = (candidates[0]?.calls ?? 0) / 2;
  const far = candidates.filter(({ calls }) => calls >= least).slice(0, MOST_FINALISTS);
  const front = candidates.filter((row) => row.pareto && !far.includes(row)).slice(
    0,
    MOST_FINALISTS,
  );
  return [
    ...[...far, ...front].map((row) => [
      row.candidate,
      String(row.calls),
      formatDifference(row.validation.difference),
      formatDifference(row.estimate),
      ...costCells(row),
    ]),
    [`${baseline.prompt} (today)`, String(baseline.n), UNKNOWN, UNKNOWN, ...costCells(baseline)],
  ];
}

const MOST_FINALISTS = 10;

function costCells(
  row: Pick<CandidateResult, "prompt_tokens" | "latency_ms" | "pareto" | keyof Broken>,
): string[] {
  return [
    brokenParts(row).join(", ") || "0",
    row.prompt_tokens === null ? UNKNOWN : row.prompt_tokens.toFixed(0),
    formatDuration(row.latency_ms.p50),
    row.pareto ? "pareto" : "",
  ];
}

/** Rows of what each level is worth: level, effect, interval, prompts, calls. */
export function effectRows({ dimensions }: OptimizationResult): string[][] {
  return dimensions.flatMap(({ name, levels }) =>
    levels.map((level) => [
      `${name}: ${level.level}`,
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

export const EFFECTS_HEAD = ["level", "effect", "95 % interval", "prompts", "calls"];
export const COST_HEAD = ["", "calls", "prompt tokens", "from cache", "answer tokens", "time"];
