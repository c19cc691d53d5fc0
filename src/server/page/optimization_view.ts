// One optimization: its claim, what each dimension is worth, finalists, what changed in the prompt.
// Pure.

import { formatCount, formatDifference, formatDuration, groupDigits } from "../../format.ts";
import type { PromptTemplate } from "../../analyzer/prompt.ts";
import { promptDiff } from "../../harness/prompt_diff.ts";
import type { OptimizationConfig, OptimizationResult } from "../../optimizer/optimization_files.ts";
import {
  callsLine,
  claimLines,
  COST_HEAD,
  costRows,
  dimensionsLine,
  finalistRows,
  FINALISTS_HEAD,
  FINALISTS_NOTE,
  seenLine,
} from "../../optimizer/optimization_terms.ts";
import type { ArchivedOptimization } from "../archived_optimization.ts";
import { liveOptimization, type LiveView } from "./live_view.ts";
import {
  axisAround,
  type AxisHead,
  axisHead,
  differenceLabel,
  type IntervalMark,
  intervalMark,
  rulesAt,
} from "./marks.ts";
import type { VerdictView } from "./compare_view.ts";
import { capital, shortTime } from "./words.ts";

export interface OptimizationView {
  readonly id: string;
  readonly live: LiveView | null;
  readonly title: string;
  /** While there is no result. */
  readonly lead: string;
  readonly crumb: string;
  readonly verdict: VerdictView | null;
  readonly lines: readonly string[];
  readonly promoted: string;
  readonly stages: readonly {
    readonly stage: number;
    readonly left: string;
    readonly samples: number;
  }[];
  readonly seen: string;
  readonly axis: AxisHead;
  readonly effects: readonly {
    readonly name: string;
    readonly zero: IntervalMark;
    readonly levels: readonly {
      readonly name: string;
      readonly winner: boolean;
      readonly effect: string;
      readonly mark: IntervalMark;
    }[];
  }[];
  readonly finalistsHead: readonly string[];
  readonly finalistsNote: string;
  readonly finalists: readonly (readonly string[])[];
  readonly costHead: readonly string[];
  readonly costs: readonly (readonly string[])[];
  /** Stages while it is at work. */
  readonly progress: readonly { readonly stage: number; readonly words: string }[];
}

export function optimizationView(
  found: ArchivedOptimization,
  config: OptimizationConfig,
  result: OptimizationResult | null,
  thisYear: number,
): OptimizationView {
  const { run_id, status, progress } = found;
  const axis = axisAround(
    (result?.dimensions ?? []).flatMap(({ levels }) =>
      levels.flatMap(({ effect, ci95 }) => [effect, ...(ci95 ?? [])])
    ),
    { signed: true },
  );
  const zero = rulesAt("zero", [0], axis);
  const lines = result === null ? [] : claimLines(result);
  return {
    id: run_id,
    live: status === "running" ? liveOptimization(found) : null,
    title: `Optimization of ${config.experiment_id}`,
    lead: result !== null
      ? ""
      : status === "running"
      ? `Going on: ${formatCount(progress.calls, "call")} made, no claim yet.`
      : `Not finished: ${formatCount(progress.calls, "call")} made, and nobody is at work in it.`,
    crumb: [
      config.search.method,
      dimensionsLine(config),
      callsLine(config),
      `started ${shortTime(config.started_at, thisYear)} UTC`,
      ...(result === null ? [] : [`took ${formatDuration(1000 * result.cost.total.wall_s)}`]),
    ].join(", "),
    verdict: result === null ? null : verdictOf(result, lines[0] ?? ""),
    lines: lines.slice(1).map((line) => `${capital(line)}.`),
    promoted: result?.promoted?.prompt ?? "",
    stages: (result?.stages ?? []).map(({ stage, survivors, samples }) => ({
      stage,
      left: groupDigits(survivors.length),
      samples,
    })),
    seen: result === null ? "" : seenLine(result, config),
    axis: axisHead(axis, [], 6),
    effects: (result?.dimensions ?? []).map(({ name, levels }) => ({
      name: capital(name.replaceAll("_", "-")),
      zero: intervalMark(null, null, axis, { rules: zero, label: "no effect" }),
      levels: levels.map(({ level, effect, ci95 }) => ({
        name: level,
        winner: result?.winner.levels[name] === level,
        effect: formatDifference(effect),
        mark: intervalMark(effect, ci95, axis, {
          rules: zero,
          kind: [
            ci95 === null || (ci95[0] <= 0 && ci95[1] >= 0) ? "is-q" : ci95[1] < 0 && "is-bad",
          ],
          label: differenceLabel(formatDifference(effect), ci95),
        }),
      })),
    })),
    finalistsHead: FINALISTS_HEAD,
    finalistsNote: `${capital(FINALISTS_NOTE)}.`,
    finalists: result === null ? [] : finalistRows(result),
    costHead: COST_HEAD,
    costs: result === null ? [] : costRows(result),
    progress: progress.stages.map(({ stage, candidates, samples, calls }) => ({
      stage,
      words: `${formatCount(candidates, "prompt")}, ${formatCount(samples, "sample")}, ${
        formatCount(calls, "call")
      }`,
    })),
  };
}

function verdictOf({ winner }: OptimizationResult, line: string): VerdictView {
  const looks = {
    better: { mark: "▲", kind: "good" },
    worse: { mark: "▼", kind: "bad" },
    "no evidence": { mark: "", kind: "" },
  }[winner.confirmation.verdict];
  const [word = line, ...rest] = line.split(": ");
  return { ...looks, word, rest: `: ${rest.join(": ")}`, sub: "" };
}

/** A line of the diff with what it does. */
export interface DiffLine {
  readonly kind: string;
  readonly text: string;
}

/** What differs between two prompts, line by line. */
export function diffLines(a: PromptTemplate, b: PromptTemplate): DiffLine[] {
  return promptDiff(a, b).split("\n").filter((line) => line !== "").map((text) => ({
    kind: /^(@@|---|\+\+\+|===|\\)/.test(text)
      ? "hk"
      : text.startsWith("+")
      ? "add"
      : text.startsWith("-")
      ? "del"
      : "",
    text,
  }));
}
