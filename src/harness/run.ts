// One run from its prepared settings to its finished folder: look at the server, open the folder,
// evaluate, derive metrics and summary. Commands tell the story; this only reports events.

import type { Span } from "@opentelemetry/api";
import type { LogAnalyzer } from "../analyzer/analyzer.ts";
import { logEntryOf, type Sample, type SampleInput } from "../dataset/sample.ts";
import { taxonomyVariables } from "../dataset/taxonomy.ts";
import { ATTRIBUTE, SPAN } from "../telemetry/names.ts";
import { inSpan } from "../telemetry/spans.ts";
import { connectModel, type ModelDeps } from "./connect.ts";
import { evaluate, type EvaluateEnd, sampleContext, type Task } from "./evaluate.ts";
import { computeFloors, exampleIndex } from "./floors.ts";
import { gitCommit } from "./git_commit.ts";
import type { PreparedRun } from "./prepare.ts";
import { freezeConfig } from "./run_config.ts";
import { createRunFolder, type RunFolder } from "./run_folder.ts";
import type { RunConfig, RunMetrics, SampleRecord } from "./run_files.ts";
import { computeMetrics } from "./run_metrics.ts";
import { sampleTracing } from "./sample_span.ts";
import type { ScoredRecord } from "./sample_scores.ts";
import { renderSummary } from "./summary.ts";
import { inOrder } from "./task_queue.ts";
import { WORST_ANSWERS, worstAnswers } from "./worst_answers.ts";

/** The world around a run. */
export interface RunDeps extends ModelDeps {
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly denoVersion: string;
}

export interface RunOptions {
  /** The folder that receives the run folder. */
  readonly runsDir: string;
  /** A run to take up again instead of a new folder. */
  readonly resume?: string | undefined;
  /** Stops starting calls; those in flight are waited for. */
  readonly stop: AbortSignal;
  /** Ends calls in flight as well. */
  readonly abort: AbortSignal;
  /** Told once, while the server loads its model and has to be waited for. */
  readonly onWait: () => void;
  /** Told before the first call: settings, records that are there already, calls in all. */
  readonly onStart: (start: RunStart) => void;
  readonly onRecord: (record: SampleRecord) => void;
}

export interface RunStart {
  readonly config: RunConfig;
  readonly stored: readonly SampleRecord[];
  readonly calls: number;
  /** Characters of the messages for the longest log line. */
  readonly longestPrompt: number;
}

export interface RunResult {
  /** Absolute path of the run folder. */
  readonly path: string;
  readonly config: RunConfig;
  readonly metrics: RunMetrics;
  readonly records: readonly ScoredRecord[];
  /** The worst answers, lowest score first. */
  readonly worst: readonly SampleRecord[];
  readonly end: EvaluateEnd;
}

/**
 * Runs an experiment.
 *
 * @param root the project, for the commit it stands at
 * @throws {LlmError} when the server cannot be reached at the start; nothing is written then
 * @throws {UsageError} when a run cannot be resumed, naming what changed
 */
export function runExperiment(
  prepared: PreparedRun,
  root: string,
  deps: RunDeps,
  options: RunOptions,
): Promise<RunResult> {
  return inSpan(deps.instruments?.tracer, SPAN.run, undefined, async (span) => {
    const result = await runInSpan(prepared, root, deps, options, span);
    span?.setAttributes(endAttributes(result));
    return result;
  });
}

async function runInSpan(
  prepared: PreparedRun,
  root: string,
  deps: RunDeps,
  options: RunOptions,
  span: Span | undefined,
): Promise<RunResult> {
  const { samples, experiment } = prepared;
  const { seed, repeats, concurrency } = experiment.execution;
  const examples = once(() => exampleIndex(prepared.dataset.samples, seed));
  const model = await connectModel(prepared, examples, deps, options);
  const variables = taxonomyVariables(prepared.taxonomy);
  const analyzer = model.analyzer(prepared.template, experiment.llm_config);
  const config = freezeConfig(prepared, {
    fingerprint: model.fingerprint,
    startedAt: deps.now(),
    denoVersion: deps.denoVersion,
    gitCommit: gitCommit(root),
  });
  using folder = await openFolder(config, options);
  span?.setAttributes(startAttributes(folder.config));
  options.onStart({
    config: folder.config,
    stored: folder.records,
    calls: samples.length * repeats,
    longestPrompt: promptLength(analyzer, longestInput(samples), variables),
  });

  const records = folder.records.map(scoredRecord);
  const worst = worstAnswers(WORST_ANSWERS);
  folder.records.forEach(worst.add);
  const before = records.reduce((most, record) => Math.max(most, record.elapsed_ms), 0);
  const started = deps.clock.monotonic();
  const elapsedMs = () => before + deps.clock.monotonic() - started;
  const evaluation = evaluate(inOrder(missingTasks(prepared, records, analyzer)), {
    variables,
    concurrency,
    stop: options.stop,
    abort: options.abort,
    elapsedMs,
    tracing: sampleTracing(deps.instruments?.tracer, span, folder.config.run_id),
    onRecord(record) {
      folder.append(record);
      records.push(scoredRecord(record));
      worst.add(record);
      options.onRecord(record);
    },
  });
  // The floors cost some CPU: spent while the first answers are on their way.
  const [{ end, wallMs }, floors] = await Promise.all([
    evaluation.then((end) => ({ end, wallMs: elapsedMs() })),
    afterFirstCalls().then(() => computeFloors(samples, examples(), seed)),
  ]);
  const answered = answeredSamples(samples, records);
  const fair = answered.length === samples.length || answered.length === 0
    ? floors
    : computeFloors(answered, examples(), seed);
  const metrics = computeMetrics(folder.config, samples, records, fair, wallMs);
  const summary = renderSummary(folder.config, metrics, records, worst.list());
  folder.finish(metrics, summary, { latest: metrics.status === "complete" });
  return { path: folder.path, config: folder.config, metrics, records, worst: worst.list(), end };
}

function startAttributes({ run_id, experiment_id, dataset, prompt, model, execution }: RunConfig) {
  return {
    [ATTRIBUTE.runId]: run_id,
    [ATTRIBUTE.experimentId]: experiment_id,
    [ATTRIBUTE.datasetHash]: dataset.hash,
    [ATTRIBUTE.promptId]: prompt.id,
    [ATTRIBUTE.promptTemplateHash]: prompt.template_hash,
    [ATTRIBUTE.requestModel]: model.name,
    [ATTRIBUTE.calls]: dataset.n * execution.repeats,
  };
}

function endAttributes({ metrics, end }: RunResult) {
  return {
    [ATTRIBUTE.end]: end,
    [ATTRIBUTE.coverage]: metrics.coverage,
    ...(metrics.overall.mean === null ? {} : { [ATTRIBUTE.overall]: metrics.overall.mean }),
  };
}

/** What the metrics need of a record: in memory a run is only this and its worst answers. */
function scoredRecord(record: SampleRecord): ScoredRecord {
  const { id, repeat, outcome, predicted, scores, latency_ms, tokens, error, elapsed_ms } = record;
  return { id, repeat, outcome, predicted, scores, latency_ms, tokens, error, elapsed_ms };
}

function afterFirstCalls(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

function longestInput(samples: readonly Sample[]): SampleInput {
  return samples.reduce(
    (longest, { input }) => input.log_line.length > longest.log_line.length ? input : longest,
    samples[0]!.input,
  );
}

function promptLength(
  analyzer: LogAnalyzer,
  input: SampleInput,
  variables: Readonly<Record<string, string>>,
): number {
  return analyzer.buildPrompt([logEntryOf(input)], sampleContext(input, variables))
    .reduce((sum, { content }) => sum + content.length, 0);
}

function answeredSamples(
  samples: readonly Sample[],
  records: readonly ScoredRecord[],
): Sample[] {
  const answered = new Set(records.filter(({ scores }) => scores !== null).map(({ id }) => id));
  return samples.filter(({ id }) => answered.has(id));
}

function missingTasks(
  { samples, experiment }: PreparedRun,
  records: readonly ScoredRecord[],
  analyzer: LogAnalyzer,
): Task[] {
  const answered = new Set(records.map(({ id, repeat }) => `${id} ${repeat}`));
  const tasks: Task[] = [];
  for (let repeat = 1; repeat <= experiment.execution.repeats; repeat++) {
    for (const sample of samples) {
      if (!answered.has(`${sample.id} ${repeat}`)) tasks.push({ analyzer, sample, repeat });
    }
  }
  return tasks;
}

async function openFolder(
  config: Omit<RunConfig, "run_id">,
  { runsDir, resume }: RunOptions,
): Promise<RunFolder> {
  if (resume === undefined) return createRunFolder(runsDir, config);
  const { resumeRunFolder } = await import("./resume.ts");
  return await resumeRunFolder(resume, config);
}
