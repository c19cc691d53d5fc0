// summary.md: a run for a pull request. One reading from top to bottom: the number, its parts beside
// the floors, where it fails, the ten worst answers, how it was made. Under 60 kB, whatever the data.

import { ANALYSIS_FIELDS } from "../analyzer/analysis.ts";
import {
  formatCount,
  formatDuration,
  formatPercent,
  formatScore,
  oneLine,
  UNKNOWN,
} from "../format.ts";
import type { GroupMetrics, RunConfig, RunMetrics, SampleRecord } from "./run_files.ts";

const WORST_SAMPLES = 10;
const MOST_ROWS = 60;
const LONGEST_LOG = 600;
const LONGEST_ANSWER = 600;
const LONGEST_NAME = 80;

/** How people name the metrics, in the order of every report. */
export const METRIC_NAMES = {
  overall: "overall",
  root_cause: "root cause",
  action: "action",
  severity: "severity",
  summary_rouge_l: "summary",
  component_f1: "component",
} as const;

/** Answers that came but could not be read. */
export function unreadableCount({ outcomes }: RunMetrics): number {
  return outcomes.unparseable + outcomes.truncated + outcomes.empty + outcomes.refused;
}

/** Why calls failed: message and count, most frequent first. */
export function failureCauses(
  records: readonly Pick<SampleRecord, "error">[],
): { readonly message: string; readonly count: number }[] {
  const counts = new Map<string, number>();
  for (const { error } of records) {
    if (error !== null) counts.set(error.message, (counts.get(error.message) ?? 0) + 1);
  }
  return [...counts].map(([message, count]) => ({ message, count }))
    .sort((a, b) => b.count - a.count);
}

/** The Markdown of a run. */
export function renderSummary(
  config: RunConfig,
  metrics: RunMetrics,
  records: readonly SampleRecord[],
): string {
  return [
    `# ${config.experiment_id}: overall ${formatScore(metrics.overall.mean)}`,
    ...notices(config, metrics, records),
    `${config.description ? `${inline(config.description, 400)}\n\n` : ""}${
      headline(config, metrics)
    }`,
    metricsTable(metrics),
    "## By root cause",
    groupTable("root cause", metrics.by_root_cause),
    "## By namespace",
    groupTable("namespace", metrics.by_namespace),
    ...worstSamples(records),
    "## Settings",
    settingsTable(config, metrics),
    "## Repeat it",
    `\`\`\`sh\n${repeatCommand(config)}\n\`\`\``,
  ].join("\n\n") + "\n";
}

function notices(
  config: RunConfig,
  metrics: RunMetrics,
  records: readonly SampleRecord[],
): string[] {
  const lines: string[] = [];
  if (metrics.status === "partial") {
    lines.push(
      `**Partial:** coverage ${formatPercent(metrics.coverage)}; ` +
        `${metrics.outcomes.failed} calls failed, the others were not made. ` +
        "The figures stand for the answered samples alone.",
    );
    for (const { message, count } of failureCauses(records).slice(0, 3)) {
      lines.push(`${count} x ${inline(message, 200)}`);
    }
  }
  if (config.changed.length > 0) {
    lines.push(
      `**Changed:** ${config.changed.join(", ")} differ from the experiment's file; ` +
        `this run does not stand for ${config.experiment_id}.`,
    );
  }
  if (config.model.provider === "embedded") {
    lines.push(
      "**No language model:** the embedded model answers with the labels of the nearest example " +
        "of another template. It is a floor.",
    );
  }
  return lines.length === 0 ? [] : [lines.map((line) => `> ${line}`).join("\n>\n")];
}

function headline(config: RunConfig, metrics: RunMetrics): string {
  const { latency_ms, tokens } = metrics;
  const calls = metrics.n * metrics.repeats;
  const unreadable = unreadableCount(metrics);
  return [
    `${formatCount(metrics.n, "sample")}${
      metrics.repeats > 1 ? `, ${metrics.repeats} repeats` : ""
    } of \`${config.dataset.path}\``,
    `model ${inline(servedModel(config), 100)}`,
    `unreadable ${unreadable} of ${calls} (${formatPercent(unreadable / calls)})`,
    `failed ${metrics.outcomes.failed}`,
    `latency p50 ${formatDuration(latency_ms.p50)}, p95 ${formatDuration(latency_ms.p95)}`,
    `${tokens.per_second === null ? UNKNOWN : tokens.per_second.toFixed(1)} tokens/s`,
    `wall time ${formatDuration(metrics.wall_s * 1000)}`,
  ].join(" · ");
}

function metricsTable({ overall, metrics, floors }: RunMetrics): string {
  const rows = Object.entries(METRIC_NAMES).map(([field, name]) => {
    const key = field as keyof typeof METRIC_NAMES;
    const value = key === "overall" ? overall : metrics[key];
    const interval = value.ci95 === null
      ? UNKNOWN
      : `${formatScore(value.ci95[0])} to ${formatScore(value.ci95[1])}`;
    return [
      name,
      formatScore(value.mean),
      interval,
      formatScore(floors.most_common[key]),
      formatScore(floors.embedded[key]),
    ];
  });
  return figuresTable(
    ["", "score", "95 % interval", "most common labels", "nearest example"],
    rows,
  );
}

function groupTable(name: string, groups: Readonly<Record<string, GroupMetrics>>): string {
  const sorted = Object.entries(groups).sort(([, a], [, b]) => b.n - a.n);
  const rows = sorted.slice(0, MOST_ROWS).map(([key, group]) => [
    inline(key, LONGEST_NAME),
    String(group.n),
    ...Object.keys(METRIC_NAMES).map((field) =>
      formatScore(group[field as keyof typeof METRIC_NAMES])
    ),
  ]);
  const more = sorted.length - rows.length;
  return figuresTable([name, "n", ...Object.values(METRIC_NAMES)], rows) +
    (more > 0 ? `\n\n… and ${more} more in metrics.json` : "");
}

function worstSamples(records: readonly SampleRecord[]): string[] {
  const worst = worstRecords(records);
  if (worst.length === 0) return [];
  const title = worst.length === 1 ? "The worst answer" : `The ${worst.length} worst answers`;
  return [`## ${title}`, ...worst.map(renderAnswer)];
}

function worstRecords(records: readonly SampleRecord[]): SampleRecord[] {
  const lowest = new Map<string, SampleRecord>();
  for (const record of records) {
    const known = lowest.get(record.id);
    if (record.scores === null) continue;
    if (!known || record.scores.overall < (known.scores?.overall ?? 0)) {
      lowest.set(record.id, record);
    }
  }
  return [...lowest.values()]
    .filter((record) => (record.scores?.overall ?? 1) < 1)
    .sort((a, b) => (a.scores?.overall ?? 0) - (b.scores?.overall ?? 0) || (a.id < b.id ? -1 : 1))
    .slice(0, WORST_SAMPLES);
}

function renderAnswer(record: SampleRecord): string {
  const { input, expected, predicted } = record;
  const fields = ANALYSIS_FIELDS.map((field) => [
    field,
    inline(expected[field], 200),
    predicted === null ? UNKNOWN : inline(predicted[field] ?? UNKNOWN, 200),
  ]);
  const title = `### \`${record.id}\` ${inline(`${input.namespace}/${input.container}`, 120)}: ` +
    `${formatScore(record.scores?.overall ?? null)}`;
  const parts = [
    title,
    fenced(input.log_line, LONGEST_LOG),
    table(["", "expected", "said"], fields),
  ];
  if (predicted === null) {
    parts.push(`${record.outcome}:`, fenced(record.raw_response ?? "", LONGEST_ANSWER));
  }
  return parts.join("\n\n");
}

function settingsTable(config: RunConfig, metrics: RunMetrics): string {
  const { model, llm_config, execution, prompt, dataset } = config;
  const sampling = Object.entries(llm_config).filter(([, value]) => value !== null)
    .map(([name, value]) => `${name} ${value}`).join(", ");
  return table(["setting", "value"], [
    ["run", config.run_id],
    ["started", config.started_at],
    ["model", inline(`${model.name}${model.endpoint ? ` at ${model.endpoint}` : ""}`, 200)],
    ["served by", inline(servedModel(config), 200)],
    ["server build", inline(model.fingerprint.build ?? UNKNOWN, 100)],
    ["sampling", sampling],
    [
      "execution",
      `concurrency ${execution.concurrency}, retries ${execution.retries}, ` +
      `timeout ${execution.timeout_s} s, repeats ${execution.repeats}, seed ${execution.seed}`,
    ],
    ["prompt", `${prompt.id} ${prompt.version}, ${prompt.template_hash}`],
    ["dataset", `${inline(dataset.path, 200)}, ${dataset.hash}`],
    ["metric version", metrics.metric_version],
    ["logeval, Deno", `${config.versions.logeval}, ${config.versions.deno}`],
    ["git commit", config.git_commit ?? UNKNOWN],
  ]);
}

/** The model that answers, in the server's words when it said anything. */
export function servedModel({ model }: RunConfig): string {
  return model.fingerprint.model ?? model.name;
}

/** The command line that makes the same calls again. */
export function repeatCommand(
  { experiment_id, changed, model, dataset, execution }: RunConfig,
): string {
  const words = ["logeval run", experiment_id];
  if (changed.includes("model")) {
    words.push("--model", model.provider === "embedded" ? "embedded" : model.endpoint ?? "");
  }
  if (changed.includes("dataset")) words.push("--dataset", dataset.path);
  if (execution.limit !== null) words.push("--limit", String(execution.limit));
  if (execution.repeats > 1) words.push("--repeats", String(execution.repeats));
  return words.join(" ");
}

/** A table of figures: all columns but the first at the right. */
function figuresTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return table(head, rows, "---:");
}

function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  alignment = "---",
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, index) => index === 0 ? "---" : alignment);
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

function inline(text: string, length: number): string {
  return oneLine(text, length).replace(/[\\|<>`*_[\]]/g, (mark) => `\\${mark}`)
    .replace(/\\_/g, "_");
}

// Indented code needs no fence, so no log line can close it.
function fenced(text: string, length: number): string {
  return `    ${oneLine(text, length) || "(no text)"}`;
}
