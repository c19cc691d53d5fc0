// One run from its prepared settings to its finished folder: look at the server, open the folder,
// evaluate, derive metrics and summary. Commands tell the story; this only reports events.

import { LogAnalyzer } from "../analyzer/analyzer.ts";
import { EMBEDDED_MODEL, embeddedModel } from "../analyzer/embedded.ts";
import { probeServer, type ServerInfo } from "../analyzer/preflight.ts";
import type { Clock } from "../analyzer/retry.ts";
import type { Sample, SampleInput } from "../dataset/sample.ts";
import { allowedLabels, taxonomyVariables } from "../dataset/taxonomy.ts";
import { LlmError, UsageError } from "../errors.ts";
import { seededRandom } from "../random.ts";
import { evaluate, type EvaluateEnd, type Task } from "./evaluate.ts";
import { computeFloors, exampleIndex } from "./floors.ts";
import { gitCommit } from "./git_commit.ts";
import type { PreparedRun } from "./prepare.ts";
import { freezeConfig } from "./run_config.ts";
import { createRunFolder, type RunFolder } from "./run_folder.ts";
import type { RunConfig, RunMetrics, SampleRecord } from "./run_files.ts";
import { computeMetrics } from "./run_metrics.ts";
import type { ScoredRecord } from "./sample_scores.ts";
import { renderSummary } from "./summary.ts";
import { WORST_ANSWERS, worstAnswers } from "./worst_answers.ts";

const PROBE_TIMEOUT_MS = 2500;
const LOADING_POLL_MS = 500;

/** The world around a run. */
export interface RunDeps {
  readonly clock: Clock;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly env: (name: string) => string | undefined;
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
  /** The sample with the longest log line. */
  readonly longest: SampleInput;
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
export async function runExperiment(
  prepared: PreparedRun,
  root: string,
  deps: RunDeps,
  options: RunOptions,
): Promise<RunResult> {
  const { samples, experiment } = prepared;
  const { seed, repeats, concurrency } = experiment.execution;
  const apiKey = readApiKey(prepared, deps);
  const fingerprint = await lookAtModel(prepared, apiKey, deps, options);
  const examples = once(() => exampleIndex(prepared.dataset.samples, seed));
  const variables = taxonomyVariables(prepared.taxonomy);
  const analyzer = new LogAnalyzer({
    llmUrl: experiment.model.endpoint ?? "",
    modelName: experiment.model.name,
    promptTemplate: prepared.template,
    config: experiment.llm_config,
    apiKey,
    allowedLabels: allowedLabels(prepared.taxonomy),
    retries: experiment.execution.retries,
    timeoutMs: experiment.execution.timeout_s * 1000,
    clock: runClock(deps.clock, seed, options.stop),
    ...(experiment.model.provider === "embedded" ? { model: embeddedModel(examples()) } : {}),
  });
  const config = freezeConfig(prepared, {
    fingerprint,
    startedAt: deps.now(),
    denoVersion: deps.denoVersion,
    gitCommit: gitCommit(root),
  });
  using folder = await openFolder(config, options);
  options.onStart({
    config: folder.config,
    stored: folder.records,
    calls: samples.length * repeats,
    longest: longestInput(samples),
  });

  const records = folder.records.map(scoredRecord);
  const worst = worstAnswers(WORST_ANSWERS);
  folder.records.forEach(worst.add);
  const before = records.reduce((most, record) => Math.max(most, record.elapsed_ms), 0);
  const started = deps.clock.monotonic();
  const elapsedMs = () => before + deps.clock.monotonic() - started;
  const evaluation = evaluate(missingTasks(prepared, records), {
    analyzer,
    variables,
    concurrency,
    stop: options.stop,
    abort: options.abort,
    elapsedMs,
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

function answeredSamples(
  samples: readonly Sample[],
  records: readonly ScoredRecord[],
): Sample[] {
  const answered = new Set(records.filter(({ scores }) => scores !== null).map(({ id }) => id));
  return samples.filter(({ id }) => answered.has(id));
}

/** Draws jitter from the run's seed, and ends a wait between attempts when the run is stopped. */
function runClock(clock: Clock, seed: number, stop: AbortSignal): Clock {
  return {
    monotonic: clock.monotonic,
    random: seededRandom(seed),
    sleep: (ms, { signal }) => clock.sleep(ms, { signal: AbortSignal.any([signal, stop]) }),
  };
}

function missingTasks(
  { samples, experiment }: PreparedRun,
  records: readonly ScoredRecord[],
): Task[] {
  const answered = new Set(records.map(({ id, repeat }) => `${id} ${repeat}`));
  const tasks: Task[] = [];
  for (let repeat = 1; repeat <= experiment.execution.repeats; repeat++) {
    for (const sample of samples) {
      if (!answered.has(`${sample.id} ${repeat}`)) tasks.push({ sample, repeat });
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

function readApiKey({ experiment }: PreparedRun, { env }: RunDeps): string | undefined {
  const name = experiment.model.api_key_env;
  if (name === undefined || experiment.model.provider === "embedded") return undefined;
  const key = env(name);
  if (key) return key;
  throw new UsageError(
    `Cannot read the model's key: model.api_key_env names ${name}, which is not set`,
  );
}

async function lookAtModel(
  { experiment }: PreparedRun,
  apiKey: string | undefined,
  { clock }: RunDeps,
  { stop, onWait }: RunOptions,
): Promise<ServerInfo> {
  const { provider, endpoint } = experiment.model;
  if (provider === "embedded" || endpoint === undefined) {
    return { model: EMBEDDED_MODEL, build: null, slots: null, n_ctx: null };
  }
  const giveUp = clock.monotonic() + experiment.execution.timeout_s * 1000;
  for (let waited = false;; waited = true) {
    try {
      const signal = AbortSignal.any([stop, AbortSignal.timeout(PROBE_TIMEOUT_MS)]);
      return await probeServer(endpoint, { signal, apiKey });
    } catch (error) {
      const loading = error instanceof LlmError && error.kind === "server_error";
      if (!loading || clock.monotonic() > giveUp) throw error;
      if (!waited) onWait();
      await clock.sleep(LOADING_POLL_MS, { signal: stop });
    }
  }
}
