// What the manifests must say beyond the schemas: they fit each other, the image and the service.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import config from "../../deno.json" with { type: "json" };
import { parsePromptTemplate } from "../analyzer/prompt.ts";
import { verifyPrompt } from "../analyzer/verify.ts";
import { parseExperiment } from "../harness/experiment.ts";
import { loadKustomization, type Manifest } from "./manifests.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const service = loadKustomization(`${ROOT}evals/deploy`);
const evaluation = loadKustomization(`${ROOT}evals/deploy/evaluation`);
const manifests = [...service.manifests, ...evaluation.manifests];

const find = (kind: string, name: string): Manifest => {
  const found = manifests.find((one) => one.kind === kind && one.metadata.name === name);
  assert.ok(found !== undefined, `no ${kind} ${name}`);
  return found;
};
const deployment = find("Deployment", "log-analyzer");
const settings = service.configMaps["log-analyzer-settings"]!;

/** The pod template of a workload. */
function templateOf({ kind, spec }: Manifest) {
  return kind === "CronJob" ? spec.jobTemplate.spec.template : spec.template;
}

const workloads = manifests.filter(({ kind }) => /^(Deployment|CronJob|Job)$/.test(kind));
const pods = workloads.map((one) => [one.metadata.name, templateOf(one)] as const);

Deno.test("the prompt ConfigMap is prompt_templates, all of it, and fits into one", () => {
  const files = readdirSync(`${ROOT}prompt_templates`).filter((file) => /\.ya?ml$/.test(file));
  const prompts = service.configMaps["log-analyzer-prompts"]!;
  assert.deepEqual(
    Object.keys(prompts).sort(),
    files.sort(),
    "prompt_templates/Kustomization does not list just the prompts of its folder",
  );
  for (const file of files) {
    assert.equal(prompts[file], readFileSync(`${ROOT}prompt_templates/${file}`, "utf8"));
  }
  assert.ok(new TextEncoder().encode(JSON.stringify(prompts)).length < 2 ** 20, "above 1 MiB");
});

Deno.test("the service's prompt is one of the ConfigMap, mounted as a folder where it looks", () => {
  const id = settings["LOG_ANALYZER_ANALYZE_PROMPT_ID"];
  const text = service.configMaps["log-analyzer-prompts"]![`${id}.yaml`];
  const { template } = parsePromptTemplate(text ?? "", `${id}.yaml`);
  assert.equal(template.id, id);
  assert.equal(verifyPrompt(template).verdict, "verified");
  const { containers: [container], volumes } = templateOf(deployment).spec;
  assert.deepEqual(container.volumeMounts, [
    { name: "prompts", mountPath: settings["LOG_ANALYZER_PROMPTS_DIR"], readOnly: true },
  ]);
  assert.deepEqual(volumes, [{ name: "prompts", configMap: { name: "log-analyzer-prompts" } }]);
});

Deno.test("the jobs measure the service's prompt and model, with its key", () => {
  const text = service.configMaps["logeval-experiments"]!["in-cluster.yaml"]!;
  const { experiment } = parseExperiment(text, "in-cluster.yaml", null);
  const id = settings["LOG_ANALYZER_ANALYZE_PROMPT_ID"];
  assert.deepEqual(experiment.prompt, { id, path: `/prompts/${id}.yaml` });
  assert.equal(experiment.model.name, settings["LOG_ANALYZER_LLM_MODEL"]);
  assert.equal(experiment.model.endpoint, settings["LOG_ANALYZER_LLM_URL"]);
  const [key] = templateOf(deployment).spec.containers[0].env;
  assert.equal(key.valueFrom.secretKeyRef.name, "log-analyzer-llm");
  for (const name of ["logeval-evaluate", "logeval-optimize"]) {
    const [, { spec }] = pods.find(([job]) => job === name)!;
    const [{ args, env, volumeMounts }] = spec.containers;
    assert.deepEqual(env, [key], name);
    assert.ok(args.includes("/experiments/in-cluster.yaml"), name);
    const mounted = (path: string) =>
      // deno-lint-ignore no-explicit-any
      spec.volumes.find((volume: any) =>
        // deno-lint-ignore no-explicit-any
        volume.name === volumeMounts.find((mount: any) => mount.mountPath === path)?.name
      )?.configMap?.name;
    assert.equal(mounted("/experiments"), "logeval-experiments", name);
    assert.equal(mounted("/prompts"), "log-analyzer-prompts", name);
  }
});

Deno.test("every pod is locked down", () => {
  for (const [name, { spec }] of pods) {
    assert.equal(spec.automountServiceAccountToken, false, name);
    assert.equal(spec.serviceAccountName, find("ServiceAccount", "log-analyzer").metadata.name);
    // Else Kubernetes adds LOG_ANALYZER_PORT and the like, after the Service.
    assert.equal(spec.enableServiceLinks, false, name);
    assert.equal(spec.securityContext.runAsNonRoot, true, name);
    assert.deepEqual(spec.securityContext.seccompProfile, { type: "RuntimeDefault" }, name);
    for (const container of [...spec.initContainers ?? [], ...spec.containers]) {
      assert.deepEqual(container.securityContext, {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      }, name);
      const { requests, limits } = container.resources;
      for (const resources of [requests, limits]) {
        assert.deepEqual(Object.keys(resources), ["cpu", "memory"], name);
      }
      assert.equal(container.image, "logeval", name);
    }
    for (const { configMap, persistentVolumeClaim } of spec.volumes) {
      if (configMap !== undefined) assert.ok(service.configMaps[configMap.name], name);
      if (persistentVolumeClaim !== undefined) {
        find("PersistentVolumeClaim", persistentVolumeClaim.claimName);
      }
    }
  }
});

Deno.test("probes ask the port that listens, at paths that the service has", () => {
  const { containers: [container] } = templateOf(deployment).spec;
  const [{ name, containerPort }] = container.ports;
  assert.deepEqual(container.args, ["analyze", "--listen", `0.0.0.0:${containerPort}`]);
  const probe = (which: string) => container[which].httpGet;
  assert.deepEqual(probe("startupProbe"), { path: "/health", port: name });
  assert.deepEqual(probe("livenessProbe"), { path: "/health", port: name });
  assert.deepEqual(probe("readinessProbe"), { path: "/ready", port: name });
  const [port] = find("Service", "log-analyzer").spec.ports;
  assert.deepEqual([port.name, port.targetPort], [name, name]);
  const [endpoint] = find("ServiceMonitor", "log-analyzer").spec.endpoints;
  assert.deepEqual([endpoint.port, endpoint.path], [port.name, "/metrics"]);
  const [rule] = find("NetworkPolicy", "log-analyzer").spec.ingress;
  assert.deepEqual(rule.ports, [{ port: name }]);
});

Deno.test("a service that is stopped has time to answer what is in flight", () => {
  const { terminationGracePeriodSeconds, containers: [container] } = templateOf(deployment).spec;
  const drain = Number(settings["LOG_ANALYZER_SHUTDOWN_GRACE_S"]);
  const before = container.lifecycle.preStop.sleep.seconds;
  assert.ok(drain > 0 && before + drain < terminationGracePeriodSeconds);
});

Deno.test("selectors find the pods that they are for, and only those", () => {
  const selecting = (labels: Readonly<Record<string, string>>) =>
    pods.filter(([, { metadata }]) =>
      Object.entries(labels).every(([key, value]) => metadata.labels[key] === value)
    ).map(([name]) => name).sort();
  const [analyzer, jobs] = [["log-analyzer"], ["logeval-evaluate", "logeval-optimize"]];
  assert.deepEqual(selecting(deployment.spec.selector.matchLabels), analyzer);
  assert.deepEqual(selecting(find("Service", "log-analyzer").spec.selector), analyzer);
  const policy = (name: string) => find("NetworkPolicy", name).spec.podSelector.matchLabels;
  assert.deepEqual(selecting(policy("log-analyzer")), analyzer);
  assert.deepEqual(selecting(policy("logeval-jobs")), jobs);
  const monitored = find("ServiceMonitor", "log-analyzer").spec.selector.matchLabels;
  const { labels = {} } = find("Service", "log-analyzer").metadata;
  for (const [key, value] of Object.entries(monitored)) assert.equal(labels[key], value);
});

Deno.test("what the settings name may be reached, by namespace and port", () => {
  const reachable = (policy: string) =>
    find("NetworkPolicy", policy).spec.egress.flatMap((
      // deno-lint-ignore no-explicit-any
      { to, ports }: any,
    ) =>
      // deno-lint-ignore no-explicit-any
      ports.map(({ port }: any) =>
        `${to[0].namespaceSelector.matchLabels["kubernetes.io/metadata.name"]}:${port}`
      )
    );
  const urls = Object.entries(settings).filter(([, value]) => value.startsWith("http"));
  assert.equal(urls.length, 3);
  for (const [name, value] of urls) {
    const { hostname, port } = new URL(value);
    const place = `${hostname.split(".")[1]}:${port}`;
    assert.ok(reachable("log-analyzer").includes(place), `${name}: ${place}`);
    if (name === "LOG_ANALYZER_LLM_URL") assert.ok(reachable("logeval-jobs").includes(place));
  }
});

Deno.test("a search starts only when it is asked for, one at a time, and ends", () => {
  const { spec } = find("CronJob", "logeval-optimize");
  assert.equal(spec.suspend, true);
  assert.equal(spec.concurrencyPolicy, "Forbid");
  assert.ok(spec.successfulJobsHistoryLimit > 0 && spec.failedJobsHistoryLimit > 0);
  assert.ok(spec.jobTemplate.spec.activeDeadlineSeconds > 0);
  assert.ok(find("Job", "logeval-evaluate").spec.activeDeadlineSeconds > 0);
});

const dockerfile = readFileSync(`${ROOT}evals/deploy/Dockerfile`, "utf8");

Deno.test("the image is the one that the manifests run, in one version everywhere", () => {
  for (const { tags } of [service, evaluation]) assert.deepEqual(tags, { logeval: config.version });
  assert.match(dockerfile, new RegExp(`image\\.version="${config.version}"`));
  const { securityContext } = templateOf(deployment).spec;
  assert.match(dockerfile, new RegExp(`^USER ${securityContext.runAsUser}:`, "m"));
  const { containers: [container] } = templateOf(deployment).spec;
  assert.match(dockerfile, new RegExp(`^EXPOSE ${container.ports[0].containerPort}$`, "m"));
  assert.ok(dockerfile.includes(`CMD ${JSON.stringify(container.args).replaceAll(",", ", ")}`));
  for (const [, image = ""] of dockerfile.matchAll(/^FROM (\S+)/gm)) {
    assert.match(image, /:(?!latest$)\S+$/);
  }
  const fetching = readFileSync(`${ROOT}evals/deploy/runs-pod.yaml`, "utf8");
  assert.match(fetching, /image: busybox:\d+\.\d+\.\d+$/m);
  assert.match(dockerfile, /^FROM denoland\/deno:debian-2\.9\.6 AS build$/m);
});

Deno.test("what the program is made of gets past .dockerignore", async () => {
  const admitted = readFileSync(`${ROOT}.dockerignore`, "utf8").split("\n")
    .filter((line) => line.startsWith("!")).map((line) => line.slice(1));
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "src/main.ts"],
    cwd: ROOT,
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
    modules: { specifier: string }[];
  };
  const files = modules.map(({ specifier }) => specifier)
    .filter((specifier) => specifier.startsWith("file://"))
    .map((specifier) => relative(ROOT, new URL(specifier).pathname));
  for (const file of [...files, "deno.json", "deno.lock", ".ci/compile.ts"]) {
    assert.ok(admitted.some((path) => file === path || file.startsWith(`${path}/`)), file);
  }
});
