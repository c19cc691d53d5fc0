// Runs and their samples as flat rows. Pure.

import * as z from "zod";
import { RunConfig, RunMetrics, SampleRecord } from "../harness/run_files.ts";
import { type ArchivedRun, RUN_STATUS } from "./archived_run.ts";

const score = z.number().nullable();
const text = z.string().nullable();

export const RunRow = z.strictObject({
  run_id: z.string(),
  experiment_id: text,
  status: z.enum(RUN_STATUS),
  started_at: text.describe("ISO 8601, UTC"),
  answered: z.int().describe("calls that were answered so far"),
  failed: z.int().describe("calls that the model gave no answer to"),
  calls: z.int().nullable().describe("calls of the whole run"),
  score: score.describe("overall; of the answers so far while it is running"),
  score_low: score,
  score_high: score,
  prompt_id: text,
  model: text,
  changed: z.string().describe("what is unlike the experiment's file, comma-joined"),
  damage: text.describe("what is wrong with its files, such as one that cannot be read"),
});

export const RunsQuery = z.strictObject({
  experiment: z.string().optional(),
  status: z.enum(RUN_STATUS).optional(),
  offset: z.int().min(0).default(0),
  limit: z.int().min(1).max(10_000).default(1000),
});

export const RunAnswer = z.strictObject({
  run: RunRow,
  config: RunConfig,
  metrics: RunMetrics.nullable().describe("null until the run is finished"),
});

/** A run as a row of lists. */
export function runRow(
  { run_id, status, progress, facts, damage }: ArchivedRun,
): z.output<typeof RunRow> {
  const ci95 = status === "running" ? null : facts?.row?.overall.ci95;
  return {
    run_id,
    experiment_id: facts?.experiment_id ?? null,
    status,
    started_at: facts?.started_at ?? null,
    answered: progress.answered,
    failed: progress.failed,
    calls: facts?.calls ?? null,
    score: progress.score,
    score_low: ci95?.[0] ?? null,
    score_high: ci95?.[1] ?? null,
    prompt_id: facts?.prompt_id ?? null,
    model: facts?.model ?? null,
    changed: facts?.changed ?? "",
    damage: damage(),
  };
}

const LABELS = ["root_cause", "severity", "component", "summary", "action_needed"] as const;

/** One call as a row; labels that were expected beside those that were said. */
export const SampleRow = z.strictObject({
  id: z.string(),
  repeat: z.int(),
  outcome: SampleRecord.shape.outcome,
  namespace: z.string(),
  log_line: z.string(),
  expected_root_cause: z.string(),
  said_root_cause: text,
  expected_severity: z.string(),
  said_severity: text,
  expected_component: z.string(),
  said_component: text,
  expected_summary: z.string(),
  said_summary: text,
  expected_action_needed: z.string(),
  said_action_needed: text,
  overall: score,
  root_cause: score,
  severity: score,
  action: score,
  summary_rouge_l: score,
  component_f1: score,
  latency_ms: score,
  prompt_tokens: score,
  completion_tokens: score,
  error: text.describe("why there was no answer"),
});

/** The field of scores behind each name, and below which score it counts as wrong. */
const WRONG = {
  root_cause: { field: "root_cause", below: 1 },
  severity: { field: "severity", below: 1 },
  action: { field: "action", below: 1 },
  component: { field: "component_f1", below: 1 },
  // No summary repeats the expected one word for word.
  summary: { field: "summary_rouge_l", below: 0.5 },
} as const;

export const SamplesQuery = z.strictObject({
  root_cause: z.string().optional().describe("the expected one"),
  outcome: SampleRecord.shape.outcome.optional(),
  wrong: z.enum(["root_cause", "severity", "action", "component", "summary"]).optional()
    .describe("answers that scored below 1 here (a summary: below 0.5)"),
  q: z.string().max(200).optional()
    .describe("text in the log line, the answer or the id, in any case"),
  offset: z.int().min(0).default(0),
  limit: z.int().min(1).max(200).default(50),
});
export type SamplesQuery = z.output<typeof SamplesQuery>;

export const SamplesAnswer = z.strictObject({
  rows: z.array(SampleRow),
  total: z.int().describe("rows that the filters leave, on all pages"),
  offset: z.int(),
});

/** A page of the records that the filters leave, in the order in which they finished. */
export function samplePage(
  records: readonly SampleRecord[],
  query: SamplesQuery,
): z.output<typeof SamplesAnswer> {
  const found = records.filter((record) => isWanted(record, query));
  const { offset, limit } = query;
  return {
    rows: found.slice(offset, offset + limit).map(sampleRow),
    total: found.length,
    offset,
  };
}

function isWanted(record: SampleRecord, { root_cause, outcome, wrong, q }: SamplesQuery): boolean {
  if (root_cause !== undefined && record.expected.root_cause !== root_cause) return false;
  if (outcome !== undefined && record.outcome !== outcome) return false;
  if (wrong !== undefined) {
    const { field, below } = WRONG[wrong];
    if (record.scores === null || record.scores[field] >= below) return false;
  }
  if (q === undefined) return true;
  const wanted = q.toLowerCase();
  return [record.id, record.input.log_line, record.raw_response ?? ""]
    .some((text) => text.toLowerCase().includes(wanted));
}

function sampleRow(record: SampleRecord): z.output<typeof SampleRow> {
  const { expected, predicted, scores, tokens } = record;
  const labels = Object.fromEntries(LABELS.flatMap((field) => [
    [`expected_${field}`, expected[field]],
    [`said_${field}`, predicted?.[field] ?? null],
  ])) as Pick<
    z.output<typeof SampleRow>,
    `expected_${typeof LABELS[number]}` | `said_${typeof LABELS[number]}`
  >;
  return {
    id: record.id,
    repeat: record.repeat,
    outcome: record.outcome,
    namespace: record.input.namespace,
    log_line: record.input.log_line,
    ...labels,
    overall: scores?.overall ?? null,
    root_cause: scores?.root_cause ?? null,
    severity: scores?.severity ?? null,
    action: scores?.action ?? null,
    summary_rouge_l: scores?.summary_rouge_l ?? null,
    component_f1: scores?.component_f1 ?? null,
    latency_ms: record.latency_ms,
    prompt_tokens: tokens?.prompt ?? null,
    completion_tokens: tokens?.completion ?? null,
    error: record.error?.message ?? null,
  };
}

export const SampleQuery = z.strictObject({ repeat: z.int().min(1).default(1) });

/** One sample of a run, from the log line to the score. */
export const SampleAnswer = z.strictObject({
  record: SampleRecord,
  repeats: z.array(z.int()).describe("the repeats that were answered"),
  messages: z.array(z.strictObject({ role: z.string(), content: z.string() })).nullable()
    .describe("the prompt as it was sent; null when the frozen prompt cannot be rendered"),
});
