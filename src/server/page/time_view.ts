// A leaderboard's table -> the runs that the chart over time shows, and the same as a table. Pure.

import { intervalWords, shownRuns } from "../../charts/trend_series.ts";
import type { TrendsData } from "../../charts/trends.ts";
import { formatCount, formatInterval, formatScore } from "../../format.ts";
import type { LeaderboardTable } from "../archived_board.ts";
import { runUrl, shortTime } from "./words.ts";

/** As many as there are shapes to tell them apart. */
const MOST_SERIES = 7;
/** Runs of a series: more are no line any more, and a heavy page. */
const MOST_RUNS = 24;

export interface TimeView {
  readonly data: TrendsData;
  readonly note: string;
  /** Newest first. */
  readonly table: readonly {
    readonly time: string;
    readonly name: string;
    readonly url: string;
    readonly score: string;
    readonly interval: string;
    readonly prompt: string;
  }[];
}

/**
 * Takes the experiment that scores highest now, those of most runs, and of each the newest.
 *
 * @returns `null` without a run
 */
export function timeView(table: LeaderboardTable | null, thisYear: number): TimeView | null {
  const complete = (table?.rows ?? []).filter(({ unranked }) =>
    unranked !== "partial" && unranked !== "changed"
  );
  const lines = [...Map.groupBy(shownRuns(complete), ({ experiment_id }) => experiment_id).values()]
    .map((runs) => runs.toSorted((a, b) => order(b, a)))
    .sort((a, b) => (b[0]!.overall.mean ?? 0) - (a[0]!.overall.mean ?? 0));
  const [highest, ...others] = lines;
  if (highest === undefined) return null;
  // Stable: of as many runs, those that score higher.
  const chosen = [highest, ...others.sort((a, b) => b.length - a.length)].slice(0, MOST_SERIES);
  const rows = chosen.flatMap((runs) => runs.slice(0, MOST_RUNS))
    .sort((a, b) => order(b, a));
  return {
    data: { rows, floors: table?.floors ?? table?.rows[0]?.floors ?? null },
    note: [
      `overall, ${intervalWords(chosen.filter(({ length }) => length > 1).length)}`,
      ...(lines.every(({ length }) => length === 1)
        ? ["every experiment has one run so far: a line begins with the second"]
        : ["a vertical rule is a change of prompt"]),
      ...(rows.some(({ seen_samples }) => seen_samples > 0)
        ? ["hollow: the prompt has seen some samples"]
        : []),
      ...(lines.length > MOST_SERIES
        ? [
          `${MOST_SERIES} of ${formatCount(lines.length, "experiment")}: ` +
          "the highest and those with most runs",
        ]
        : []),
      ...(chosen.some((runs) => runs.length > MOST_RUNS)
        ? [`newest ${MOST_RUNS} runs of each`]
        : []),
    ].join("; "),
    table: rows.map((row) => ({
      time: shortTime(row.started_at, thisYear),
      name: row.experiment_id,
      url: row.local ? runUrl(row.run_id) : "",
      score: formatScore(row.overall.mean),
      interval: formatInterval(row.overall.ci95),
      prompt: row.prompt_id,
    })),
  };
}

interface Started {
  readonly started_at: string;
  readonly run_id: string;
}

function order(a: Started, b: Started): number {
  const [first, second] = [a, b].map(({ started_at, run_id }) => `${started_at} ${run_id}`);
  return first! < second! ? -1 : first! > second! ? 1 : 0;
}
