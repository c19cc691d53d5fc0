// A golden sample: one log line with its Kubernetes fields, and the labels that a careful reader
// gave it. Plain data; `load.ts` reads it, everything else passes it on.

import type { LogEntry } from "../analyzer/analysis.ts";
import { hashOf } from "../hash.ts";

/** What a model sees of a sample. */
export interface SampleInput {
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly node: string;
  readonly log_line: string;
}

/** What the right answer is. Identifiers in snake_case, and a sentence. */
export interface Labels {
  readonly root_cause: string;
  readonly severity: string;
  readonly component: string;
  readonly summary: string;
  readonly action_needed: string;
}

/** A sample as it stands in a dataset file; fields that we do not know are kept as they are. */
export interface SampleFields extends SampleInput, Labels {
  readonly detected_severity?: string | undefined;
  readonly signature_hash?: string | undefined;
  readonly source?: string | undefined;
  readonly [extra: string]: unknown;
}

/** A sample with its identity within the dataset. */
export interface Sample {
  /** 16 hex digits of the hash of its input; equal inputs are told apart by `#2`, `#3`, … */
  readonly id: string;
  readonly input: SampleInput;
  readonly labels: Labels;
  readonly fields: SampleFields;
}

/** Gives samples their identity: the hash of what a model sees, in file order. */
export function identifySamples(rows: readonly SampleFields[]): Sample[] {
  const seen = new Map<string, number>();
  return rows.map((fields) => {
    const { timestamp, namespace, pod, container, node, log_line } = fields;
    const { root_cause, severity, component, summary, action_needed } = fields;
    const input = { timestamp, namespace, pod, container, node, log_line };
    const hash = hashOf(input).slice(7, 23);
    const count = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, count);
    return {
      id: count === 1 ? hash : `${hash}#${count}`,
      input,
      labels: { root_cause, severity, component, summary, action_needed },
      fields,
    };
  });
}

/** The log entry that the analyzer is given for a sample. */
export function logEntryOf({ log_line, ...fields }: SampleInput): LogEntry {
  return { ...fields, message: log_line };
}
