// The calls of an optimization: which are still to be made, in which order, and what they brought.
// A call is made once; what is stored already is not asked again.

import type { LogAnalyzer } from "../analyzer/analyzer.ts";
import type { PromptTemplate } from "../analyzer/prompt.ts";
import type { Sample } from "../dataset/sample.ts";
import type { Task } from "../harness/evaluate.ts";
import { isPromptRefused, type SampleRecord } from "../harness/run_files.ts";
import type { Trial } from "./optimization_files.ts";

/** Something that can be asked: a candidate or the baseline. */
export interface Arm {
  /** A candidate's id, or `baseline`. */
  readonly id: string;
  readonly template: PromptTemplate;
  readonly analyzer: LogAnalyzer;
}

/** A call to make. */
export interface TrialTask extends Task {
  readonly arm: Arm;
  readonly phase: Trial["phase"];
  readonly stage: number | null;
}

/** The trials so far, one a candidate and sample: of two the later. */
export interface TrialBook {
  all(): readonly Trial[];
  /** `undefined` when the call was not made. */
  find(candidate: string, sample: string): Trial | undefined;
  add(trial: Trial): void;
}

export function trialBook(stored: readonly Trial[]): TrialBook {
  const byCall = new Map<string, Trial>();
  const add = (trial: Trial) => {
    byCall.set(key(trial.candidate, trial.id), trial);
  };
  stored.forEach(add);
  return {
    all: () => [...byCall.values()],
    find: (candidate, sample) => byCall.get(key(candidate, sample)),
    add,
  };
}

/**
 * The calls of a stage that are not in the book or brought no answer, so ordered that neighbours share the longest
 * beginning: arms by their text, an arm's samples in a row. The server then reuses its prompt cache.
 */
export function missingTasks(
  book: TrialBook,
  arms: readonly Arm[],
  samples: readonly Sample[],
  purpose: Pick<TrialTask, "phase" | "stage">,
): TrialTask[] {
  return arms.toSorted((a, b) => textOf(a) < textOf(b) ? -1 : 1).flatMap((arm) =>
    samples.filter(({ id }) => trialScore(book.find(arm.id, id)) === null)
      .map((sample) => ({ analyzer: arm.analyzer, sample, repeat: 1, arm, ...purpose }))
  );
}

/** What a call came to, as a line of trials.jsonl. */
export function trialOf(record: SampleRecord, { arm, phase, stage }: TrialTask): Trial {
  return { candidate: arm.id, phase, stage, ...record };
}

/**
 * A trial's overall score, 0..1. A request that the server refuses is worth 0: this prompt cannot be
 * used. `null` when the call brought no answer for reasons that are not the prompt's.
 */
export function trialScore(trial: Trial | undefined): number | null {
  if (trial === undefined) return null;
  return trial.scores?.overall ?? (isPromptRefused(trial) ? 0 : null);
}

function textOf({ template }: Arm): string {
  return `${template.system}\n${template.user}`;
}

function key(candidate: string, sample: string): string {
  return `${candidate} ${sample}`;
}
