// `logeval leaderboard`: all runs in one table, written to leaderboard.json.

import { formatDuration, formatInterval, formatPercent, formatScore, oneLine } from "../format.ts";
import {
  type LeaderboardRow,
  type LeaderboardTable,
  standingOf,
} from "../harness/leaderboard_row.ts";
import { LEADERBOARD_FILE, updateLeaderboard } from "../harness/leaderboard_file.ts";
import { findProject, inProject, RUNS_DIR } from "../harness/project.ts";
import { type CliContext, EXIT } from "./context.ts";
import { renderTable } from "./table.ts";

const SHOWN_UNRANKED = 10;

export async function leaderboardCommand(
  context: CliContext,
  options: { readonly json?: true; readonly prune?: true },
): Promise<number> {
  const root = findProject(context.cwd);
  const { leaderboard, skipped, slow } = await updateLeaderboard(root, inProject(root, RUNS_DIR), {
    prune: options.prune === true,
  });
  for (const { name, reason } of skipped) context.stderr(`skipped ${name}: ${reason}\n`);
  if (slow !== null) context.stderr(`note: the next call takes as long: ${slow}\n`);
  if (options.json) context.stdout(`${JSON.stringify(leaderboard, null, 2)}\n`);
  else context.stdout(renderLeaderboard(leaderboard.tables));
  context.stderr(`\n${LEADERBOARD_FILE}\n`);
  return EXIT.ok;
}

/** The tables as text for the terminal, the main one first. Pure. */
export function renderLeaderboard(tables: readonly LeaderboardTable[]): string {
  if (tables.length === 0) return "no finished runs yet: logeval run embedded-v1\n";
  return tables.map((table, at) => (at === 0 ? "" : otherHead(table)) + renderRows(table)).join(
    "\n",
  );
}

function otherHead({ dataset_path, dataset_hash, metric_version }: LeaderboardTable): string {
  return `not comparable with the table above: ${dataset_path} (${
    dataset_hash.slice(0, 13)
  }), metric version ${metric_version}\n`;
}

function renderRows({ rows, floors }: LeaderboardTable): string {
  const ranked = rows.filter((row) => row.rank !== null);
  const head = [
    "rank",
    "experiment",
    "prompt",
    "model",
    "overall",
    "95 %",
    "p50",
    "unreadable",
    "date",
  ];
  const body = ranked.map((row) => [
    String(row.rank),
    oneLine(row.experiment_id, 20),
    `${oneLine(row.prompt_id, 24)}${row.seen_samples > 0 ? " *" : ""}`,
    oneLine(row.model.split("/").at(-1) ?? row.model, 20),
    formatScore(row.overall.mean),
    formatInterval(row.overall.ci95),
    formatDuration(row.p50_ms),
    formatPercent(row.unreadable),
    `${row.started_at.slice(0, 10)}${place(row)}`,
  ]);
  const floorRows = floors === null ? [] : [
    { name: "nearest example", value: floors.embedded.overall },
    { name: "most common", value: floors.most_common.overall },
  ].map(({ name, value }) => ["-", name, "", "", formatScore(value), "", "", "", ""]);
  const lines = [renderTable([head, ...body, ...floorRows], [0, 4, 6, 7])];
  lines.push(...notes(ranked).map((note) => `  ${note}`));
  const others = rows.filter((row) => row.rank === null);
  for (const row of others.slice(0, SHOWN_UNRANKED)) lines.push(`  not ranked: ${whyNot(row)}`);
  if (others.length > SHOWN_UNRANKED) {
    lines.push(`  … and ${others.length - SHOWN_UNRANKED} more in ${LEADERBOARD_FILE}`);
  }
  return `${lines.join("\n")}\n`;
}

/** What the ranks stand on. */
function notes(ranked: readonly LeaderboardRow[]): string[] {
  const [leader, ...others] = ranked;
  if (!leader) return [];
  const tested = others.filter(({ test }) => test !== null).length;
  const lines: string[] = [];
  if (tested > 0) {
    const adjusted = tested > 1 ? `, Holm over ${tested} runs` : "";
    lines.push(
      `rank 1: the leader and all that a paired test does not find worse (p < 0.05${adjusted}); ` +
        "others: place by score",
    );
  }
  if (tested < others.length) {
    lines.push("not tested: place by score, which says nothing of evidence; logeval compare tests");
  }
  if (ranked.some((row) => row.seen_samples > 0)) {
    lines.push(
      "* its prompt has seen some of these samples: its score counts them, its test does not",
    );
  }
  return lines;
}

/** Where a run is, when it is not to be read here, and that nothing but its score places it. */
function place(row: LeaderboardRow): string {
  const words = [
    row.damaged ? "unreadable here" : row.local ? "" : "elsewhere",
    standingOf(row) === "untested" ? "not tested" : "",
  ].filter((word) => word !== "");
  return words.length === 0 ? "" : ` (${words.join(", ")})`;
}

function whyNot(row: LeaderboardRow): string {
  const score = `${row.run_id} ${formatScore(row.overall.mean)}${place(row)}`;
  switch (row.unranked) {
    case "partial":
      return `${score} (coverage ${formatPercent(row.coverage, 0)}: ` +
        `logeval run ${row.experiment_id} --resume ${row.run_id})`;
    case "changed":
      return `${score} (settings changed on the command line)`;
    case "superseded":
      return `${score} (a newer run of ${row.experiment_id} stands for it)`;
    case "seen":
      return `${score} (its prompt has seen all samples)`;
    default:
      return `${score} (no answers)`;
  }
}
