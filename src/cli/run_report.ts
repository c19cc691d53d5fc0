// A run's result as a table for the terminal, to be read in ten seconds. Pure: data in, text out.

import type picocolors from "picocolors";
import {
  formatCount,
  formatDuration,
  formatInterval,
  formatPercent,
  formatScore,
  oneLine,
} from "../format.ts";
import type { FloorMetrics, RunConfig, RunMetrics } from "../harness/run_files.ts";
import {
  METRIC_NAMES,
  missingCalls,
  noiseLine,
  servedModel,
  unreadableCount,
} from "../harness/run_terms.ts";

const WEAKEST = 3;
/** Fewer samples than this say little about a root cause. */
const FEW_SAMPLES = 3;

/** Colours, or the same functions doing nothing. */
export type Colors = ReturnType<typeof picocolors.createColors>;

/** One line before the first call: what is asked, of which model. */
export function renderRunHeader(config: RunConfig): string {
  const { dataset, execution, model } = config;
  const repeats = execution.repeats > 1 ? ` x ${execution.repeats}` : "";
  return [
    config.experiment_id,
    `${formatCount(dataset.n, "sample")}${repeats}`,
    describeModel(config),
    ...(config.changed.length > 0 ? [`changed: ${config.changed.join(", ")}`] : []),
  ].join(" · ") + (model.provider === "embedded" ? " (no language model: a floor)" : "");
}

/** Model, address and slots in a few words. */
export function describeModel(config: RunConfig): string {
  const { endpoint, fingerprint } = config.model;
  if (endpoint === null) return servedModel(config);
  const slots = fingerprint.slots === null ? [] : [formatCount(fingerprint.slots, "slot")];
  const tokens = fingerprint.n_ctx === null ? [] : [`${fingerprint.n_ctx} tokens each`];
  const size = [...slots, ...tokens].join(", ");
  return `${oneLine(servedModel(config), 60)} at ${new URL(endpoint).host}${
    size ? ` (${size})` : ""
  }`;
}

/** The table of a finished or stopped run. */
export function renderRunReport(config: RunConfig, metrics: RunMetrics, colors: Colors): string {
  const lines = [
    headline(config, metrics, colors),
    ...notices(config, metrics, colors),
    "",
    ...metricLines(metrics, colors),
    "",
    `  ${figures(metrics)}`,
  ];
  const weakest = weakestRootCauses(metrics);
  if (weakest !== "") lines.push(`  weakest: ${weakest}`);
  if (metrics.noise !== null) lines.push(`  repeats: ${noiseLine(metrics.noise)}`);
  return `${lines.join("\n")}\n`;
}

function headline(config: RunConfig, metrics: RunMetrics, colors: Colors): string {
  const { overall, n, repeats } = metrics;
  const calls = n * repeats;
  const answered = Math.round(metrics.coverage * calls);
  const interval = overall.ci95 === null ? "" : `  95 % ${formatInterval(overall.ci95)}`;
  const left = `${config.experiment_id}   ${
    colors.bold(`overall ${formatScore(overall.mean)}`)
  }${interval}`;
  const right = repeats > 1
    ? `${answered} of ${calls} answers`
    : `${answered} of ${formatCount(n, "sample")}`;
  const partial = metrics.status === "partial"
    ? colors.yellow(`   partial: ${missingCalls(metrics)}`)
    : "";
  return `${left}   ${right}, ${formatDuration(metrics.wall_s * 1000)}${partial}`;
}

function notices(config: RunConfig, metrics: RunMetrics, colors: Colors): string[] {
  const lines: string[] = [];
  if (metrics.changed.length > 0) {
    lines.push(
      `  changed: ${metrics.changed.join(", ")}; it does not stand for ${config.experiment_id}`,
    );
  }
  if (config.parent_run_id !== null) {
    lines.push(
      `  rescored: the answers of ${oneLine(config.parent_run_id, 200)}, without a model call`,
    );
  }
  if (config.model.provider === "embedded") {
    lines.push(
      "  the nearest labelled example of another template answered: a floor, no language model",
    );
  }
  return lines.map((line) => colors.dim(line));
}

function metricLines({ overall, metrics, floors }: RunMetrics, colors: Colors): string[] {
  const interval = overall.ci95 !== null;
  const row = (cells: readonly string[]) =>
    `  ${cells[0]!.padEnd(12)}${
      cells.slice(1).map((cell, at) => cell.padStart(at === 0 ? 7 : 19)).join("")
    }`;
  const head = [
    "",
    "score",
    ...(interval ? ["95 % interval"] : []),
    "most common",
    "nearest example",
  ];
  const rows = Object.entries(METRIC_NAMES).map(([field, name]) => {
    const key = field as keyof FloorMetrics;
    const value = key === "overall" ? overall : metrics[key];
    const line = row([
      name,
      formatScore(value.mean),
      ...(interval ? [formatInterval(value.ci95)] : []),
      formatScore(floors.most_common[key]),
      formatScore(floors.embedded[key]),
    ]);
    return key === "overall" ? colors.bold(line) : line;
  });
  return [colors.dim(row(head)), ...rows];
}

function figures(metrics: RunMetrics): string {
  const { latency_ms, tokens, outcomes } = metrics;
  const unreadable = unreadableCount(metrics);
  const answers = Math.round(metrics.coverage * metrics.n * metrics.repeats);
  const share = unreadable > 0 ? ` (${formatPercent(unreadable / answers)})` : "";
  return [
    `unreadable ${unreadable}${share}`,
    `failed ${outcomes.failed}`,
    `latency p50 ${formatDuration(latency_ms.p50)}  p95 ${formatDuration(latency_ms.p95)}`,
    ...(tokens.per_second === null ? [] : [`${tokens.per_second.toFixed(0)} tokens/s`]),
    ...(tokens.cached === null || !tokens.prompt
      ? []
      : [`${formatPercent(tokens.cached / tokens.prompt, 0)} of prompt tokens from cache`]),
  ].join("   ");
}

function weakestRootCauses({ by_root_cause }: RunMetrics): string {
  const groups = Object.entries(by_root_cause).filter(([, group]) => group.root_cause < 1);
  const enough = groups.filter(([, group]) => group.n >= FEW_SAMPLES);
  return (enough.length > 0 ? enough : groups)
    .sort(([, a], [, b]) => a.root_cause - b.root_cause || b.n - a.n)
    .slice(0, WEAKEST)
    .map(([name, { n, root_cause }]) =>
      `${oneLine(name, 40)} ${Number((root_cause * n).toFixed(1))} of ${n}`
    )
    .join(" · ");
}
