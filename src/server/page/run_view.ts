// One run: what it comes to, against the floors and the leader. Pure.

import { isBelowFloor } from "../../charts/below_floor.ts";
import {
  formatCount,
  formatDuration,
  formatInterval,
  formatPercent,
  formatScore,
  groupDigits,
  UNKNOWN,
} from "../../format.ts";
import type { RunConfig, RunMetrics } from "../../harness/run_files.ts";
import {
  METRIC_NAMES,
  missingCalls,
  mostConfused,
  noiseLine,
  repeatCommand,
  resumeCommand,
  servedModel,
  unreadableCount,
} from "../../harness/run_terms.ts";
import { METRICS, WEIGHTS } from "../../metrics/score.ts";
import { type LeaderboardRow, standingOf } from "../archived_board.ts";
import type { ArchivedRun } from "../archived_run.ts";
import { liveRun, type LiveView } from "./live_view.ts";
import { type AxisHead, axisHead, type IntervalMark, intervalMark, rulesAt } from "./marks.ts";
import { capital, countWord, datasetName, sentence, shortHash, shortTime } from "./words.ts";

export interface RunView {
  readonly id: string;
  readonly name: string;
  readonly live: LiveView | null;
  readonly lead: string;
  readonly sub: string;
  readonly meta: readonly {
    readonly name: string;
    readonly text: string;
    readonly extra: string;
  }[];
  readonly figures: readonly {
    readonly name: string;
    readonly value: string;
    readonly note: string;
  }[];
  readonly axis: AxisHead;
  readonly metrics: readonly {
    readonly name: string;
    readonly main: boolean;
    readonly weight: string;
    readonly mean: string;
    readonly interval: string;
    readonly mark: IntervalMark;
    readonly common: string;
    readonly embedded: string;
    readonly leader: string;
  }[];
  readonly commands: readonly { readonly what: string; readonly command: string }[];
}

const UNIT = { low: 0, high: 1 };

/**
 * Everything of a run but its confusions and samples.
 *
 * @param rows of the leaderboard's table that the run is in; none when it is in none
 */
export function runView(
  run: ArchivedRun,
  config: RunConfig,
  metrics: RunMetrics | null,
  rows: readonly LeaderboardRow[],
  thisYear: number,
): RunView {
  const leader = rows.find(({ rank }) => rank === 1) ?? null;
  const own = rows.find(({ run_id }) => run_id === run.run_id) ?? null;
  const unfinished = run.status === "unfinished" || run.status === "partial";
  return {
    id: run.run_id,
    name: config.experiment_id,
    live: run.status === "running" ? liveRun(run) : null,
    lead: metrics === null ? withoutMetrics(run) : leadOf(config, metrics, placeOf(own, rows)),
    sub: metrics === null ? "" : subOf(metrics),
    meta: metaOf(config, thisYear),
    figures: metrics === null ? [] : figuresOf(config, metrics),
    axis: axisHead(UNIT),
    metrics: metrics === null ? [] : metricRows(metrics, leader),
    commands: [
      ...(unfinished ? [{ what: "go on with it", command: resumeCommand(config, null) }] : []),
      { what: "the same calls again", command: repeatCommand(config) },
    ],
  };
}

function withoutMetrics({ status, progress, facts }: ArchivedRun): string {
  const done = `${groupDigits(progress.answered)} of ${formatCount(facts?.calls ?? 0, "call")}`;
  switch (status) {
    case "running":
      return `Going on: ${done} answered.`;
    case "unfinished":
      return `Not finished: ${done} answered, and nobody is at work in it.`;
    default:
      return "The metrics.json of this run cannot be read: its samples are shown, but no score.";
  }
}

function leadOf(
  { experiment_id }: RunConfig,
  { metrics, overall, n, coverage, floors, status }: RunMetrics,
  place: string,
): string {
  const answered = Math.round(coverage * n);
  if (overall.mean === null) return `${experiment_id} was not answered once.`;
  const named = Math.round((metrics.root_cause.mean ?? 0) * answered);
  const toFloor = overall.mean - floors.embedded.overall;
  const against = Math.abs(toFloor) < 0.0005
    ? "level with the embedded model"
    : `${formatScore(Math.abs(toFloor))} ${toFloor < 0 ? "below" : "above"} the embedded model`;
  const standing = status === "partial" ? "; it is incomplete and has no rank" : place;
  return `${experiment_id} names the root cause of ${named} of ${
    formatCount(answered, "line")
  } and scores ${formatScore(overall.mean)}: ${against}${standing}.`;
}

/** Where it stands among the ranked runs of its table. */
function placeOf(own: LeaderboardRow | null, rows: readonly LeaderboardRow[]): string {
  if (own === null || own.rank === null) return "";
  const ranked = rows.filter(({ rank }) => rank !== null);
  const leaders = ranked.filter(({ rank }) => rank === 1);
  if (ranked.length === 1) return "; it is the only ranked experiment";
  if (own.rank !== 1) {
    return `; rank ${own.rank}${standingOf(own) === "untested" ? ", by score alone" : ""}`;
  }
  if (own !== leaders[0]) return "; it cannot be told from the leader";
  const tied = leaders.length - 1;
  return tied === 0
    ? "; it leads"
    : `; it scores highest, but ${countWord(tied)} ${
      tied === 1 ? "other" : "others"
    } cannot be told from it`;
}

function subOf(metrics: RunMetrics): string {
  const [worst] = mostConfused(metrics.confusion, 1);
  const unreadable = unreadableCount(metrics);
  const missing = missingCalls(metrics);
  return [
    ...(worst
      ? [`most often mixed up: ${worst.expected} read as ${worst.said}, ${worst.count} times`]
      : []),
    ...(unreadable > 0 ? [`${formatCount(unreadable, "answer")} could not be read`] : []),
    ...(missing === "" ? [] : [`missing: ${missing}`]),
    ...(metrics.noise === null ? [] : [noiseLine(metrics.noise)]),
  ].map(sentence).join(" ");
}

function metaOf(config: RunConfig, thisYear: number): RunView["meta"] {
  const { prompt, dataset, llm_config, git_commit, changed, parent_run_id } = config;
  const meta = (name: string, text: string, extra = "") => ({ name, text, extra });
  return [
    meta("prompt", prompt.id, shortHash(prompt.template_hash)),
    meta("model", servedModel(config)),
    meta("dataset", datasetName(dataset.path), shortHash(dataset.hash)),
    meta("temperature", String(llm_config.temperature)),
    ...(llm_config.seed === null ? [] : [meta("seed", String(llm_config.seed))]),
    meta("started", `${shortTime(config.started_at, thisYear)} UTC`),
    ...(git_commit === null ? [] : [meta("commit", git_commit.slice(0, 7))]),
    ...(changed.length === 0 ? [] : [meta("changed", changed.join(", "))]),
    ...(parent_run_id === null ? [] : [meta("scored anew from", parent_run_id)]),
  ];
}

function figuresOf(
  { execution }: RunConfig,
  metrics: RunMetrics,
): RunView["figures"] {
  const { overall, coverage, n, repeats, latency_ms, tokens, wall_s } = metrics;
  const calls = n * repeats;
  const answered = Math.round(coverage * calls);
  const unreadable = unreadableCount(metrics);
  const each = (count: number | null) =>
    count === null || answered === 0 ? UNKNOWN : groupDigits(count / answered);
  const cached = tokens.cached === null || !tokens.prompt
    ? ""
    : `, ${formatPercent(tokens.cached / tokens.prompt, 0)} cached`;
  return [
    { name: "Overall", value: formatScore(overall.mean), note: formatInterval(overall.ci95) },
    {
      name: "Coverage",
      value: groupDigits(answered),
      note: `of ${groupDigits(calls)} answered`,
    },
    {
      name: "Unreadable",
      value: groupDigits(unreadable),
      note: answered === 0 ? "" : formatPercent(unreadable / answered),
    },
    {
      name: "Latency p50",
      value: formatDuration(latency_ms.p50),
      note: `p95 ${formatDuration(latency_ms.p95)}`,
    },
    { name: "Prompt tokens", value: each(tokens.prompt), note: `a call${cached}` },
    { name: "Answer tokens", value: each(tokens.completion), note: "a call" },
    {
      name: "Wall time",
      value: formatDuration(1000 * wall_s),
      note: `${execution.concurrency} at a time`,
    },
  ];
}

function metricRows(metrics: RunMetrics, leader: LeaderboardRow | null): RunView["metrics"] {
  return (["overall", ...METRICS] as const).map((metric) => {
    const { mean, ci95 } = metric === "overall" ? metrics.overall : metrics.metrics[metric];
    const { most_common, embedded } = metrics.floors;
    const floors = [most_common[metric], embedded[metric]] as const;
    return {
      name: capital(METRIC_NAMES[metric]),
      main: metric === "overall",
      weight: metric === "overall" ? "" : WEIGHTS[metric].toFixed(2),
      mean: formatScore(mean),
      interval: formatInterval(ci95),
      mark: intervalMark(mean, ci95, UNIT, {
        rules: rulesAt("floor", floors, UNIT),
        kind: [isBelowFloor({ mean, ci95 }, floors) ? "is-bad" : metric !== "overall" && "is-q"],
      }),
      common: formatScore(floors[0]),
      embedded: formatScore(floors[1]),
      leader: formatScore(leader?.[metric].mean ?? null),
    };
  });
}
