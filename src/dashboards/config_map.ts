// A dashboard as the ConfigMap that the Grafana chart's sidecar picks up by its label.

import { stringify } from "yaml";

/** @param file under which name Grafana finds the dashboard's text */
export function configMap(name: string, file: string, text: string): string {
  const map = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name,
      labels: { "app.kubernetes.io/name": "logeval", grafana_dashboard: "1" },
      annotations: { grafana_folder: "logeval" },
    },
    data: { [file]: text },
  };
  return `# Made by src/dashboards/generate.ts\n${
    stringify(map, { lineWidth: 0, blockQuote: "literal" })
  }`;
}
