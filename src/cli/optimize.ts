// `logeval optimize`: a better prompt, and how much better on samples that the search never saw.

import { relative } from "node:path";
import picocolors from "picocolors";
import { formatCount, oneLine } from "../format.ts";
import { findProject, inProject } from "../harness/project.ts";
import { failureCauses, shellWord } from "../harness/run_terms.ts";
import { type ExportWhen, finishOptimization } from "../optimizer/finish.ts";
import type { OptimizationConfig, OptimizationResult } from "../optimizer/optimization_files.ts";
import { findUnfinished, OPTIMIZATIONS_DIR } from "../optimizer/optimization_folder.ts";
import type { OptimizeOutcome } from "../optimizer/optimize.ts";
import { optimizeInSpan } from "../optimizer/optimize_span.ts";
import type { SearchMethod } from "../optimizer/plan.ts";
import {
  type OptimizationSettings,
  prepareOptimization,
} from "../optimizer/prepare_optimization.ts";
import type { Instruments } from "../telemetry/spans.ts";
import { type CliContext, EXIT } from "./context.ts";
import { renderOptimization } from "./optimize_report.ts";
import { tellOptimization } from "./optimize_story.ts";
import { withTelemetry } from "./telemetry.ts";

export interface OptimizeCommandOptions {
  readonly experiment: string;
  readonly candidates?: number;
  readonly search: SearchMethod;
  readonly budget?: number;
  readonly seed: number;
  readonly space?: string;
  readonly model?: string;
  readonly concurrency?: number;
  readonly export: ExportWhen;
  /** An optimization's id; `true` for the experiment's newest unfinished one. */
  readonly resume?: string | true;
  readonly json?: true;
}

/** @returns the exit code: 0 whatever the winner is worth, 4 when the model was lost, or 130 */
export function optimizeCommand(
  context: CliContext,
  options: OptimizeCommandOptions,
): Promise<number> {
  return withTelemetry(context, (telemetry) => optimizeAndTell(context, options, telemetry));
}

async function optimizeAndTell(
  context: CliContext,
  options: OptimizeCommandOptions,
  instruments: Instruments | undefined,
): Promise<number> {
  const root = findProject(context.cwd);
  const runsDir = inProject(root, OPTIMIZATIONS_DIR);
  const settings: OptimizationSettings = { ...options, method: options.search };
  const prepared = await prepareOptimization(root, options.experiment, settings, context.cwd);
  for (const warning of prepared.run.warnings) context.stderr(`warning: ${warning}\n`);
  const resume = options.resume === undefined
    ? undefined
    : findUnfinished(runsDir, options.resume, prepared.run.experiment.experiment_id);
  const story = tellOptimization(context);
  const { clock, env, now, denoVersion } = context;
  const deps = { clock, env, now, denoVersion, instruments };
  const outcome = await optimizeInSpan(prepared, root, deps, {
    runsDir,
    resume,
    stop: context.stop,
    abort: context.abort,
    onWait: () => context.stderr("the server is still loading its model; waiting\n"),
    onStart: story.start,
    onPhase: story.phase,
    onTrial: story.trial,
  }).finally(story.end);
  using folder = outcome.folder;
  const { found, trials } = outcome;
  if (found === null) {
    context.stderr(unfinished(outcome, options));
    return outcome.end === "stopped" ? EXIT.interrupted : EXIT.model;
  }
  const search = { config: folder.config, prepared, found, trials };
  const result = finishOptimization(root, folder, search, options.export, context.now());
  if (options.json) context.stdout(`${JSON.stringify(result, null, 2)}\n`);
  else {
    const colors = picocolors.createColors(context.colors.stdout);
    context.stdout(renderOptimization(folder.config, result, colors));
  }
  context.stderr(nextSteps(folder.config, result, relative(context.cwd, folder.path) || "."));
  return EXIT.ok;
}

const ENDS = {
  done: "stopped",
  stopped: "stopped",
  model_lost: "gave up: the model no longer answers",
  unanswered: "not finished: some calls of baseline or confirmation brought no answer",
} as const satisfies Record<OptimizeOutcome["end"], string>;

function unfinished(
  { end, folder, trials }: OptimizeOutcome,
  options: OptimizeCommandOptions,
): string {
  const { config } = folder;
  const causes = failureCauses(trials).slice(0, 3)
    .map(({ message, count }) => `  ${count} x ${oneLine(message, 300)}\n`);
  return `${ENDS[end]}. ${formatCount(trials.length, "call")} are stored.\n${causes.join("")}` +
    `go on with: ${resumeCommand(config, options)}\n`;
}

/** The command line that goes on with an optimization: whatever was not left at its default. */
function resumeCommand({ run_id }: OptimizationConfig, options: OptimizeCommandOptions): string {
  const words = ["logeval", "optimize", "--experiment", options.experiment];
  if (options.search !== "halving") words.push("--search", options.search);
  if (options.budget !== undefined) words.push("--budget", String(options.budget));
  if (options.candidates !== undefined) words.push("--candidates", String(options.candidates));
  words.push("--seed", String(options.seed));
  if (options.space !== undefined) words.push("--space", options.space);
  if (options.model !== undefined) words.push("--model", options.model);
  if (options.concurrency !== undefined) words.push("--concurrency", String(options.concurrency));
  if (options.export !== "confirmed") words.push("--export", options.export);
  if (options.json) words.push("--json");
  words.push("--resume", run_id);
  return words.map(shellWord).join(" ");
}

function nextSteps(
  { prompt }: OptimizationConfig,
  { promoted, winner }: OptimizationResult,
  folder: string,
): string {
  if (promoted === null) {
    return `\n${folder}\nnext: logeval prompt diff ${shellWord(prompt.path)} ` +
      `${shellWord(`${folder}/winner.yaml`)}\n`;
  }
  const mark = winner.confirmation.verdict === "better" ? "" : " (promoted although not confirmed)";
  return `\n${folder}\nwrote ${promoted.prompt} and ${promoted.experiment}${mark}\n` +
    `next: logeval prompt diff ${shellWord(prompt.path)} ${shellWord(promoted.prompt)}\n`;
}
