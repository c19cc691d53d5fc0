// The shapes of an optimization's files, one schema each: config.json (what was asked), a line of
// trials.jsonl (what one call brought), result.json (what it comes to). Numbers are unrounded; what
// is not known is null.

import * as z from "zod";
import { RunConfig, SampleRecord } from "../harness/run_files.ts";

const count = z.int().min(0);
const unit = z.number().min(0).max(1);
const ci95 = z.tuple([z.number(), z.number()]).nullable();

const DatasetUsed = z.object({
  path: z.string(),
  hash: z.string(),
  n: count,
});

/** config.json: frozen at the start, with every default filled. */
export const OptimizationConfig = z.object({
  schema_version: z.literal(1),
  run_id: z.string(),
  experiment_id: z.string(),
  experiment_file: z.string(),
  /** ISO 8601, UTC. */
  started_at: z.string(),
  /** How model or settings differ from the experiment's file. */
  changed: RunConfig.shape.changed,
  search: z.object({
    method: z.enum(["halving", "random", "full"]),
    /** Calls that the search may make; baseline and confirmation come on top. */
    budget: z.int().min(1),
    /** Of the few-shot examples, the subset and the order of samples. */
    seed: z.int(),
  }),
  space: z.object({
    path: z.string(),
    /** Of the file's content. */
    hash: z.string(),
    /** The YAML file, byte for byte. */
    text: z.string(),
    dimensions: z.array(z.object({ name: z.string(), levels: z.array(z.string()) })),
    candidates: count,
  }),
  train: DatasetUsed,
  validation: DatasetUsed,
  /** Train samples that share no template with an example of any candidate. */
  confirmation: z.object({ ids: z.array(z.string()) }),
  labels: z.object({ path: z.string().nullable(), hash: z.string() }),
  model: RunConfig.shape.model,
  /** Of the baseline; a candidate's `max_tokens` is the only thing that may differ. */
  llm_config: RunConfig.shape.llm_config,
  /** The baseline. */
  prompt: RunConfig.shape.prompt,
  execution: z.object({
    concurrency: z.int(),
    retries: z.int(),
    timeout_s: z.number(),
    seed: z.int(),
  }),
  versions: RunConfig.shape.versions,
  git_commit: z.string().nullable(),
});
export type OptimizationConfig = z.output<typeof OptimizationConfig>;

/** The candidate that stands for the experiment's own prompt. */
export const BASELINE = "baseline";

/** A line of trials.jsonl: a call, what it was made for, and its record. */
export const Trial = SampleRecord.extend({
  /** A candidate's id, or `baseline`. */
  candidate: z.string(),
  phase: z.enum(["baseline", "search", "confirmation"]),
  /** From 1 in the search, null elsewhere. */
  stage: z.int().min(1).nullable(),
});
export type Trial = z.output<typeof Trial>;

/** Answers that were no use: refused calls are not among the unreadable. */
const Broken = z.object({
  /** Answers that could not be read, with those that were cut off or empty. */
  unreadable: count,
  /** Calls that the server refused: a prompt that is too long, mostly. They score 0. */
  refused: count,
  /** Calls without an answer, for reasons that are not the prompt's. They have no score. */
  failed: count,
});

/** A paired difference to the baseline; B is the candidate. */
const Difference = z.object({
  /** Samples that both answered. */
  n: count,
  mean_baseline: unit.nullable(),
  mean: unit.nullable(),
  difference: z.number().nullable(),
});

const CandidateResult = z.object({
  candidate: z.string(),
  levels: z.record(z.string(), z.string()),
  /** The last stage that it reached, from 1. */
  stage: z.int().min(1),
  calls: count,
  /** What it was ranked by: higher is better, comparable within one search only. */
  estimate: z.number(),
  /** Against the baseline on the validation samples that it was asked for: biased for the best. */
  validation: Difference,
  ...Broken.shape,
  /** Mean tokens of a prompt, as the server counted them. */
  prompt_tokens: z.number().nullable(),
  completion_tokens: z.number().nullable(),
  latency_ms: z.object({ p50: z.number().nullable(), p95: z.number().nullable() }),
  /** Whether no other finalist, nor the baseline, is as good and as fast and better in one. */
  pareto: z.boolean(),
});
export type CandidateResult = z.output<typeof CandidateResult>;

const Effect = z.object({
  level: z.string(),
  /** Mean difference to the mean of the dimension's levels, -1..1; null where it was not seen. */
  effect: z.number().nullable(),
  ci95,
  calls: count,
  candidates: count,
});

const Cost = z.object({
  calls: count,
  prompt_tokens: count.nullable(),
  completion_tokens: count.nullable(),
  cached_tokens: count.nullable(),
  wall_s: z.number(),
});

const Flip = z.object({
  id: z.string(),
  root_cause: z.string(),
  baseline: z.string().nullable(),
  winner: z.string().nullable(),
  /** Whether the winner is the one that is right. */
  to_right: z.boolean(),
  log_line: z.string(),
});

/** result.json. */
export const OptimizationResult = z.object({
  schema_version: z.literal(1),
  run_id: z.string(),
  experiment_id: z.string(),
  finished_at: z.string(),
  baseline: z.object({
    prompt: z.string(),
    /** On all validation samples. */
    n: count,
    mean: unit.nullable(),
    ci95,
    ...Broken.shape,
    latency_ms: z.object({ p50: z.number().nullable(), p95: z.number().nullable() }),
    prompt_tokens: z.number().nullable(),
    pareto: z.boolean(),
  }),
  /** Finished optimizations here that confirmed on the same samples: many tries find something. */
  earlier_searches: count,
  stages: z.array(z.object({
    stage: z.int().min(1),
    survivors: z.array(z.string()),
    samples: count,
  })),
  /** All that were asked, in the order of their rank: finalists first. */
  candidates: z.array(CandidateResult),
  dimensions: z.array(z.object({ name: z.string(), levels: z.array(Effect) })),
  winner: z.object({
    candidate: z.string(),
    levels: z.record(z.string(), z.string()),
    /** The claimed gain: on samples that the search never saw. */
    confirmation: Difference.extend({
      ci95,
      p: z.number().nullable(),
      /** The smallest true gain that so many samples show with 80 % power. */
      smallest_visible: z.number().nullable(),
      verdict: z.enum(["better", "worse", "no evidence"]),
      /** Samples of the set, of which `n` were answered by both. */
      samples: count,
      broken: z.object({ baseline: Broken, winner: Broken }),
      /** Root causes that only one of the two named; those that were lost first. */
      flips: z.array(Flip),
    }),
  }),
  /** Files that the winner was promoted to, relative to the project; null when it was not. */
  promoted: z.object({ prompt: z.string(), experiment: z.string() }).nullable(),
  cost: z.object({ baseline: Cost, search: Cost, confirmation: Cost, total: Cost }),
});
export type OptimizationResult = z.output<typeof OptimizationResult>;
