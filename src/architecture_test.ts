// Holds the rooms and their arrows: who may import whom, what stays at the edge, what a start of the
// program loads.

import assert from "node:assert/strict";
import { relative } from "node:path";

const ROOT = new URL("../", import.meta.url).pathname;

interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly code?: { readonly specifier?: string };
    readonly type?: { readonly specifier?: string };
    readonly isDynamic?: boolean;
  }[];
}

async function modulesOf(entry: string): Promise<Map<string, Module>> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", entry],
    cwd: ROOT,
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as { modules: Module[] };
  return new Map(modules.map((module) => [nameOf(module.specifier), module]));
}

function nameOf(specifier: string): string {
  return specifier.startsWith("file://") ? relative(ROOT, new URL(specifier).pathname) : specifier;
}

/** All imports, types and those on demand too. */
function importsOf(module: Module): string[] {
  return (module.dependencies ?? [])
    .flatMap(({ code, type }) => [code?.specifier, type?.specifier])
    .filter((specifier) => specifier !== undefined)
    .map(nameOf);
}

const modules = await modulesOf("src/main.ts");
const ours = [...modules].filter(([name]) => name.startsWith("src/"));

/** What a room may import besides itself and the small files of `src/`. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  analyzer: ["telemetry"],
  dataset: ["analyzer"],
  metrics: ["analyzer"],
  harness: ["analyzer", "dataset", "metrics", "telemetry"],
  optimizer: ["analyzer", "dataset", "metrics", "harness", "telemetry"],
  charts: [],
  server: ["analyzer", "dataset", "metrics", "harness", "optimizer", "charts"],
  service: ["analyzer", "dataset", "telemetry"],
  cli: [
    ...["analyzer", "dataset", "metrics", "harness", "optimizer", "charts", "server", "service"],
    "telemetry",
  ],
  telemetry: [],
};

Deno.test("imports point one way, from the command line down to the analyzer", () => {
  const roomOf = (name: string) => /^src\/(\w+)\//.exec(name)?.[1];
  for (const [name, module] of ours) {
    const room = roomOf(name);
    if (room === undefined) continue;
    for (const target of importsOf(module)) {
      const other = roomOf(target);
      if (other === undefined || other === room) continue;
      assert.ok(ARROWS[room]?.includes(other), `${name} imports ${target}`);
    }
  }
});

Deno.test("the small files of src/ import no room", () => {
  for (const [name, module] of ours) {
    if (!/^src\/\w+\.ts$/.test(name) || name === "src/main.ts") continue;
    for (const target of importsOf(module)) {
      assert.ok(!/^src\/\w+\//.test(target), `${name} imports ${target}`);
    }
  }
});

/** The files that may touch what only Deno has. */
const EDGE = ["src/main.ts", "src/harness/folder.ts"];

Deno.test("Deno.* stays at the edge, only main ends the process, nothing prints on its own", async () => {
  for (const [name] of ours) {
    if (!name.endsWith(".ts")) continue;
    const code = (await Deno.readTextFile(`${ROOT}${name}`)).replace(/^\s*(\/\/|\*|\/\*).*$/gm, "");
    if (!EDGE.includes(name)) assert.ok(!/\bDeno\./.test(code), `${name} uses Deno.*`);
    if (name !== "src/main.ts") assert.ok(!/Deno\.exit|process\.exit/.test(code), name);
    assert.ok(!/\bconsole\./.test(code), `${name} prints`);
    assert.ok(!/import\((?!")/.test(code), `${name} imports what the binary would not hold`);
    assert.ok(!/import\.meta\.(url|dirname)/.test(code), `${name} reads beside the source`);
  }
});

/** What is loaded with a module: no types, nothing that is imported on demand. */
function loadedWith(...entries: readonly string[]): Set<string> {
  const seen = new Set<string>();
  const visit = (name: string) => {
    if (seen.has(name)) return;
    seen.add(name);
    const module = modules.get(name);
    for (const { code, isDynamic } of module?.dependencies ?? []) {
      if (code?.specifier !== undefined && !isDynamic) visit(nameOf(code.specifier));
    }
  };
  entries.forEach(visit);
  return seen;
}

Deno.test("a server starts without what draws charts", () => {
  const drawing = (name: string) => /linkedom|observablehq/.test(name);
  const loaded = [...loadedWith("src/cli/serve.ts")];
  assert.ok(loaded.includes("src/server/page/page_routes.ts"));
  assert.deepEqual(loaded.filter(drawing), []);
  assert.ok([...loadedWith("src/server/page/figures.ts")].some(drawing));
});

Deno.test("help and version load no room", () => {
  const seen = loadedWith("src/main.ts", "src/cli/cli.ts");
  const loaded = [...seen].filter((name) =>
    !/^src\/(cli\/(cli|context|program|arguments|command_groups)|\w+)\.ts$/.test(name)
  );
  assert.deepEqual(
    loaded.filter((name) => !/commander/.test(name)).sort(),
    ["deno.json", "src/analyzer/retry.ts"],
  );
});

Deno.test("what sends telemetry is loaded only when there is something to send", () => {
  const loaded = loadedWith("src/cli/run.ts", "src/cli/optimize.ts");
  assert.ok(loaded.has("src/telemetry/otel.ts"));
  assert.deepEqual([...loaded].filter((name) => /@opentelemetry\/(?!api)/.test(name)), []);
  assert.ok([...modules.keys()].some((name) => /@opentelemetry\/sdk-trace/.test(name)));
});

Deno.test("what development alone needs is not in the program", () => {
  for (const name of modules.keys()) {
    assert.ok(
      !/foundation-sdk|jsonata|fast-check|lezer|kubernetes|src\/(dashboards|deploy|testing|bench)\//
        .test(name),
      name,
    );
  }
});
