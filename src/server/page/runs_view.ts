// All runs of this machine as a list. Pure.

import { formatCount, formatScore, groupDigits, UNKNOWN } from "../../format.ts";
import type { ArchivedRun } from "../archived_run.ts";
import { liveRun, type LiveView } from "./live_view.ts";
import { axisAround, type AxisHead, axisHead, type IntervalMark, intervalMark } from "./marks.ts";
import { runUrl, shortTime } from "./words.ts";

export interface RunsView {
  readonly lead: string;
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

/** Newest first, as the archive has them. */
export function runsView(runs: readonly ArchivedRun[]): RunsView {
  const axis = axisAround(runs.flatMap(({ facts }) => facts?.row?.overall.ci95 ?? []));
  const running = runs.filter(({ status }) => status === "running").length;
  const broken = runs.filter(({ status }) => status === "unreadable").length;
  return {
    lead: `${formatCount(runs.length, "run")} on this machine${
      running > 0 ? `, ${running} of them going on` : ""
    }${broken > 0 ? `; ${broken} cannot be read` : ""}.`,
    axis: axisHead(axis),
    rows: runs.map((run) => {
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
        time: shortTime(facts?.started_at ?? null),
      };
    }),
  };
}
