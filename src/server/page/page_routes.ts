// Every page with its query and what it shows. The logic is in the views.

import * as z from "zod";
import { DataError } from "../../errors.ts";
import { formatCount } from "../../format.ts";
import type { SampleRecord } from "../../harness/run_files.ts";
import { ApiError } from "../api_error.ts";
import type { LeaderboardRow } from "../archived_board.ts";
import type { Archive, Snapshot } from "../archive.ts";
import type { ArchivedRun } from "../archived_run.ts";
import { listed, type RouteInput } from "../route.ts";
import { sampleOf } from "../routes.ts";
import { categoryRows, chooseTable, TableQuery } from "../rows_leaderboard.ts";
import { SampleQuery, SamplesQuery } from "../rows_runs.ts";
import { comparePage } from "./compare_page.ts";
import { confusionView } from "./confusion_view.ts";
import { emptyView } from "./empty_view.ts";
import { heatView } from "./heat_view.ts";
import { latencyView } from "./latency_view.ts";
import { leaderboardView } from "./leaderboard_view.ts";
import { liveJobs } from "./live_view.ts";
import { OPTIMIZATION_PAGES } from "./optimization_pages.ts";
import { type PageContent, type PageInput, type PageRoute, pageRoute } from "./page_route.ts";
import { runView } from "./run_view.ts";
import { runsView } from "./runs_view.ts";
import { type OtherAnswer, sampleView } from "./sample_view.ts";
import { samplesView } from "./samples_view.ts";
import { timeView } from "./time_view.ts";
import { compareUrl, datasetName, runUrl } from "./words.ts";

/** Other experiments whose answer to a sample is shown: each is a file to be read. */
const MOST_OTHERS = 8;

const onAnything = ({ snapshot }: RouteInput<unknown>) => String(snapshot.version);

/** All pages. */
export const PAGE_ROUTES: readonly PageRoute[] = [
  pageRoute({
    path: "/",
    view: "Leaderboard",
    query: TableQuery,
    follows: true,
    version: onAnything,
    make: leaderboardPage,
  }),
  pageRoute({
    path: "/runs",
    view: "Runs",
    query: z.strictObject({ offset: z.int().min(0).default(0) }),
    follows: true,
    version: onAnything,
    make: async ({ archive, snapshot: { runs }, query: { offset }, thisYear }) => {
      await archive.inspect(runs);
      return runs.length === 0
        ? emptyPage()
        : { template: "runs", title: "Runs", data: { runs: runsView(runs, { offset, thisYear }) } };
    },
  }),
  pageRoute({
    path: "/runs/{id}",
    view: "Runs",
    query: SamplesQuery.omit({ limit: true }),
    version: (input) => {
      const { stamp, status } = runOf(input);
      return `${stamp} ${status} ${input.snapshot.boardVersion}`;
    },
    make: runPage,
  }),
  pageRoute({
    path: "/runs/{id}/samples/{sample}",
    view: "Runs",
    query: SampleQuery,
    version: (input) => `${runOf(input).stamp} ${input.snapshot.boardVersion}`,
    make: samplePage,
  }),
  comparePage,
  ...OPTIMIZATION_PAGES,
];

function runOf({ snapshot, params }: RouteInput<unknown>): ArchivedRun {
  return listed(snapshot.runs, params["id"] ?? "", "run");
}

function emptyPage(): PageContent {
  return { template: "empty", title: "No run yet", data: { empty: emptyView() } };
}

async function leaderboardPage(
  { snapshot, query, thisYear }: PageInput<z.output<typeof TableQuery>>,
): Promise<PageContent> {
  const { runs, optimizations, board: { leaderboard, notices } } = snapshot;
  const table = chooseTable(leaderboard, query);
  if (table === null && runs.length === 0) return emptyPage();
  const time = timeView(table, thisYear);
  const most = table?.rows.toSorted((a, b) => b.n - a.n)[0];
  return {
    template: "leaderboard",
    title: "Leaderboard",
    context: most === undefined
      ? ""
      : `${datasetName(most.dataset_path)} · ${formatCount(most.n, "sample")}`,
    data: {
      jobs: liveJobs([], optimizations),
      board: leaderboardView(table, leaderboard, runs, { notices, thisYear }),
      time: time && { ...time, ...(await import("./figures.ts")).timeFigure(time.data) },
      heat: heatView(categoryRows(table, runs)),
    },
  };
}

/** Rows of the table that a run is in. */
function tableOf({ board }: Snapshot, run: string): readonly LeaderboardRow[] {
  const inTable = ({ rows }: { rows: readonly LeaderboardRow[] }) =>
    rows.some(({ run_id }) => run_id === run);
  return board.leaderboard.tables.find(inTable)?.rows ?? [];
}

async function runPage(
  input: PageInput<Omit<z.output<typeof SamplesQuery>, "limit">>,
): Promise<PageContent> {
  const { archive, snapshot, query } = input;
  const run = runOf(input);
  const { config, metrics } = archive.run(run);
  const { records, notice } = await recordsOf(archive, run);
  const latency = latencyView(records);
  const rows = tableOf(snapshot, run.run_id);
  const leader = rows.find(({ rank }) => rank === 1);
  return {
    template: "run",
    title: run.run_id,
    context: `${datasetName(config.dataset.path)} · ${formatCount(config.dataset.n, "sample")}`,
    data: {
      run: runView(run, config, metrics, rows, input.thisYear),
      confusion: metrics && confusionView(run.run_id, metrics.confusion),
      latency: latency && {
        table: latency.table,
        figure: (await import("./figures.ts")).latencyDrawing(latency),
      },
      notice,
      samples: notice === "" ? samplesView(run.run_id, records, query) : null,
      compare: leader && leader.local && leader.run_id !== run.run_id && metrics
        ? compareUrl(leader.run_id, run.run_id)
        : "",
    },
  };
}

/** The records of a run, or why they cannot be shown: what its metrics say can be shown without. */
async function recordsOf(
  archive: Archive,
  run: ArchivedRun,
): Promise<{ records: readonly SampleRecord[]; notice: string }> {
  try {
    return { records: await archive.records(run), notice: "" };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { records: [], notice: `No samples: ${run.damage() ?? error.message}` };
  }
}

async function samplePage(
  input: RouteInput<z.output<typeof SampleQuery>>,
): Promise<PageContent> {
  const run = runOf(input);
  const { record, messages } = await sampleOf(input);
  const records = await input.archive.records(run);
  const own = records.find(({ id, repeat }) => id === record.id && repeat === record.repeat);
  if (own === undefined) throw new ApiError("not_found", "Cannot find this sample any more");
  return {
    template: "sample",
    title: `Sample ${record.id}`,
    data: {
      run: { url: runUrl(run.run_id), name: run.facts?.experiment_id ?? run.run_id },
      sample: sampleView({
        run: run.run_id,
        records,
        record: own,
        messages,
        ...await othersOf(input, run, record.id),
      }),
    },
  };
}

async function othersOf(
  { archive, snapshot }: RouteInput<unknown>,
  { run_id, facts }: ArchivedRun,
  sample: string,
): Promise<{ others: OtherAnswer[]; notAsked: number }> {
  const ranked = tableOf(snapshot, run_id)
    .filter(({ rank, experiment_id }) => rank !== null && experiment_id !== facts?.experiment_id);
  const found: OtherAnswer[] = [];
  for (const { run_id, experiment_id } of ranked.slice(0, MOST_OTHERS)) {
    const run = snapshot.runs.find((run) => run.run_id === run_id);
    const records = run ? await archive.records(run) : [];
    const record = records.find(({ id, repeat }) => id === sample && repeat === 1);
    if (record) found.push({ run_id, experiment_id, record });
  }
  return { others: found, notAsked: Math.max(0, ranked.length - MOST_OTHERS) };
}
