// All runs of this machine as a list. Pure.

import { formatCount, formatScore, groupDigits, UNKNOWN } from "../../format.ts";
import type { ArchivedRun } from "../archived_run.ts";
import { liveRun, type LiveView } from "./live_view.ts";
import { axisAround, type AxisHead, axisHead, type IntervalMark, intervalMark } from "./marks.ts";
import { PAGE_SIZE, type Paging, paging } from "./paging.ts";
import { runUrl, shortTime } from "./words.ts";

export interface RunsView {
  readonly lead: string;
  /** Which of them are on the page; empty when all are. */
  readonly stretch: string;
  readonly paging: Paging;
  readonly axis: AxisHead;
  readonly rows: readonly {
    readonly id: string;
    readonly url: string;
    readonly name: string;
    readonly status: string;
    /** What is wrong with its files, empty for nothing. */
    readonly damage: string;
    readonly live: LiveView | null;
    readonly prompt: string;
    readonly model: string;
    readonly answered: string;
    readonly score: string;
    readonly mark: IntervalMark;
    readonly changed: string;
    readonly time: string;
  }[];
}

/** A page of them, those that started last first; what cannot be read has no start, and is last. */
export function runsView(
  runs: readonly ArchivedRun[],
  { offset, thisYear }: { readonly offset: number; readonly thisYear: number },
): RunsView {
  const shown = runs.toSorted((a, b) => startOf(a) < startOf(b) ? 1 : -1)
    .slice(offset, offset + PAGE_SIZE);
  const axis = axisAround(shown.flatMap(({ facts }) => facts?.row?.overall.ci95 ?? []));
  const pages = paging(
    { offset, shown: shown.length, total: runs.length },
    (from) => from === 0 ? "/runs" : `/runs?offset=${from}`,
  );
  const running = runs.filter(({ status }) => status === "running").length;
  const broken = runs.filter(({ status }) => status === "unreadable").length;
  return {
    lead: `${formatCount(runs.length, "run")} on this machine${
      running > 0 ? `, ${running} of them going on` : ""
    }${broken > 0 ? `; ${broken} cannot be read` : ""}.`,
    stretch: pages.stretch && `${pages.stretch} ${groupDigits(runs.length)}`,
    paging: pages,
    axis: axisHead(axis),
    rows: shown.map((run) => {
      const { run_id, status, facts, progress } = run;
      const damage = run.damage();
      const claim = status === "complete" && facts?.changed === "";
      return {
        id: run_id,
        url: runUrl(run_id),
        name: facts?.experiment_id ?? run_id,
        status: damage === null || status === "unreadable" ? status : `${status}, damaged`,
        damage: damage ?? "",
        live: status === "running" ? liveRun(run) : null,
        prompt: facts?.prompt_id ?? UNKNOWN,
        model: facts?.model ?? UNKNOWN,
        answered: facts === null
          ? UNKNOWN
          : `${groupDigits(progress.answered)} of ${groupDigits(facts.calls)}`,
        score: formatScore(facts?.row ? facts.row.overall.mean : null),
        mark: intervalMark(
          facts?.row?.overall.mean ?? null,
          facts?.row?.overall.ci95 ?? null,
          axis,
          { kind: [claim ? "is-q" : "is-hollow"] },
        ),
        changed: facts?.changed ? `changed: ${facts.changed.replaceAll(",", ", ")}` : "",
        time: shortTime(facts?.started_at ?? null, thisYear),
      };
    }),
  };
}

function startOf({ facts, run_id }: ArchivedRun): string {
  return `${facts?.started_at ?? ""} ${run_id}`;
}
