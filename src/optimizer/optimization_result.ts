// The trials of a finished search -> result.json, but for where the winner was promoted to. Pure.

import type { Sample } from "../dataset/sample.ts";
import { maskTemplate } from "../dataset/template.ts";
import { verdictOf } from "../harness/compare.ts";
import { isPromptRefused } from "../harness/run_files.ts";
import { scoreInterval } from "../metrics/cluster_mean.ts";
import { pairedComparison } from "../metrics/paired.ts";
import { mean, percentile } from "../metrics/percentile.ts";
import { seededRandom } from "../random.ts";
import type { Candidate } from "./candidates.ts";
import { mainEffects } from "./effects.ts";
import {
  BASELINE,
  type CandidateResult,
  type OptimizationConfig,
  type OptimizationResult,
  type Trial,
} from "./optimization_files.ts";
import type { FoundWinner } from "./optimize.ts";
import { paretoFront } from "./pareto.ts";
import type { PreparedOptimization } from "./prepare_optimization.ts";
import { trialScore } from "./trial_book.ts";

/** A search as it ended. */
export interface FinishedSearch {
  readonly config: OptimizationConfig;
  readonly prepared: PreparedOptimization;
  readonly found: FoundWinner;
  readonly trials: readonly Trial[];
}

/**
 * @param finishedAt ISO 8601
 * @param earlierSearches finished ones that confirmed on the same samples
 */
export function optimizationResult(
  { config, prepared, found, trials }: FinishedSearch,
  finishedAt: string,
  earlierSearches: number,
): Omit<OptimizationResult, "promoted"> {
  const { candidates, validation, confirmation } = prepared;
  // In a fixed order: sums of the same numbers then round the same, whenever which answer came.
  const ordered = trials.toSorted((a, b) => trialKey(a) < trialKey(b) ? -1 : 1);
  const phases = Map.groupBy(ordered, ({ phase }) => phase);
  const baseline = phases.get("baseline") ?? [];
  const searched = phases.get("search") ?? [];
  const { stages, search, winner } = found;
  const rows = candidateRows(candidates, search, baseline, searched);
  const today = {
    candidate: BASELINE,
    validation: { difference: 0 },
    latency_ms: latency(baseline),
  };
  const front = paretoFront([today, ...rows.slice(0, search.ranking.length)]);
  return {
    schema_version: 1,
    run_id: config.run_id,
    experiment_id: config.experiment_id,
    finished_at: finishedAt,
    baseline: {
      prompt: config.prompt.id,
      ...meanOf(baseline, validation.samples),
      ...brokenOf(baseline),
      latency_ms: latency(baseline),
      prompt_tokens: mean(baseline.flatMap(({ tokens }) => tokens?.prompt ?? [])),
      pareto: front.has(BASELINE),
    },
    earlier_searches: earlierSearches,
    stages: stages.map(({ stage, survivors, samples }) => ({
      stage,
      survivors: survivors.map((at) => candidates[at]!.id),
      samples: samples.length,
    })),
    candidates: rows.map((row) => ({ ...row, pareto: front.has(row.candidate) })),
    dimensions: dimensionEffects(prepared, searched),
    winner: {
      candidate: winner.id,
      levels: { ...winner.levels },
      confirmation: confirm(
        confirmation,
        phases.get("confirmation") ?? [],
        winner.id,
        config.search.seed,
      ),
    },
    cost: costs(phases),
  };
}

function trialKey({ candidate, id }: Trial): string {
  return `${candidate} ${id}`;
}

function candidateRows(
  candidates: readonly Candidate[],
  search: FoundWinner["search"],
  baseline: readonly Trial[],
  searched: readonly Trial[],
): Omit<CandidateResult, "pareto">[] {
  const baselineScore = new Map(baseline.map((trial) => [trial.id, trialScore(trial)]));
  const trialsOf = Map.groupBy(searched, ({ candidate }) => candidate);
  const rank = new Map(search.ranking.map((at, index) => [at, index]));
  return search.candidates
    .toSorted((a, b) =>
      (rank.get(a.candidate) ?? Infinity) - (rank.get(b.candidate) ?? Infinity) ||
      b.lastStage - a.lastStage || b.estimate - a.estimate
    )
    .map(({ candidate: at, estimate, lastStage }) => {
      const { id, levels } = candidates[at]!;
      const trials = trialsOf.get(id) ?? [];
      return {
        candidate: id,
        levels: { ...levels },
        stage: lastStage,
        calls: trials.length,
        estimate,
        validation: differenceTo(baselineScore, trials),
        ...brokenOf(trials),
        prompt_tokens: mean(trials.flatMap(({ tokens }) => tokens?.prompt ?? [])),
        completion_tokens: mean(trials.flatMap(({ tokens }) => tokens?.completion ?? [])),
        latency_ms: latency(trials),
      };
    });
}

function brokenOf(trials: readonly Trial[]) {
  return {
    unreadable: trials.filter(({ outcome }) => outcome !== "scored" && outcome !== "failed").length,
    refused: trials.filter(isPromptRefused).length,
    failed: trials.filter((trial) => trialScore(trial) === null).length,
  };
}

function differenceTo(
  baseline: ReadonlyMap<string, number | null>,
  trials: readonly Trial[],
): CandidateResult["validation"] {
  const pairs = trials.flatMap((trial) => {
    const [a, b] = [baseline.get(trial.id) ?? null, trialScore(trial)];
    return a === null || b === null ? [] : [{ a, b }];
  });
  const [a, b] = [mean(pairs.map((pair) => pair.a)), mean(pairs.map((pair) => pair.b))];
  return {
    n: pairs.length,
    mean_baseline: a,
    mean: b,
    difference: a === null || b === null ? null : b - a,
  };
}

function dimensionEffects(
  { space, candidates, validation }: PreparedOptimization,
  searched: readonly Trial[],
): OptimizationResult["dimensions"] {
  const indexOf = new Map(candidates.map(({ id }, at) => [id, at]));
  const sampleAt = new Map(validation.samples.map(({ id }, at) => [id, at]));
  const scored = searched.flatMap((trial) => {
    const [candidate, sample] = [indexOf.get(trial.candidate), sampleAt.get(trial.id)];
    const score = trialScore(trial);
    return candidate === undefined || sample === undefined || score === null
      ? []
      : [{ candidate, sample, score }];
  });
  const effects = mainEffects(
    candidates.map(({ levelIndexes }) => levelIndexes),
    space.dimensions.map(({ levels }) => levels.length),
    scored,
  );
  return space.dimensions.map(({ name, levels }, dimension) => ({
    name,
    levels: levels.map((level, at) => {
      const { effect, ci95, n_calls, n_candidates } = effects[dimension]![at]!;
      return {
        level: level.name,
        effect,
        ci95: ci95 && [...ci95],
        calls: n_calls,
        candidates: n_candidates,
      };
    }),
  }));
}

function confirm(
  samples: readonly Sample[],
  trials: readonly Trial[],
  winner: string,
  seed: number,
): OptimizationResult["winner"]["confirmation"] {
  const answered = new Map(trials.map((trial) => [`${trial.candidate} ${trial.id}`, trial]));
  const pairs = samples.flatMap((sample) => {
    const a = answered.get(`${BASELINE} ${sample.id}`);
    const b = answered.get(`${winner} ${sample.id}`);
    const [scoreA, scoreB] = [trialScore(a), trialScore(b)];
    return a === undefined || b === undefined || scoreA === null || scoreB === null
      ? []
      : [{ sample, a, b, scoreA, scoreB }];
  });
  const [a, b] = [pairs.map(({ scoreA }) => scoreA), pairs.map(({ scoreB }) => scoreB)];
  const compared = pairedComparison(
    a,
    b,
    pairs.map(({ sample }) => maskTemplate(sample.input.log_line)),
    { random: seededRandom(seed) },
  );
  const found = {
    ci95: compared?.ci95 ? [...compared.ci95] as [number, number] : null,
    p: compared?.p ?? null,
  };
  return {
    n: pairs.length,
    mean_baseline: mean(a),
    mean: mean(b),
    difference: compared?.difference ?? null,
    ...found,
    smallest_visible: compared?.smallest_visible ?? null,
    verdict: verdictOf(found, 0),
    samples: samples.length,
    broken: {
      baseline: brokenOf(trials.filter(({ candidate }) => candidate === BASELINE)),
      winner: brokenOf(trials.filter(({ candidate }) => candidate === winner)),
    },
    flips: pairs
      .filter(({ a, b }) => isRight(a) !== isRight(b))
      .toSorted((x, y) => Number(isRight(x.b)) - Number(isRight(y.b)))
      .map((pair) => ({
        id: pair.sample.id,
        root_cause: pair.sample.labels.root_cause,
        baseline: pair.a.predicted?.root_cause ?? null,
        winner: pair.b.predicted?.root_cause ?? null,
        to_right: isRight(pair.b),
        log_line: pair.sample.input.log_line,
      })),
  };
}

function isRight({ scores }: Trial): boolean {
  return scores?.root_cause === 1;
}

function meanOf(trials: readonly Trial[], samples: readonly Sample[]) {
  const template = new Map(samples.map(({ id, input }) => [id, maskTemplate(input.log_line)]));
  const scored = trials.flatMap((trial) => {
    const score = trialScore(trial);
    return score === null ? [] : [{ score, cluster: template.get(trial.id) ?? trial.id }];
  });
  const scores = scored.map(({ score }) => score);
  const ci95 = scoreInterval(scores, scored.map(({ cluster }) => cluster), { kind: "mean" });
  return { n: scores.length, mean: mean(scores), ci95 };
}

function latency(trials: readonly Trial[]) {
  const found = trials.flatMap(({ latency_ms }) => latency_ms ?? []);
  return { p50: percentile(found, 0.5), p95: percentile(found, 0.95) };
}

function costs(phases: ReadonlyMap<Trial["phase"], readonly Trial[]>): OptimizationResult["cost"] {
  const [baseline, search, confirmation] = (["baseline", "search", "confirmation"] as const)
    .map((phase) => phases.get(phase) ?? []) as [Trial[], Trial[], Trial[]];
  const ends = [baseline, search, confirmation].map((trials) =>
    trials.reduce((most, { elapsed_ms }) => Math.max(most, elapsed_ms), 0)
  ) as [number, number, number];
  const wall = (from: number, to: number) => Math.max(0, to - from) / 1000;
  return {
    baseline: cost(baseline, wall(0, ends[0])),
    search: cost(search, wall(ends[0], ends[1])),
    confirmation: cost(confirmation, wall(ends[1], ends[2])),
    total: cost([...baseline, ...search, ...confirmation], Math.max(...ends) / 1000),
  };
}

function cost(trials: readonly Trial[], wall_s: number): OptimizationResult["cost"]["total"] {
  const sum = (of: (tokens: NonNullable<Trial["tokens"]>) => number | null) => {
    const found = trials.flatMap(({ tokens }) => tokens === null ? [] : of(tokens) ?? []);
    return found.length === 0 ? null : found.reduce((total, count) => total + count, 0);
  };
  return {
    calls: trials.length,
    prompt_tokens: sum(({ prompt }) => prompt),
    completion_tokens: sum(({ completion }) => completion),
    cached_tokens: sum(({ cached }) => cached),
    wall_s,
  };
}
