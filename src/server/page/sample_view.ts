// One sample of a run, from the log line to the score, and what other runs made of it. Pure.

import {
  formatCount,
  formatDuration,
  formatScore,
  groupDigits,
  oneLine,
  UNKNOWN,
} from "../../format.ts";
import type { SampleRecord } from "../../harness/run_files.ts";
import { judgement } from "../../harness/run_terms.ts";
import { type Metric, WEIGHTS } from "../../metrics/score.ts";
import type { AnalysisField } from "../../analyzer/analysis.ts";
import { capital, listWords, sampleUrl } from "./words.ts";
import { type Verdict, verdict } from "./samples_view.ts";

/** What others said: room for any label, and for the score beside it. */
const LONGEST_LABEL = 24;

export interface SampleView {
  readonly id: string;
  readonly repeat: string;
  readonly repeats: readonly {
    readonly text: string;
    readonly url: string;
    readonly on: boolean;
  }[];
  readonly place: string;
  readonly previous: string;
  readonly next: string;
  readonly lead: string;
  readonly sub: string;
  readonly line: string;
  readonly fields: readonly {
    readonly name: string;
    readonly wrong: boolean;
    readonly verdict: Verdict;
    readonly said: string;
    readonly label: string;
    readonly code: boolean;
    readonly points: string;
  }[];
  readonly overall: string;
  readonly facts: readonly {
    readonly name: string;
    readonly text: string;
    readonly code: boolean;
  }[];
  readonly folds: readonly {
    readonly name: string;
    readonly note: string;
    readonly text: string;
    readonly open: boolean;
  }[];
  readonly othersNote: string;
  readonly others: readonly {
    readonly name: string;
    readonly url: string;
    readonly cause: Verdict;
    readonly action: Verdict;
    readonly score: string;
    readonly latency: string;
  }[];
}

const FIELDS = [
  { field: "root_cause", metric: "root_cause", name: "Root cause" },
  { field: "action_needed", metric: "action", name: "Action" },
  { field: "severity", metric: "severity", name: "Severity" },
  { field: "summary", metric: "summary_rouge_l", name: "Summary" },
  { field: "component", metric: "component_f1", name: "Component" },
] as const satisfies readonly { field: AnalysisField; metric: Metric; name: string }[];

/** What another run made of the same sample. */
export interface OtherAnswer {
  readonly run_id: string;
  readonly experiment_id: string;
  readonly record: SampleRecord;
}

interface SampleInput {
  readonly run: string;
  /** All of the run, in the order in which they finished. */
  readonly records: readonly SampleRecord[];
  readonly record: SampleRecord;
  readonly messages: readonly { readonly role: string; readonly content: string }[] | null;
  /** Of the experiments that rank highest. */
  readonly others: readonly OtherAnswer[];
  /** Ranked experiments whose answers were not looked at. */
  readonly notAsked: number;
}

export function sampleView(
  { run, records, record, messages, others, notAsked }: SampleInput,
): SampleView {
  const at = records.indexOf(record);
  const beside = (found: SampleRecord | undefined) =>
    found === undefined ? "" : sampleUrl(run, found.id, found.repeat);
  const repeats = records.filter(({ id }) => id === record.id).map(({ repeat }) => repeat)
    .sort((a, b) => a - b);
  return {
    id: record.id,
    repeat: repeats.length > 1 ? `, repeat ${record.repeat}` : "",
    repeats: repeats.length < 2 ? [] : repeats.map((repeat) => ({
      text: String(repeat),
      url: sampleUrl(run, record.id, repeat),
      on: repeat === record.repeat,
    })),
    place: `${groupDigits(at + 1)} of ${groupDigits(records.length)}`,
    previous: beside(records[at - 1]),
    next: beside(records[at + 1]),
    lead: leadOf(record),
    sub: subOf(record, others, notAsked),
    othersNote: notAsked === 0 ? "" : `the ${others.length} that rank highest`,
    line: record.input.log_line,
    fields: record.scores === null ? [] : FIELDS.map((field) => fieldView(record, field)),
    overall: record.scores === null ? UNKNOWN : `${formatScore(record.scores.overall, 2)} of 1.00`,
    facts: factsOf(record),
    folds: foldsOf(record, messages),
    others: others.map(({ run_id, experiment_id, record: other }) => ({
      name: experiment_id,
      url: sampleUrl(run_id, other.id, other.repeat),
      cause: said(other, "root_cause"),
      action: said(other, "action"),
      score: formatScore(other.scores?.overall ?? null, 2),
      latency: formatDuration(other.latency_ms),
    })),
  };
}

function leadOf({ scores, outcome, error }: SampleRecord): string {
  if (scores === null) return `No answer: ${error?.message ?? outcome}`;
  if (outcome !== "scored") return `The answer could not be read (${outcome}): 0 of 1.`;
  const labels = [["root cause", scores.root_cause], ["action", scores.action], [
    "severity",
    scores.severity,
  ]] as const;
  const of = (right: boolean) =>
    labels.filter(([, score]) => (score === 1) === right).map(([name]) => name);
  const be = (names: readonly string[]) =>
    `${listWords(names)} ${names.length === 1 ? "is" : "are"}`;
  const [wrong, right] = [of(false), of(true)];
  const words = [
    ...(wrong.length > 0 ? [`${be(wrong)} wrong`] : []),
    ...(right.length > 0 ? [`${be(right)} right`] : []),
  ];
  return `${capital(words.join(", "))}: ${formatScore(scores.overall, 2)} of 1.`;
}

function subOf(
  record: SampleRecord,
  others: readonly OtherAnswer[],
  notAsked: number,
): string {
  const taken = record.outcome === "scored" && record.scores?.root_cause !== 1
    ? `The model took ${record.expected.root_cause} for ${
      record.predicted?.root_cause ?? "nothing"
    }.`
    : "";
  const named = others.filter(({ record }) => record.scores?.root_cause === 1).length;
  const rest = others.length === 0
    ? ""
    : `${named === 0 ? "None" : named} of ${
      notAsked === 0
        ? formatCount(others.length, "other experiment")
        : `the ${formatCount(others.length, "other experiment")} that rank highest`
    } named its root cause.`;
  return [taken, rest].filter((text) => text !== "").join(" ");
}

function fieldView(record: SampleRecord, { field, metric, name }: typeof FIELDS[number]) {
  const score = record.scores?.[metric] ?? 0;
  const word = judgement(record, field);
  const exact = word === "right" || word === "wrong";
  const wrong = exact ? word === "wrong" : score === 0;
  return {
    name,
    wrong,
    verdict: exact ? verdict(score) : { kind: score === 1 ? "ok" : wrong ? "no" : "q", text: word },
    said: record.predicted?.[field] ?? UNKNOWN,
    label: record.expected[field],
    code: field !== "summary",
    points: `${formatScore(score * WEIGHTS[metric], 2)} of ${WEIGHTS[metric].toFixed(2)}`,
  };
}

function factsOf(record: SampleRecord): SampleView["facts"] {
  const { input, latency_ms, attempts, tokens, model } = record;
  const code = (name: string, text: string) => ({ name, text, code: true });
  const text = (name: string, words: string) => ({ name, text: words, code: false });
  return [
    code("namespace", input.namespace),
    code("pod", input.pod),
    code("container", input.container),
    code("node", input.node),
    text("time", timeOf(input.timestamp)),
    text(
      "latency",
      `${formatDuration(latency_ms)}${attempts > 1 ? `, ${attempts} attempts` : ", first attempt"}`,
    ),
    ...(tokens === null ? [] : [text(
      "tokens",
      `${groupDigits(tokens.prompt)} in${
        tokens.cached === null ? "" : ` (${groupDigits(tokens.cached)} cached)`
      }, ${groupDigits(tokens.completion)} out`,
    )]),
    ...(model === null ? [] : [code("model", model)]),
  ];
}

function timeOf(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime())
    ? UNKNOWN
    : `${date.toISOString().slice(0, 23).replace("T", " ")} UTC`;
}

function foldsOf(record: SampleRecord, messages: SampleInput["messages"]): SampleView["folds"] {
  const { raw_response, finish_reason, tokens } = record;
  return [
    ...(messages ?? []).map(({ role, content }) => ({
      name: capital(role),
      note: formatCount([...content].length, "character"),
      text: content,
      open: false,
    })),
    ...(messages === null
      ? [{ name: "Prompt", note: "", text: "The frozen prompt cannot be rendered.", open: false }]
      : []),
    {
      name: "Raw answer",
      note: [finish_reason, tokens && formatCount(tokens.completion, "token")]
        .filter((word) => word).join(", "),
      text: raw_response ?? "no answer",
      open: true,
    },
  ];
}

function said(record: SampleRecord, metric: "root_cause" | "action"): Verdict {
  if (record.scores === null) return { kind: "q", text: record.outcome };
  const field = metric === "action" ? "action_needed" : "root_cause";
  return {
    kind: record.scores[metric] === 1 ? "ok" : "no",
    text: oneLine(
      record.predicted?.[field] ?? (record.outcome === "scored" ? "nothing" : record.outcome),
      LONGEST_LABEL,
    ),
  };
}
