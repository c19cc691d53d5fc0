// A page of a run's samples with the filters that led to it. Pure.

import { formatCount, formatDuration, formatScore, oneLine, UNKNOWN } from "../../format.ts";
import type { SampleRecord } from "../../harness/run_files.ts";
import type * as z from "zod";
import { samplePage, type SampleRow, type SamplesQuery } from "../rows_runs.ts";
import { PAGE_SIZE, paging } from "./paging.ts";
import { runUrl, sampleUrl } from "./words.ts";

const LONGEST_LINE = 240;
const LONGEST_LABEL = 32;

export interface Verdict {
  /** `ok`, `no`, or `q` when there is nothing to judge. */
  readonly kind: string;
  readonly text: string;
}

interface Choice {
  readonly value: string;
  readonly text: string;
  readonly selected: boolean;
}

export interface SamplesView {
  readonly action: string;
  readonly count: string;
  readonly filtered: boolean;
  readonly outcomes: readonly Choice[];
  readonly causes: readonly Choice[];
  readonly wrongs: readonly Choice[];
  readonly text: string;
  readonly rows: readonly {
    readonly url: string;
    readonly line: string;
    readonly label: string;
    readonly said: Verdict;
    /** The outcome, when it was not scored. */
    readonly tag: string;
    readonly action: Verdict;
    readonly severity: Verdict;
    readonly score: string;
    readonly latency: string;
  }[];
  readonly previous: string;
  readonly next: string;
}

/** Samples as the filters leave them, in the order in which they finished. */
export function samplesView(
  run: string,
  records: readonly SampleRecord[],
  query: Omit<SamplesQuery, "limit">,
): SamplesView {
  const { rows, total, offset } = samplePage(records, { ...query, limit: PAGE_SIZE });
  const { root_cause, outcome, wrong, q } = query;
  const filtered = [root_cause, outcome, wrong, q].some((value) => value !== undefined);
  const causes = [...new Set(records.map(({ expected }) => expected.root_cause))].sort();
  const outcomes = [...new Set(records.map((record) => record.outcome))].sort();
  const page = (from: number) => {
    const params = Object.entries({ root_cause, outcome, wrong, q, offset: from || undefined })
      .flatMap(([name, value]) => value === undefined ? [] : [[name, String(value)]]);
    return `${runUrl(run)}?${new URLSearchParams(params)}#samples`;
  };
  const found = formatCount(total, "sample");
  const { stretch, previous, next } = paging({ offset, shown: rows.length, total }, page);
  return {
    action: runUrl(run),
    count: total === 0
      ? "none"
      : rows.length === total
      ? filtered ? `${found} of ${records.length} match` : `all ${found}`
      : `${stretch} ${found}${filtered ? ` that match, of ${records.length}` : ""}`,
    filtered,
    outcomes: choices("all", outcomes, outcome),
    causes: choices(`all ${causes.length}`, causes, root_cause),
    wrongs: choices(
      "any or none",
      ["root_cause", "action", "severity", "component", "summary"],
      wrong,
    ),
    text: q ?? "",
    rows: rows.map((row) => rowView(run, row)),
    previous,
    next,
  };
}

function choices(any: string, values: readonly string[], chosen: string | undefined): Choice[] {
  return [
    { value: "", text: any, selected: chosen === undefined },
    ...values.map((value) => ({
      value,
      text: value.replaceAll("_", " "),
      selected: value === chosen,
    })),
  ];
}

function rowView(run: string, row: z.output<typeof SampleRow>) {
  const scored = row.outcome === "scored";
  const right = row.root_cause === 1;
  return {
    url: sampleUrl(run, row.id, row.repeat),
    line: oneLine(row.log_line, LONGEST_LINE),
    label: row.expected_root_cause,
    said: {
      kind: right ? "ok" : "no",
      text: right ? "same" : oneLine(row.said_root_cause ?? "nothing", LONGEST_LABEL),
    },
    tag: scored ? "" : row.outcome,
    action: verdict(scored ? row.action : null),
    severity: verdict(scored ? row.severity : null),
    score: formatScore(row.overall, 2),
    latency: formatDuration(row.latency_ms),
  };
}

/** What a score of 0 or 1 says. */
export function verdict(score: number | null): Verdict {
  if (score === null) return { kind: "q", text: UNKNOWN };
  return score === 1 ? { kind: "ok", text: "right" } : { kind: "no", text: "wrong" };
}
