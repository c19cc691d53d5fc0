// Work that is going on, with the address at which its progress can be followed. Pure.

import { formatCount, formatScore, groupDigits } from "../../format.ts";
import type { ArchivedOptimization } from "../archived_optimization.ts";
import type { ArchivedRun } from "../archived_run.ts";
import { API_ROOT } from "../openapi.ts";
import { optimizationUrl, runUrl } from "./words.ts";

/** A job at work, as the box on top of a page and the row of a list show it. */
export interface LiveView {
  readonly id: string;
  readonly url: string;
  /** Of server-sent events. */
  readonly events: string;
  readonly kind: "run" | "optimization";
  readonly name: string;
  readonly done: number;
  readonly all: number;
  readonly width: string;
  /** `61 of 115` */
  readonly words: string;
  /** What else is known so far. */
  readonly note: string;
}

/** A run that is going on. */
export function liveRun({ run_id, progress, facts }: ArchivedRun): LiveView {
  const done = progress.answered + progress.failed;
  return {
    ...job("run", run_id, done, facts?.calls ?? 0),
    url: runUrl(run_id),
    name: facts?.experiment_id ?? run_id,
    note: progress.score === null
      ? ""
      : `overall so far ${formatScore(progress.score)}, no claim yet`,
  };
}

/** An optimization that is going on. */
export function liveOptimization({ run_id, progress, facts }: ArchivedOptimization): LiveView {
  const stage = progress.stages.at(-1);
  return {
    ...job("optimization", run_id, progress.calls, facts?.calls ?? 0),
    url: optimizationUrl(run_id),
    name: facts?.experiment_id ?? run_id,
    note: progress.phase === "search" && stage
      ? `stage ${stage.stage}, ${
        formatCount(stage.candidates, "prompt")
      }; no claim before the confirmation`
      : progress.phase === null
      ? ""
      : `${progress.phase}; no claim before the confirmation`,
  };
}

function job(kind: LiveView["kind"], id: string, done: number, all: number) {
  const share = all === 0 ? 0 : Math.min(1, done / all);
  return {
    id,
    kind,
    events: `${API_ROOT}/${kind}s/${encodeURIComponent(id)}/events`,
    done,
    all,
    width: `${(100 * share).toFixed(1)}%`,
    words: `${groupDigits(done)} of ${groupDigits(all)}`,
  };
}

/** Runs and optimizations at work, newest first. */
export function liveJobs(
  runs: readonly ArchivedRun[],
  optimizations: readonly ArchivedOptimization[],
): LiveView[] {
  return [
    ...runs.filter(({ status }) => status === "running").map(liveRun),
    ...optimizations.filter(({ status }) => status === "running").map(liveOptimization),
  ];
}
