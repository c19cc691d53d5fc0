// Holds the shipped dataset to what its data card promises.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { loadDataset } from "./load.ts";
import { parseTaxonomy } from "./taxonomy.ts";
import { maskTemplate, signatureHash } from "./template.ts";

const { samples } = await loadDataset("evals/datasets/golden-v1.json");
const taxonomy = parseTaxonomy(readFileSync("evals/datasets/labels.yaml", "utf8"), "labels.yaml");

function countBy(key: (sample: typeof samples[number]) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const sample of samples) counts[key(sample)] = (counts[key(sample)] ?? 0) + 1;
  return counts;
}

Deno.test("golden-v1 has the mix of severities and namespaces", () => {
  assert.equal(samples.length, 115);
  assert.deepEqual(countBy((sample) => sample.labels.severity), {
    warn: 28,
    error: 79,
    info: 5,
    critical: 3,
  });
  assert.deepEqual(countBy((sample) => sample.input.namespace), {
    "log-analyzer": 30,
    "kube-system": 20,
    "envoy-gateway-system": 20,
    "flux-system": 19,
    llm: 18,
    logging: 8,
  });
});

Deno.test("golden-v1 uses every label of the taxonomy and no other", () => {
  const used = (label: (sample: typeof samples[number]) => string) =>
    Object.keys(countBy(label)).sort();
  const defined = (labels: Record<string, string>) => Object.keys(labels).sort();
  assert.deepEqual(used((sample) => sample.labels.root_cause), defined(taxonomy.root_causes));
  assert.deepEqual(used((sample) => sample.labels.severity), defined(taxonomy.severities));
  assert.deepEqual(used((sample) => sample.labels.component), defined(taxonomy.components));
  assert.deepEqual(used((sample) => sample.labels.action_needed), defined(taxonomy.actions));
  const { root_causes, actions, components } = taxonomy;
  assert.deepEqual(
    [root_causes, actions, components].map((labels) => Object.keys(labels).length),
    [21, 10, 14],
  );
});

Deno.test("no root cause of golden-v1 dominates, each has two templates", () => {
  const templates: Record<string, Set<string>> = {};
  for (const { input, labels } of samples) {
    (templates[labels.root_cause] ??= new Set()).add(maskTemplate(input.log_line));
  }
  assert.ok(Object.values(templates).every((set) => set.size >= 2));
  const largest = Math.max(...Object.values(countBy((sample) => sample.labels.root_cause)));
  assert.ok(largest <= 115 / 3);
  assert.ok(countBy((sample) => sample.labels.action_needed)["none"]! >= 12);
});

Deno.test("golden-v1 has many templates, some repeated, none with conflicting labels", () => {
  const templates = new Set(samples.map((sample) => maskTemplate(sample.input.log_line)));
  assert.ok(templates.size >= 60 && templates.size < samples.length);
  // The same words of another program are about that program: its component differs.
  const labelsOf: Record<string, Set<string>> = {};
  for (const { input, labels } of samples) {
    const { summary: _, ...rest } = labels;
    const message = `${input.container} ${maskTemplate(input.log_line)}`;
    (labelsOf[message] ??= new Set()).add(JSON.stringify(rest));
  }
  assert.ok(Object.values(labelsOf).every((labels) => labels.size === 1));
});

Deno.test("golden-v1 carries the signature of its own lines, in the order of time", () => {
  const times = samples.map((sample) => sample.input.timestamp);
  assert.deepEqual(times, times.toSorted((a, b) => a - b));
  for (const { fields, input } of samples) {
    assert.equal(fields.signature_hash, signatureHash(input.log_line));
  }
});

Deno.test("every definition of the taxonomy has at most twelve words", () => {
  for (const labels of Object.values<Readonly<Record<string, string>>>({ ...taxonomy })) {
    for (const [label, definition] of Object.entries(labels)) {
      assert.ok(definition.split(" ").length <= 12, label);
      assert.ok(definition !== "", label);
    }
  }
});
