// Writes the dashboards and their ConfigMaps into evals/dashboards: `deno task dashboards`.

import { dashboardFiles, DASHBOARDS_DIR } from "./files.ts";

for (const [file, text] of Object.entries(dashboardFiles())) {
  await Deno.writeTextFile(`${DASHBOARDS_DIR}/${file}`, text);
}
