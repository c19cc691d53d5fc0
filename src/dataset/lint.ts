// Datasets with their taxonomies -> what is wrong with them, each finding with its sample and a
// remedy. What `loadDataset` refuses (broken JSON, wrong types) never gets here. Pure.

import { quote, suggestion } from "../faults.ts";
import { formatCount } from "../format.ts";
import { hasLine, type LintFinding, nameSample } from "./lint_finding.ts";
import { lintPairs } from "./lint_pairs.ts";
import type { Dataset } from "./load.ts";
import type { Sample } from "./sample.ts";
import type { Taxonomy } from "./taxonomy.ts";
import { maskTemplate, signatureHash } from "./template.ts";

export type { LintFinding } from "./lint_finding.ts";

/** A dataset with the labels that it may use; `null` when no labels.yaml says so. */
export interface LintedDataset {
  readonly dataset: Dataset;
  readonly taxonomy: Taxonomy | null;
}

/** The fields that hold a label, with their kind in the taxonomy. */
const LABEL_KINDS = [
  ["root_cause", "root_causes"],
  ["severity", "severities"],
  ["component", "components"],
  ["action_needed", "actions"],
] as const;
const SNAKE_CASE = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/;
const SHORTEST_SUMMARY = 3;

/** What is said of one sample; the file is added by the caller. */
type Remark = Omit<LintFinding, "file">;

/**
 * Checks each dataset by itself, then every two that should share no message: any two, unless one
 * is what the other was split from (`NAME` and `NAME-train`).
 *
 * @returns in the order of the files, within each by rule and sample; pairs of files last
 */
export function lintDatasets(datasets: readonly LintedDataset[]): LintFinding[] {
  const own = datasets.flatMap(({ dataset: { path: file, samples }, taxonomy }) => {
    const remarks = [
      ...(taxonomy === null ? [] : unknownLabels(samples, taxonomy)),
      ...conflicts(samples),
      ...duplicates(samples),
      ...emptyLines(samples),
      ...summaries(samples),
      ...signatures(samples),
      ...labelStyles(samples),
    ];
    return remarks.map((remark) => ({ ...remark, file }));
  });
  const between = lintPairs(datasets.map(({ dataset }) => dataset));
  return [...own, ...between];
}

function unknownLabels(samples: readonly Sample[], taxonomy: Taxonomy): Remark[] {
  return samples.flatMap((sample) =>
    LABEL_KINDS.flatMap(([field, kind]): Remark[] => {
      const label = sample.labels[field];
      if (Object.hasOwn(taxonomy[kind], label)) return [];
      const nearest = /did you mean (.+)\?/.exec(suggestion(label, Object.keys(taxonomy[kind])));
      return [{
        level: "error",
        rule: "unknown_label",
        sample: nameSample(samples, sample),
        message: `${field} ${quote(label)} is not in labels.yaml`,
        remedy: `${nearest ? `take ${quote(nearest[1])}` : `take one of its ${kind}`}` +
          `, or define ${quote(label)} there`,
      }];
    })
  );
}

/** The same words of another container are about another program, and may differ. */
function conflicts(samples: readonly Sample[]): Remark[] {
  const messages = Map.groupBy(
    samples.filter(hasLine),
    ({ input }) => JSON.stringify([input.container, maskTemplate(input.log_line)]),
  );
  return [...messages.values()].flatMap((group) => {
    const usual = mostCommon(group);
    return group.flatMap((sample): Remark[] => {
      const differing = LABEL_KINDS.flatMap(([field]) => {
        const [is, other] = [sample.labels[field], usual.labels[field]];
        return is === other ? [] : `${field} ${quote(is)}, not ${quote(other)}`;
      });
      if (differing.length === 0) return [];
      return [{
        level: "error",
        rule: "conflicting_labels",
        sample: nameSample(samples, sample),
        message: `${differing.join("; ")} as ${nameSample(samples, usual)} has it for the same ` +
          "message and container",
        remedy: "decide which is right and give both the same labels",
      }];
    });
  });
}

/** The first sample that has the labels which most of the group have. */
function mostCommon(group: readonly Sample[]): Sample {
  const alike = Map.groupBy(group, ({ labels: { summary: _, ...rest } }) => JSON.stringify(rest));
  return [...alike.values()].reduce((most, some) => some.length > most.length ? some : most)[0]!;
}

function duplicates(samples: readonly Sample[]): Remark[] {
  const byId = new Map(samples.map((sample) => [sample.id, sample]));
  return samples.filter(({ id }) => id.includes("#")).map((sample) => ({
    level: "error",
    rule: "duplicate_sample",
    sample: nameSample(samples, sample),
    message: `the same input as ${nameSample(samples, byId.get(sample.id.split("#")[0]!)!)}`,
    remedy: "remove one of the two",
  }));
}

function emptyLines(samples: readonly Sample[]): Remark[] {
  return samples.filter((sample) => !hasLine(sample)).map((sample) => ({
    level: "error",
    rule: "empty_log_line",
    sample: nameSample(samples, sample),
    message: "log_line is empty",
    remedy: "fill in the line, or remove the sample",
  }));
}

function summaries(samples: readonly Sample[]): Remark[] {
  return samples.flatMap((sample): Remark[] => {
    const { summary } = sample.labels;
    const words = summary.split(/\s+/).filter((word) => word !== "").length;
    if (words >= SHORTEST_SUMMARY) return [];
    return [{
      level: "warning",
      rule: words === 0 ? "empty_summary" : "short_summary",
      sample: nameSample(samples, sample),
      message: words === 0
        ? "summary is empty"
        : `summary ${quote(summary)} has ${formatCount(words, "word")}`,
      remedy: "say in a sentence what the line tells",
    }];
  });
}

/** Ours when most hashes of the file are; another scheme is nothing to mend sample by sample. */
function signatures(samples: readonly Sample[]): Remark[] {
  const hashed = samples.filter((sample) =>
    sample.fields.signature_hash !== undefined && hasLine(sample)
  );
  const wrong = hashed.filter(({ fields, input }) =>
    fields.signature_hash !== signatureHash(input.log_line)
  );
  if (wrong.length > 0 && wrong.length >= hashed.length / 2) {
    return [{
      level: "warning",
      rule: "signature_scheme",
      sample: "",
      message: `signature_hash is of another scheme than ours in ${wrong.length} of ` +
        formatCount(hashed.length, "sample"),
      remedy: "nothing, if another program reads them; else leave the field out",
    }];
  }
  return wrong.map((sample) => ({
    level: "warning",
    rule: "signature_hash",
    sample: nameSample(samples, sample),
    message: `signature_hash ${quote(sample.fields.signature_hash)} is not that of the line`,
    remedy: `set it to "${signatureHash(sample.input.log_line)}", if the line is right`,
  }));
}

/** Once for each label of a file. */
function labelStyles(samples: readonly Sample[]): Remark[] {
  return LABEL_KINDS.flatMap(([field]) => {
    const users = Map.groupBy(samples, ({ labels }) => labels[field]);
    const odd = [...users].filter(([label]) => !SNAKE_CASE.test(label));
    return odd.map(([label, { length, 0: first }]): Remark => ({
      level: "warning",
      rule: "label_style",
      sample: nameSample(samples, first!),
      message: `${field} ${quote(label)} (${formatCount(length, "sample")}) is not snake_case`,
      remedy: "write it in lower case with underscores, in labels.yaml too",
    }));
  });
}
