// The environment of the manifests is one that the service starts with.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { loadKustomization } from "./manifests.ts";

const SETTINGS = new URL("../service/settings.ts", import.meta.url);

Deno.test({
  name: "each variable of the manifests is a setting of the service, with a value that it takes",
  ignore: !existsSync(SETTINGS),
  fn: async () => {
    const { readSettings } = await import(SETTINGS.href);
    const folder = new URL("../../evals/deploy", import.meta.url).pathname;
    const { manifests, configMaps } = loadKustomization(folder);
    const [container] = manifests.find(({ kind }) => kind === "Deployment")!.spec.template.spec
      .containers;
    const variables = new Map(Object.entries(configMaps["log-analyzer-settings"]!));
    // deno-lint-ignore no-explicit-any
    for (const { name, value = "x" } of container.env as any[]) variables.set(name, value);
    // Misspelt names are faults, so that reading them without one is the proof.
    const settings = readSettings((name: string) => variables.get(name), [...variables.keys()]);
    assert.equal(settings.prompts_dir, "/prompts");
    for (const name of variables.keys()) assert.match(name, /^(LOG_ANALYZER_|OTEL_|POD_NAME$)/);
  },
});
