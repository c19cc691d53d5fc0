import assert from "node:assert/strict";
import { DataError } from "../errors.ts";
import { identifySamples } from "./sample.ts";
import { allowedLabels, parseTaxonomy, taxonomyOf, taxonomyVariables } from "./taxonomy.ts";

const TEXT = `root_causes:
  timeout: No answer in time.
  unknown:
severities: {info: fine, error: failed}
components: {etcd: The store.}
actions: {none: Nothing.}
`;

Deno.test("parseTaxonomy() keeps labels, definitions and their order", () => {
  const taxonomy = parseTaxonomy(TEXT, "labels.yaml");
  assert.deepEqual(taxonomy.root_causes, { timeout: "No answer in time.", unknown: "" });
  assert.deepEqual(allowedLabels(taxonomy).severities, ["info", "error"]);
});

Deno.test("taxonomyVariables() gives a label a line, with its definition when there is one", () => {
  const variables = taxonomyVariables(parseTaxonomy(TEXT, "labels.yaml"));
  assert.equal(variables["root_causes"], "- timeout: No answer in time.\n- unknown");
  assert.deepEqual(Object.keys(variables), ["root_causes", "severities", "components", "actions"]);
});

Deno.test("parseTaxonomy() lists faults with their lines", () => {
  assert.throws(
    () => parseTaxonomy(TEXT.replace("components:", "component:") + "extra: {}\n", "labels.yaml"),
    (error) =>
      error instanceof DataError && /3 faults/.test(error.message) &&
      /line 5 +component +unknown field; did you mean components\?/.test(error.message),
  );
});

Deno.test("parseTaxonomy() of no YAML is a fault of the data, with its line", () => {
  assert.throws(() => parseTaxonomy(`${TEXT}actions: {}\n`, "labels.yaml"), {
    name: "DataError",
    message: /^Cannot read labels\.yaml at line 7, column 1: /,
  });
});

Deno.test("taxonomyOf() is what the samples use, severities mildest first", () => {
  const row = { timestamp: 0, namespace: "", pod: "", container: "", node: "", log_line: "" };
  const labels = { component: "etcd", summary: "", action_needed: "none" };
  const samples = identifySamples([
    { ...row, ...labels, root_cause: "timeout", severity: "error" },
    { ...row, ...labels, root_cause: "disk_full", severity: "info" },
    { ...row, ...labels, root_cause: "timeout", severity: "odd" },
  ]);
  const taxonomy = taxonomyOf(samples);
  assert.deepEqual(Object.keys(taxonomy.root_causes), ["disk_full", "timeout"]);
  assert.deepEqual(Object.keys(taxonomy.severities), ["info", "error", "odd"]);
});
