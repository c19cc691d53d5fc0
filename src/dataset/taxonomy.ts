// labels.yaml -> the taxonomy: every allowed label with its definition. Without a file the labels
// that the samples use stand in, without definitions.

import * as z from "zod";
import type { AllowedLabels } from "../analyzer/response_format.ts";
import { DataError, UsageError } from "../errors.ts";
import { describeFaults, faultsOf } from "../faults.ts";
import { parseYaml, type YamlSource } from "../yaml_source.ts";
import type { Sample } from "./sample.ts";

const Definitions = z.record(z.string(), z.string().nullable().transform((text) => text ?? ""));

const TaxonomyFile = z.strictObject({
  root_causes: Definitions,
  severities: Definitions,
  components: Definitions,
  actions: Definitions,
});

/** Label -> one-line definition ("" when there is none), in the order of the file. */
export type LabelDefinitions = Readonly<Record<string, string>>;

/** Every allowed label with its definition, by kind. */
export interface Taxonomy {
  /** What may be the `root_cause`. */
  readonly root_causes: LabelDefinitions;
  /** What may be the `severity`, mildest first. */
  readonly severities: LabelDefinitions;
  /** What may be the `component`. */
  readonly components: LabelDefinitions;
  /** What may be the `action_needed`. */
  readonly actions: LabelDefinitions;
}

/** The severities, mildest first, that stand when a dataset has no labels.yaml. */
const SEVERITIES = ["info", "warn", "error", "critical"];

/**
 * Reads labels.yaml.
 *
 * @param name the file's name for messages
 * @throws {DataError} with every fault and its line: the labels belong to the dataset
 *
 * @example
 * ```ts
 * import { parseTaxonomy } from "@logeval/logeval";
 * import assert from "node:assert/strict";
 *
 * const taxonomy = parseTaxonomy(
 *   `root_causes: {oom_killed: The kernel killed a process for memory, none: }
 * severities: {info: , error: }
 * components: {kubelet: }
 * actions: {none: }`,
 *   "labels.yaml",
 * );
 * assert.deepEqual(taxonomy.severities, { info: "", error: "" });
 * ```
 */
export function parseTaxonomy(text: string, name: string): Taxonomy {
  const source = readYaml(text, name);
  const parsed = TaxonomyFile.safeParse(source.value);
  if (parsed.success) return parsed.data;
  throw new DataError(describeFaults(
    `Cannot use labels ${name}`,
    faultsOf(parsed.error, TaxonomyFile, source.value, source.lineOf),
  ));
}

function readYaml(text: string, name: string): YamlSource {
  try {
    return parseYaml(text, name);
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    throw new DataError(cause.message, { cause, ...(cause.hint ? { hint: cause.hint } : {}) });
  }
}

/** The labels that samples use, sorted by name; severities mildest first. */
export function taxonomyOf(samples: readonly Sample[]): Taxonomy {
  const used = (label: (sample: Sample) => string) =>
    Object.fromEntries([...new Set(samples.map(label))].sort().map((name) => [name, ""]));
  const severities = used((sample) => sample.labels.severity);
  const known = SEVERITIES.filter((severity) => severity in severities);
  return {
    root_causes: used((sample) => sample.labels.root_cause),
    severities: { ...Object.fromEntries(known.map((name) => [name, ""])), ...severities },
    components: used((sample) => sample.labels.component),
    actions: used((sample) => sample.labels.action_needed),
  };
}

/**
 * The prompt inputs `root_causes`, `severities`, `components`, `actions`: a label a line.
 *
 * @example
 * ```ts
 * import { parseTaxonomy, taxonomyVariables } from "@logeval/logeval";
 * import assert from "node:assert/strict";
 *
 * const taxonomy = parseTaxonomy(
 *   `root_causes: {oom_killed: The kernel killed a process for memory, none: }
 * severities: {info: , error: }
 * components: {kubelet: }
 * actions: {none: }`,
 *   "labels.yaml",
 * );
 * assert.equal(
 *   taxonomyVariables(taxonomy).root_causes,
 *   "- oom_killed: The kernel killed a process for memory\n- none",
 * );
 * ```
 */
export function taxonomyVariables(taxonomy: Taxonomy): Record<string, string> {
  return Object.fromEntries(
    Object.entries(taxonomy).map(([kind, labels]) => [
      kind,
      Object.entries(labels)
        .map(([label, definition]) => definition ? `- ${label}: ${definition}` : `- ${label}`)
        .join("\n"),
    ]),
  );
}

/**
 * The label names alone, for a schema that a server enforces.
 *
 * @example
 * ```ts
 * import { allowedLabels, parseTaxonomy } from "@logeval/logeval";
 * import assert from "node:assert/strict";
 *
 * const taxonomy = parseTaxonomy(
 *   `root_causes: {oom_killed: The kernel killed a process for memory, none: }
 * severities: {info: , error: }
 * components: {kubelet: }
 * actions: {none: }`,
 *   "labels.yaml",
 * );
 * assert.deepEqual(allowedLabels(taxonomy).root_causes, ["oom_killed", "none"]);
 * ```
 */
export function allowedLabels(taxonomy: Taxonomy): AllowedLabels {
  return {
    root_causes: Object.keys(taxonomy.root_causes),
    severities: Object.keys(taxonomy.severities),
    components: Object.keys(taxonomy.components),
    actions: Object.keys(taxonomy.actions),
  };
}
