// How values look, the same in all panels: units, cells, colours, legends.

import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { type LineStyle, LineStyleBuilder } from "@grafana/grafana-foundation-sdk/common";
import * as common from "@grafana/grafana-foundation-sdk/common";
import {
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
} from "@grafana/grafana-foundation-sdk/dashboard";
import * as barchart from "@grafana/grafana-foundation-sdk/barchart";
import * as table from "@grafana/grafana-foundation-sdk/table";
import * as timeseries from "@grafana/grafana-foundation-sdk/timeseries";

/** Properties of an override, by their ids. */
export function properties(values: Readonly<Record<string, unknown>>): DynamicConfigValue[] {
  return Object.entries(values).map(([id, value]) => ({ id, value }));
}

/** Shares of one: shown as percent with a digit behind the point, stored as they are. */
export const SHARE = { unit: "percentunit", decimals: 1 };

export const MILLISECONDS = { unit: "ms", decimals: 1 };

/** A bar behind the number, from nothing to all. */
export const BAR = {
  ...SHARE,
  min: 0,
  max: 1,
  "custom.cellOptions": { type: "gauge", mode: "basic", valueDisplayMode: "text" },
  color: { mode: "fixed", fixedColor: "blue" },
  "custom.minWidth": 160,
};

export const NARROW = { "custom.width": 70 };

/** Text in a colour when the bound is on the other side of zero than chance would put it. */
export function signal(side: "above" | "below"): Record<string, unknown> {
  const steps = side === "above"
    ? [{ value: null, color: "text" }, { value: 0, color: "green" }]
    : [{ value: null, color: "red" }, { value: 0, color: "text" }];
  return {
    ...SHARE,
    color: { mode: "thresholds" },
    thresholds: { mode: "absolute", steps },
    "custom.cellOptions": { type: "color-text" },
  };
}

/** A table with the columns' looks by their names. */
export function tablePanel(
  title: string,
  columns: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): table.PanelBuilder {
  const panel = new table.PanelBuilder().title(title).noValue("–").filterable(true);
  for (const [name, looks] of Object.entries(columns)) {
    panel.overrideByName(name, properties(looks));
  }
  return panel;
}

/** Lines over time with points, since runs are rare. */
export function linesPanel(title: string): timeseries.PanelBuilder {
  return new timeseries.PanelBuilder()
    .title(title)
    .showPoints(common.VisibilityMode.Always)
    .pointSize(6)
    .spanNulls(true)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
    .legend(legend());
}

/** Bars side by side, a group for each text of a column. */
export function barsPanel(title: string, group: string): barchart.PanelBuilder {
  return new barchart.PanelBuilder()
    .title(title)
    .xField(group)
    .showValue(common.VisibilityMode.Auto)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassic))
    .legend(legend());
}

function legend() {
  return new common.VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(common.LegendDisplayMode.List)
    .placement(common.LegendPlacement.Bottom)
    .calcs([]);
}

/** The line of a bound. */
export function dashes(): Builder<LineStyle> {
  return new LineStyleBuilder().fill("dash").dash([6, 6]);
}

/** From ten to ten times as much, where a fast model stands beside a slow one. */
export function tenfold() {
  return new common.ScaleDistributionConfigBuilder().type(common.ScaleDistribution.Log).log(10);
}
