// Prints what every query of the Infinity dashboard finds on a running server: panel, address, rows
// and the first row; `--json` everything, for .ci/grafana_transformations.cjs.
//
//   deno run --allow-net --allow-read src/dashboards/show_panels.ts http://localhost:8090 [--json]

import { type Asked, askPanels } from "./ask_panels.ts";
import { DASHBOARDS_DIR } from "./files.ts";

const [server = "http://localhost:8090", form] = Deno.args;
const text = await Deno.readTextFile(`${DASHBOARDS_DIR}/logeval.json`);
const asked = await askPanels(text, (path) => fetch(`${server}${path}`));
const lines = form === "--json" ? [JSON.stringify(asked)] : asked.map(lineOf);
await Deno.stdout.write(new TextEncoder().encode(`${lines.join("\n")}\n`));

function lineOf({ title, target, path, rows: [first, ...others] }: Asked): string {
  const shown = first &&
    Object.fromEntries(target.columns.map(({ selector, text }) => [text, first[selector]]));
  const count = first ? others.length + 1 : 0;
  return `${title}\t${path}\t${count}\t${JSON.stringify(shown ?? null)}`;
}
