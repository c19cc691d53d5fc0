// `logeval rescore`: stored answers under today's parser and metrics, without a model call.

import { dirname, join, relative } from "node:path";
import picocolors from "picocolors";
import { UsageError } from "../errors.ts";
import { formatCount } from "../format.ts";
import { findProject, inProject, RUNS_DIR } from "../harness/project.ts";
import { rescoreRun } from "../harness/rescore.ts";
import { readRecords } from "../harness/run_reader.ts";
import { findRun } from "../harness/run_store.ts";
import { type CliContext, EXIT } from "./context.ts";
import { renderRunReport } from "./run_report.ts";

export async function rescoreCommand(
  context: CliContext,
  name: string,
  options: { readonly json?: true },
): Promise<number> {
  const root = findProject(context.cwd);
  const run = findRun(inProject(root, RUNS_DIR), name, context.cwd);
  const { records } = await readRecords(join(run.path, "results.jsonl"));
  if (records.length === 0) {
    throw new UsageError(`Cannot rescore ${run.config.run_id}: it has no answers`);
  }
  const { path, config, metrics, changed } = rescoreRun(
    run.config,
    records,
    run.metrics?.floors ?? null,
    dirname(run.path),
    context.now(),
    context.denoVersion,
  );
  if (options.json) context.stdout(`${JSON.stringify(metrics, null, 2)}\n`);
  else {
    const colors = picocolors.createColors(context.colors.stdout);
    context.stdout(renderRunReport(config, metrics, colors));
  }
  context.stderr(
    `\n${formatCount(changed, "answer")} of ${records.length} came out otherwise than in ` +
      `${run.config.run_id}\n${relative(context.cwd, path)}\n` +
      `next: logeval compare ${run.config.run_id} ${config.run_id}\n`,
  );
  return EXIT.ok;
}
