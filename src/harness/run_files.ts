// The shapes of a run folder's files, one schema each: config.json (what was asked), a line of
// results.jsonl (what one sample brought), metrics.json (what it comes to). Every read goes through
// them. Numbers are unrounded; what is not known is null.

import * as z from "zod";

const hash = z.string().startsWith("sha256:");
const unit = z.number().min(0).max(1);
const count = z.int().min(0);

/** config.json: frozen at the start, with every default filled. */
export const RunConfig = z.object({
  schema_version: z.literal(1),
  run_id: z.string(),
  experiment_id: z.string(),
  /** Relative to the project's root when it is in the project. */
  experiment_file: z.string(),
  description: z.string(),
  /** ISO 8601, UTC. */
  started_at: z.string(),
  /** The run whose answers these are, scored anew; null for a run that asked a model. */
  parent_run_id: z.string().nullable(),
  /** How the run differs from the experiment's file; not empty: it never stands for it. */
  changed: z.array(z.enum(["model", "dataset", "limit", "repeats"])),
  dataset: z.object({
    path: z.string(),
    hash,
    /** Samples of this run, and in the file. */
    n: count,
    total: count,
    /** Where the allowed labels were read; null: they are what the samples use. */
    labels_path: z.string().nullable(),
    labels_hash: hash,
  }),
  model: z.object({
    provider: z.enum(["openai", "embedded"]),
    endpoint: z.string().nullable(),
    name: z.string(),
    api_key_env: z.string().nullable(),
    /** What the server said of itself before the first call. */
    fingerprint: z.object({
      model: z.string().nullable(),
      build: z.string().nullable(),
      slots: z.number().nullable(),
      n_ctx: z.number().nullable(),
    }),
  }),
  llm_config: z.object({
    temperature: z.number(),
    max_tokens: z.number(),
    top_p: z.number(),
    frequency_penalty: z.number(),
    presence_penalty: z.number(),
    seed: z.number().nullable(),
  }),
  prompt: z.object({
    id: z.string(),
    path: z.string(),
    version: z.string(),
    template_hash: hash,
    /** The YAML file, byte for byte. */
    text: z.string(),
    /** Inputs that are the same for every sample: the allowed labels. */
    variables: z.record(z.string(), z.string()),
  }),
  execution: z.object({
    concurrency: z.int(),
    retries: z.int(),
    timeout_s: z.number(),
    /** Seed of our own draws: the jitter of waits, the subset behind a floor. */
    seed: z.int(),
    repeats: z.int(),
    limit: z.int().nullable(),
  }),
  versions: z.object({ logeval: z.string(), deno: z.string(), metric: z.string() }),
  git_commit: z.string().nullable(),
});
export type RunConfig = z.output<typeof RunConfig>;

const Labels = z.object({
  root_cause: z.string(),
  severity: z.string(),
  component: z.string(),
  summary: z.string(),
  action_needed: z.string(),
});

/**
 * A line of results.jsonl. `failed` means that the model gave no answer: `scores` is null and the
 * sample counts as not covered. Every other outcome has scores, 0 for an answer nobody could read.
 */
export const SampleRecord = z.object({
  id: z.string(),
  /** From 1 to the run's repeats. */
  repeat: z.int().min(1),
  outcome: z.enum(["scored", "unparseable", "truncated", "empty", "refused", "failed"]),
  input: z.object({
    timestamp: z.number(),
    namespace: z.string(),
    pod: z.string(),
    container: z.string(),
    node: z.string(),
    log_line: z.string(),
  }),
  expected: Labels,
  predicted: z.object({
    root_cause: z.string().nullable(),
    severity: z.string().nullable(),
    component: z.string().nullable(),
    summary: z.string().nullable(),
    action_needed: z.string().nullable(),
  }).nullable(),
  scores: z.object({
    overall: unit,
    root_cause: unit,
    severity: unit,
    action: unit,
    component_f1: unit,
    summary_rouge_l: unit,
  }).nullable(),
  /** Of the answering attempt alone, milliseconds. */
  latency_ms: z.number().nullable(),
  tokens: z.object({ prompt: count, completion: count, cached: count.nullable() }).nullable(),
  finish_reason: z.string().nullable(),
  /** The model that answered, in the server's words. */
  model: z.string().nullable(),
  attempts: count,
  template_hash: hash,
  rendered_hash: hash.nullable(),
  metric_version: z.string(),
  /** The model's text, byte for byte. */
  raw_response: z.string().nullable(),
  error: z.object({
    kind: z.string(),
    message: z.string(),
    /** Of the HTTP answer; null when there was none. */
    status: z.int().nullable().default(null),
  }).nullable(),
  /** Since the start of the run, pauses between sessions left out; milliseconds. */
  elapsed_ms: z.number(),
  /** OpenTelemetry's trace of this sample; left out when none was recorded. */
  trace_id: z.string().optional(),
});
export type SampleRecord = z.output<typeof SampleRecord>;

/** Statuses that speak of keys, money, addresses and load, not of what was sent. */
const NOT_THE_PROMPT = [401, 402, 403, 404, 405, 429];

/** Whether the server refused what was sent: a prompt too long for it, mostly. It always will. */
export function isPromptRefused(
  { outcome, error }: Pick<SampleRecord, "outcome" | "error">,
): boolean {
  return outcome === "failed" && error?.kind === "rejected" && error.status !== null &&
    !NOT_THE_PROMPT.includes(error.status);
}

const Metric = z.object({
  /** 0..1, higher is better, over the answered samples; null when none was answered. */
  mean: unit.nullable(),
  ci95: z.tuple([z.number(), z.number()]).nullable(),
});

const Group = z.object({
  /** Answered samples. */
  n: count,
  overall: unit,
  root_cause: unit,
  action: unit,
  severity: unit,
  summary_rouge_l: unit,
  component_f1: unit,
});

/** A group with how well its root causes were named. */
const ClassGroup = Group.extend({
  /** Right among the answers that named this root cause (in a namespace: any); null for none. */
  precision: unit.nullable(),
  /** Right among the answers whose sample has this root cause; null for none. */
  recall: unit.nullable(),
  /** Harmonic mean of the two; null when either is. */
  f1: unit.nullable(),
});

/** Which root causes were taken for which. Counts of answers. */
const Confusion = z.object({
  /** Rows and columns, in this order. */
  labels: z.array(z.string()).readonly(),
  /** counts[expected][said] */
  counts: z.array(z.array(count).readonly()).readonly(),
  /** By expected label: answers that could not be read or named no root cause. */
  unreadable: z.array(count).readonly(),
  /** By expected label: answers with a root cause that is none of the labels. */
  outside: z.array(count).readonly(),
});

const Floor = Group.omit({ n: true });

/** How much a run changes when nothing changes: its repeats against each other. */
const Noise = z.object({
  repeats: z.int().min(2),
  /** Samples that were answered in at least two repeats. */
  n: count,
  /** Share of them whose parsed fields are not the same in all repeats; null without any. */
  changed: unit.nullable(),
  /** The same, by field. */
  changed_by_field: z.record(z.string(), unit.nullable()),
  /** Standard deviation of each run-level mean between the repeats; null for fewer than two. */
  sd: z.object({
    overall: z.number().nullable(),
    root_cause: z.number().nullable(),
    action: z.number().nullable(),
    severity: z.number().nullable(),
    summary_rouge_l: z.number().nullable(),
    component_f1: z.number().nullable(),
  }),
});

/** metrics.json. */
export const RunMetrics = z.object({
  schema_version: z.literal(1),
  metric_version: z.string(),
  run_id: z.string(),
  experiment_id: z.string(),
  /** `partial` when some sample was not asked or not answered. */
  status: z.enum(["complete", "partial"]),
  changed: RunConfig.shape.changed,
  /** Samples of the run, answered or not. */
  n: count,
  repeats: z.int().min(1),
  /** Answered calls over all calls of the run (n x repeats). */
  coverage: unit,
  /** Calls by what became of them; those that were never made are in none. */
  outcomes: z.object({
    scored: count,
    unparseable: count,
    truncated: count,
    empty: count,
    refused: count,
    failed: count,
  }),
  overall: Metric,
  metrics: z.object({
    root_cause: Metric,
    action: Metric,
    severity: Metric,
    summary_rouge_l: Metric,
    component_f1: Metric,
  }),
  by_root_cause: z.record(z.string(), ClassGroup),
  by_namespace: z.record(z.string(), ClassGroup),
  confusion: Confusion,
  /** How much the answers of repeats differ; null without repeats. */
  noise: Noise.nullable(),
  /** What needs no language model, on the same samples as the means. */
  floors: z.object({ most_common: Floor, embedded: Floor }),
  latency_ms: z.object({
    p50: z.number().nullable(),
    p95: z.number().nullable(),
    max: z.number().nullable(),
  }),
  tokens: z.object({
    prompt: count.nullable(),
    completion: count.nullable(),
    cached: count.nullable(),
    /** Completion tokens over wall time. */
    per_second: z.number().nullable(),
  }),
  wall_s: z.number(),
});
export type RunMetrics = z.output<typeof RunMetrics>;
export type GroupMetrics = z.output<typeof ClassGroup>;
export type NoiseMetrics = z.output<typeof Noise>;
export type FloorMetrics = z.output<typeof Floor>;
