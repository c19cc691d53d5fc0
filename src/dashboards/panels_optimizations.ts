// Panels of prompt optimizations: how far each is, and of the chosen one what it tried and found.

import type * as cog from "@grafana/grafana-foundation-sdk/cog";
import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { infinity, number, string, timestamp } from "./infinity.ts";
import { BAR, barsPanel, MILLISECONDS, SHARE, signal, tablePanel } from "./looks.ts";

type PanelBuilder = cog.Builder<Panel>;

const CHOSEN = "/optimizations/${optimization:percentencode}";

export function optimizations(): PanelBuilder {
  return tablePanel("Optimizations", {
    Progress: { ...BAR, decimals: 0 },
    Gain: SHARE,
    Low: signal("above"),
    High: signal("below"),
    p: { decimals: 5 },
  })
    .description(
      "Progress: calls that were made, of those that the budget allows. Gain: winner minus " +
        "baseline on samples that were never searched on.",
    )
    .withTarget(infinity({
      path: "/optimizations",
      rows: "rows",
      columns: [
        timestamp("started_at", "Started"),
        string("experiment_id", "Experiment"),
        string("status", "Status"),
        string("phase", "Phase"),
        number("calls", "Calls"),
        number("calls_planned", "Calls planned"),
        string("winner", "Winner"),
        number("gain", "Gain"),
        number("gain_low", "Low"),
        number("gain_high", "High"),
        number("p"),
        string("verdict", "Verdict"),
        string("promoted", "Promoted to"),
      ],
    }))
    // Not in JSONata: Infinity's drops keys whose value is null from the objects that it makes.
    .withTransformation({
      id: "calculateField",
      options: {
        mode: "binary",
        alias: "Progress",
        binary: {
          left: { matcher: { id: "byName", options: "Calls" } },
          operator: "/",
          right: { matcher: { id: "byName", options: "Calls planned" } },
        },
      },
    })
    .span(24).height(7);
}

export function survivors(): PanelBuilder {
  return barsPanel("Candidates still in, stage by stage", "Stage")
    .withTarget(infinity({
      path: CHOSEN,
      rows:
        'rows.{"name": "stage " & $string(stage), "candidates": candidates, "samples": samples, ' +
        '"calls": calls}',
      columns: [
        string("name", "Stage"),
        number("candidates", "Candidates"),
        number("samples", "Samples each"),
        number("calls", "Calls"),
      ],
    }))
    .span(12).height(10);
}

export function effects(): PanelBuilder {
  return tablePanel("What each level was worth", {
    Effect: SHARE,
    Low: signal("above"),
    High: signal("below"),
  })
    .description("Against the mean of the dimension's levels, with the 95 % interval.")
    .withTarget(infinity({
      path: `${CHOSEN}/effects`,
      rows: "rows",
      columns: [
        string("dimension", "Dimension"),
        string("level", "Level"),
        number("effect", "Effect"),
        number("low", "Low"),
        number("high", "High"),
        number("calls", "Calls"),
      ],
    }))
    .span(12).height(10);
}

export function candidates(): PanelBuilder {
  return tablePanel("Prompts that were tried", {
    "Validation score": BAR,
    Baseline: SHARE,
    Difference: SHARE,
    p50: MILLISECONDS,
    p95: MILLISECONDS,
  })
    .description("Finalists first. Differences of the best are too good: the search picked them.")
    .withTarget(infinity({
      path: `${CHOSEN}/candidates`,
      rows: "rows",
      columns: [
        number("rank", "Rank"),
        string("candidate", "Candidate"),
        number("stage", "Last stage"),
        number("validation_n", "Samples"),
        number("validation_mean", "Validation score"),
        number("validation_baseline", "Baseline"),
        number("validation_difference", "Difference"),
        number("unreadable", "Unreadable"),
        number("p50_ms", "p50"),
        number("p95_ms", "p95"),
      ],
    }))
    .span(24).height(10);
}
