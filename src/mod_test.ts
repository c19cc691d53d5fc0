// What others get: documented, with examples that are true, free of the program's rooms, ready to be
// published, and the same in Deno and in Node.

import assert from "node:assert/strict";
import { relative } from "node:path";
import { startFakeServer } from "./testing/fake_server.ts";

const ROOT = new URL("../", import.meta.url).pathname;

async function run(program: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const said = new TextDecoder().decode(stdout);
  assert.ok(success, `${program} ${args.join(" ")}\n${said}${new TextDecoder().decode(stderr)}`);
  return said;
}

/** The `yaml` package asks for these two. */
const ENV = "--allow-env=LOG_TOKENS,LOG_STREAM";
const deno = (...args: readonly string[]) => run(Deno.execPath(), args);

async function modulesOf(entry: string): Promise<string[]> {
  const { modules } = JSON.parse(await deno("info", "--json", entry)) as {
    modules: { specifier: string }[];
  };
  return modules.map(({ specifier }) =>
    specifier.startsWith("file://") ? relative(ROOT, new URL(specifier).pathname) : specifier
  );
}

const modules = await modulesOf("src/mod.ts");

Deno.test("everything that others import is documented, and so is what it refers to", async () => {
  await deno("doc", "--lint", "src/mod.ts");
});

interface Documented {
  readonly name: string;
  readonly declarations: readonly {
    readonly kind: string;
    readonly jsDoc?: {
      readonly tags?: readonly { readonly kind: string; readonly doc?: string }[];
    };
  }[];
}

Deno.test("each function and class has an example with an assertion", async () => {
  const { nodes } = JSON.parse(await deno("doc", "--json", "src/mod.ts")) as {
    nodes: Record<string, { symbols: readonly Documented[] }>;
  };
  const code = Object.values(nodes).flatMap(({ symbols }) => symbols).filter(({ declarations }) =>
    declarations.some(({ kind }) => kind === "function" || kind === "class")
  );
  assert.ok(code.length > 15);
  for (const { name, declarations } of code) {
    const examples = declarations.flatMap(({ jsDoc }) => jsDoc?.tags ?? [])
      .filter(({ kind }) => kind === "example");
    assert.ok(examples.some(({ doc }) => doc?.includes("assert.")), `${name} has none`);
  }
});

Deno.test("the examples are true", async () => {
  const ours = modules.filter((name) => name.startsWith("src/"));
  const said = await deno("test", "--doc", "--quiet", ENV, ...ours);
  assert.ok(Number(/^ok \| (\d+) passed/m.exec(said)?.[1]) > 20, said);
});

const ROOMS = /^src\/(analyzer\/|dataset\/|metrics\/|telemetry\/|\w+\.ts$)/;
/** Small, without a runtime of their own; `@opentelemetry/api` does nothing until an SDK is there. */
const PACKAGES =
  /^npm:\/?(@opentelemetry\/api|canonicalize|eta|eventsource-parser|fastest-levenshtein|jsonrepair|yaml|zod)@/;

Deno.test("nothing of harness, server or command line comes along", () => {
  for (const name of modules) {
    assert.ok(ROOMS.test(name) || PACKAGES.test(name) || name.startsWith("node:"), name);
  }
});

Deno.test("it can be published: its modules and no others, nothing that JSR refuses", async () => {
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["publish", "--dry-run", "--allow-dirty"],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const said = new TextDecoder().decode(stderr);
  assert.match(said, /Success/, said);
  const files = [...said.matchAll(/file:\/\/(\S+)/g)].map(([, path = ""]) => relative(ROOT, path));
  for (const name of modules) {
    if (!name.startsWith("src/")) continue;
    assert.ok(files.includes(name), `${name} is not in publish.include of deno.json`);
    // JSR takes no text imports, whatever the dry run says (denoland/deno#35546).
    assert.match(name, /\.ts$/);
  }
  for (const file of files) {
    assert.ok(/^(README\.md|deno\.json)$/.test(file) || ROOMS.test(file), file);
    assert.doesNotMatch(file, /_test\.ts$/);
  }
});

Deno.test("the README's example does the same in Deno, and in Deno and Node as one file", async () => {
  await using server = startFakeServer(() =>
    '{"root_cause": "Port conflict", "severity": "error"}'
  );
  const folder = await Deno.makeTempDir({ prefix: "logeval-library-" });
  try {
    const readme = await Deno.readTextFile(`${ROOT}README.md`);
    const [, example = ""] = /## Use it as a library[^]*?```ts\n([^]*?)```/.exec(readme) ?? [];
    assert.match(example, /http:\/\/localhost:8080/);
    const program = `${folder}/example.mjs`;
    await Deno.writeTextFile(program, example.replace("http://localhost:8080", server.url));
    const inNode = `${folder}/node_modules/@logeval/logeval`;
    await Deno.mkdir(inNode, { recursive: true });
    await deno("bundle", "--quiet", "-o", `${inNode}/logeval.js`, "src/mod.ts");
    await Deno.writeTextFile(
      `${inNode}/package.json`,
      '{"name": "@logeval/logeval", "type": "module", "exports": "./logeval.js"}',
    );
    const linked = `${folder}/linked.json`;
    await Deno.writeTextFile(
      linked,
      JSON.stringify({
        links: [relative(folder, ROOT)],
        imports: { "@logeval/logeval": "jsr:@logeval/logeval@^0.1.0" },
      }),
    );
    const bundled = `${folder}/bundled.json`;
    await Deno.writeTextFile(
      bundled,
      JSON.stringify({ imports: { "@logeval/logeval": `${inNode}/logeval.js` } }),
    );
    const inDeno = (config: string) =>
      deno("run", "--config", config, "--no-lock", "--allow-read", "--allow-net", ENV, program);
    const want = "scored port_conflict\n";
    assert.equal(await inDeno(linked), want);
    assert.equal(await inDeno(bundled), want);
    assert.equal(await run("node", [program]), want);
    const [first, ...others] = server.requests.map(({ body }) => JSON.stringify(body));
    assert.deepEqual(others, [first, first]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
