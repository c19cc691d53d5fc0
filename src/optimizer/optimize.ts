// One optimization from its prepared settings to its finished folder: measure the baseline, search,
// confirm the winner on samples that the search never saw, store what came out. Commands tell the
// story; this only reports events.

import type { Span } from "@opentelemetry/api";
import type { Sample } from "../dataset/sample.ts";
import { taxonomyVariables } from "../dataset/taxonomy.ts";
import { connectModel, type ModelDeps } from "../harness/connect.ts";
import { evaluate, type EvaluateEnd } from "../harness/evaluate.ts";
import { exampleIndex } from "../harness/floors.ts";
import { gitCommit } from "../harness/git_commit.ts";
import { inStretches } from "../harness/task_queue.ts";
import { LlmError } from "../errors.ts";
import { isPromptRefused } from "../harness/run_files.ts";
import { sampleTracing } from "../harness/sample_span.ts";
import { seededRandom } from "../random.ts";
import type { Candidate } from "./candidates.ts";
import { fullSearch, randomSearch } from "./grid.ts";
import { halving } from "./halving.ts";
import { freezeOptimization } from "./optimization_config.ts";
import { BASELINE, type OptimizationConfig, type Trial } from "./optimization_files.ts";
import {
  createOptimizationFolder,
  type OptimizationFolder,
  resumeOptimizationFolder,
} from "./optimization_folder.ts";
import type { PreparedOptimization } from "./prepare_optimization.ts";
import type { Search, SearchProblem, SearchResult, Stage } from "./search.ts";
import {
  type Arm,
  missingTasks,
  type TrialBook,
  trialBook,
  trialOf,
  trialScore,
} from "./trial_book.ts";

/** The world around an optimization. */
export interface OptimizeDeps extends ModelDeps {
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly denoVersion: string;
  /** The span of the optimization, which those of its calls are linked with. */
  readonly span?: Span | undefined;
}

export interface OptimizeOptions {
  /** The folder that receives the optimization's folder. */
  readonly runsDir: string;
  /** An optimization to take up again instead of a new folder. */
  readonly resume?: string | undefined;
  /** Stops starting calls; those in flight are waited for. */
  readonly stop: AbortSignal;
  /** Ends calls in flight as well. */
  readonly abort: AbortSignal;
  readonly onWait: () => void;
  /** Told before the first call, with what is stored already. */
  readonly onStart: (config: OptimizationConfig, stored: readonly Trial[]) => void;
  /** Told before the calls of the baseline, of each stage and of the confirmation. */
  readonly onPhase: (phase: Phase) => void;
  readonly onTrial: (trial: Trial) => void;
}

/** What is being asked, and how many calls of it are still to be made. */
export type Phase =
  | { readonly phase: "baseline"; readonly calls: number }
  | {
    readonly phase: "search";
    readonly calls: number;
    readonly stage: number;
    readonly of: number;
    readonly survivors: readonly string[];
  }
  | { readonly phase: "confirmation"; readonly calls: number; readonly winner: string };

/** A search that came to its end. */
export interface FoundWinner {
  readonly winner: Candidate;
  readonly stages: readonly Stage[];
  readonly search: SearchResult;
}

/** Besides how calls end: `unanswered` when some of baseline or confirmation brought no answer. */
export type OptimizeEnd = EvaluateEnd | "unanswered";

export interface OptimizeOutcome {
  readonly end: OptimizeEnd;
  /** The open folder: whoever finishes it closes it. */
  readonly folder: OptimizationFolder;
  readonly trials: readonly Trial[];
  /** `null` when the end is not `done`. */
  readonly found: FoundWinner | null;
}

const SEARCHES = { halving, random: randomSearch, full: fullSearch } as const;

/** Thrown and caught in here: the calls of a phase were not all made. */
class Interrupted {
  constructor(readonly end: OptimizeEnd) {}
}

/**
 * Runs an optimization, or goes on with it.
 *
 * @param root the project, for the commit it stands at
 * @throws {LlmError} when the server cannot be reached at the start, and nothing is written; when it
 * refuses every call of the baseline
 * @throws {UsageError} when it cannot be resumed, naming what changed
 */
export async function optimize(
  prepared: PreparedOptimization,
  root: string,
  deps: OptimizeDeps,
  options: OptimizeOptions,
): Promise<OptimizeOutcome> {
  const { run, validation, confirmation } = prepared;
  const { llm_config, execution } = run.experiment;
  const model = await connectModel(
    run,
    () => exampleIndex(run.dataset.samples, execution.seed),
    deps,
    options,
  );
  const armOf = (id: string, template: Candidate["template"], maxTokens: number | null): Arm => ({
    id,
    template,
    analyzer: model.analyzer(template, {
      ...llm_config,
      ...(maxTokens === null ? {} : { max_tokens: maxTokens }),
    }),
  });
  const baseline = armOf(BASELINE, run.template, null);
  const arms = prepared.candidates.map(({ id, template, maxTokens }) =>
    armOf(id, template, maxTokens)
  );
  const folder = await openFolder(
    freezeOptimization(prepared, {
      fingerprint: model.fingerprint,
      startedAt: deps.now(),
      denoVersion: deps.denoVersion,
      gitCommit: gitCommit(root),
    }),
    options,
  );
  options.onStart(folder.config, folder.trials);
  const book = trialBook(folder.trials);
  const ask = asker(prepared, folder, book, deps, options);
  try {
    await askAll(ask, book, [baseline], validation.samples, { phase: "baseline" });
    refuseRefusedBaseline(book.all());
    const { stages, result } = await search(prepared, arms, book, ask);
    const winner = prepared.candidates[result.ranking[0]!]!;
    const finalArm = arms[result.ranking[0]!]!;
    await askAll(ask, book, [baseline, finalArm], confirmation, {
      phase: "confirmation",
      winner: winner.id,
    });
    return {
      end: "done",
      folder,
      trials: book.all(),
      found: { winner, stages, search: result },
    };
  } catch (error) {
    if (error instanceof Interrupted) {
      return { end: error.end, folder, trials: book.all(), found: null };
    }
    folder[Symbol.dispose]();
    throw error;
  }
}

type Purpose =
  | { readonly phase: "baseline" }
  | {
    readonly phase: "search";
    readonly stage: number;
    readonly of: number;
    readonly survivors: readonly string[];
  }
  | { readonly phase: "confirmation"; readonly winner: string };

type Ask = (arms: readonly Arm[], samples: readonly Sample[], purpose: Purpose) => Promise<void>;

/** Makes the calls that are not in the book yet, stores each as it comes. */
function asker(
  { run }: PreparedOptimization,
  folder: OptimizationFolder,
  book: TrialBook,
  { clock, instruments, span }: OptimizeDeps,
  options: OptimizeOptions,
): Ask {
  const variables = taxonomyVariables(run.taxonomy);
  const before = folder.trials.reduce((most, trial) => Math.max(most, trial.elapsed_ms), 0);
  const started = clock.monotonic();
  return async (arms, samples, purpose) => {
    const stage = purpose.phase === "search" ? purpose.stage : null;
    const tasks = missingTasks(book, arms, samples, { phase: purpose.phase, stage });
    options.onPhase({ ...purpose, calls: tasks.length });
    const { concurrency } = run.experiment.execution;
    const end = await evaluate(inStretches(tasks, concurrency), {
      variables,
      concurrency,
      stop: options.stop,
      abort: options.abort,
      elapsedMs: () => before + clock.monotonic() - started,
      refusalsAreAnswers: true,
      tracing: sampleTracing(instruments?.tracer, span, folder.config.run_id),
      onRecord(record, task) {
        const trial = trialOf(record, task);
        folder.append(trial);
        book.add(trial);
        options.onTrial(trial);
      },
    });
    if (end !== "done") throw new Interrupted(end);
  };
}

/** Asks until every call has its answer, or twice: these figures stand on their own. */
async function askAll(
  ask: Ask,
  book: TrialBook,
  arms: readonly Arm[],
  samples: readonly Sample[],
  purpose: Purpose,
): Promise<void> {
  const unanswered = () =>
    arms.some((arm) => samples.some(({ id }) => trialScore(book.find(arm.id, id)) === null));
  await ask(arms, samples, purpose);
  if (unanswered()) await ask(arms, samples, purpose);
  if (unanswered()) throw new Interrupted("unanswered");
}

/** A server that refuses all of today's prompt refuses something else than a prompt. */
function refuseRefusedBaseline(trials: readonly Trial[]): void {
  const baseline = trials.filter(({ phase }) => phase === "baseline");
  const refused = baseline.filter(isPromptRefused);
  if (refused.length === 0 || refused.length < baseline.length) return;
  throw new LlmError(
    "rejected",
    `Cannot search: the server refuses every call of today's prompt: ${refused[0]?.error?.message}`,
  );
}

async function search(
  prepared: PreparedOptimization,
  arms: readonly Arm[],
  book: TrialBook,
  ask: Ask,
): Promise<{ stages: Stage[]; result: SearchResult }> {
  const { samples } = prepared.validation;
  const running = startSearch(prepared, book);
  const stages: Stage[] = [];
  let step = running.next();
  while (!step.done) {
    const stage = step.value;
    stages.push(stage);
    const survivors = stage.survivors.map((at) => arms[at]!);
    const asked = stage.samples.map((at) => samples[at]!);
    await ask(survivors, asked, {
      phase: "search",
      stage: stage.stage,
      of: stage.of,
      survivors: survivors.map(({ id }) => id),
    });
    step = running.next(
      survivors.map(({ id }) => asked.map((sample) => trialScore(book.find(id, sample.id)))),
    );
  }
  return { stages, result: step.value };
}

function startSearch(
  { candidates, validation, budget, seed, method }: PreparedOptimization,
  book: TrialBook,
): Search {
  const problem: SearchProblem = {
    levels: candidates.map(({ levelIndexes }) => levelIndexes),
    categories: validation.samples.map(({ labels }) => labels.root_cause),
    baseline: validation.samples.map(({ id }) => trialScore(book.find(BASELINE, id))),
    budget,
    random: seededRandom(seed),
  };
  return SEARCHES[method](problem);
}

async function openFolder(
  config: Omit<OptimizationConfig, "run_id">,
  { runsDir, resume }: OptimizeOptions,
): Promise<OptimizationFolder> {
  return resume === undefined
    ? createOptimizationFolder(runsDir, config)
    : await resumeOptimizationFolder(resume, config);
}
