// What lint says of a dataset, and how it names a sample.

import type { Sample } from "./sample.ts";

/** One thing that is wrong, or looks so. */
export interface LintFinding {
  readonly level: "error" | "warning";
  /** Stable name of the rule, such as `unknown_label`. */
  readonly rule: string;
  /** As the dataset was named. */
  readonly file: string;
  /**
   * Number from 1, and id: `sample 12 (dc5f16a5f01968bb)`, the number alone where the row is no sample;
   * "" for the whole file.
   */
  readonly sample: string;
  readonly message: string;
  readonly remedy: string;
}

/** What is said of one sample; the file is added by the caller. */
export type Remark = Omit<LintFinding, "file">;

/** A sample with its number in its file, from 1: rows that are none count as well. */
export interface NumberedSample extends Sample {
  readonly number: number;
}

/** What can be used of a dataset file. */
export interface NumberedDataset {
  readonly path: string;
  readonly samples: readonly NumberedSample[];
}

/** The fields that hold a label, with their kind in the taxonomy. */
export const LABEL_KINDS = [
  ["root_cause", "root_causes"],
  ["severity", "severities"],
  ["component", "components"],
  ["action_needed", "actions"],
] as const;

/** How findings name a sample: its number in the file, from 1, and its id. */
export function nameSample({ number, id }: NumberedSample): string {
  return `sample ${number} (${id})`;
}

/** Samples without a line are found as such and nothing else. */
export function hasLine({ input }: Sample): boolean {
  return input.log_line.trim() !== "";
}
