// The dashboard over /metrics, for those who have no Infinity plugin: the standing of every
// experiment and how it went. Root causes, comparisons and optimizations are in the JSON API alone.

import type * as cog from "@grafana/grafana-foundation-sdk/cog";
import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import * as prometheus from "@grafana/grafana-foundation-sdk/prometheus";
import { BAR, dashes, linesPanel, NARROW, properties, SHARE, tablePanel } from "./looks.ts";
import { datasource } from "./variables.ts";

const PROMETHEUS = { type: "prometheus", uid: "${datasource}" } as const;
// Scores of two datasets are not comparable: one is chosen, and no legend has to name it.
const OF_DATASET = 'dataset="$dataset"';
const CHOSEN = `${OF_DATASET}, experiment=~"$experiment"`;

/** The greatest of what several servers tell of an experiment, without their own labels. */
function of(metric: string, labels = "", by = "experiment"): string {
  return `max by (${by}) (${metric}{${[CHOSEN, labels].filter((part) => part !== "").join(", ")}})`;
}

function query(refId: string, expr: string): prometheus.DataqueryBuilder {
  return new prometheus.DataqueryBuilder().datasource(PROMETHEUS).refId(refId).expr(expr);
}

/** @param bounds series that are dashed, named and so coloured as the one that they belong to */
function lines(
  title: string,
  unit: string,
  legend: string,
  series: readonly string[],
  bounds: readonly string[] = [],
): cog.Builder<dashboard.Panel> {
  const panel = linesPanel(title).unit(unit).min(0).span(12).height(9);
  [...series, ...bounds].forEach((expr, at) => {
    const refId = refIdOf(at);
    panel.withTarget(query(refId, expr).range().legendFormat(legend));
    if (at < series.length) return;
    panel.overrideByQuery(
      refId,
      properties({
        "custom.lineStyle": dashes().build(),
        "custom.showPoints": "never",
        "custom.hideFrom": { legend: true, tooltip: false, viz: false },
      }),
    );
  });
  return panel;
}

function refIdOf(at: number): string {
  return String.fromCharCode("A".charCodeAt(0) + at);
}

const COLUMNS: readonly { readonly name: string; readonly expr: string }[] = [
  { name: "Rank", expr: of("logeval_rank") },
  { name: "Score", expr: of("logeval_score", 'metric="overall"') },
  { name: "Low", expr: of("logeval_score_low", 'metric="overall"') },
  { name: "High", expr: of("logeval_score_high", 'metric="overall"') },
  { name: "p50", expr: of("logeval_latency_seconds", 'quantile="0.5"') },
  { name: "p95", expr: of("logeval_latency_seconds", 'quantile="0.95"') },
  { name: "Unreadable", expr: of("logeval_unreadable") },
  { name: "Samples", expr: of("logeval_samples") },
  { name: "Date", expr: `1000 * ${of("logeval_run_timestamp_seconds")}` },
  { name: "Info", expr: of("logeval_experiment_info", "", "experiment, prompt, model") },
];

function leaderboard(): cog.Builder<dashboard.Panel> {
  const panel = tablePanel("Leaderboard", {
    Rank: NARROW,
    Score: BAR,
    Low: SHARE,
    High: SHARE,
    p50: { unit: "s" },
    p95: { unit: "s" },
    Unreadable: SHARE,
    Date: { unit: "dateTimeAsIso" },
  });
  const names: Record<string, string> = {
    experiment: "Experiment",
    prompt: "Prompt",
    model: "Model",
  };
  COLUMNS.forEach(({ name, expr }, at) => {
    const refId = refIdOf(at);
    names[`Value #${refId}`] = name;
    panel.withTarget(query(refId, expr).instant().format(prometheus.PromQueryFormat.Table));
  });
  const order = ["Value #A", "experiment", "prompt", "model", "Value #B", "Value #C", "Value #D"];
  return panel
    .withTransformation({ id: "merge", options: {} })
    .withTransformation({
      id: "organize",
      options: {
        excludeByName: { "Time": true, "Value #J": true },
        indexByName: Object.fromEntries(order.map((name, at) => [name, at])),
        renameByName: names,
      },
    })
    .span(24).height(9);
}

/** Experiments that have a prompt now which they did not have five minutes before. */
function promptChanges(): dashboard.AnnotationQueryBuilder {
  const now = of("logeval_experiment_info", "", "experiment, prompt, prompt_hash");
  const before =
    `(max by (experiment, prompt_hash) (logeval_experiment_info{${CHOSEN}} offset 5m))`;
  return new dashboard.AnnotationQueryBuilder()
    .name("Prompt changes")
    .datasource(PROMETHEUS)
    .enable(true)
    .iconColor("purple")
    .expr(
      `(${now} unless on (experiment, prompt_hash) ${before}) and on (experiment) ${before}`,
    )
    .step("1m")
    .titleFormat("{{experiment}}")
    .textFormat("prompt {{prompt}} {{prompt_hash}}");
}

function variable(name: string, label: string, query: string): dashboard.QueryVariableBuilder {
  return new dashboard.QueryVariableBuilder(name)
    .label(label)
    .datasource(PROMETHEUS)
    .query({ query, refId: "variable" })
    .definition(query)
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged);
}

export function prometheusDashboard(): dashboard.Dashboard {
  return new dashboard.DashboardBuilder("logeval (Prometheus)")
    .uid("logeval-prometheus")
    .description("How well models read Kubernetes logs. Made by src/dashboards/generate.ts.")
    .tags(["logeval", "llm"])
    .time({ from: "now-30d", to: "now" })
    .refresh("1m")
    .editable()
    .annotation(promptChanges())
    .withVariable(datasource(PROMETHEUS.type, "prometheus"))
    // That of the newest run first, which is the one that is shown until another is chosen.
    .withVariable(
      variable(
        "dataset",
        "Dataset",
        "query_result(sort_desc(max by (dataset) (logeval_run_timestamp_seconds)))",
      ).regex('/dataset="([^"]+)"/').sort(dashboard.VariableSort.Disabled),
    )
    .withVariable(
      variable(
        "experiment",
        "Experiments",
        `label_values(logeval_score{${OF_DATASET}}, experiment)`,
      )
        .multi(true).includeAll(true).current({ text: ["All"], value: ["$__all"] }),
    )
    .withPanel(leaderboard())
    .withPanel(lines(
      "Score over time (dashed: 95 % interval)",
      "percentunit",
      "{{experiment}}",
      [of("logeval_score", 'metric="overall"')],
      [of("logeval_score_low", 'metric="overall"'), of("logeval_score_high", 'metric="overall"')],
    ))
    .withPanel(lines("Parts of the score", "percentunit", "{{experiment}} {{metric}}", [
      of("logeval_score", 'metric!="overall"', "experiment, metric"),
    ]))
    .withPanel(lines("Parse failures", "percentunit", "{{experiment}}", [
      of("logeval_unreadable"),
    ]))
    .withPanel(lines("Answered calls", "percentunit", "{{experiment}}", [of("logeval_coverage")]))
    .withPanel(lines(
      "Latency (dashed: p95)",
      "s",
      "{{experiment}}",
      [of("logeval_latency_seconds", 'quantile="0.5"')],
      [of("logeval_latency_seconds", 'quantile="0.95"')],
    ))
    .withPanel(lines("Tokens of the run", "short", "{{experiment}} {{kind}}", [
      of("logeval_tokens", "", "experiment, kind"),
    ]))
    .withPanel(lines("Run folders", "short", "{{status}}", [
      "max by (status) (logeval_runs)",
    ]))
    .build();
}
