// summary.md: a run for a pull request. One reading from top to bottom: the number, its parts beside
// the floors, where it fails, the ten worst answers, how it was made. Under 60 kB, whatever the data.

import { ANALYSIS_FIELDS } from "../analyzer/analysis.ts";
import {
  formatCount,
  formatDuration,
  formatInterval,
  formatPercent,
  formatScore,
  UNKNOWN,
} from "../format.ts";
import { code, figuresTable, inline, table } from "./markdown.ts";
import type { GroupMetrics, RunConfig, RunMetrics, SampleRecord } from "./run_files.ts";
import {
  failureCauses,
  judgement,
  METRIC_NAMES,
  missingCalls,
  mostConfused,
  noiseLine,
  repeatCommand,
  servedModel,
  unreadableCount,
} from "./run_terms.ts";

const MOST_ROWS = 60;
const MOST_CONFUSED = 10;
const LONGEST_LOG = 600;
const LONGEST_ANSWER = 600;
const LONGEST_NAME = 80;

/**
 * The Markdown of a run.
 *
 * @param worst the worst answers, lowest score first
 */
export function renderSummary(
  config: RunConfig,
  metrics: RunMetrics,
  records: readonly Pick<SampleRecord, "error">[],
  worst: readonly SampleRecord[],
): string {
  return [
    `# ${config.experiment_id}: overall ${formatScore(metrics.overall.mean)}`,
    ...notices(config, metrics, records),
    `${config.description ? `${inline(config.description, 400)}\n\n` : ""}${
      headline(config, metrics)
    }`,
    metricsTable(metrics),
    "## By root cause",
    groupTable("root cause", metrics.by_root_cause, CLASS_COLUMNS),
    "## By namespace",
    groupTable("namespace", metrics.by_namespace, NAMESPACE_COLUMNS),
    ...confusionSection(metrics),
    ...worstSamples(worst),
    "## Settings",
    settingsTable(config, metrics),
    "## Repeat it",
    `\`\`\`sh\n${repeatCommand(config)}\n\`\`\``,
  ].join("\n\n") + "\n";
}

function notices(
  config: RunConfig,
  metrics: RunMetrics,
  records: readonly Pick<SampleRecord, "error">[],
): string[] {
  const lines: string[] = [];
  if (metrics.status === "partial") {
    lines.push(
      `**Partial:** coverage ${formatPercent(metrics.coverage)} (${missingCalls(metrics)}). ` +
        "The figures, floors included, stand for the answered samples alone.",
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
  if (config.parent_run_id !== null) {
    lines.push(
      `**Rescored:** the answers of ${inline(config.parent_run_id, 200)}, scored anew without a ` +
        "model call.",
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
    ...(tokens.per_second === null ? [] : [`${tokens.per_second.toFixed(1)} tokens/s`]),
    `wall time ${formatDuration(metrics.wall_s * 1000)}`,
    ...(metrics.noise === null ? [] : [noiseLine(metrics.noise)]),
  ].join(" · ");
}

function metricsTable({ overall, metrics, floors }: RunMetrics): string {
  const withIntervals = overall.ci95 !== null;
  const rows = Object.entries(METRIC_NAMES).map(([field, name]) => {
    const key = field as keyof typeof METRIC_NAMES;
    const value = key === "overall" ? overall : metrics[key];
    return [
      name,
      formatScore(value.mean),
      ...(withIntervals ? [formatInterval(value.ci95)] : []),
      formatScore(floors.most_common[key]),
      formatScore(floors.embedded[key]),
    ];
  });
  const interval = withIntervals ? ["95 % interval"] : [];
  return figuresTable(["", "score", ...interval, "most common labels", "nearest example"], rows);
}

type Columns = readonly (readonly [head: string, cell: (group: GroupMetrics) => number | null])[];

const PARTS: Columns = [
  ["action", ({ action }) => action],
  ["severity", ({ severity }) => severity],
  ["summary", ({ summary_rouge_l }) => summary_rouge_l],
  ["component", ({ component_f1 }) => component_f1],
];
const CLASS_COLUMNS: Columns = [
  ["precision", ({ precision }) => precision],
  ["recall", ({ recall }) => recall],
  ["F1", ({ f1 }) => f1],
  ...PARTS,
];
/** In a namespace, where any root cause may be named, the three are one number. */
const NAMESPACE_COLUMNS: Columns = [["root cause right", ({ root_cause }) => root_cause], ...PARTS];

function groupTable(
  name: string,
  groups: Readonly<Record<string, GroupMetrics>>,
  columns: Columns,
): string {
  const sorted = Object.entries(groups).sort(([, a], [, b]) => b.n - a.n);
  const rows = sorted.slice(0, MOST_ROWS).map(([key, group]) => [
    inline(key, LONGEST_NAME),
    String(group.n),
    formatScore(group.overall),
    ...columns.map(([, cell]) => formatScore(cell(group), 2)),
  ]);
  const more = sorted.length - rows.length;
  return figuresTable([name, "n", "overall", ...columns.map(([head]) => head)], rows) +
    (more > 0 ? `\n\n… and ${more} more in metrics.json` : "");
}

function confusionSection({ confusion }: RunMetrics): string[] {
  const pairs = mostConfused(confusion, MOST_CONFUSED);
  if (pairs.length === 0) return [];
  return [
    "## Most confused root causes",
    table(
      ["expected", "said", "answers"],
      pairs.map(({ expected, said, count }) => [
        inline(expected, LONGEST_NAME),
        inline(said, LONGEST_NAME),
        String(count),
      ]),
    ),
  ];
}

function worstSamples(worst: readonly SampleRecord[]): string[] {
  if (worst.length === 0) return [];
  const title = worst.length === 1 ? "The worst answer" : `The ${worst.length} worst answers`;
  return [`## ${title}`, ...worst.map(renderAnswer)];
}

function renderAnswer(record: SampleRecord): string {
  const { input, expected, predicted } = record;
  const fields = ANALYSIS_FIELDS.map((field) => [
    field,
    inline(expected[field], 200),
    predicted === null ? UNKNOWN : inline(predicted[field] ?? UNKNOWN, 200),
    judgement(record, field),
  ]);
  const title = `### \`${record.id}\` ${inline(`${input.namespace}/${input.container}`, 120)}: ` +
    `${formatScore(record.scores?.overall ?? null)}`;
  const parts = [
    title,
    code(input.log_line, LONGEST_LOG),
    table(["", "expected", "said", ""], fields),
  ];
  if (predicted === null) {
    parts.push(`${record.outcome}:`, code(record.raw_response ?? "", LONGEST_ANSWER));
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
    [
      "labels",
      `${inline(dataset.labels_path ?? "as the samples use them", 200)}, ${dataset.labels_hash}`,
    ],
    ["metric version", metrics.metric_version],
    ["logeval, Deno", `${config.versions.logeval}, ${config.versions.deno}`],
    ["git commit", config.git_commit ?? UNKNOWN],
  ]);
}
