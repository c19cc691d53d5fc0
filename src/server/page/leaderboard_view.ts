// A leaderboard's table -> the sentence on top, rows with their marks, what is not ranked. Pure.

import { isBelowFloor } from "../../charts/below_floor.ts";
import { formatCount, formatDuration, formatScore, groupDigits, UNKNOWN } from "../../format.ts";
import { METRIC_NAMES } from "../../harness/run_terms.ts";
import { shellWord } from "../../harness/run_terms.ts";
import { METRICS, WEIGHTS } from "../../metrics/score.ts";
import {
  type Leaderboard,
  type LeaderboardRow,
  type LeaderboardTable,
  standingOf,
} from "../archived_board.ts";
import type { ArchivedRun } from "../archived_run.ts";
import { liveRun, type LiveView } from "./live_view.ts";
import {
  axisAround,
  type AxisHead,
  axisHead,
  type IntervalMark,
  intervalMark,
  rulesAt,
} from "./marks.ts";
import {
  compareUrl,
  countWord,
  datasetName,
  listWords,
  rate,
  runUrl,
  shortDate,
  shortHash,
} from "./words.ts";

/** Names in a sentence. */
const MOST_NAMES = 3;

export interface BoardRowView {
  readonly rank: string;
  /** Whether more than one stands on this rank. */
  readonly shared: boolean;
  readonly tie: boolean;
  /** The last of the leader's group. */
  readonly last: boolean;
  readonly name: string;
  readonly url: string | null;
  readonly prompt: string;
  readonly seen: string;
  readonly model: string;
  readonly score: string;
  readonly mark: IntervalMark;
  readonly parts: readonly { readonly name: string; readonly text: string }[];
  readonly unreadable: string;
  readonly p50: string;
  readonly p95: string;
  readonly date: string;
}

/** A run that is not ranked, and why. */
export interface OffRowView {
  readonly name: string;
  readonly url: string | null;
  readonly prompt: string;
  readonly model: string;
  readonly score: string;
  readonly mark: IntervalMark;
  readonly note: string;
  readonly command: string;
  readonly live: LiveView | null;
  readonly date: string;
}

export interface LeaderboardView {
  readonly lead: string;
  readonly sub: string;
  readonly axis: AxisHead;
  readonly parts: readonly { readonly name: string; readonly weight: string }[];
  readonly rows: readonly BoardRowView[];
  readonly off: readonly OffRowView[];
  readonly notices: readonly string[];
  readonly dataset: string;
  readonly compare: string;
  readonly others: readonly { readonly url: string; readonly text: string }[];
}

/** Everything of the leaderboard but its charts. */
export function leaderboardView(
  table: LeaderboardTable | null,
  { tables }: Leaderboard,
  runs: readonly ArchivedRun[],
  { notices, thisYear }: { readonly notices: readonly string[]; readonly thisYear: number },
): LeaderboardView {
  const all = (table?.rows ?? []).filter(({ unranked }) => unranked !== "superseded");
  const ranked = all.filter(({ rank }) => rank !== null);
  const floors = floorsOf(table);
  const axis = axisAround([
    ...all.flatMap(({ overall }) => [overall.mean, ...(overall.ci95 ?? [])]),
    ...floors,
  ]);
  const rules = rulesAt("floor", floors, axis);
  const leaders = ranked.filter(({ rank }) => rank === 1).length;
  return {
    lead: leadOf(ranked),
    sub: subOf(ranked, floors),
    axis: axisHead(axis, floorNotes(floors)),
    parts: METRICS.map((metric) => ({
      name: METRIC_NAMES[metric],
      weight: WEIGHTS[metric].toFixed(2).replace(/^0/, ""),
    })),
    rows: ranked.map((row, at): BoardRowView => ({
      rank: String(row.rank),
      shared: ranked.filter(({ rank }) => rank === row.rank).length > 1,
      tie: row.rank === 1,
      last: row.rank === 1 && at === leaders - 1,
      ...namesOf(row),
      seen: row.seen_samples === 0 ? "" : `${row.seen_samples} seen`,
      score: formatScore(row.overall.mean),
      mark: intervalMark(row.overall.mean, row.overall.ci95, axis, {
        rules,
        kind: [
          isBelowFloor(row.overall, floors) ? "is-bad" : row.rank !== 1 && "is-q",
          row.seen_samples > 0 && "has-seen",
        ],
      }),
      parts: METRICS.map((metric) => ({
        name: METRIC_NAMES[metric],
        text: formatScore(row[metric].mean, 2),
      })),
      unreadable: rate(row.unreadable),
      p50: formatDuration(row.p50_ms),
      p95: formatDuration(row.p95_ms),
      date: shortDate(row.started_at, thisYear),
    })),
    off: [
      ...runs.filter(({ facts, status }) =>
        status === "running" || (status === "unfinished" && facts !== null)
      ).map((run) => goingOn(run, intervalMark(null, null, axis, { rules }), thisYear)),
      ...all.filter(({ rank, run_id }) =>
        rank === null && !runs.some((run) => run.run_id === run_id && run.status === "running")
      ).map((row): OffRowView => ({
        ...namesOf(row),
        score: formatScore(row.overall.mean),
        mark: intervalMark(row.overall.mean, row.overall.ci95, axis, {
          rules,
          kind: ["is-hollow"],
        }),
        ...whyNot(row),
        live: null,
        date: shortDate(row.started_at, thisYear),
      })),
    ],
    notices,
    dataset: table === null ? "" : datasetName(table.dataset_path),
    compare: ranked.length < 2
      ? ""
      : compareUrl(ranked[1]!.experiment_id, ranked[0]!.experiment_id),
    others: tables.filter((other) => other !== table).map((other) => ({
      url: `/?${new URLSearchParams({
        dataset: other.dataset_hash,
        metric_version: other.metric_version,
      })}`,
      text: `${datasetName(other.dataset_path)} ${
        shortHash(other.dataset_hash)
      }, metric version ${other.metric_version}: ${formatCount(other.rows.length, "run")}`,
    })),
  };
}

/** Most common labels, embedded. */
function floorsOf(table: LeaderboardTable | null): readonly (number | null)[] {
  const floors = table?.floors ?? table?.rows[0]?.floors;
  return [floors?.most_common.overall ?? null, floors?.embedded.overall ?? null];
}

function floorNotes([common = null, embedded = null]: readonly (number | null)[]) {
  const commonIsLess = common === null || embedded === null || common <= embedded;
  return [
    { at: common, text: "common", anchor: commonIsLess ? "end" : "start" },
    { at: embedded, text: "embedded", anchor: commonIsLess ? "start" : "end" },
  ];
}

function namesOf(row: LeaderboardRow) {
  return {
    name: row.experiment_id,
    url: row.local ? runUrl(row.run_id) : null,
    prompt: row.prompt_id,
    model: row.model,
  };
}

function leadOf(ranked: readonly LeaderboardRow[]): string {
  const [leader] = ranked;
  if (leader === undefined) return "No run has a rank yet.";
  const score = `${leader.experiment_id} scores ${formatScore(leader.overall.mean)}`;
  const tied = ranked.filter(({ rank }) => rank === 1).length - 1;
  if (ranked.length === 1) return `${score}; it is the only ranked experiment.`;
  const untested = ranked.filter((row) => standingOf(row) === "untested").length;
  if (tied === 0 && untested === 0) {
    return `${score}: better, on evidence, than every other experiment.`;
  }
  const others = (count: number) => `${countWord(count)} other ${count === 1 ? "run" : "runs"}`;
  return [
    score,
    ...(tied > 0 ? [`${others(tied)} cannot be told from it`] : []),
    ...(untested > 0 ? [`${others(untested)} ${untested === 1 ? "was" : "were"} not tested`] : []),
  ].join("; ") + ".";
}

function subOf(
  ranked: readonly LeaderboardRow[],
  [common = null, embedded = null]: readonly (number | null)[],
): string {
  const [floor, words] =
    common !== null && ranked.some(({ overall }) => isBelowFloor(overall, [common])) &&
      (embedded === null || common < embedded)
      ? [common, "always saying the most common labels"]
      : [embedded, "a nearest-example lookup without any language model"];
  const below = ranked.filter(({ overall }) => isBelowFloor(overall, [floor]))
    .map((row) => row.experiment_id);
  if (below.length === 0) return "";
  const others = below.length - MOST_NAMES;
  return `${
    listWords(others < 2 ? below : [...below.slice(0, MOST_NAMES), `${countWord(others)} others`])
  } ${below.length === 1 ? "reads" : "read"} these logs worse than ${words}.`;
}

function goingOn(run: ArchivedRun, mark: IntervalMark, thisYear: number): OffRowView {
  const { run_id, facts, progress, status } = run;
  const done = progress.answered + progress.failed;
  const running = status === "running";
  return {
    name: facts?.experiment_id ?? run_id,
    url: runUrl(run_id),
    prompt: facts?.prompt_id ?? UNKNOWN,
    model: facts?.model ?? UNKNOWN,
    score: UNKNOWN,
    mark,
    note: running
      ? ""
      : `unfinished: ${groupDigits(done)} of ${groupDigits(facts?.calls ?? 0)} answered;`,
    command: running ? "" : resumeWords(facts?.experiment_id ?? "", run_id),
    live: running ? liveRun(run) : null,
    date: running ? "now" : shortDate(facts?.started_at ?? null, thisYear),
  };
}

function whyNot(row: LeaderboardRow): { note: string; command: string } {
  switch (row.unranked) {
    case "partial":
      return {
        note: `incomplete: ${groupDigits(Math.round(row.coverage * row.n))} of ${
          groupDigits(row.n)
        } answered;`,
        command: row.local ? resumeWords(row.experiment_id, row.run_id) : "",
      };
    case "changed":
      return { note: "run with other settings than its file", command: "" };
    case "seen":
      return { note: "its prompt has seen all samples", command: "" };
    default:
      return { note: "not ranked", command: "" };
  }
}

function resumeWords(experiment: string, run: string): string {
  return `logeval run ${shellWord(experiment)} --resume ${shellWord(run)}`;
}
