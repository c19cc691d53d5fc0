// Optimizations, their stages, candidates and effects as flat rows. Pure.

import * as z from "zod";
import { OptimizationConfig, OptimizationResult } from "../optimizer/optimization_files.ts";
import {
  type ArchivedOptimization,
  OPTIMIZATION_STATUS,
  optimizationDamage,
} from "./archived_optimization.ts";
import type { SearchProgress } from "./progress.ts";

const score = z.number().nullable();
const text = z.string().nullable();

export const OptimizationRow = z.strictObject({
  run_id: z.string(),
  experiment_id: text,
  status: z.enum(OPTIMIZATION_STATUS),
  started_at: text.describe("ISO 8601, UTC"),
  method: text,
  budget: z.int().nullable().describe("calls that the search may make"),
  calls: z.int().describe("calls that were made, of all phases"),
  calls_planned: z.int().nullable().describe("of all phases, when the budget is used up"),
  phase: text.describe("of the last call: baseline, search, confirmation"),
  stage: z.int().nullable().describe("of the search"),
  winner: text,
  gain: score.describe("overall of the winner minus the baseline's, on samples never searched on"),
  gain_low: score,
  gain_high: score,
  p: score,
  verdict: text,
  promoted: text.describe("the prompt file that the winner became"),
  damage: text.describe("what is wrong with its files, such as a line that is no call"),
});

export const StageRow = z.strictObject({
  stage: z.int(),
  candidates: z.int().describe("that are still in"),
  asked: z.int().describe("those of them that were asked so far"),
  samples: z.int().describe("that they were asked in this stage"),
  calls: z.int(),
});

export const OptimizationAnswer = z.strictObject({
  rows: z.array(StageRow),
  optimization: OptimizationRow,
  config: OptimizationConfig,
  result: OptimizationResult.nullable().describe("null until it is finished"),
});

/** A candidate with a column `level_<dimension>` a dimension of the space. */
export const CandidateRow = z.object({
  rank: z.int().describe("in the search: finalists first"),
  candidate: z.string(),
  winner: z.boolean(),
  stage: z.int().describe("the last that it reached"),
  calls: z.int(),
  estimate: z.number().describe("what it was ranked by"),
  validation_n: z.int(),
  validation_baseline: score,
  validation_mean: score,
  validation_difference: score.describe("biased for the best: the search picked it by this"),
  unreadable: z.int(),
  refused: z.int(),
  failed: z.int(),
  prompt_tokens: score,
  completion_tokens: score,
  p50_ms: score,
  p95_ms: score,
  pareto: z.boolean().describe("no finalist is both faster and better"),
}).catchall(z.string());

export const EffectRow = z.strictObject({
  dimension: z.string(),
  level: z.string(),
  effect: score.describe("against the mean of the dimension's levels"),
  low: score,
  high: score,
  calls: z.int(),
  candidates: z.int(),
});

/** An optimization as a row of lists. */
export function optimizationRow(
  optimization: ArchivedOptimization,
): z.output<typeof OptimizationRow> {
  const { run_id, status, progress, facts } = optimization;
  const { result } = facts ?? {};
  return {
    run_id,
    experiment_id: facts?.experiment_id ?? null,
    status,
    started_at: facts?.started_at ?? null,
    method: facts?.method ?? null,
    budget: facts?.budget ?? null,
    calls: progress.calls,
    calls_planned: facts?.calls ?? null,
    phase: progress.phase,
    stage: progress.stage,
    winner: result?.winner ?? null,
    gain: result?.gain ?? null,
    gain_low: result?.gain_low ?? null,
    gain_high: result?.gain_high ?? null,
    p: result?.p ?? null,
    verdict: result?.verdict ?? null,
    promoted: result?.promoted ?? null,
    damage: optimizationDamage(optimization),
  };
}

/** The stages of the search as far as it has come. */
export function stageRows({ stages }: SearchProgress): z.output<typeof StageRow>[] {
  return stages.map((stage) => ({ ...stage }));
}

/** Finalists first; none until it is finished. */
export function candidateRows(
  result: OptimizationResult | null,
): z.output<typeof CandidateRow>[] {
  return (result?.candidates ?? []).map((found, at) => ({
    rank: at + 1,
    candidate: found.candidate,
    winner: found.candidate === result?.winner.candidate,
    stage: found.stage,
    calls: found.calls,
    estimate: found.estimate,
    validation_n: found.validation.n,
    validation_baseline: found.validation.mean_baseline,
    validation_mean: found.validation.mean,
    validation_difference: found.validation.difference,
    unreadable: found.unreadable,
    refused: found.refused,
    failed: found.failed,
    prompt_tokens: found.prompt_tokens,
    completion_tokens: found.completion_tokens,
    p50_ms: found.latency_ms.p50,
    p95_ms: found.latency_ms.p95,
    pareto: found.pareto,
    ...Object.fromEntries(
      Object.entries(found.levels).map(([dimension, level]) => [`level_${dimension}`, level]),
    ),
  })) as z.output<typeof CandidateRow>[];
}

/** Dimension by dimension; none until it is finished. */
export function effectRows(result: OptimizationResult | null): z.output<typeof EffectRow>[] {
  return (result?.dimensions ?? []).flatMap(({ name, levels }) =>
    levels.map(({ level, effect, ci95, calls, candidates }) => ({
      dimension: name,
      level,
      effect,
      low: ci95?.[0] ?? null,
      high: ci95?.[1] ?? null,
      calls,
      candidates,
    }))
  );
}
