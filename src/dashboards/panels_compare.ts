// Panels that compare the two experiments chosen above the dashboard.

import type * as cog from "@grafana/grafana-foundation-sdk/cog";
import * as common from "@grafana/grafana-foundation-sdk/common";
import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as stat from "@grafana/grafana-foundation-sdk/stat";
import { infinity, type InfinitySpec, number, string } from "./infinity.ts";
import { properties, SHARE, signal, tablePanel } from "./looks.ts";

type PanelBuilder = cog.Builder<Panel>;

const compare = (spec: Pick<InfinitySpec, "rows" | "columns">) =>
  infinity({ path: "/compare", params: { a: "${run_a}", b: "${run_b}" }, ...spec });

export function verdict(): PanelBuilder {
  const text = (color: string) => ({ color, text: undefined });
  return new stat.PanelBuilder()
    .title("Is $run_b better than $run_a?")
    .description("Overall, B minus A on the samples that both answered; the 95 % interval, and p.")
    .textMode(common.BigValueTextMode.ValueAndName)
    .colorMode(common.BigValueColorMode.Value)
    .graphMode(common.BigValueGraphMode.None)
    .reduceOptions(
      new common.ReduceDataOptionsBuilder().values(false).calcs(["lastNotNull"]).fields("/.*/"),
    )
    .unit("percentunit").decimals(1)
    .overrideByName("Verdict", [{
      id: "mappings",
      value: [{
        type: "value",
        options: { better: text("green"), worse: text("red"), "no evidence": text("text") },
      }],
    }])
    .overrideByName("p", properties({ unit: "none", decimals: 5 }))
    .overrideByName("Samples", properties({ unit: "none", decimals: 0 }))
    .overrideByRegexp("/^[^V]/", properties({ color: { mode: "fixed", fixedColor: "text" } }))
    .withTarget(compare({
      // No row where nothing is compared.
      rows: 'rows[metric = "overall"].{"verdict": $$.verdict, "difference": difference, ' +
        '"low": low, "high": high, "p": p, "visible": $$.overall.smallest_visible, "n": $$.n}',
      columns: [
        string("verdict", "Verdict"),
        number("difference", "Difference"),
        number("low", "Low"),
        number("high", "High"),
        number("p", "p"),
        number("visible", "Smallest visible"),
        number("n", "Samples"),
      ],
    }))
    .span(24).height(5);
}

export function differences(): PanelBuilder {
  return tablePanel("Differences", {
    A: SHARE,
    B: SHARE,
    Difference: SHARE,
    Low: signal("above"),
    High: signal("below"),
    p: { decimals: 5 },
    "p (Holm)": { decimals: 5 },
  })
    .description(
      "B minus A with the 95 % interval. A green low bound is above zero, a red high one below.",
    )
    .withTarget(compare({
      rows: "rows",
      columns: [
        string("metric", "Metric"),
        number("a", "A"),
        number("b", "B"),
        number("difference", "Difference"),
        number("low", "Low"),
        number("high", "High"),
        number("p"),
        number("p_holm", "p (Holm)"),
      ],
    }))
    .span(12).height(12);
}

export function differencesByRootCause(): PanelBuilder {
  return tablePanel("Root causes, A and B", { A: SHARE, B: SHARE, Difference: SHARE })
    .withTarget(compare({
      rows: "by_root_cause",
      columns: [
        string("root_cause", "Root cause"),
        number("n"),
        number("a", "A"),
        number("b", "B"),
        number("difference", "Difference"),
      ],
    }))
    .span(12).height(12);
}

export function flips(): PanelBuilder {
  return tablePanel("Samples that went from right to wrong or back", {
    "Log line": { "custom.minWidth": 400, "custom.inspect": true },
  })
    .withTarget(compare({
      rows: "flips.samples",
      columns: [
        string("id", "Sample"),
        string("root_cause", "Root cause"),
        string("a", "A said"),
        string("b", "B said"),
        string("log_line", "Log line"),
      ],
    }))
    .span(24).height(12);
}
