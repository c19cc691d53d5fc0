// Every manifest is what Kubernetes takes: values by the schemas of its API, names of fields by the
// types made from them, and the whole as kustomize builds it.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { ServiceMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor";
import { Deployment } from "kubernetes-models/apps/v1/Deployment";
import { CronJob } from "kubernetes-models/batch/v1/CronJob";
import { Job } from "kubernetes-models/batch/v1/Job";
import { NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1/NetworkPolicy";
import { ConfigMap } from "kubernetes-models/v1/ConfigMap";
import { Namespace } from "kubernetes-models/v1/Namespace";
import { PersistentVolumeClaim } from "kubernetes-models/v1/PersistentVolumeClaim";
import { Pod } from "kubernetes-models/v1/Pod";
import { Service } from "kubernetes-models/v1/Service";
import { ServiceAccount } from "kubernetes-models/v1/ServiceAccount";
import { loadKustomization, type Manifest, manifestsOf } from "./manifests.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const FOLDERS = ["evals/deploy", "evals/deploy/evaluation"];
const manifests = [
  ...FOLDERS.flatMap((folder) => loadKustomization(ROOT + folder).manifests),
  ...manifestsOf(readFileSync(`${ROOT}evals/deploy/runs-pod.yaml`, "utf8")),
];

const MODELS = {
  ConfigMap,
  CronJob,
  Deployment,
  Job,
  Namespace,
  NetworkPolicy,
  PersistentVolumeClaim,
  Pod,
  Service,
  ServiceAccount,
  ServiceMonitor,
};
type Kind = keyof typeof MODELS;

function validate(manifest: Manifest): void {
  const Model = MODELS[manifest.kind as Kind] as {
    readonly apiVersion: string;
    new (data: unknown): { validate(): void };
  };
  assert.ok(Model !== undefined, `no schema for ${manifest.kind}`);
  assert.equal(manifest.apiVersion, Model.apiVersion);
  new Model(manifest).validate();
}

for (const manifest of manifests) {
  Deno.test(`${manifest.kind} ${manifest.metadata.name} has values that Kubernetes takes`, () => {
    validate(manifest);
  });
}

Deno.test("a wrong value is found", () => {
  const deployment = manifests.find(({ kind }) => kind === "Deployment")!;
  const wrong = { ...deployment, spec: { ...deployment.spec, replicas: "1" } };
  assert.throws(() => validate(wrong), /spec\/replicas must be integer/);
});

const MODULES: Readonly<Record<Kind, string>> = {
  ConfigMap: "kubernetes-models/v1/ConfigMap",
  CronJob: "kubernetes-models/batch/v1/CronJob",
  Deployment: "kubernetes-models/apps/v1/Deployment",
  Job: "kubernetes-models/batch/v1/Job",
  Namespace: "kubernetes-models/v1/Namespace",
  NetworkPolicy: "kubernetes-models/networking.k8s.io/v1/NetworkPolicy",
  PersistentVolumeClaim: "kubernetes-models/v1/PersistentVolumeClaim",
  Pod: "kubernetes-models/v1/Pod",
  Service: "kubernetes-models/v1/Service",
  ServiceAccount: "kubernetes-models/v1/ServiceAccount",
  ServiceMonitor: "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor",
};

// The schemas let unknown fields pass, as `livenesProbe`; the compiler does not in a literal.
Deno.test("no manifest has a field that Kubernetes does not know", async () => {
  const file = await Deno.makeTempFile({ prefix: "logeval-manifests-", suffix: ".ts" });
  try {
    const imports = Object.entries(MODULES)
      .map(([kind, path]) => `import type { I${kind} } from "${path}";\n`);
    const literals = manifests.map((manifest, index) =>
      `export const _${index}: I${manifest.kind} = ${JSON.stringify(manifest)};\n`
    );
    const misspelt = "// @ts-expect-error an unknown field\n" +
      'export const wrong: IService = { apiVersion: "v1", kind: "Service", spec: { prots: [] } };\n';
    await Deno.writeTextFile(file, [...imports, ...literals, misspelt].join(""));
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "--config", `${ROOT}deno.json`, file],
      env: { NO_COLOR: "1" },
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(file);
  }
});

const KUBECTL = (Deno.env.get("PATH") ?? "").split(":").map((folder) => `${folder}/kubectl`)
  .find(existsSync);

for (const folder of FOLDERS) {
  Deno.test({
    name: `kubectl builds ${folder}: image tags set, prompts byte for byte`,
    ignore: KUBECTL === undefined, // the tests of the files themselves run everywhere
    fn: async () => {
      const { success, stdout, stderr } = await new Deno.Command(KUBECTL!, {
        args: ["kustomize", folder],
        cwd: ROOT,
      }).output();
      assert.ok(success, new TextDecoder().decode(stderr));
      const text = new TextDecoder().decode(stdout);
      const built = manifestsOf(text);
      built.forEach(validate);
      const { tags } = loadKustomization(ROOT + folder);
      for (const [, image] of text.matchAll(/^\s+(?:- )?image: (.*)$/gm)) {
        assert.equal(image, `logeval:${tags["logeval"]}`);
      }
      const prompts = built.find(({ metadata }) => metadata.name === "log-analyzer-prompts");
      if (prompts === undefined) return assert.match(folder, /evaluation/);
      const files = readdirSync(`${ROOT}prompt_templates`).filter((file) => file.endsWith(".yaml"));
      assert.deepEqual(
        (prompts as unknown as { data: Record<string, string> }).data,
        Object.fromEntries(
          files.map((file) => [file, readFileSync(`${ROOT}prompt_templates/${file}`, "utf8")]),
        ),
      );
    },
  });
}
