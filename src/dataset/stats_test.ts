import assert from "node:assert/strict";
import { loadDataset, parseDataset } from "./load.ts";
import { datasetStats } from "./stats.ts";

function row(log_line: string, root_cause: string, namespace = "llm") {
  return {
    timestamp: 1795500577620,
    namespace,
    pod: "llama-0",
    container: "llama",
    node: "node-1",
    log_line,
    root_cause,
    severity: "error",
    component: "llama_server",
    summary: "Something failed there.",
    action_needed: "none",
  };
}

Deno.test("datasetStats() counts labels, templates and lengths", () => {
  const rows = [
    row("took 1 ms", "timeout"), // 9 characters, 3 tokens
    row("took 20 ms", "timeout"), // 10, 3: the same template
    row("no such file", "missing_file", "logging"), // 12, 3
    row("⚠🧯", "timeout"), // 2, 1: characters, not UTF-16 units
  ];
  const stats = datasetStats(parseDataset(JSON.stringify(rows), "a.json"));
  assert.equal(stats.n, 4);
  assert.equal(stats.templates, 3);
  assert.equal(stats.sharing_template, 2);
  assert.deepEqual(stats.root_causes, [
    { label: "timeout", n: 3, templates: 2 },
    { label: "missing_file", n: 1, templates: 1 },
  ]);
  assert.deepEqual(stats.severities, [{ label: "error", n: 4, templates: 3 }]);
  assert.deepEqual(stats.namespaces.map(({ label, n }) => [label, n]), [["llm", 3], [
    "logging",
    1,
  ]]);
  // Sorted 2 9 10 12: the 2nd of 4 is the median by nearest rank, the 4th (0.95 x 4 = 3.8) is p95.
  assert.deepEqual(stats.characters, { min: 2, median: 9, p95: 12, max: 12 });
  assert.deepEqual(stats.estimated_tokens, { min: 1, median: 3, p95: 3, max: 3 });
});

Deno.test("datasetStats() of one sample with an empty line", () => {
  const stats = datasetStats(parseDataset(JSON.stringify([row("", "unknown")]), "a.json"));
  assert.deepEqual(stats.characters, { min: 0, median: 0, p95: 0, max: 0 });
  assert.deepEqual(stats.estimated_tokens, { min: 0, median: 0, p95: 0, max: 0 });
  assert.deepEqual([stats.templates, stats.sharing_template], [1, 0]);
});

Deno.test("datasetStats() of golden-v1 adds up", async () => {
  const stats = datasetStats(await loadDataset("evals/datasets/golden-v1.json"));
  for (
    const kind of ["root_causes", "severities", "components", "actions", "namespaces"] as const
  ) {
    assert.equal(stats[kind].reduce((sum, { n }) => sum + n, 0), 115, kind);
  }
  assert.deepEqual([stats.templates, stats.sharing_template], [95, 38]);
});
