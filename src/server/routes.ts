// The JSON API: every route with its query, its answer and the function that makes it.

import * as z from "zod";
import { quote } from "../faults.ts";
import { compareRuns, type Comparison } from "../harness/compare.ts";
import { promptAsSent } from "../harness/prompt_as_sent.ts";
import type { RunConfig, SampleRecord } from "../harness/run_files.ts";
import { DataError, UsageError } from "../errors.ts";
import { ApiError } from "./api_error.ts";
import { listed, type Route, route, type RouteInput } from "./route.ts";
import {
  CompareAnswer,
  type Compared,
  comparedOf,
  CompareQuery,
  compareRows,
  namedRun,
  NOTHING_COMPARED,
} from "./rows_compare.ts";
import {
  BoardQuery,
  BoardRow,
  boardRows,
  CategoryRow,
  categoryRows,
  chooseTable,
  TableQuery,
  TableRow,
  tableRows,
  TrendRow,
  trendRows,
  WideCategoryRow,
  wideCategoryRows,
} from "./rows_leaderboard.ts";
import {
  CandidateRow,
  candidateRows,
  EffectRow,
  effectRows,
  OptimizationAnswer,
  OptimizationRow,
  optimizationRow,
  stageRows,
} from "./rows_optimizations.ts";
import {
  RunAnswer,
  RunRow,
  runRow,
  RunsQuery,
  SampleAnswer,
  samplePage,
  SampleQuery,
  SamplesAnswer,
  SamplesQuery,
} from "./rows_runs.ts";

const Nothing = z.strictObject({});
const rows = <T extends z.ZodType>(row: T) => z.strictObject({ rows: z.array(row) });

const onBoard = ({ snapshot }: RouteInput<unknown>) => String(snapshot.boardVersion);
const onAnything = ({ snapshot }: RouteInput<unknown>) => String(snapshot.version);

const runOf = ({ snapshot, params }: RouteInput<unknown>) =>
  listed(snapshot.runs, params["id"] ?? "", "run");
const onRun = (input: RouteInput<unknown>) => {
  const { stamp, status } = runOf(input);
  return `${stamp} ${status}`;
};
const optimizationOf = ({ snapshot, params }: RouteInput<unknown>) =>
  listed(snapshot.optimizations, params["id"] ?? "", "optimization");
const onOptimization = (input: RouteInput<unknown>) => {
  const { stamp, status } = optimizationOf(input);
  return `${stamp} ${status}`;
};

/** All routes below `/api/v1`, but for events and the description of the API itself. */
export const ROUTES: readonly Route[] = [
  route({
    path: "/leaderboard",
    summary: "The experiments of one dataset, ranked, each by its newest complete run",
    query: BoardQuery,
    answer: z.strictObject({
      rows: z.array(BoardRow),
      tables: z.array(TableRow).describe("what ?dataset= may name; the first is the default"),
      notices: z.array(z.string()),
    }),
    version: onBoard,
    make: ({ snapshot: { board }, query }) => ({
      rows: boardRows(chooseTable(board.leaderboard, query), query),
      tables: tableRows(board.leaderboard),
      notices: [...board.notices],
    }),
  }),
  route({
    path: "/trends",
    summary: "Score over time: complete runs with the settings of their file, oldest first",
    query: TableQuery.extend({ experiment: z.string().optional() }),
    answer: rows(TrendRow),
    version: onBoard,
    make: ({ snapshot: { board }, query }) => ({
      rows: trendRows(chooseTable(board.leaderboard, query), query.experiment),
    }),
  }),
  route({
    path: "/categories",
    summary: "Root cause x experiment: how often each root cause was named, a row a pair",
    query: TableQuery,
    answer: rows(CategoryRow),
    version: onBoard,
    make: ({ snapshot: { board, runs }, query }) => ({
      rows: categoryRows(chooseTable(board.leaderboard, query), runs),
    }),
  }),
  route({
    path: "/categories/wide",
    summary: "The same with a column of shares an experiment",
    query: TableQuery,
    answer: rows(WideCategoryRow),
    version: onBoard,
    make: ({ snapshot: { board, runs }, query }) => ({
      rows: wideCategoryRows(categoryRows(chooseTable(board.leaderboard, query), runs)),
    }),
  }),
  route({
    path: "/compare",
    summary: "Whether B is better than A: verdict, differences, flipped samples",
    query: CompareQuery,
    answer: CompareAnswer,
    version({ snapshot, query }) {
      const found = Object.entries(comparedOf(query) ?? {});
      return found.map(([field, name]) => namedRun(snapshot.runs, name, field))
        .map(({ run_id, stamp }) => `${run_id} ${stamp}`).join(" ");
    },
    make: compare,
  }),
  route({
    path: "/runs",
    summary: "All runs of this machine, newest first",
    query: RunsQuery,
    answer: z.strictObject({
      rows: z.array(RunRow),
      total: z.int().describe("runs that the filters leave, on all pages"),
      offset: z.int(),
    }),
    version: onAnything,
    make: async ({ archive, snapshot, query: { experiment, status, offset, limit } }) => {
      const found = snapshot.runs.filter((run) =>
        (experiment === undefined || run.facts?.experiment_id === experiment) &&
        (status === undefined || run.status === status)
      );
      const page = found.slice(offset, offset + limit);
      await archive.inspect(page);
      return { rows: page.map(runRow), total: found.length, offset };
    },
  }),
  route({
    path: "/runs/{id}",
    summary: "A run: its settings as they were frozen, its metrics",
    query: Nothing,
    answer: RunAnswer,
    version: onRun,
    make: (input) => {
      const found = runOf(input);
      const { config, metrics } = input.archive.run(found);
      return { run: runRow(found), config, metrics };
    },
  }),
  route({
    path: "/runs/{id}/samples",
    summary: "The answers of a run, filtered, a page of them",
    query: SamplesQuery,
    answer: SamplesAnswer,
    version: onRun,
    make: async (input) => samplePage(await input.archive.records(runOf(input)), input.query),
  }),
  route({
    path: "/runs/{id}/samples/{sample}",
    summary: "One sample of a run: log line, prompt as sent, raw answer, labels, scores",
    query: SampleQuery,
    answer: SampleAnswer,
    version: onRun,
    make: sampleOf,
  }),
  route({
    path: "/optimizations",
    summary: "All optimizations of this machine, newest first",
    query: Nothing,
    answer: rows(OptimizationRow),
    version: onAnything,
    make: ({ snapshot }) => ({ rows: snapshot.optimizations.map(optimizationRow) }),
  }),
  route({
    path: "/optimizations/{id}",
    summary: "An optimization: settings, result, its stages as rows",
    query: Nothing,
    answer: OptimizationAnswer,
    version: onOptimization,
    make: async (input) => {
      const found = optimizationOf(input);
      const { config, result } = await input.archive.optimization(found);
      return {
        rows: stageRows(found.progress),
        optimization: optimizationRow(found),
        config,
        result,
      };
    },
  }),
  route({
    path: "/optimizations/{id}/candidates",
    summary: "The prompts that were tried, finalists first",
    query: Nothing,
    answer: rows(CandidateRow),
    version: onOptimization,
    make: async (input) => ({
      rows: candidateRows((await input.archive.optimization(optimizationOf(input))).result),
    }),
  }),
  route({
    path: "/optimizations/{id}/effects",
    summary: "What each level of each dimension was worth",
    query: Nothing,
    answer: rows(EffectRow),
    version: onOptimization,
    make: async (input) => ({
      rows: effectRows((await input.archive.optimization(optimizationOf(input))).result),
    }),
  }),
];

async function compare(
  input: RouteInput<z.output<typeof CompareQuery>>,
): Promise<z.input<typeof CompareAnswer>> {
  const compared = comparedOf(input.query);
  if (compared === null) return NOTHING_COMPARED;
  const found = await comparisonOf({ ...input, query: compared });
  return { rows: compareRows(found), ...found };
}

/** A comparison of two runs by name; the page shows the same. */
export async function comparisonOf(
  { archive, snapshot, query }: RouteInput<Compared>,
): Promise<Comparison> {
  const load = async (name: string, field: string) => {
    const run = namedRun(snapshot.runs, name, field);
    const { config, metrics } = archive.run(run);
    return { config, metrics, records: await archive.records(run) };
  };
  const [a, b] = [await load(query.a, "a"), await load(query.b, "b")];
  try {
    return compareRuns(a, b);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new ApiError("not_comparable", archive.withoutRoot(error.message));
  }
}

/** One sample of a run; the page shows the same. */
export async function sampleOf(
  input: RouteInput<z.output<typeof SampleQuery>>,
): Promise<z.input<typeof SampleAnswer>> {
  const { archive, params, query } = input;
  const run = runOf(input);
  const id = params["sample"] ?? "";
  const records = (await archive.records(run)).filter((record) => record.id === id);
  if (records.length === 0) {
    throw new ApiError("not_found", `Cannot find sample ${quote(id)} in ${run.run_id}`, {
      field: "sample",
    });
  }
  const record = records.find(({ repeat }) => repeat === query.repeat);
  if (record === undefined) {
    throw new ApiError(
      "bad_request",
      `Cannot find repeat ${query.repeat} of sample ${quote(id)}`,
      { field: "repeat" },
    );
  }
  return {
    record,
    repeats: records.map(({ repeat }) => repeat).sort((a, b) => a - b),
    messages: messagesOf(archive.run(run).config, record),
  };
}

function messagesOf(config: RunConfig, record: SampleRecord) {
  try {
    return promptAsSent(config, record).map(({ role, content }) => ({ role, content }));
  } catch (error) {
    if (error instanceof UsageError || error instanceof DataError) return null;
    throw error;
  }
}
