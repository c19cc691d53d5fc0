// A leaderboard's table -> the runs that the chart over time shows, and the same as a table. Pure.

import { shownRuns } from "../../charts/trend_series.ts";
import type { TrendsData } from "../../charts/trends.ts";
import { formatCount, formatInterval, formatScore } from "../../format.ts";
import type { LeaderboardTable } from "../archived_board.ts";
import { runUrl, shortTime } from "./words.ts";

const MOST_SERIES = 4;
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
 * Takes the experiments of most runs, and of each the newest.
 *
 * @returns `null` while no experiment has a second run
 */
export function timeView(table: LeaderboardTable | null): TimeView | null {
  const complete = (table?.rows ?? []).filter(({ unranked }) =>
    unranked !== "partial" && unranked !== "changed"
  );
  const lines = [...Map.groupBy(shownRuns(complete), ({ experiment_id }) => experiment_id).values()]
    .filter((runs) => runs.length > 1)
    .sort((a, b) => b.length - a.length);
  if (lines.length === 0) return null;
  const chosen = lines.slice(0, MOST_SERIES);
  const rows = chosen
    .flatMap((runs) => runs.toSorted((a, b) => order(b, a)).slice(0, MOST_RUNS))
    .sort((a, b) => order(b, a));
  return {
    data: { rows, floors: table?.floors ?? table?.rows[0]?.floors ?? null },
    note: [
      "overall, with 95 % interval",
      "a vertical rule is a change of prompt",
      ...(rows.some(({ seen_samples }) => seen_samples > 0)
        ? ["hollow: the prompt has seen some samples"]
        : []),
      ...(lines.length > MOST_SERIES
        ? [`${MOST_SERIES} of ${formatCount(lines.length, "experiment")}, those with most runs`]
        : []),
      ...(chosen.some((runs) => runs.length > MOST_RUNS)
        ? [`newest ${MOST_RUNS} runs of each`]
        : []),
    ].join("; "),
    table: rows.map((row) => ({
      time: shortTime(row.started_at),
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
