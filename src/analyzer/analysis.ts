// What goes into the analyzer and what comes out of it: log entries, an analysis, and the
// reasons why a model's answer is not an analysis.

/** One line of a container's log, with the Kubernetes fields that a log store knows about it. */
export interface LogEntry {
  /** Epoch milliseconds. */
  readonly timestamp: number;
  /** Kubernetes namespace. */
  readonly namespace: string;
  /** Name of the pod. */
  readonly pod: string;
  /** Name of the container. */
  readonly container: string;
  /** Name of the node. */
  readonly node: string;
  /** The text as it was written; may hold line breaks. */
  readonly message: string;
}

/** The fields of an analysis that hold a label: one of a closed set in the golden dataset. */
export const LABEL_FIELDS = ["root_cause", "severity", "component", "action_needed"] as const;

/** Every field that a model is asked for. */
export const ANALYSIS_FIELDS = [
  "root_cause",
  "severity",
  "component",
  "summary",
  "action_needed",
] as const;

export type AnalysisField = (typeof ANALYSIS_FIELDS)[number];

/**
 * A model's reading of some log lines. A field that the answer did not hold is `null`.
 * `root_cause`, `severity` and `action_needed` are normalised identifiers (see `normalizeLabel`);
 * `component` and `summary` are the model's words without surrounding quotes and space.
 */
export interface Analysis {
  /** Why it happened, such as `oom_killed`. */
  readonly root_cause: string | null;
  /** How bad it is, such as `error`. */
  readonly severity: string | null;
  /** What needs attention, such as `log-analyzer`. */
  readonly component: string | null;
  /** What happened, in a sentence. */
  readonly summary: string | null;
  /** What to do, such as `increase_memory_limit`. */
  readonly action_needed: string | null;
  /** The model's text, byte for byte. */
  readonly raw_response: string;
}

/**
 * What became of an answer.
 *
 * - `scored`: at least one label could be read; also where the answer was cut off behind it, which the
 *   completion's `finish_reason` says: what is missing is `null`
 * - `unparseable`: the model answered, but no label could be read
 * - `truncated`: the answer was cut off before its first label
 * - `empty`: no text
 * - `refused`: the model declined
 */
export type Outcome = "scored" | "unparseable" | "truncated" | "empty" | "refused";

/** A parsed answer: `analysis` is `null` exactly when `outcome` is not `scored`. */
export type ParseResult =
  | { readonly outcome: "scored"; readonly analysis: Analysis }
  | { readonly outcome: Exclude<Outcome, "scored">; readonly analysis: null };
