// Samples through the analyzer, a bounded number at a time; one record a sample, told as it
// finishes. Knows no folder, no terminal: run folder and progress listen to the same records.

import type { AnalyzeContext, AnalyzeResult, LogAnalyzer } from "../analyzer/analyzer.ts";
import { templateHash } from "../analyzer/render.ts";
import { logEntryOf, type Sample, type SampleInput } from "../dataset/sample.ts";
import { LlmError } from "../errors.ts";
import { METRIC_VERSION, predictedFields, scoreAnalysis } from "../metrics/score.ts";
import { isPromptRefused, type SampleRecord } from "./run_files.ts";
import { inSampleSpan, type SampleTracing } from "./sample_span.ts";
import type { TaskQueue } from "./task_queue.ts";

/** One call to make: a sample in one of its repeats, and what is to analyze it. */
export interface Task {
  readonly analyzer: LogAnalyzer;
  readonly sample: Sample;
  readonly repeat: number;
}

export interface EvaluateOptions<T extends Task> {
  /** Inputs of the prompt that are the same for every sample. */
  readonly variables: Readonly<Record<string, string>>;
  /** Calls in flight at a time, at least 1. */
  readonly concurrency: number;
  /** Aborted: no further call starts, those in flight are waited for, waits between attempts end. */
  readonly stop: AbortSignal;
  /** Aborted: calls in flight end as well, without a record. */
  readonly abort: AbortSignal;
  /** Milliseconds since the start of the run. */
  readonly elapsedMs: () => number;
  readonly onRecord: (record: SampleRecord, task: T) => void;
  /**
   * Whether a request that the server refuses is the prompt's fault, and says nothing of the server:
   * where many prompts are tried. Else a row of them means that the model is gone.
   */
  readonly refusalsAreAnswers?: boolean;
  /** Where samples are told; nowhere without. */
  readonly tracing?: SampleTracing | undefined;
}

/** Whether all tasks were done, and if not, why. */
export type EvaluateEnd = "done" | "stopped" | "model_lost";

/** What the analyzer is told about a sample besides its log entry. */
export function sampleContext(
  input: SampleInput,
  variables: Readonly<Record<string, string>>,
): AnalyzeContext {
  const time = new Date(input.timestamp).toISOString();
  return { ...variables, namespace: input.namespace, time_range: { start: time, end: time } };
}

/** So many samples failing in a row, and more than two rounds of calls, mean that the model is gone. */
const FAILURES_IN_A_ROW = 10;

/** A model that answers without a wait gives way to Ctrl-C and timers so often, in milliseconds. */
const TURN_MS = 50;

/**
 * Runs tasks, `concurrency` at a time, in the order in which the queue gives them.
 *
 * @returns `done` when every task has its record, `stopped` after `stop` or `abort`; `model_lost`
 * when 10 samples in a row (more with many calls in flight) brought no answer, so that a dead server
 * does not cost hours of retries
 * @throws {UsageError} when the prompt cannot be rendered; whatever `onRecord` throws
 */
export async function evaluate<T extends Task>(
  queue: TaskQueue<T>,
  options: EvaluateOptions<T>,
): Promise<EvaluateEnd> {
  const failing = new AbortController();
  const stop = AbortSignal.any([options.stop, options.abort, failing.signal]);
  const failureLimit = Math.max(FAILURES_IN_A_ROW, 2 * options.concurrency);
  let recorded = 0;
  let failures = 0;
  // Beats as long as answers are waited for; it stops when none is, and then it must be let in.
  let beat = options.elapsedMs();
  const heart = setInterval(() => beat = options.elapsedMs(), TURN_MS / 2);
  let fault: { readonly error: unknown } | null = null;

  const work = async (worker: number) => {
    while (!stop.aborted) {
      const task = queue.take(worker);
      if (task === undefined) return;
      const record = await answerOrNull(task, options);
      if (record === null) return;
      options.onRecord(record, task);
      recorded++;
      failures = isLost(record, options) ? failures + 1 : 0;
      if (failures >= failureLimit) failing.abort();
      if (options.elapsedMs() - beat < TURN_MS) continue;
      await nextTurn();
      beat = options.elapsedMs();
    }
  };
  await Promise.all(
    Array.from({ length: options.concurrency }, (_, worker) =>
      work(worker).catch((error) => {
        fault ??= { error };
        failing.abort();
      })),
  );
  clearInterval(heart);
  if (fault !== null) throw (fault as { readonly error: unknown }).error;
  // A stop that came too late to stop anything is none.
  if (recorded === queue.length) return "done";
  return failing.signal.aborted ? "model_lost" : "stopped";
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

function isLost(
  record: SampleRecord,
  { refusalsAreAnswers = false }: Pick<EvaluateOptions<Task>, "refusalsAreAnswers">,
): boolean {
  return record.outcome === "failed" && !(refusalsAreAnswers && isPromptRefused(record));
}

async function answerOrNull<T extends Task>(
  task: T,
  options: EvaluateOptions<T>,
): Promise<SampleRecord | null> {
  try {
    const { tracing } = options;
    if (tracing === undefined) return await answer(task, options);
    return await inSampleSpan(tracing, () => answer(task, options));
  } catch (error) {
    // Dropped in flight or between two attempts: no record, so that it is asked again.
    if (options.abort.aborted || (options.stop.aborted && error === options.stop.reason)) {
      return null;
    }
    throw error;
  }
}

async function answer(
  { analyzer, sample, repeat }: Task,
  { variables, abort, elapsedMs }: Pick<EvaluateOptions<Task>, "variables" | "abort" | "elapsedMs">,
): Promise<SampleRecord> {
  let attempts = 0;
  let result: AnalyzeResult;
  try {
    result = await analyzer.analyze([logEntryOf(sample.input)], {
      ...sampleContext(sample.input, variables),
      signal: abort,
      onAttempt: (attempt) => attempts = attempt,
    });
  } catch (error) {
    if (!(error instanceof LlmError)) throw error;
    return {
      ...emptyRecord(sample, repeat, analyzer),
      outcome: "failed",
      attempts,
      error: { kind: error.kind, message: error.message, status: error.status },
      elapsed_ms: elapsedMs(),
    };
  }
  const { outcome, analysis, completion, prompt } = result;
  const predicted = predictedFields(analysis);
  const { usage } = completion;
  return {
    ...emptyRecord(sample, repeat, analyzer),
    outcome,
    predicted,
    scores: scoreAnalysis(sample.labels, predicted),
    latency_ms: completion.latency_ms,
    tokens: usage && {
      prompt: usage.prompt_tokens,
      completion: usage.completion_tokens,
      cached: usage.cached_tokens,
    },
    finish_reason: completion.finish_reason,
    model: completion.model,
    attempts,
    rendered_hash: prompt.rendered_hash,
    raw_response: completion.text,
    elapsed_ms: elapsedMs(),
  };
}

function emptyRecord(sample: Sample, repeat: number, analyzer: LogAnalyzer): SampleRecord {
  return {
    id: sample.id,
    repeat,
    outcome: "failed",
    input: sample.input,
    expected: sample.labels,
    predicted: null,
    scores: null,
    latency_ms: null,
    tokens: null,
    finish_reason: null,
    model: null,
    attempts: 0,
    template_hash: templateHash(analyzer.promptTemplate),
    rendered_hash: null,
    metric_version: METRIC_VERSION,
    raw_response: null,
    error: null,
    elapsed_ms: 0,
  };
}
