// Dataset files with their taxonomies -> what is wrong with them, each finding with its sample and a
// remedy. A row that is no sample is found as such, and the others are checked without it. Pure.

import { quote, suggestion } from "../faults.ts";
import { formatCount } from "../format.ts";
import { conflicts, conflictsOfContainers } from "./lint_conflicts.ts";
import {
  hasLine,
  LABEL_KINDS,
  type LintFinding,
  nameSample,
  type NumberedDataset,
  type NumberedSample,
  type Remark,
} from "./lint_finding.ts";
import { lintPairs } from "./lint_pairs.ts";
import type { DatasetRows, RowFault } from "./load.ts";
import { identifySamples } from "./sample.ts";
import type { Taxonomy } from "./taxonomy.ts";
import { signatureHash } from "./template.ts";

export type { LintFinding } from "./lint_finding.ts";

/** A dataset file with the labels that it may use; `null` when no labels.yaml says so. */
export interface LintedDataset {
  readonly rows: DatasetRows;
  readonly taxonomy: Taxonomy | null;
}

const SNAKE_CASE = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/;
const SHORTEST_SUMMARY = 3;

/**
 * Checks each dataset by itself, then every two that should share no message: any two, unless one
 * is what the other was split from (`NAME` and `NAME-train`).
 *
 * @returns in the order of the files, within each by rule and sample; pairs of files last
 */
export function lintDatasets(datasets: readonly LintedDataset[]): LintFinding[] {
  const numbered = datasets.map(({ rows }) => numberedDataset(rows));
  const own = datasets.flatMap(({ rows, taxonomy }, at) => {
    const { path: file, samples } = numbered[at]!;
    const remarks = [
      ...rows.faults.map(rowFault),
      ...(taxonomy === null ? [] : unknownLabels(samples, taxonomy)),
      ...conflicts(samples),
      ...conflictsOfContainers(samples),
      ...duplicates(samples),
      ...emptyLines(samples),
      ...summaries(samples),
      ...signatures(samples),
      ...labelStyles(samples),
    ];
    return remarks.map((remark) => ({ ...remark, file }));
  });
  return [...own, ...lintPairs(numbered)];
}

function numberedDataset({ path, rows }: DatasetRows): NumberedDataset {
  const samples = identifySamples(rows.map(({ fields }) => fields));
  return {
    path,
    samples: samples.map((sample, at) => ({ ...sample, number: rows[at]!.number })),
  };
}

function rowFault({ number, line, field, message }: RowFault): Remark {
  return {
    level: "error",
    rule: field === "the line" ? "broken_line" : "invalid_field",
    sample: `sample ${number}`,
    message: `${field} ${message}`,
    remedy: `mend it at line ${line}, or remove the sample: nothing else of it was checked`,
  };
}

function unknownLabels(samples: readonly NumberedSample[], taxonomy: Taxonomy): Remark[] {
  return samples.flatMap((sample) =>
    LABEL_KINDS.flatMap(([field, kind]): Remark[] => {
      const label = sample.labels[field];
      if (Object.hasOwn(taxonomy[kind], label)) return [];
      const nearest = /did you mean (.+)\?/.exec(suggestion(label, Object.keys(taxonomy[kind])));
      return [{
        level: "error",
        rule: "unknown_label",
        sample: nameSample(sample),
        message: `${field} ${quote(label)} is not in labels.yaml`,
        remedy: `${nearest ? `take ${quote(nearest[1])}` : `take one of its ${kind}`}` +
          `, or define ${quote(label)} there`,
      }];
    })
  );
}

function duplicates(samples: readonly NumberedSample[]): Remark[] {
  const byId = new Map(samples.map((sample) => [sample.id, sample]));
  return samples.filter(({ id }) => id.includes("#")).map((sample) => ({
    level: "error",
    rule: "duplicate_sample",
    sample: nameSample(sample),
    message: `the same input as ${nameSample(byId.get(sample.id.split("#")[0]!)!)}`,
    remedy: "remove one of the two",
  }));
}

function emptyLines(samples: readonly NumberedSample[]): Remark[] {
  return samples.filter((sample) => !hasLine(sample)).map((sample) => ({
    level: "error",
    rule: "empty_log_line",
    sample: nameSample(sample),
    message: "log_line is empty",
    remedy: "fill in the line, or remove the sample",
  }));
}

function summaries(samples: readonly NumberedSample[]): Remark[] {
  return samples.flatMap((sample): Remark[] => {
    const { summary } = sample.labels;
    const words = summary.split(/\s+/).filter((word) => word !== "").length;
    if (words >= SHORTEST_SUMMARY) return [];
    return [{
      level: "warning",
      rule: words === 0 ? "empty_summary" : "short_summary",
      sample: nameSample(sample),
      message: words === 0
        ? "summary is empty"
        : `summary ${quote(summary)} has ${formatCount(words, "word")}`,
      remedy: "say in a sentence what the line tells",
    }];
  });
}

/** Ours when most hashes of the file are; another scheme is nothing to mend sample by sample. */
function signatures(samples: readonly NumberedSample[]): Remark[] {
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
    sample: nameSample(sample),
    message: `signature_hash ${quote(sample.fields.signature_hash)} is not that of the line`,
    remedy: `set it to "${signatureHash(sample.input.log_line)}", if the line is right`,
  }));
}

/** Once for each label of a file. */
function labelStyles(samples: readonly NumberedSample[]): Remark[] {
  return LABEL_KINDS.flatMap(([field]) => {
    const users = Map.groupBy(samples, ({ labels }) => labels[field]);
    const odd = [...users].filter(([label]) => !SNAKE_CASE.test(label));
    return odd.map(([label, { length, 0: first }]): Remark => ({
      level: "warning",
      rule: "label_style",
      sample: nameSample(first!),
      message: `${field} ${quote(label)} (${formatCount(length, "sample")}) is not snake_case`,
      remedy: "write it in lower case with underscores, in labels.yaml too",
    }));
  });
}
