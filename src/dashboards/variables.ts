// What can be chosen above the Infinity dashboard.

import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import { INFINITY, type InfinitySpec, infinityVariable, string } from "./infinity.ts";

/** Table that all panels of experiments ask for. */
export const OF_DATASET = { dataset: "${dataset}" };

/** Experiments that have been chosen, as a list in JSONata. */
export const CHOSEN = "${experiment:json}";

function query(name: string, label: string, spec: InfinitySpec): dashboard.QueryVariableBuilder {
  return new dashboard.QueryVariableBuilder(name)
    .label(label)
    .datasource(INFINITY)
    .query(infinityVariable(spec))
    .definition(spec.path)
    .refresh(dashboard.VariableRefresh.OnDashboardLoad)
    .sort(dashboard.VariableSort.Disabled);
}

/** The data source of one kind; `uid` is the one that is chosen first. */
export function datasource(type: string, uid: string): dashboard.DatasourceVariableBuilder {
  return new dashboard.DatasourceVariableBuilder("datasource")
    .label("Data source")
    .type(type)
    .current({ text: uid, value: uid });
}

/** Experiments with a rank and a folder: the ones that can be compared. */
function comparable(order: (rows: string) => string): InfinitySpec {
  return {
    path: "/leaderboard",
    params: OF_DATASET,
    rows: order('rows[local and $type(rank) = "number"]'),
    columns: [string("experiment_id", "__text"), string("experiment_id", "__value")],
  };
}

export const VARIABLES: readonly dashboard.QueryVariableBuilder[] = [
  query("dataset", "Dataset", {
    path: "/leaderboard",
    rows:
      'tables.{"text": dataset_path & " " & $substring(dataset_hash, 7, 8), "value": dataset_hash}',
    columns: [string("text", "__text"), string("value", "__value")],
  }),
  query("experiment", "Experiments", {
    path: "/leaderboard",
    params: OF_DATASET,
    rows: "rows",
    columns: [string("experiment_id", "__text"), string("experiment_id", "__value")],
  }).multi(true).includeAll(true).current({ text: ["All"], value: ["$__all"] }),
  // The last one first, so that the two are not the same from the start.
  query("run_a", "Compare", comparable((rows) => `$reverse(${rows})`)),
  query("run_b", "with", comparable((rows) => rows)),
  query("optimization", "Optimization", {
    path: "/optimizations",
    rows: "rows",
    columns: [string("run_id", "__text"), string("run_id", "__value")],
  }),
];
