// `logeval list`: what there is in a project: experiments, prompts, runs.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parsePromptTemplate } from "../analyzer/prompt.ts";
import { messageOf } from "../errors.ts";
import { formatScore, oneLine } from "../format.ts";
import { parseExperiment } from "../harness/experiment.ts";
import {
  experimentNames,
  EXPERIMENTS_DIR,
  findProject,
  inProject,
  promptFiles,
  PROMPTS_DIR,
  RUNS_DIR,
} from "../harness/project.ts";
import { listRuns, type StoredRun } from "../harness/run_store.ts";
import { type CliContext, EXIT } from "./context.ts";
import { renderTable } from "./table.ts";

/** An experiment or a prompt; `error` when its file cannot be used. */
interface Listed {
  readonly name: string;
  readonly description: string;
  readonly error: string | null;
}

const SHOWN_RUNS = 20;

export function listCommand(context: CliContext, options: { readonly json?: true }): number {
  const root = findProject(context.cwd);
  const experiments = experimentNames(root).map((name) =>
    describe(name, () => {
      const file = `${EXPERIMENTS_DIR}/${name}.yaml`;
      const text = readFileSync(join(root, file), "utf8");
      return parseExperiment(text, file, name).experiment.description;
    })
  );
  const prompts = promptFiles(root).map((file) =>
    describe(file.replace(/\.yaml$/, ""), () => {
      const path = `${PROMPTS_DIR}/${file}`;
      return parsePromptTemplate(readFileSync(join(root, path), "utf8"), path).template.description;
    })
  );
  const runs = listRuns(inProject(root, RUNS_DIR)).reverse();
  if (options.json) {
    const rows = runs.map(runRow);
    context.stdout(`${JSON.stringify({ experiments, prompts, runs: rows }, null, 2)}\n`);
    return EXIT.ok;
  }
  context.stdout([
    "experiments",
    renderListed(experiments),
    "",
    "prompts",
    renderListed(prompts),
    "",
    "runs",
    runs.length === 0 ? "  none yet: logeval run embedded-v1" : renderRuns(runs),
    "",
  ].join("\n"));
  return EXIT.ok;
}

function describe(name: string, read: () => string): Listed {
  try {
    return { name, description: read(), error: null };
  } catch (error) {
    return { name, description: "", error: messageOf(error) };
  }
}

function renderListed(listed: readonly Listed[]): string {
  if (listed.length === 0) return "  none";
  return renderTable(
    listed.map(({ name, description, error }) => [
      name,
      oneLine(error === null ? description : `unusable: ${error}`, 100),
    ]),
  );
}

function renderRuns(runs: readonly StoredRun[]): string {
  const rows = runs.slice(0, SHOWN_RUNS).map(({ config, metrics, torn }) => [
    config.run_id,
    metrics ? formatScore(metrics.overall.mean) : "–",
    metrics ? `${Math.round(metrics.coverage * metrics.n * metrics.repeats)}` : "–",
    torn ? "unreadable metrics.json" : metrics?.status ?? "unfinished",
    config.changed.length > 0 ? `changed: ${config.changed.join(", ")}` : "",
  ]);
  const more = runs.length - rows.length;
  return renderTable([["run", "overall", "answers", "", ""], ...rows], [1, 2]) +
    (more > 0 ? `\n  … and ${more} older` : "");
}

function runRow({ config, metrics, torn }: StoredRun) {
  return {
    run_id: config.run_id,
    experiment_id: config.experiment_id,
    started_at: config.started_at,
    status: torn ? "unreadable" : metrics?.status ?? "unfinished",
    changed: config.changed,
    n: config.dataset.n,
    coverage: metrics?.coverage ?? null,
    overall: metrics?.overall.mean ?? null,
  };
}
