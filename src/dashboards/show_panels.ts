// Prints what every query of the Infinity dashboard finds on a running server: panel, address, rows
// and the first row, or why it was refused; `--json` everything, for .ci/grafana_transformations.cjs.
//
//   deno run --allow-net --allow-read src/dashboards/show_panels.ts http://localhost:8090 [--json]

import { messageOf } from "../errors.ts";
import { type Asked, askPanels } from "./ask_panels.ts";
import { DASHBOARDS_DIR } from "./files.ts";

const [server = "http://localhost:8090", form] = Deno.args;
const text = await Deno.readTextFile(`${DASHBOARDS_DIR}/logeval.json`);
const asked = await askPanels(text, (path) => fetch(`${server}${path}`)).catch((error) => {
  print(Deno.stderr, `Cannot ask ${server}: ${messageOf(error)}`);
  Deno.exit(3);
});
const lines = form === "--json" ? [JSON.stringify(asked)] : asked.map(lineOf);
print(Deno.stdout, lines.join("\n"));

function print(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let bytes = new TextEncoder().encode(`${text}\n`);
  while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
}

function lineOf({ title, target, path, refusal, rows: [first, ...others] }: Asked): string {
  if (refusal !== null) return `${title}\t${path}\trefused\t${refusal}`;
  const shown = first &&
    Object.fromEntries(target.columns.map(({ selector, text }) => [text, first[selector]]));
  const count = first ? others.length + 1 : 0;
  return `${title}\t${path}\t${count}\t${JSON.stringify(shown ?? null)}`;
}
