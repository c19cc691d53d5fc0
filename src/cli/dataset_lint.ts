// `logeval dataset lint`: everything that is wrong with datasets, by file and sample, with what to
// do about it. Errors make exit code 3.

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import picocolors from "picocolors";
import { lintDatasets, type LintedDataset, type LintFinding } from "../dataset/lint.ts";
import { loadDataset } from "../dataset/load.ts";
import { parseTaxonomy, type Taxonomy } from "../dataset/taxonomy.ts";
import { DataError, systemFault } from "../errors.ts";
import { formatCount } from "../format.ts";
import { type CliContext, EXIT } from "./context.ts";
import { renderCounts, renderFindings } from "./findings.ts";

/**
 * Checks files by themselves and against each other; the labels come from the labels.yaml beside
 * each. A file that cannot be read is a finding too, and the others are still checked.
 *
 * @throws {UsageError} when a labels.yaml cannot be used
 */
export async function datasetLintCommand(
  context: CliContext,
  files: readonly string[],
  options: { readonly json?: true } = {},
): Promise<number> {
  const datasets: LintedDataset[] = [];
  const findings: LintFinding[] = [];
  const named = new Map(files.map((file) => [resolve(context.cwd, file), file]));
  for (const [path, file] of named) {
    try {
      const dataset = await loadDataset(path, file);
      datasets.push({ dataset, taxonomy: await readTaxonomy(context, file) });
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      findings.push(unusable(file, error));
    }
  }
  findings.push(...lintDatasets(datasets));
  const errors = findings.filter(({ level }) => level === "error").length;
  const warnings = findings.length - errors;
  const samples = datasets.reduce((sum, { dataset }) => sum + dataset.samples.length, 0);
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

async function readTaxonomy({ cwd, stderr }: CliContext, file: string): Promise<Taxonomy | null> {
  const name = join(dirname(file), "labels.yaml");
  const path = resolve(cwd, name);
  if (!existsSync(path)) {
    stderr(`note: no ${name}; the labels that ${file} uses stand as the taxonomy\n`);
    return null;
  }
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new DataError(`Cannot read labels ${name}: ${systemFault(cause)}`, { cause });
  }
  return parseTaxonomy(text, name);
}

/** What `loadDataset` refuses: its message lists every fault with line and sample. */
function unusable(file: string, { message, hint }: DataError): LintFinding {
  const remedy = hint ?? "mend that and lint it again: nothing else of it was checked";
  return { level: "error", rule: "unusable_file", file, sample: "", message, remedy };
}
