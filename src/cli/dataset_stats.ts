// `logeval dataset stats`: what a dataset is made of, as a picture of counts.

import { resolve } from "node:path";
import { loadDataset } from "../dataset/load.ts";
import {
  CHARACTERS_PER_TOKEN,
  type DatasetStats,
  datasetStats,
  type LabelCount,
  type Spread,
} from "../dataset/stats.ts";
import { formatCount, formatPercent, groupDigits, oneLine } from "../format.ts";
import { type CliContext, EXIT } from "./context.ts";
import { renderBar } from "./progress.ts";
import { renderTable } from "./table.ts";

/** Of each kind so many labels are drawn; --json has all. */
const MOST_SHOWN = 30;
const LABEL_WIDTH = 32;
const BAR_WIDTH = 24;

/** @throws {DataError} when the dataset cannot be read */
export async function datasetStatsCommand(
  context: CliContext,
  file: string,
  options: { readonly json?: true },
): Promise<number> {
  const stats = datasetStats(await loadDataset(resolve(context.cwd, file), file));
  context.stdout(options.json ? `${JSON.stringify(stats, null, 2)}\n` : renderStats(stats));
  return EXIT.ok;
}

/** At most 90 columns, but for the name of the file. Pure. */
export function renderStats(stats: DatasetStats): string {
  const { n, templates, sharing_template } = stats;
  return [
    `${stats.dataset}  ${stats.dataset_hash.slice(0, 23)}`,
    `  ${formatCount(n, "sample")}, ${formatCount(templates, "template")}; ` +
    `${formatCount(sharing_template, "sample")} share a template with another`,
    "",
    renderTable([
      ["log line", "min", "median", "p95", "max"],
      ["characters", ...spread(stats.characters)],
      [`tokens (characters / ${CHARACTERS_PER_TOKEN})`, ...spread(stats.estimated_tokens)],
    ], [1, 2, 3, 4]),
    ...kind("root cause", stats.root_causes, n),
    ...kind("severity", stats.severities, n),
    ...kind("component", stats.components, n),
    ...kind("action", stats.actions, n),
    ...kind("namespace", stats.namespaces, n),
    "",
  ].join("\n");
}

function spread({ min, median, p95, max }: Spread): string[] {
  return [min, median, p95, max].map(groupDigits);
}

/** The longest bar is the most frequent label. */
function kind(name: string, counts: readonly LabelCount[], n: number): string[] {
  const most = counts[0]?.n ?? 1;
  const shown = counts.slice(0, MOST_SHOWN);
  const rows = shown.map((count) => [
    oneLine(count.label, LABEL_WIDTH).padEnd(LABEL_WIDTH),
    groupDigits(count.n),
    formatPercent(count.n / n),
    groupDigits(count.templates),
    renderBar(count.n / most, BAR_WIDTH),
  ]);
  const more = counts.length - shown.length;
  return [
    "",
    renderTable([[name, "samples", "", "templates", ""], ...rows], [1, 2, 3]),
    ...(more > 0 ? [`  … and ${groupDigits(more)} more: see --json`] : []),
  ];
}
