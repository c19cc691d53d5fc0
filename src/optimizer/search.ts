// What a search is given, asks and finds. Knows nothing of prompts or calls: it yields the pairs of
// candidate and sample that it wants scored, and is sent their scores.

/** What a search is given. Candidates and samples are known by their index. */
export interface SearchProblem {
  /** `levels[c][d]`: level of candidate c in dimension d, from 0. */
  readonly levels: readonly (readonly number[])[];
  /** Category (root cause) of each sample: a stage's samples mirror their mix. */
  readonly categories: readonly string[];
  /**
   * Score 0..1 of today's prompt on each sample, where it was measured before: says on which samples
   * prompts are likely to disagree. `null` where the call brought no answer.
   */
  readonly baseline?: readonly (number | null)[];
  /** Calls that may be asked for, at least 1. */
  readonly budget: number;
  /** Seeded. */
  readonly random: () => number;
}

/** What is asked next: every survivor on every one of these samples. No pair is asked twice. */
export interface Stage {
  /** From 1. */
  readonly stage: number;
  /** Stages as far as planned. */
  readonly of: number;
  /** Best first as known so far. */
  readonly survivors: readonly number[];
  readonly samples: readonly number[];
}

/** `scores[i][j]`, 0..1: survivor i on sample j; `null` when the call brought no answer. */
export type StageScores = readonly (readonly (number | null)[])[];

export interface SearchResult {
  /** Finalists, best first: the candidates of the last stage. */
  readonly ranking: readonly number[];
  /** Every candidate that was asked at all, by its index. */
  readonly candidates: readonly FoundCandidate[];
}

export interface FoundCandidate {
  readonly candidate: number;
  /** What it was ranked by: how far above its rivals, in points of score. Not its score. */
  readonly estimate: number;
  /** Asked, with those that brought no answer. */
  readonly calls: number;
  /** Of its raw scores, each on the samples that it was asked; `null` when no call was answered. */
  readonly mean: number | null;
  /** The last stage that asked it. */
  readonly lastStage: number;
}

export type Search = Generator<Stage, SearchResult, StageScores>;
