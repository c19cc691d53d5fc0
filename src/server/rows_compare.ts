// A comparison as flat rows, and which run a name means. Pure.

import * as z from "zod";
import { quote, suggestion } from "../faults.ts";
import type { Comparison, Difference } from "../harness/compare.ts";
import { METRICS } from "../metrics/score.ts";
import { ApiError } from "./api_error.ts";
import type { ArchivedRun } from "./archived_run.ts";

const score = z.number().nullable();

export const CompareQuery = z.strictObject({
  a: z.string().optional()
    .describe("a run, or an experiment: its newest complete, unchanged run; with b, or neither"),
  b: z.string().optional().describe("the same"),
});

/** Two names to compare. */
export interface Compared {
  readonly a: string;
  readonly b: string;
}

/**
 * What a query compares.
 *
 * @returns `null` for nothing: a dashboard asks like that while there is no run to choose
 * @throws {ApiError} 400 when one of the two is missing
 */
export function comparedOf({ a, b }: z.output<typeof CompareQuery>): Compared | null {
  if (a !== undefined && b !== undefined) return { a, b };
  if (a === undefined && b === undefined) return null;
  const field = a === undefined ? "a" : "b";
  throw new ApiError("bad_request", `Cannot compare one run alone: ${field} is missing`, { field });
}

export const CompareRow = z.strictObject({
  metric: z.string(),
  a: score,
  b: score,
  difference: score.describe("B minus A"),
  low: score.describe("lower bound of the difference's 95 % interval"),
  high: score,
  p: score,
  p_holm: score.describe("adjusted for looking at all parts; null for overall"),
});

const Run = z.strictObject({ run_id: z.string(), experiment_id: z.string() });
const Pair = z.tuple([score, score]).readonly();
const DifferenceShape = {
  mean_a: score,
  mean_b: score,
  difference: score,
  ci95: z.tuple([z.number(), z.number()]).readonly().nullable(),
  p: score,
  smallest_visible: score,
};

/** The answer to a query that names nothing. */
export const NOTHING_COMPARED = { rows: [], by_root_cause: [], flips: { samples: [] } };
const NothingCompared = z.strictObject({
  rows: z.array(z.never()),
  by_root_cause: z.array(z.never()),
  flips: z.strictObject({ samples: z.array(z.never()) }),
}).describe("without a and b: nothing was compared");

const ComparedAnswer = z.strictObject({
  rows: z.array(CompareRow),
  a: Run,
  b: Run,
  notices: z.array(z.string()).readonly(),
  n: z.int(),
  n_unseen: z.int(),
  verdict: z.enum(["better", "worse", "no evidence"]).describe("whether B is better than A"),
  min_effect: z.number(),
  overall: z.strictObject(DifferenceShape),
  overall_all: z.strictObject(DifferenceShape),
  metrics: z.record(z.string(), z.strictObject({ ...DifferenceShape, p_holm: score })),
  by_root_cause: z.array(z.strictObject({
    root_cause: z.string(),
    n: z.int(),
    a: z.number(),
    b: z.number(),
    difference: z.number(),
  })).readonly(),
  latency_ms: z.strictObject({ p50: Pair, p95: Pair }),
  tokens: z.strictObject({ prompt: Pair, completion: Pair }),
  flips: z.strictObject({
    to_right: z.int(),
    to_wrong: z.int(),
    samples: z.array(z.strictObject({
      id: z.string(),
      root_cause: z.string(),
      a: z.string().nullable(),
      b: z.string().nullable(),
      log_line: z.string(),
    })).readonly(),
  }),
});

export const CompareAnswer = z.union([ComparedAnswer, NothingCompared]);

/** Overall and its parts, a row each. */
export function compareRows({ overall, metrics }: Comparison): z.output<typeof CompareRow>[] {
  return [
    compareRow("overall", overall, null),
    ...METRICS.map((metric) => compareRow(metric, metrics[metric], metrics[metric].p_holm)),
  ];
}

function compareRow(metric: string, found: Difference, p_holm: number | null) {
  return {
    metric,
    a: found.mean_a,
    b: found.mean_b,
    difference: found.difference,
    low: found.ci95?.[0] ?? null,
    high: found.ci95?.[1] ?? null,
    p: found.p,
    p_holm,
  };
}

/**
 * The run that a name means, out of the list: its id, or an experiment's newest complete run with
 * the settings of its file.
 *
 * @throws {ApiError} 400 with the nearest names
 */
export function namedRun(
  runs: readonly ArchivedRun[],
  name: string,
  field: string,
): ArchivedRun {
  const found = runs.find(({ run_id }) => run_id === name) ??
    runs.filter(({ facts, status }) =>
      facts?.experiment_id === name && status === "complete" && facts.changed === ""
    ).toSorted((a, b) => startOf(a) < startOf(b) ? 1 : -1)[0];
  if (found) return found;
  const known = [
    ...new Set(runs.flatMap(({ facts }) => facts?.experiment_id ?? [])),
    ...runs.map(({ run_id }) => run_id),
  ];
  throw new ApiError(
    "bad_request",
    `Cannot find run ${quote(name)}${suggestion(name.slice(0, 100), known.slice(0, 20))}`,
    { field },
  );
}

function startOf({ facts, run_id }: ArchivedRun): string {
  return `${facts?.started_at} ${run_id}`;
}
