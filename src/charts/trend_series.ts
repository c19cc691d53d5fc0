// Runs -> a series per experiment, and where a prompt changed. Pure.

import { formatInterval, formatScore } from "../format.ts";

/** A complete run; further fields are not looked at. */
export interface TrendRow {
  readonly experiment_id: string;
  readonly run_id: string;
  /** The run that was scored anew: its child takes its place. */
  readonly parent_run_id: string | null;
  /** ISO 8601, UTC. */
  readonly started_at: string;
  readonly prompt_id: string;
  readonly prompt_hash: string;
  readonly seen_samples: number;
  readonly overall: {
    readonly mean: number | null;
    readonly ci95: readonly [number, number] | null;
  };
}

export interface Point {
  readonly at: Date;
  readonly mean: number;
  readonly ci95: readonly [number, number] | null;
  readonly prompt_id: string;
  readonly prompt_hash: string;
  /** Whether the prompt has seen some of the samples. */
  readonly seen: boolean;
  readonly tip: string;
}

export interface Series {
  readonly name: string;
  /** Oldest first, at least one. */
  readonly points: readonly Point[];
}

/** Bands of more lines than this are a grey slab: then only the highest keeps its own in sight. */
const MOST_BANDS = 3;

/** The series whose bands are in sight; those of one run have a bar, which hides nothing. */
export function banded<S extends Pick<Series, "points">>(series: readonly S[]): readonly S[] {
  const lines = series.filter(({ points }) => points.length > 1);
  return lines.length > MOST_BANDS ? lines.slice(0, 1) : lines;
}

/** What the reader is told of the intervals of so many lines. */
export function intervalWords(lines: number): string {
  return `with 95 % interval${lines > MOST_BANDS ? " (band: of the highest line only)" : ""}`;
}

/** Without runs that have no score, no time, or a run in their place. */
export function shownRuns<Row extends TrendRow>(rows: readonly Row[]): Row[] {
  const replaced = new Set(rows.map(({ parent_run_id }) => parent_run_id));
  return rows.filter((row) =>
    row.overall.mean !== null && !replaced.has(row.run_id) && !isNaN(Date.parse(row.started_at))
  );
}

/** Series of the runs that are shown, by their newest score, highest first. */
export function seriesOf(rows: readonly TrendRow[]): Series[] {
  return [...Map.groupBy(shownRuns(rows), ({ experiment_id }) => experiment_id)]
    .map(([name, runs]): Series => ({
      name,
      points: runs.map(pointOf).sort((a, b) => a.at.getTime() - b.at.getTime()),
    }))
    .sort((a, b) => b.points.at(-1)!.mean - a.points.at(-1)!.mean || (a.name < b.name ? -1 : 1));
}

/** Where an experiment's run has another prompt than the one before, oldest first. */
export function promptChanges(series: readonly Series[]): { at: Date; prompt: string }[] {
  return series.flatMap(({ points }) =>
    points.flatMap((point, index) =>
      index > 0 && points[index - 1]!.prompt_hash !== point.prompt_hash
        ? [{ at: point.at, prompt: point.prompt_id }]
        : []
    )
  ).sort((a, b) => a.at.getTime() - b.at.getTime());
}

function pointOf(row: TrendRow): Point {
  const { experiment_id, started_at, prompt_id, prompt_hash, overall: { ci95 } } = row;
  const mean = row.overall.mean!;
  return {
    at: new Date(started_at),
    mean,
    ci95,
    prompt_id,
    prompt_hash,
    seen: row.seen_samples > 0,
    tip: `${experiment_id}, ${started_at.slice(0, 16).replace("T", " ")} UTC: ` +
      `${formatScore(mean)}, 95 % ${formatInterval(ci95)}, ${prompt_id}`,
  };
}
