// `logeval run`: an experiment on its dataset, told as it goes, shown as a table or as JSON.

import { resolve } from "node:path";
import picocolors from "picocolors";
import { UsageError } from "../errors.ts";
import { type Overrides, prepareRun } from "../harness/prepare.ts";
import { findProject, inProject, RUNS_DIR } from "../harness/project.ts";
import { runExperiment, type RunResult } from "../harness/run.ts";
import type { Instruments } from "../telemetry/spans.ts";
import { type CliContext, EXIT } from "./context.ts";
import { renderDryRun } from "./dry_run.ts";
import { renderRunReport } from "./run_report.ts";
import { type RunStory, tellStory } from "./run_story.ts";
import { withTelemetry } from "./telemetry.ts";

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
  if (options.dryRun) return await dryRun(context, name, options);
  return await withTelemetry(context, async (telemetry) => {
    const { result, story } = await executeRun(context, name, options, telemetry);
    if (options.json) context.stdout(`${JSON.stringify(result.metrics, null, 2)}\n`);
    else {
      const colors = picocolors.createColors(context.colors.stdout);
      context.stdout(renderRunReport(result.config, result.metrics, colors));
    }
    story.tellEnd(result);
    return exitCode(result, options.failUnder);
  });
}

/** Runs an experiment and tells its story, up to the answer, which the caller prints. */
export async function executeRun(
  context: CliContext,
  name: string,
  options: RunCommandOptions,
  instruments: Instruments | undefined,
): Promise<{ readonly result: RunResult; readonly story: RunStory }> {
  const { root, prepared, runsDir } = await prepareCommand(context, name, options);
  const resume = options.resume === undefined
    ? undefined
    : await runToResume(runsDir, prepared.experiment.experiment_id, options.resume, context.cwd);
  const story = tellStory(context, options);
  try {
    const { clock, env, now, denoVersion } = context;
    const deps = { clock, env, now, denoVersion, instruments };
    const result = await runExperiment(prepared, root, deps, {
      runsDir,
      resume,
      stop: context.stop,
      abort: context.abort,
      onWait: () => context.stderr("the server is still loading its model; waiting\n"),
      onStart: story.start,
      onRecord: story.record,
    });
    return { result, story };
  } finally {
    story.end();
  }
}

/** The exit code of a run. */
export function exitCode({ metrics, end }: RunResult, failUnder: number | undefined): number {
  if (end === "stopped") return EXIT.interrupted;
  if (metrics.status === "partial") return EXIT.model;
  const score = metrics.overall.mean;
  return failUnder !== undefined && (score === null || score < failUnder) ? EXIT.gate : EXIT.ok;
}

async function dryRun(
  context: CliContext,
  name: string,
  options: RunCommandOptions,
): Promise<number> {
  const { prepared, runsDir } = await prepareCommand(context, name, options);
  const { listRuns } = await import("../harness/run_store.ts");
  context.stdout(renderDryRun(prepared, listRuns(runsDir)));
  return EXIT.ok;
}

async function prepareCommand(context: CliContext, name: string, options: RunCommandOptions) {
  const root = findProject(context.cwd);
  const prepared = await prepareRun(root, name, options, context.cwd);
  for (const warning of prepared.warnings) {
    context.stderr(`warning: ${warning.replaceAll("\n", "\n         ")}\n`);
  }
  const runsDir = options.out === undefined
    ? inProject(root, RUNS_DIR)
    : resolve(context.cwd, options.out);
  return { root, prepared, runsDir };
}

async function runToResume(
  runsDir: string,
  experimentId: string,
  name: string | true,
  cwd: string,
): Promise<string> {
  // Loaded here, because a new run reads no other.
  const { findRun, listRuns } = await import("../harness/run_store.ts");
  if (name !== true) return findRun(runsDir, name, cwd).path;
  const unfinished = listRuns(runsDir).findLast(({ config, metrics }) =>
    config.experiment_id === experimentId && metrics?.status !== "complete"
  );
  if (unfinished) return unfinished.path;
  throw new UsageError(`Cannot resume ${experimentId}: it has no unfinished run`, {
    hint: `start one: logeval run ${experimentId}`,
  });
}
