// `logeval dataset lint`: everything that is wrong with datasets, by file and sample, with what to
// do about it. Errors make exit code 3.

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import picocolors from "picocolors";
import { lintDatasets, type LintedDataset, type LintFinding } from "../dataset/lint.ts";
import { loadRows } from "../dataset/load.ts";
import { parseTaxonomy, type Taxonomy } from "../dataset/taxonomy.ts";
import { DataError, systemFault } from "../errors.ts";
import { formatCount } from "../format.ts";
import { type CliContext, EXIT } from "./context.ts";
import { renderCounts, renderFindings } from "./findings.ts";

/**
 * Checks files by themselves and against each other; the labels come from the labels.yaml beside
 * each. A file that cannot be read is a finding too, and the others are still checked.
 */
export async function datasetLintCommand(
  context: CliContext,
  files: readonly string[],
  options: { readonly json?: true } = {},
): Promise<number> {
  const datasets: LintedDataset[] = [];
  const taxonomies = new Map<string, Taxonomy | null>();
  const findings: LintFinding[] = [];
  const named = new Map(files.map((file) => [resolve(context.cwd, file), file]));
  for (const [path, file] of named) {
    try {
      const rows = await loadRows(path, file);
      const labels = join(dirname(file), "labels.yaml");
      if (!existsSync(resolve(context.cwd, labels))) {
        context.stderr(`note: no ${labels}; the labels that ${file} uses stand as the taxonomy\n`);
      } else if (!taxonomies.has(labels)) {
        taxonomies.set(labels, await taxonomyOrFinding(context.cwd, labels, findings));
      }
      datasets.push({ rows, taxonomy: taxonomies.get(labels) ?? null });
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      findings.push(unusable("unusable_file", file, error));
    }
  }
  findings.push(...lintDatasets(datasets));
  const errors = findings.filter(({ level }) => level === "error").length;
  const warnings = findings.length - errors;
  const samples = datasets.reduce((sum, { rows }) => sum + rows.n, 0);
  if (options.json) {
    const rows = findings.map(({ level, rule, file, sample, message, remedy }) => {
      return { level, rule, file, sample: sample || null, message, remedy };
    });
    const document = { files: [...named.values()], samples, errors, warnings, findings: rows };
    context.stdout(`${JSON.stringify(document, null, 2)}\n`);
  } else {
    const checked = `${formatCount(named.size, "file")}, ${formatCount(samples, "sample")}`;
    const colors = picocolors.createColors(context.colors.stdout);
    const shown = findings.map((finding) => ({
      ...finding,
      place: finding.sample === "" ? finding.file : `${finding.file}, ${finding.sample}`,
    }));
    const counts = renderCounts(errors, warnings);
    context.stdout(`${renderFindings(shown, colors)}${checked}: ${counts}\n`);
  }
  return errors > 0 ? EXIT.data : EXIT.ok;
}

/** `null` when it cannot be used: a finding of its own, told once. */
async function taxonomyOrFinding(
  cwd: string,
  labels: string,
  findings: LintFinding[],
): Promise<Taxonomy | null> {
  try {
    return parseTaxonomy(await readLabels(resolve(cwd, labels), labels), labels);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    findings.push(unusable("unusable_labels", labels, error));
    return null;
  }
}

async function readLabels(path: string, name: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new DataError(`Cannot read labels ${name}: ${systemFault(cause)}`, { cause });
  }
}

const UNUSABLE_REMEDIES = {
  unusable_file: "mend that and lint it again: nothing else of it was checked",
  unusable_labels: "mend that and lint it again: no label was checked against it",
};

function unusable(
  rule: keyof typeof UNUSABLE_REMEDIES,
  file: string,
  { message, hint }: DataError,
): LintFinding {
  const remedy = hint ?? UNUSABLE_REMEDIES[rule];
  return { level: "error", rule, file, sample: "", message, remedy };
}
