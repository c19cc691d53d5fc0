// `logeval run`: an experiment on its dataset, told as it goes, shown as a table or as JSON.

import { relative, resolve } from "node:path";
import picocolors from "picocolors";
import { UsageError } from "../errors.ts";
import { oneLine } from "../format.ts";
import type { EvaluateEnd } from "../harness/evaluate.ts";
import { type Overrides, prepareRun } from "../harness/prepare.ts";
import { findProject, inProject, RUNS_DIR } from "../harness/project.ts";
import { runExperiment, type RunResult, type RunStart } from "../harness/run.ts";
import { findRun, listRuns } from "../harness/run_store.ts";
import { failureCauses, repeatCommand } from "../harness/run_terms.ts";
import { type CliContext, EXIT } from "./context.ts";
import { renderDryRun } from "./dry_run.ts";
import { advance, type Progress, progressDisplay } from "./progress.ts";
import { renderRunHeader, renderRunReport } from "./run_report.ts";

export interface RunCommandOptions extends Overrides {
  /** A run's name; `true` for the experiment's newest unfinished one. */
  readonly resume?: string | true;
  readonly dryRun?: true;
  readonly json?: true;
  readonly failUnder?: number;
  readonly out?: string;
}

/** @returns the exit code: 0, 4 when not every sample was answered, 5, or 130 */
export async function runCommand(
  context: CliContext,
  name: string,
  options: RunCommandOptions,
): Promise<number> {
  const { stderr, stdout } = context;
  const root = findProject(context.cwd);
  const prepared = await prepareRun(root, name, options, context.cwd);
  for (const warning of prepared.warnings) {
    stderr(`warning: ${warning.replaceAll("\n", "\n         ")}\n`);
  }
  const runsDir = options.out === undefined
    ? inProject(root, RUNS_DIR)
    : resolve(context.cwd, options.out);
  if (options.dryRun) {
    stdout(renderDryRun(prepared, listRuns(runsDir)));
    return EXIT.ok;
  }
  const resume = options.resume === undefined
    ? undefined
    : runToResume(runsDir, prepared.experiment.experiment_id, options.resume, context.cwd);

  const story = tellStory(context);
  let result: RunResult;
  try {
    result = await runExperiment(prepared, root, context, {
      runsDir,
      resume,
      stop: context.stop,
      abort: context.abort,
      onWait: () => stderr("the server is still loading its model; waiting\n"),
      onStart: story.start,
      onRecord: story.record,
    });
  } finally {
    story.end();
  }
  if (options.json) stdout(`${JSON.stringify(result.metrics, null, 2)}\n`);
  else {
    const colors = picocolors.createColors(context.colors.stdout);
    stdout(renderRunReport(result.config, result.metrics, colors));
  }
  tellEnd(context, result, options);
  return exitCode(result, options.failUnder);
}

/** Progress on stderr from the events of a run. */
function tellStory({ stderr, stderrColumns, clock, stop }: CliContext) {
  const display = progressDisplay(stderr, stderrColumns, () => clock.monotonic());
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
    start({ config, stored, calls }: RunStart) {
      stderr(`${renderRunHeader(config)}\n`);
      const { name, fingerprint, provider } = config.model;
      if (provider === "openai" && fingerprint.model !== null && fingerprint.model !== name) {
        stderr(
          `note: asked for "${name}", the server answers as "${oneLine(fingerprint.model, 80)}"\n`,
        );
      }
      if (stored.length > 0) {
        stderr(`going on with ${config.run_id}: ${stored.length} of ${calls} are there\n`);
      }
      concurrency = config.execution.concurrency;
      started = clock.monotonic();
      progress = stored.reduce(
        (sum, record) =>
          advance(sum, { outcome: record.outcome, score: record.scores?.overall ?? null }),
        { total: calls, done: 0, doneNow: 0, failed: 0, unreadable: 0, scoreSum: 0, elapsedMs: 0 },
      );
      progress = { ...progress, doneNow: 0 };
      display.update(progress);
    },
    record(
      record: { readonly outcome: string; readonly scores: { readonly overall: number } | null },
    ) {
      if (progress === null) return;
      const score = record.scores?.overall ?? null;
      progress = {
        ...advance(progress, { outcome: record.outcome, score }),
        elapsedMs: clock.monotonic() - started,
      };
      display.update(progress);
    },
    end() {
      stop.removeEventListener("abort", announceStop);
      display[Symbol.dispose]();
    },
  };
}

function tellEnd(context: CliContext, result: RunResult, options: RunCommandOptions): void {
  const { stderr } = context;
  const { config, metrics, records, worst, end } = result;
  for (const { message, count } of failureCauses(records).slice(0, 3)) {
    stderr(`\n  ${count} x ${oneLine(message, 300)}`);
  }
  if (metrics.outcomes.failed > 0) stderr("\n");
  stderr(`\n${relative(context.cwd, result.path) || "."}\n`);
  const command = [
    repeatCommand(config),
    ...(options.out === undefined ? [] : ["--out", options.out]),
  ].join(" ");
  if (metrics.status === "partial") {
    const done = Math.round(metrics.coverage * metrics.n * metrics.repeats);
    stderr(`${partialReason(end)}${done} of ${metrics.n * metrics.repeats} answered.\n`);
    stderr(`go on with: ${command} --resume\n`);
    return;
  }
  const sample = worst[0] ? ` · logeval show latest --sample ${worst[0].id.slice(0, 6)}` : "";
  stderr(`next: logeval show latest${sample}\n`);
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

function exitCode({ metrics, end }: RunResult, failUnder: number | undefined): number {
  if (end === "stopped") return EXIT.interrupted;
  if (metrics.status === "partial") return EXIT.model;
  const score = metrics.overall.mean;
  return failUnder !== undefined && (score === null || score < failUnder) ? EXIT.gate : EXIT.ok;
}

function runToResume(
  runsDir: string,
  experimentId: string,
  name: string | true,
  cwd: string,
): string {
  if (name !== true) return findRun(runsDir, name, cwd).path;
  const unfinished = listRuns(runsDir).findLast(({ config, metrics }) =>
    config.experiment_id === experimentId && metrics?.status !== "complete"
  );
  if (unfinished) return unfinished.path;
  throw new UsageError(`Cannot resume ${experimentId}: it has no unfinished run`, {
    hint: `start one: logeval run ${experimentId}`,
  });
}
