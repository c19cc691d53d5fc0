// What a dataset is made of: labels, templates, lengths. Takes a loaded dataset, gives plain
// counts; the command draws them. Pure.

import type { Dataset } from "./load.ts";
import type { Sample } from "./sample.ts";
import { maskTemplate } from "./template.ts";

/** How long a token is taken to be, in characters. */
export const CHARACTERS_PER_TOKEN = 4;

/** A label or namespace and how many samples have it. */
export interface LabelCount {
  readonly label: string;
  readonly n: number;
  /** Distinct templates among them. */
  readonly templates: number;
}

/** Of one number per sample; the median and p95 are values that occur (nearest rank). */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly p95: number;
  readonly max: number;
}

/** Counts are sorted by number of samples, the most first, then by name. */
export interface DatasetStats {
  /** As the dataset was named. */
  readonly dataset: string;
  readonly dataset_hash: string;
  readonly n: number;
  readonly templates: number;
  /** Samples whose template another sample has too. */
  readonly sharing_template: number;
  readonly root_causes: readonly LabelCount[];
  readonly severities: readonly LabelCount[];
  readonly components: readonly LabelCount[];
  readonly actions: readonly LabelCount[];
  readonly namespaces: readonly LabelCount[];
  /** Length of the log line in Unicode characters. */
  readonly characters: Spread;
  /** An estimate without a tokenizer: characters / 4, rounded up. */
  readonly estimated_tokens: Spread;
}

/** Counts labels, templates and lengths. */
export function datasetStats({ path, hash, samples }: Dataset): DatasetStats {
  const lines = new Map(samples.map((sample) => [sample, maskTemplate(sample.input.log_line)]));
  const templates = Map.groupBy(samples, (sample) => lines.get(sample)!);
  const countsOf = (labelOf: (sample: Sample) => string): LabelCount[] =>
    [...Map.groupBy(samples, labelOf)].map(([label, using]) => ({
      label,
      n: using.length,
      templates: new Set(using.map((sample) => lines.get(sample))).size,
    })).sort((a, b) => b.n - a.n || (a.label < b.label ? -1 : 1));
  const characters = samples.map(({ input }) => [...input.log_line].length);
  return {
    dataset: path,
    dataset_hash: hash,
    n: samples.length,
    templates: templates.size,
    sharing_template: [...templates.values()].filter((group) => group.length > 1)
      .reduce((sum, group) => sum + group.length, 0),
    root_causes: countsOf(({ labels }) => labels.root_cause),
    severities: countsOf(({ labels }) => labels.severity),
    components: countsOf(({ labels }) => labels.component),
    actions: countsOf(({ labels }) => labels.action_needed),
    namespaces: countsOf(({ input }) => input.namespace),
    characters: spreadOf(characters),
    estimated_tokens: spreadOf(
      characters.map((length) => Math.ceil(length / CHARACTERS_PER_TOKEN)),
    ),
  };
}

/** Of at least one value. */
function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
  return { min: rank(0), median: rank(0.5), p95: rank(0.95), max: rank(1) };
}
