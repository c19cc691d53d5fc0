// What lint says of a dataset, and how it names a sample.

import type { Sample } from "./sample.ts";

/** One thing that is wrong, or looks so. */
export interface LintFinding {
  readonly level: "error" | "warning";
  /** Stable name of the rule, such as `unknown_label`. */
  readonly rule: string;
  /** As the dataset was named. */
  readonly file: string;
  /** Number from 1, and id: `sample 12 (dc5f16a5f01968bb)`; "" for the whole file. */
  readonly sample: string;
  readonly message: string;
  readonly remedy: string;
}

/** How findings name a sample: its number in the file, from 1, and its id. */
export function nameSample(samples: readonly Sample[], sample: Sample): string {
  return `sample ${samples.indexOf(sample) + 1} (${sample.id})`;
}

/** Samples without a line are found as such and nothing else. */
export function hasLine({ input }: Sample): boolean {
  return input.log_line.trim() !== "";
}
