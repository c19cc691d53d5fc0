// What is wrong between two datasets that should share no message: leaks, near leaks, a root cause
// that only one has. Pure; called by lint.ts.

import { basename } from "node:path";
import { quote } from "../faults.ts";
import { formatCount, formatPercent } from "../format.ts";
import {
  hasLine,
  type LintFinding,
  nameSample,
  type NumberedDataset,
  type NumberedSample,
} from "./lint_finding.ts";
import { nearDuplicates } from "./near_duplicates.ts";
import { maskTemplate } from "./template.ts";

/** Checks every two files, unless one is what the other was split from (`NAME`, `NAME-train`). */
export function lintPairs(files: readonly NumberedDataset[]): LintFinding[] {
  return files.flatMap((one, at) =>
    files.slice(at + 1).filter((other) => !isPart(one, other) && !isPart(other, one))
      .flatMap((other) => [
        ...leaks(one, other),
        ...nearLeaks(one, other),
        ...oneSided(one, other),
        ...oneSided(other, one),
      ])
  );
}

/** Once for each pair of templates that say nearly the same. */
function nearLeaks(one: NumberedDataset, other: NumberedDataset): LintFinding[] {
  const [here, there] = [byTemplate(one), byTemplate(other)];
  const [a, b] = [[...here.keys()], [...there.keys()]];
  return nearDuplicates(a, b).filter((pair) => !there.has(a[pair.a]!)).map((pair) => ({
    level: "error",
    rule: "near_leak",
    file: other.path,
    sample: nameSample(there.get(b[pair.b]!)![0]!),
    message: `nearly the same message (${formatPercent(pair.similarity, 0)} of the words) is in ` +
      `${one.path} at ${nameSample(here.get(a[pair.a]!)![0]!)}`,
    remedy: "keep both on one side",
  }));
}

function isPart(whole: NumberedDataset, part: NumberedDataset): boolean {
  const [name, partName] = [whole, part].map(({ path }) => basename(path).replace(/\.\w+$/, ""));
  return partName === `${name}-train` || partName === `${name}-validation`;
}

/** Once for each template, at its first sample in the second file. */
function leaks(one: NumberedDataset, other: NumberedDataset): LintFinding[] {
  const templates = byTemplate(one);
  return [...byTemplate(other)].flatMap(([template, there]): LintFinding[] => {
    const here = templates.get(template);
    if (here === undefined) return [];
    return [{
      level: "error",
      rule: "leak",
      file: other.path,
      sample: nameSample(there[0]!),
      message: `the same message is in ${one.path} at ${nameSample(here[0]!)}` +
        ` (${here.length} there, ${there.length} here)`,
      remedy: "keep it on one side, or split the whole anew: logeval dataset split FILE",
    }];
  });
}

function byTemplate({ samples }: NumberedDataset): Map<string, NumberedSample[]> {
  return Map.groupBy(samples.filter(hasLine), ({ input }) => maskTemplate(input.log_line));
}

function oneSided(one: NumberedDataset, other: NumberedDataset): LintFinding[] {
  const known = new Set(other.samples.map(({ labels }) => labels.root_cause));
  const causes = Map.groupBy(one.samples, ({ labels }) => labels.root_cause);
  return [...causes].filter(([cause]) => !known.has(cause)).map(([cause, using]) => ({
    level: "warning",
    rule: "one_sided_root_cause",
    file: one.path,
    sample: nameSample(using[0]!),
    message: `root_cause ${quote(cause)} (${formatCount(using.length, "sample")}) ` +
      `is not in ${other.path}`,
    remedy: "add a sample of another message there, or split the whole anew",
  }));
}
