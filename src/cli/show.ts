// `logeval show`: a run as it ended, or one of its samples from the log line to the score.

import { dirname, join, relative } from "node:path";
import picocolors from "picocolors";
import { ANALYSIS_FIELDS } from "../analyzer/analysis.ts";
import { UsageError } from "../errors.ts";
import { suggestion } from "../faults.ts";
import { formatDuration, formatScore, oneLine, printable, UNKNOWN } from "../format.ts";
import { findProject, inProject, RUNS_DIR } from "../harness/project.ts";
import { promptAsSent } from "../harness/prompt_as_sent.ts";
import type { RunConfig, SampleRecord } from "../harness/run_files.ts";
import { readRecords } from "../harness/run_reader.ts";
import { findRun } from "../harness/run_store.ts";
import { failureCauses, judgement, resumeCommand } from "../harness/run_terms.ts";
import { type CliContext, EXIT } from "./context.ts";
import { renderRunHeader, renderRunReport } from "./run_report.ts";

export async function showCommand(
  context: CliContext,
  name: string,
  options: { readonly sample?: string; readonly json?: true },
): Promise<number> {
  const { stdout, stderr, colors } = context;
  const root = findProject(context.cwd);
  const runsDir = inProject(root, RUNS_DIR);
  const run = findRun(runsDir, name, context.cwd);
  if (options.sample !== undefined) {
    const { records } = await readRecords(join(run.path, "results.jsonl"));
    const found = recordsOf(records, options.sample, run.config.run_id);
    stdout(
      options.json
        ? `${JSON.stringify(found.length === 1 ? found[0] : found, null, 2)}\n`
        : found.map((record) => renderSample(run.config, record)).join("\n"),
    );
    return EXIT.ok;
  }
  if (run.metrics === null) {
    throw new UsageError(`Cannot show ${run.config.run_id}: it was never finished`, {
      hint: `go on with it: ${resumeCommand(run.config, outOf(run.path, runsDir))}`,
    });
  }
  if (options.json) {
    stdout(`${JSON.stringify({ config: run.config, metrics: run.metrics }, null, 2)}\n`);
    return EXIT.ok;
  }
  stderr(`${renderRunHeader(run.config)}\n\n`);
  stdout(renderRunReport(run.config, run.metrics, picocolors.createColors(colors.stdout)));
  stderr(`\n${relative(context.cwd, run.path) || "."}\n`);
  if (run.metrics.status === "partial") {
    const { records } = await readRecords(join(run.path, "results.jsonl"));
    for (const { message, count } of failureCauses(records).slice(0, 3)) {
      stderr(`  ${count} x ${oneLine(message, 300)}\n`);
    }
    stderr(`go on with: ${resumeCommand(run.config, outOf(run.path, runsDir))}\n`);
  }
  return EXIT.ok;
}

/** The folder to name with --out, `null` for the project's own. */
function outOf(path: string, runsDir: string): string | null {
  return dirname(path) === runsDir ? null : dirname(path);
}

/** One answered sample from top to bottom. Pure. */
export function renderSample(config: RunConfig, record: SampleRecord): string {
  const { input, predicted } = record;
  const fields = ANALYSIS_FIELDS.flatMap((field) => {
    const expected = oneLine(record.expected[field], 400);
    const said = predicted?.[field] ?? null;
    const head = `  ${field.padEnd(15)}${judgement(record, field).padEnd(14)}`;
    return said === record.expected[field] ? [`${head}${expected}`] : [
      `${head}expected  ${expected}`,
      `${" ".repeat(31)}said      ${oneLine(said ?? UNKNOWN, 400)}`,
    ];
  });
  const tokens = record.tokens === null
    ? ""
    : `, ${record.tokens.prompt} + ${record.tokens.completion} tokens`;
  const attempts = record.attempts === 1 ? "" : `, ${record.attempts} attempts`;
  return [
    `${record.id}  ${input.namespace}/${input.container}  pod ${input.pod}  node ${input.node}`,
    new Date(input.timestamp).toISOString(),
    "",
    "log",
    indent(input.log_line),
    "",
    ...promptAsSent(config, record).flatMap(({ role, content }) => [
      `prompt, ${role}`,
      indent(content.trimEnd()),
      "",
    ]),
    `answer (${record.outcome}, ${formatDuration(record.latency_ms)}${tokens}${attempts})`,
    indent(record.raw_response ?? record.error?.message ?? ""),
    "",
    ...fields,
    "",
    `  overall ${formatScore(record.scores?.overall ?? null)}`,
    ...(record.trace_id === undefined ? [] : [`  trace   ${record.trace_id}`]),
    "",
  ].join("\n");
}

function recordsOf(
  records: readonly SampleRecord[],
  prefix: string,
  runId: string,
): readonly SampleRecord[] {
  const matching = records.filter((record) => record.id.startsWith(prefix));
  const ids = [...new Set(matching.map((record) => record.id))];
  const exact = matching.filter((record) => record.id === prefix);
  if (exact.length > 0) return exact;
  if (ids.length === 1) return matching;
  if (ids.length > 1) {
    throw new UsageError(
      `Cannot tell which sample "${prefix}" means: ${ids.slice(0, 8).join(", ")}`,
    );
  }
  const known = records.slice(0, 3).map((record) => record.id);
  throw new UsageError(`Cannot find sample "${prefix}" in ${runId}${suggestion(prefix, known)}`, {
    hint: "every line of results.jsonl starts with the id of its sample",
  });
}

function indent(text: string): string {
  return printable(text).replace(/^/gm, "  ");
}
