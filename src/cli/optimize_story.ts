// The story of an optimization on stderr: what will be asked, each stage as it begins, a line that
// tells how far it is.

import { formatCount, formatScore, oneLine } from "../format.ts";
import { servedModel } from "../harness/run_terms.ts";
import type { OptimizationConfig, Trial } from "../optimizer/optimization_files.ts";
import { callsLine, dimensionsLine } from "../optimizer/optimization_terms.ts";
import type { Phase } from "../optimizer/optimize.ts";
import type { CliContext } from "./context.ts";
import { formatEta, progressDisplay } from "./progress.ts";

/** How far an optimization is. */
export interface OptimizeProgress {
  readonly total: number;
  /** Calls, those from an earlier session included. */
  readonly done: number;
  /** Calls of this session, and its milliseconds: what the rate is made of. */
  readonly doneNow: number;
  readonly elapsedMs: number;
  readonly failed: number;
  /** `stage 3 of 6   27 prompts`, `baseline` or `confirmation`. */
  readonly what: string;
  /** Mean overall score of the calls of this phase, `null` before the first. */
  readonly score: number | null;
}

/** Draws a progress as one line of at most `width` characters. */
export function renderOptimizeProgress(progress: OptimizeProgress, width: number): string {
  const { done, total, doneNow, elapsedMs, failed, what, score } = progress;
  const rate = elapsedMs > 0 ? doneNow / (elapsedMs / 1000) : 0;
  const parts = [
    what,
    `${done}/${total} calls`,
    `ETA ${rate > 0 ? formatEta((total - done) / rate) : "–"}`,
    `score ${formatScore(score, 2)}`,
    ...(failed > 0 ? [`${failed} failed`] : []),
  ];
  return oneLine(` ${parts.join("   ")}`, Math.max(width, 0));
}

/** What listens to the events of an optimization. */
export interface OptimizationStory {
  start(config: OptimizationConfig, stored: readonly Trial[]): void;
  phase(phase: Phase): void;
  trial(trial: Trial): void;
  /** Ends the progress, whatever became of it. */
  end(): void;
}

export function tellOptimization(context: CliContext): OptimizationStory {
  const { stderr, stderrColumns, clock, stop } = context;
  const display = progressDisplay(
    stderr,
    stderrColumns,
    renderOptimizeProgress,
    () => clock.monotonic(),
  );
  let progress: OptimizeProgress | null = null;
  let scores: number[] = [];
  let started = 0;
  let concurrency = 0;
  const announceStop = () => {
    if (progress === null) return;
    display.clear();
    stderr(
      `stopping: up to ${concurrency} calls in flight are waited for; Ctrl-C again drops them\n`,
    );
  };
  stop.addEventListener("abort", announceStop);
  return {
    start(config, stored) {
      const { space, search, model, validation, confirmation } = config;
      stderr(
        `${formatCount(space.candidates, "prompt")} (${
          dimensionsLine(config)
        }) · ${search.method} · ` +
          `${callsLine(config)} · ${servedModel(config)}\n`,
      );
      if (model.fingerprint.n_ctx !== null) {
        stderr(`a slot of the server holds ${model.fingerprint.n_ctx} tokens\n`);
      }
      if (stored.length > 0) {
        stderr(`going on with ${config.run_id}: ${stored.length} calls are there\n`);
      }
      started = clock.monotonic();
      concurrency = config.execution.concurrency;
      progress = {
        total: search.budget + validation.n + 2 * confirmation.ids.length,
        done: stored.length,
        doneNow: 0,
        elapsedMs: 0,
        failed: 0,
        what: "baseline",
        score: null,
      };
      display.update(progress);
    },
    phase(phase) {
      if (progress === null) return;
      scores = [];
      const what = describe(phase);
      const leader = phase.phase === "search" && phase.stage > 1
        ? phase.survivors[0] ?? null
        : phase.phase === "confirmation"
        ? phase.winner
        : null;
      const isLast = phase.phase === "confirmation";
      const total = isLast ? progress.done + phase.calls : progress.total;
      progress = { ...progress, what, total, score: null };
      if (phase.calls === 0) return;
      display.clear();
      const elapsed = formatEta((clock.monotonic() - started) / 1000);
      const leads = leader === null ? "" : ` · leads: ${leader}`;
      stderr(`${elapsed.padStart(10)}  ${what} · ${phase.calls} calls${leads}\n`);
      display.update(progress);
    },
    trial({ outcome, scores: found }) {
      if (progress === null) return;
      if (found !== null) scores.push(found.overall);
      progress = {
        ...progress,
        done: progress.done + 1,
        doneNow: progress.doneNow + 1,
        failed: progress.failed + (outcome === "failed" ? 1 : 0),
        elapsedMs: clock.monotonic() - started,
        score: scores.length === 0
          ? null
          : scores.reduce((sum, score) => sum + score, 0) / scores.length,
      };
      display.update(progress);
    },
    end() {
      stop.removeEventListener("abort", announceStop);
      display[Symbol.dispose]();
    },
  };
}

function describe(phase: Phase): string {
  switch (phase.phase) {
    case "baseline":
    case "confirmation":
      return phase.phase;
    case "search": {
      const { stage, of, survivors } = phase;
      const prompts = survivors.length === 1 ? "prompt" : "prompts";
      return `stage ${stage} of ${of} · ${survivors.length} ${prompts}`;
    }
    default: {
      const never: never = phase;
      return never;
    }
  }
}
