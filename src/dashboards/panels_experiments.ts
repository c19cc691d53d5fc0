// Panels of experiments: leaderboard, score over time, root causes, failures, latency.

import type * as cog from "@grafana/grafana-foundation-sdk/cog";
import { TableCellHeight } from "@grafana/grafana-foundation-sdk/common";
import {
  FieldColorBuilder,
  FieldColorModeId,
  type Panel,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { infinity, number, string, timestamp } from "./infinity.ts";
import {
  BAR,
  barsPanel,
  dashes,
  linesPanel,
  MILLISECONDS,
  NARROW,
  properties,
  SHARE,
  tablePanel,
  tenfold,
} from "./looks.ts";
import { CHOSEN, OF_DATASET } from "./variables.ts";

type PanelBuilder = cog.Builder<Panel>;

const OF_CHOSEN = `rows[experiment_id in ${CHOSEN}]`;
/** Every complete run as it was asked for, oldest first: series must come in the order of time. */
const HISTORY = `rows[experiment_id in ${CHOSEN} and $not(unranked in ["partial", "changed"])]` +
  "^(started_at)";
const NAME_OF_SERIES = "${__field.labels.experiment}";

export function leaderboard(): PanelBuilder {
  return tablePanel("Leaderboard", {
    Rank: NARROW,
    Score: BAR,
    Low: SHARE,
    High: SHARE,
    p50: MILLISECONDS,
    p95: MILLISECONDS,
    Unreadable: SHARE,
    Samples: { "custom.width": 80 },
    Experiment: {
      links: [{
        title: "Compare with ${__value.text}",
        url:
          "/d/logeval?${__url_time_range}&${__all_variables}&var-run_b=${__value.raw:percentencode}",
      }],
    },
  })
    .description(
      "Experiments of the dataset, each by its newest complete run; Low and High bound the 95 % " +
        "interval. Rank 1: the leader and all that a test does not find worse.",
    )
    .cellHeight(TableCellHeight.Sm)
    .withTarget(infinity({
      path: "/leaderboard",
      params: OF_DATASET,
      rows: OF_CHOSEN,
      columns: [
        number("rank", "Rank"),
        string("experiment_id", "Experiment"),
        string("prompt_id", "Prompt"),
        string("model", "Model"),
        number("score", "Score"),
        number("score_low", "Low"),
        number("score_high", "High"),
        number("p50_ms", "p50"),
        number("p95_ms", "p95"),
        number("unreadable", "Unreadable"),
        number("n", "Samples"),
        timestamp("started_at", "Date"),
        string("standing", "Against the leader"),
        string("unranked", "No rank because"),
      ],
    }))
    .span(24).height(9);
}

export function scoreOverTime(): PanelBuilder {
  const bound = properties({
    "custom.lineStyle": dashes().build(),
    "custom.lineWidth": 1,
    "custom.showPoints": "never",
    "custom.hideFrom": { legend: true, tooltip: false, viz: false },
  });
  return linesPanel("Score over time")
    .description("Dashed: the 95 % interval. Marks: an experiment's prompt is another one.")
    .displayName(NAME_OF_SERIES)
    .unit("percentunit").min(0).max(1)
    .overrideByName("score_low", bound)
    .overrideByName("score_high", bound)
    .withTarget(infinity({
      path: "/trends",
      params: OF_DATASET,
      rows: OF_CHOSEN,
      format: "timeseries",
      columns: [
        timestamp("time"),
        string("experiment_id", "experiment"),
        number("score"),
        number("score_low"),
        number("score_high"),
      ],
    }))
    .span(24).height(10);
}

/** One panel for each chosen experiment. */
export function scoreOfEach(): PanelBuilder {
  return linesPanel("Score of $experiment")
    .description("The band is the 95 % interval.")
    .repeat("experiment").repeatDirection("h").maxPerRow(3)
    .unit("percentunit").min(0).max(1)
    .overrideByName(
      "High",
      properties({
        "custom.fillBelowTo": "Low",
        "custom.fillOpacity": 20,
        "custom.lineWidth": 0,
        "custom.showPoints": "never",
      }),
    )
    .overrideByName("Low", properties({ "custom.lineWidth": 0, "custom.showPoints": "never" }))
    .withTarget(infinity({
      path: "/trends",
      params: { ...OF_DATASET, experiment: "${experiment}" },
      rows: "rows",
      columns: [
        timestamp("time", "Time"),
        number("score", "Score"),
        number("score_low", "Low"),
        number("score_high", "High"),
      ],
    }))
    .span(8).height(7);
}

export function categories(): PanelBuilder {
  // A share and its count as two columns side by side: sorted by name, they stand together.
  const cell = (column: string, value: string) =>
    `${OF_CHOSEN}.{"root_cause": root_cause, "column": ${column}, "value": ${value}}`;
  const cells = [cell("experiment_id", "share"), cell('experiment_id & " n"', "n")];
  return tablePanel("How often each root cause was named", {
    "root_cause\\column": {
      displayName: "Root cause",
      "custom.cellOptions": { type: "auto" },
      "custom.minWidth": 180,
    },
  })
    .description("A column for each experiment, beside it how many samples stand behind a share.")
    .unit("percentunit").decimals(0).min(0).max(1)
    .cellOptions({ type: "color-background", mode: "basic" } as never)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.ContinuousRdYlGr))
    .overrideByRegexp(
      "/ n$/",
      properties({
        displayName: "n",
        unit: "none",
        "custom.cellOptions": { type: "auto" },
        "custom.width": 50,
      }),
    )
    .cellHeight(TableCellHeight.Sm)
    .withTarget(infinity({
      path: "/categories",
      params: OF_DATASET,
      rows: `$append(${cells.join(", ")})^(root_cause, column)`,
      columns: [string("root_cause"), string("column"), number("value")],
    }))
    .withTransformation({
      id: "groupingToMatrix",
      options: {
        rowField: "root_cause",
        columnField: "column",
        valueField: "value",
        emptyValue: "null",
      },
    })
    .span(24).height(18);
}

export function parseFailures(): PanelBuilder {
  return barsPanel("Parse failures", "Experiment")
    .description("Unreadable: answers that could not be read. Answered: calls with any answer.")
    .unit("percentunit").min(0)
    .withTarget(infinity({
      path: "/leaderboard",
      params: OF_DATASET,
      rows: OF_CHOSEN,
      columns: [
        string("experiment_id", "Experiment"),
        number("unreadable", "Unreadable"),
        number("coverage", "Answered"),
      ],
    }))
    .span(12).height(9);
}

export function parseFailuresOverTime(): PanelBuilder {
  return linesPanel("Parse failures over time")
    .displayName(NAME_OF_SERIES)
    .unit("percentunit").min(0)
    .withTarget(infinity({
      path: "/leaderboard",
      params: { ...OF_DATASET, superseded: "true" },
      rows: HISTORY,
      format: "timeseries",
      columns: [
        timestamp("started_at", "time"),
        string("experiment_id", "experiment"),
        number("unreadable"),
      ],
    }))
    .span(12).height(9);
}

export function latency(): PanelBuilder {
  return barsPanel("Latency", "Experiment")
    .unit("ms")
    .scaleDistribution(tenfold())
    .withTarget(infinity({
      path: "/leaderboard",
      params: OF_DATASET,
      rows: OF_CHOSEN,
      columns: [
        string("experiment_id", "Experiment"),
        number("p50_ms", "p50"),
        number("p95_ms", "p95"),
      ],
    }))
    .span(12).height(9);
}

export function latencyOverTime(): PanelBuilder {
  return linesPanel("Latency over time (dashed: p95)")
    .displayName(NAME_OF_SERIES)
    .unit("ms")
    .scaleDistribution(tenfold())
    .overrideByName(
      "p95",
      properties({
        "custom.lineStyle": dashes().build(),
        "custom.hideFrom": { legend: true, tooltip: false, viz: false },
      }),
    )
    .withTarget(infinity({
      path: "/leaderboard",
      params: { ...OF_DATASET, superseded: "true" },
      rows: HISTORY,
      format: "timeseries",
      columns: [
        timestamp("started_at", "time"),
        string("experiment_id", "experiment"),
        number("p50_ms", "p50"),
        number("p95_ms", "p95"),
      ],
    }))
    .span(12).height(9);
}
