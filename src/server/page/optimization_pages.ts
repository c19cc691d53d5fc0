// The pages of optimizations: the list, and one of them.

import * as z from "zod";
import { parsePromptTemplate } from "../../analyzer/prompt.ts";
import { DataError, UsageError } from "../../errors.ts";
import { API_ROOT } from "../openapi.ts";
import { listed, type RouteInput } from "../route.ts";
import { diffLines, optimizationView } from "./optimization_view.ts";
import { optimizationRows } from "./optimizations_view.ts";
import { type PageContent, type PageInput, type PageRoute, pageRoute } from "./page_route.ts";

const Nothing = z.strictObject({});

const optimizationOf = ({ snapshot, params }: RouteInput<unknown>) =>
  listed(snapshot.optimizations, params["id"] ?? "", "optimization");

export const OPTIMIZATION_PAGES: readonly PageRoute[] = [
  pageRoute({
    path: "/optimizations",
    view: "Optimizations",
    query: Nothing,
    follows: true,
    version: ({ snapshot }) => String(snapshot.version),
    make: ({ snapshot: { optimizations }, thisYear }) => ({
      template: "optimizations",
      title: "Optimizations",
      data: { rows: optimizationRows(optimizations, thisYear) },
    }),
  }),
  pageRoute({
    path: "/optimizations/{id}",
    view: "Optimizations",
    query: Nothing,
    version: (input) => {
      const { stamp, status } = optimizationOf(input);
      return `${stamp} ${status}`;
    },
    make: optimizationPage,
  }),
];

async function optimizationPage(input: PageInput<unknown>): Promise<PageContent> {
  const found = optimizationOf(input);
  const { config, result, winner } = await input.archive.optimization(found);
  return {
    template: "optimization",
    title: found.run_id,
    data: {
      opt: optimizationView(found, config, result, input.thisYear),
      drawn: result && (await import("./figures.ts")).optimizationFigures(result),
      winner: winner === null
        ? ""
        : `${API_ROOT}/optimizations/${encodeURIComponent(found.run_id)}/winner.yaml`,
      diff: winner === null ? [] : diffOf(config.prompt, winner),
    },
  };
}

/** Nothing when one of them is no prompt any more. */
function diffOf({ id, text }: { readonly id: string; readonly text: string }, winner: string) {
  try {
    return diffLines(
      parsePromptTemplate(text, `${id}.yaml`).template,
      parsePromptTemplate(winner, "winner.yaml").template,
    );
  } catch (error) {
    if (error instanceof UsageError || error instanceof DataError) return [];
    throw error;
  }
}
