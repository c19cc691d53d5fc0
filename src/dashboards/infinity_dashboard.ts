// The dashboard over the JSON API.

import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import { INFINITY, infinity, string, timestamp } from "./infinity.ts";
import { differences, differencesByRootCause, flips, verdict } from "./panels_compare.ts";
import {
  categories,
  latency,
  latencyOverTime,
  leaderboard,
  parseFailures,
  parseFailuresOverTime,
  scoreOfEach,
  scoreOverTime,
} from "./panels_experiments.ts";
import { candidates, effects, optimizations, survivors } from "./panels_optimizations.ts";
import { CHOSEN, datasource, OF_DATASET, VARIABLES } from "./variables.ts";

/** Marks of the times at which an experiment got another prompt. */
function promptChanges(): dashboard.AnnotationQueryBuilder {
  return new dashboard.AnnotationQueryBuilder()
    .name("Prompt changes")
    .datasource(INFINITY)
    .enable(true)
    .iconColor("purple")
    .target(infinity({
      path: "/trends",
      params: OF_DATASET,
      rows: `rows[prompt_changed and experiment_id in ${CHOSEN}]` +
        '.{"time": time, "title": experiment_id, "text": "prompt " & prompt_id & " " & ' +
        '$substring(prompt_hash, 7, 8), "tags": experiment_id}',
      columns: [timestamp("time"), string("title"), string("text"), string("tags")],
    }));
}

export function infinityDashboard(): dashboard.Dashboard {
  const rows: readonly [string, readonly { build(): dashboard.Panel }[]][] = [
    ["Experiments", [leaderboard(), scoreOverTime()]],
    ["Each experiment", [scoreOfEach()]],
    ["Weak spots", [
      categories(),
      parseFailures(),
      parseFailuresOverTime(),
      latency(),
      latencyOverTime(),
    ]],
    ["$run_a against $run_b", [verdict(), differences(), differencesByRootCause(), flips()]],
    ["Optimizations", [optimizations(), survivors(), effects(), candidates()]],
  ];
  const board = new dashboard.DashboardBuilder("logeval")
    .uid("logeval")
    .description("How well models read Kubernetes logs. Made by src/dashboards/generate.ts.")
    .tags(["logeval", "llm"])
    .time({ from: "now-90d", to: "now" })
    .refresh("1m")
    .editable()
    .annotation(promptChanges())
    .withVariable(datasource(INFINITY.type, "logeval"));
  for (const variable of VARIABLES) board.withVariable(variable);
  for (const [title, panels] of rows) {
    board.withRow(new dashboard.RowBuilder(title));
    for (const panel of panels) board.withPanel(panel);
  }
  return board.build();
}
