// Made-up data for charts: several experiments, seen samples, changed prompts, names with markup.

import type { CategoriesData } from "../charts/categories.ts";
import type { CompareData, MetricDifference } from "../charts/compare.ts";
import type { LeaderboardBar, LeaderboardData } from "../charts/leaderboard.ts";
import type { LatencyData } from "../charts/latency.ts";
import type { OptimizationData } from "../charts/optimization.ts";
import type { TrendsData } from "../charts/trends.ts";
import type { TrendRow } from "../charts/trend_series.ts";

/** A name as a hostile or careless person writes it. */
export const MARKUP = `<b onclick="x">&"'`;

export const FLOORS = { most_common: { overall: 0.332 }, embedded: { overall: 0.481 } };

function score(mean: number, half = 0.055) {
  return { mean, ci95: [mean - half, mean + half] as const };
}

function bar(rank: number | null, experiment_id: string, seen: number, mean: number) {
  const run_id = `run-${experiment_id}`;
  const test = experiment_id === "optimized-v3" || rank === null ? null : {};
  const base = { rank, test, experiment_id, run_id, prompt_id: "k8s_log_analysis_v2" };
  return { ...base, seen_samples: seen, n: 115, overall: score(mean) } satisfies LeaderboardBar;
}

export const LEADERBOARD: LeaderboardData = {
  dataset_path: "evals/datasets/golden-v1.json",
  floors: FLOORS,
  rows: [
    bar(1, "optimized-v3", 66, 0.722),
    bar(1, MARKUP, 17, 0.711),
    bar(3, "baseline-v1", 0, 0.609),
    bar(4, "llama-1b-fast", 0, 0.404),
    bar(null, "partial", 0, 0.3),
  ],
};

function trend(experiment_id: string, day: number, mean: number, prompt = "v1"): TrendRow {
  return {
    experiment_id,
    run_id: `${day}-${experiment_id}`,
    parent_run_id: null,
    started_at: new Date(Date.UTC(2026, 9, day, 3)).toISOString(),
    prompt_id: prompt,
    prompt_hash: `sha256:${prompt}`,
    seen_samples: prompt === "v1" ? 0 : 17,
    overall: score(mean),
  };
}

export const TRENDS: TrendsData = {
  floors: FLOORS,
  rows: [
    trend("baseline-v1", 5, 0.61),
    trend("baseline-v1", 19, 0.605),
    trend("baseline-v1", 40, 0.609),
    trend("few-shot", 5, 0.62),
    trend("few-shot", 26, 0.68, "v2_five_examples"),
    trend("few-shot", 40, 0.688, "v2_five_examples"),
    trend(MARKUP, 12, 0.44),
    trend(MARKUP, 33, 0.424),
    trend("tried-once", 30, 0.55),
    trend("tried-twice", 30, 0.556),
  ],
};

export const CATEGORIES: CategoriesData = {
  rows: ["optimized-v3", "baseline-v1", MARKUP].flatMap((experiment_id, at) => [
    { root_cause: "connection_failed", experiment_id, n: 14, share: (12 - 4 * at) / 14 },
    { root_cause: "no_fault", experiment_id, n: 10, share: at / 10 },
    { root_cause: "port_conflict", experiment_id, n: 3, share: 1 },
    { root_cause: "never_asked", experiment_id, n: 0, share: null },
  ]),
  left_out: ["elsewhere-v1"],
};

function difference(metric: string, value: number, half: number, p: number): MetricDifference {
  const ci95 = [value - half, value + half] as const;
  return { metric, mean_a: 0.598, mean_b: 0.598 + value, difference: value, ci95, p };
}

export const COMPARE: CompareData = {
  verdict: "better",
  headline: `better: ${MARKUP} is 0.071 above baseline-v1 (95 % +0.021 to +0.121, p = 0.006)`,
  ground: "on 98 samples that neither prompt has seen",
  notices: ["other repeats: 1 and 3"],
  smallest_visible: 0.062,
  rows: [
    difference("overall", 0.071, 0.05, 0.006),
    difference("root cause", 0.102, 0.071, 0.02),
    difference("action", 0.082, 0.077, 0.123),
    difference("severity", -0.12, 0.054, 0.001),
    { metric: "component", mean_a: null, mean_b: null, difference: null, ci95: null, p: null },
  ],
};

const DIMENSIONS = [
  { name: "instruction", levels: ["plain", "definitions", "rules"] },
  { name: "few_shot", levels: ["none", "positive", "mixed", "hard"] },
  { name: "reasoning", levels: ["direct", "steps", "structured"] },
  { name: "output", levels: ["lines", "json", "json_schema"] },
];

const PROMPTS = DIMENSIONS.reduce<Record<string, string>[]>(
  (all, { name, levels }) =>
    all.flatMap((one) => levels.map((level) => ({ ...one, [name]: level }))),
  [{}],
).map((levels) => ({ candidate: Object.values(levels).join("."), levels }));

export const OPTIMIZATION: OptimizationData = {
  headline: `confirmed: +0.058 over ${MARKUP} (95 % +0.011 to +0.105, p = 0.018)`,
  ground: "on 49 samples that the search never saw",
  stages: [108, 27, 4].map((count, at) => ({
    stage: at + 1,
    samples: 2 ** at,
    survivors: PROMPTS.slice(40, 40 + count).concat(PROMPTS.slice(0, Math.max(0, count - 68)))
      .map(({ candidate }) => candidate),
  })),
  candidates: PROMPTS.map((prompt, at) => ({
    ...prompt,
    calls: at % 20 === 0 ? 37 : 2,
    pareto: at === 40,
    validation: { n: 37, difference: 0.094, mean: 0.5 + at / 500 },
    latency_ms: { p50: 2000 + 37 * at },
  })),
  baseline: { prompt: MARKUP, mean: 0.52, pareto: true, latency_ms: { p50: 1200 } },
  dimensions: DIMENSIONS.map(({ name, levels }, at) => ({
    name,
    levels: levels.map((level, place) => {
      const effect = at === 3 && place === 0 ? null : 0.04 * place - 0.05;
      return {
        level,
        effect,
        ci95: effect === null ? null : [effect - 0.03, effect + 0.03] as const,
      };
    }),
  })),
  winner: {
    candidate: PROMPTS[40]!.candidate,
    confirmation: {
      n: 49,
      difference: 0.058,
      ci95: [0.011, 0.105],
      smallest_visible: 0.06,
      verdict: "better",
    },
  },
};

export const LATENCY: LatencyData = {
  bins: [4, 30, 0, 6, 1].map((count, at) => ({ from: 500 * at, to: 500 * (at + 1), count })),
  p50: 740,
  p95: 1800,
  longest: 2500,
};
