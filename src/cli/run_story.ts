// The story of a run on stderr: what is asked of which server, progress, how it ended, what to do
// next. The answer itself, table or JSON, is not told here.

import { relative, resolve } from "node:path";
import { formatCount, formatScore, oneLine } from "../format.ts";
import type { EvaluateEnd } from "../harness/evaluate.ts";
import type { RunResult, RunStart } from "../harness/run.ts";
import { failureCauses, resumeCommand, shellWord } from "../harness/run_terms.ts";
import type { SampleRecord } from "../harness/run_files.ts";
import type { CliContext } from "./context.ts";
import { advance, type Progress, progressDisplay, renderProgress } from "./progress.ts";
import { renderRunHeader } from "./run_report.ts";

export interface StoryOptions {
  readonly out?: string | undefined;
  readonly failUnder?: number | undefined;
}

/** What listens to the events of a run. */
export interface RunStory {
  start(start: RunStart): void;
  record(record: Pick<SampleRecord, "outcome" | "scores">): void;
  /** Ends the progress, whatever became of the run. */
  end(): void;
  /** Told after the answer is printed. */
  tellEnd(result: RunResult): void;
}

export function tellStory(context: CliContext, options: StoryOptions): RunStory {
  const { stderr, stderrColumns, clock, stop } = context;
  const display = progressDisplay(stderr, stderrColumns, renderProgress, () => clock.monotonic());
  let progress: Progress | null = null;
  let started = 0;
  let concurrency = 0;
  const announceStop = () => {
    if (progress === null) return;
    display.clear();
    const left = Math.min(concurrency, progress.total - progress.done);
    stderr(`stopping: up to ${left} calls in flight are waited for; Ctrl-C again drops them\n`);
  };
  stop.addEventListener("abort", announceStop);
  return {
    start(start) {
      const { config, stored, calls } = start;
      stderr(`${renderRunHeader(config)}\n`);
      for (const note of notesOn(start)) stderr(`note: ${note}\n`);
      if (stored.length > 0) {
        stderr(`going on with ${config.run_id}: ${stored.length} of ${calls} are there\n`);
      }
      concurrency = config.execution.concurrency;
      started = clock.monotonic();
      const none = { done: 0, failed: 0, unreadable: 0, scoreSum: 0 };
      const before = stored.reduce((sum, record) => advance(sum, scoreOf(record)), {
        ...none,
        total: calls,
        doneNow: 0,
        elapsedMs: 0,
      });
      progress = { ...before, doneNow: 0 };
      display.update(progress);
    },
    record(record) {
      if (progress === null) return;
      progress = {
        ...advance(progress, scoreOf(record)),
        elapsedMs: clock.monotonic() - started,
      };
      display.update(progress);
    },
    end() {
      stop.removeEventListener("abort", announceStop);
      display[Symbol.dispose]();
    },
    tellEnd: (result) => stderr(renderEnd(result, options, context.cwd)),
  };
}

function scoreOf({ outcome, scores }: Pick<SampleRecord, "outcome" | "scores">) {
  return { outcome, score: scores?.overall ?? null };
}

/** What is odd about server and settings before the first call. */
function notesOn({ config, longestPrompt }: RunStart): string[] {
  const { provider, name, fingerprint } = config.model;
  if (provider === "embedded") return [];
  const notes: string[] = [];
  if (fingerprint.model !== null && fingerprint.model !== name) {
    notes.push(`asked for "${name}", the server answers as "${oneLine(fingerprint.model, 80)}"`);
  }
  const { slots, n_ctx } = fingerprint;
  if (slots !== null && config.execution.concurrency > slots) {
    notes.push(
      `${config.execution.concurrency} calls at a time on ${formatCount(slots, "slot")}: ` +
        "the others wait in the server, and their latency with them",
    );
  }
  // Six characters a token is more than any tokenizer gets out of logs: a call beyond it must fail.
  const least = Math.floor(longestPrompt / 6) + config.llm_config.max_tokens;
  if (n_ctx !== null && least > n_ctx) {
    notes.push(
      `the longest prompt and its answer need more than ${least} tokens, a slot holds ${n_ctx}: ` +
        "start the server with a larger -c",
    );
  }
  return notes;
}

function renderEnd(result: RunResult, options: StoryOptions, cwd: string): string {
  const { config, metrics, records, worst, end, path } = result;
  const lines = failureCauses(records).slice(0, 3)
    .map(({ message, count }) => `  ${count} x ${oneLine(message, 300)}`);
  if (lines.length > 0) lines.unshift("");
  const folder = relative(cwd, path) || ".";
  lines.push("", folder);
  if (metrics.status === "partial") {
    const done = Math.round(metrics.coverage * metrics.n * metrics.repeats);
    lines.push(`${partialReason(end)}${done} of ${metrics.n * metrics.repeats} answered.`);
    lines.push(`go on with: ${resumeCommand(config, options.out ?? null)}`);
  } else {
    const { mean } = metrics.overall;
    if (options.failUnder !== undefined && (mean === null || mean < options.failUnder)) {
      lines.push(`below --fail-under: overall ${formatScore(mean)} < ${options.failUnder}`);
    }
    // `latest` looks into the project's own folder.
    const name = options.out === undefined ? "latest" : shellWord(resolve(cwd, folder));
    const sample = worst[0] ? ` · logeval show ${name} --sample ${shellWord(worst[0].id)}` : "";
    lines.push(`next: logeval show ${name}${sample}`);
  }
  return `${lines.join("\n")}\n`;
}

function partialReason(end: EvaluateEnd): string {
  switch (end) {
    case "stopped":
      return "stopped. ";
    case "model_lost":
      return "gave up: the model no longer answers. ";
    case "done":
      return "";
    default: {
      const never: never = end;
      return never;
    }
  }
}
