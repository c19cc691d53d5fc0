// Every file that the program makes, by its name in evals/dashboards.

import { configMap } from "./config_map.ts";
import { dashboardText } from "./finish.ts";
import { infinityDashboard } from "./infinity_dashboard.ts";
import { prometheusDashboard } from "./prometheus_dashboard.ts";

/** Where the files are, from the root of the repository. */
export const DASHBOARDS_DIR = "evals/dashboards";

export function dashboardFiles(): Readonly<Record<string, string>> {
  const infinity = dashboardText(infinityDashboard());
  const prometheus = dashboardText(prometheusDashboard());
  return {
    "logeval.json": infinity,
    "logeval-prometheus.json": prometheus,
    "configmap.yaml": configMap("logeval-dashboard", "logeval.json", infinity),
    "configmap-prometheus.yaml": configMap(
      "logeval-dashboard-prometheus",
      "logeval-prometheus.json",
      prometheus,
    ),
  };
}
