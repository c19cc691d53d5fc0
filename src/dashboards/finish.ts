// What the SDK leaves open in a dashboard, and its text.

import type * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";

/** Numbers the panels, so that repeats and links find them, and writes the dashboard as JSON. */
export function dashboardText(built: dashboard.Dashboard): string {
  const panels = (built.panels ?? []).map((panel, at) => ({ ...panel, id: at + 1 }));
  return `${JSON.stringify({ id: null, ...built, panels }, null, 2)}\n`;
}
