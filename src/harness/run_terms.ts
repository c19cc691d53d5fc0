// What terminal and Markdown say in the same words: names of metrics, counts, causes, the command
// that repeats a run.

import type { AnalysisField } from "../analyzer/analysis.ts";
import { formatCount, formatPercent, formatScore } from "../format.ts";
import { EXPERIMENTS_DIR } from "./project.ts";
import type { NoiseMetrics, RunConfig, RunMetrics, SampleRecord } from "./run_files.ts";

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

/** What a partial run lacks: `5 failed, 10 not asked`. */
export function missingCalls({ n, repeats, coverage, outcomes }: RunMetrics): string {
  const notAsked = Math.round((1 - coverage) * n * repeats) - outcomes.failed;
  return [
    ...(outcomes.failed > 0 ? [`${outcomes.failed} failed`] : []),
    ...(notAsked > 0 ? [`${notAsked} not asked`] : []),
  ].join(", ");
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

/** What a field of an answer was worth, in a word or a figure; "" without an answer. */
export function judgement({ scores }: Pick<SampleRecord, "scores">, field: AnalysisField): string {
  if (scores === null) return "";
  switch (field) {
    case "root_cause":
    case "severity":
      return scores[field] === 1 ? "right" : "wrong";
    case "action_needed":
      return scores.action === 1 ? "right" : "wrong";
    case "component":
      return `F1 ${formatScore(scores.component_f1, 2)}`;
    case "summary":
      return `ROUGE-L ${formatScore(scores.summary_rouge_l, 2)}`;
    default: {
      const never: never = field;
      return never;
    }
  }
}

/** How much the repeats of a run differ, in one phrase. */
export function noiseLine({ changed, n, repeats }: NoiseMetrics): string {
  return `${formatPercent(changed)} of ${
    formatCount(n, "sample")
  } changed between ${repeats} repeats`;
}

/** The pairs of root causes that were mixed up most often, most frequent first. */
export function mostConfused(
  { labels, counts, unreadable, outside }: RunMetrics["confusion"],
  limit: number,
): { readonly expected: string; readonly said: string; readonly count: number }[] {
  const pairs = labels.flatMap((expected, row) => [
    ...labels.map((said, column) => ({ expected, said, count: counts[row]?.[column] ?? 0 })),
    { expected, said: "(no root cause)", count: unreadable[row] ?? 0 },
    { expected, said: "(outside the labels)", count: outside[row] ?? 0 },
  ]);
  return pairs.filter(({ expected, said, count }) => count > 0 && expected !== said)
    .sort((a, b) => b.count - a.count)
    .slice(0, limit);
}

/** The model that answers, in the server's words when it said anything. */
export function servedModel({ model }: Pick<RunConfig, "model">): string {
  return model.fingerprint.model ?? model.name;
}

/** The command line that makes the same calls again, ready to be pasted. */
export function repeatCommand(
  { experiment_id, experiment_file, changed, model, dataset, execution }: RunConfig,
): string {
  const named = experiment_file === `${EXPERIMENTS_DIR}/${experiment_id}.yaml`;
  const words = ["logeval", "run", named ? experiment_id : experiment_file];
  if (changed.includes("model")) {
    words.push("--model", model.provider === "embedded" ? "embedded" : model.endpoint ?? "");
  }
  if (changed.includes("dataset")) words.push("--dataset", dataset.path);
  if (execution.limit !== null) words.push("--limit", String(execution.limit));
  if (execution.repeats > 1 || changed.includes("repeats")) {
    words.push("--repeats", String(execution.repeats));
  }
  return words.map(shellWord).join(" ");
}

/**
 * The command line that goes on with a run.
 *
 * @param out the folder that holds the run folder, `null` for the project's own
 */
export function resumeCommand(config: RunConfig, out: string | null): string {
  const where = out === null ? "" : ` --out ${shellWord(out)}`;
  return `${repeatCommand(config)}${where} --resume ${shellWord(config.run_id)}`;
}

/** A word as a shell takes it: quoted where it must be. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./#-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
