// comparison.md: a comparison for a pull request. Verdict first, then what it stands on.

import { formatDifference, formatScore, UNKNOWN } from "../format.ts";
import type { Comparison } from "./compare.ts";
import {
  costRows,
  HOLM_LINE,
  metricHead,
  metricRows,
  moreLines,
  runNames,
  seenLine,
  shownFlips,
  verdictLines,
} from "./comparison_terms.ts";
import { code, figuresTable, inline, table } from "./markdown.ts";

const MOST_ROOT_CAUSES = 60;

/** The Markdown of a comparison, under 60 kB whatever the runs. */
export function renderComparisonMarkdown(comparison: Comparison): string {
  const [a, b] = runNames(comparison).map((name) => inline(name, 100)) as [string, string];
  const [verdict, ground] = verdictLines(comparison);
  const seen = seenLine(comparison);
  const { flips, by_root_cause } = comparison;
  const { shown, more } = shownFlips(flips);
  return [
    `# ${b} against ${a}`,
    ...comparison.notices.map((notice) => `> **Note:** ${inline(notice, 300)}`),
    `**${inline(verdict, 300)}**\n${inline(ground, 300)}`,
    figuresTable(metricHead(a, b), metricRows(comparison)),
    HOLM_LINE,
    figuresTable(["", a, b, "change"], costRows(comparison)),
    ...(seen === null ? [] : [seen]),
    "## By root cause",
    figuresTable(
      ["root cause", "n", a, b, "change"],
      by_root_cause.slice(0, MOST_ROOT_CAUSES).map((row) => [
        inline(row.root_cause, 80),
        String(row.n),
        formatScore(row.a, 2),
        formatScore(row.b, 2),
        formatDifference(row.difference, 2),
      ]),
    ),
    ...moreLines(by_root_cause.length - MOST_ROOT_CAUSES),
    `## Flipped samples: ${flips.to_right} to right, ${flips.to_wrong} to wrong`,
    ...shown.map((flip) =>
      [
        `### \`${flip.id}\``,
        code(flip.log_line, 300),
        table(["expected", a, b], [[
          inline(flip.root_cause, 80),
          inline(flip.a ?? UNKNOWN, 80),
          inline(flip.b ?? UNKNOWN, 80),
        ]]),
      ].join("\n\n")
    ),
    ...moreLines(more),
    `Runs: \`${comparison.a.run_id}\` and \`${comparison.b.run_id}\``,
  ].join("\n\n") + "\n";
}
