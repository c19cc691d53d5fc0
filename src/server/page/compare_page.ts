// The page of a comparison: which two runs, and what becomes of them.

import * as z from "zod";
import { ApiError } from "../api_error.ts";
import type { Snapshot } from "../archive.ts";
import type { RouteInput } from "../route.ts";
import { comparisonOf } from "../routes.ts";
import { namedRun } from "../rows_compare.ts";
import { compareView } from "./compare_view.ts";
import { type PageContent, type PageRoute, pageRoute } from "./page_route.ts";

const Query = z.strictObject({ a: z.string().optional(), b: z.string().optional() });
type Input = RouteInput<z.output<typeof Query>>;

export const comparePage: PageRoute = pageRoute({
  path: "/compare",
  view: "Compare",
  query: Query,
  version: ({ snapshot }) => String(snapshot.version),
  make,
});

/** Without names, the second of the leaderboard against the first. */
async function make(input: Input): Promise<PageContent> {
  const { snapshot, query } = input;
  const names = experimentsOf(snapshot);
  const a = query.a ?? names.find((name) => name !== query.b && name !== names[0]) ?? names[0];
  const b = query.b ?? names.find((name) => name !== a);
  const choices = {
    a: choicesOf(names, a),
    b: choicesOf(names, b),
    swap: a === undefined || b === undefined
      ? ""
      : `/compare?${new URLSearchParams({ a: b, b: a })}`,
  };
  if (a === undefined || b === undefined) {
    return page("Compare", {
      choices,
      compare: null,
      refusal: "There is no second run to compare with yet.",
    });
  }
  try {
    if (namedRun(snapshot.runs, a, "a") === namedRun(snapshot.runs, b, "b")) {
      const refusal = "A and B are the same run: there is nothing to compare.";
      return page("Compare", { choices, compare: null, refusal });
    }
    const compare = compareView(await comparisonOf({ ...input, query: { a, b } }));
    const { gainDrawing } = await import("./figures.ts");
    const drawn = { ...compare, gain: gainDrawing(compare.gain) };
    return page(compare.title, { choices, compare: drawn, refusal: "" });
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "not_comparable") throw error;
    return page("Compare", { choices, compare: null, refusal: error.message });
  }
}

function page(title: string, data: object): PageContent {
  return { template: "compare", title, data };
}

/** Experiments with a run that a name can stand for, best first. */
function experimentsOf({ runs, board }: Snapshot): string[] {
  const named = new Set(
    runs.filter(({ status, facts }) => status === "complete" && facts?.changed === "")
      .map(({ facts }) => facts!.experiment_id),
  );
  const ranked = board.leaderboard.tables.flatMap(({ rows }) => rows)
    .filter(({ rank, experiment_id }) => rank !== null && named.has(experiment_id))
    .map(({ experiment_id }) => experiment_id);
  return [...new Set([...ranked, ...named])];
}

/** The experiments, and in front of them a run that was named by its id. */
function choicesOf(names: readonly string[], chosen: string | undefined) {
  const all = chosen === undefined || names.includes(chosen) ? names : [chosen, ...names];
  return all.map((name) => ({ name, selected: name === chosen }));
}
