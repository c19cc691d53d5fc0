// How far a run or an optimization is, from the lines that it has written so far.

import { join } from "node:path";
import * as z from "zod";
import type { PlannedStage } from "../optimizer/plan.ts";
import { JsonLinesTail } from "./json_lines_tail.ts";

/** How far a run is. */
export interface RunProgress {
  /** Calls that brought an answer, readable or not. */
  readonly answered: number;
  /** Calls that the model gave no answer to. */
  readonly failed: number;
  /** Mean of overall over the answered calls so far; null without any. */
  readonly score: number | null;
}

const RecordLine = z.object({
  outcome: z.string(),
  scores: z.object({ overall: z.number() }).nullable(),
});

/** Follows results.jsonl of a run folder; each call reads what came since the last. */
export function followRun(folder: string): () => RunProgress {
  const tail = new JsonLinesTail(
    join(folder, "results.jsonl"),
    () => ({ answered: 0, failed: 0, sum: 0 }),
    (state, line) => {
      const record = RecordLine.safeParse(line).data;
      if (record === undefined) return;
      if (record.scores === null) state.failed++;
      else {
        state.answered++;
        state.sum += record.scores.overall;
      }
    },
  );
  return () => {
    const { answered, failed, sum } = tail.read();
    return { answered, failed, score: answered === 0 ? null : sum / answered };
  };
}

const PHASES = ["baseline", "search", "confirmation"] as const;

/** How far an optimization is. */
export interface SearchProgress {
  readonly calls: number;
  /** Of the last call; null before the first. */
  readonly phase: typeof PHASES[number] | null;
  readonly stage: number | null;
  /** Stages of the search in order, as far as they have come. */
  readonly stages: readonly SearchStage[];
  /** Number of the first line that is no call, from 1; null when all are. */
  readonly bad: number | null;
}

export interface SearchStage {
  readonly stage: number;
  /** Candidates that are still in, as planned. */
  readonly candidates: number;
  /** How many of them were asked so far, and on how many samples. */
  readonly asked: number;
  readonly samples: number;
  readonly calls: number;
}

const TrialLine = z.object({
  id: z.string(),
  candidate: z.string(),
  phase: z.enum(PHASES),
  stage: z.int().nullable(),
});

/**
 * Follows trials.jsonl of an optimization's folder; each call reads what came since the last.
 *
 * @returns a function that takes the stages of the search as they are planned
 */
export function followSearch(
  folder: string,
): (planned: readonly PlannedStage[]) => SearchProgress {
  const tail = new JsonLinesTail(
    join(folder, "trials.jsonl"),
    () => ({
      lines: 0,
      bad: null as number | null,
      calls: 0,
      phase: null as SearchProgress["phase"],
      stage: null as number | null,
      stages: new Map<number, { candidates: Set<string>; samples: Set<string>; calls: number }>(),
    }),
    (state, line) => {
      const trial = TrialLine.safeParse(line).data;
      state.lines++;
      if (trial === undefined) {
        state.bad ??= state.lines;
        return;
      }
      state.calls++;
      state.phase = trial.phase;
      state.stage = trial.stage;
      if (trial.stage === null) return;
      const stage = state.stages.get(trial.stage) ??
        { candidates: new Set(), samples: new Set(), calls: 0 };
      stage.candidates.add(trial.candidate);
      stage.samples.add(trial.id);
      stage.calls++;
      state.stages.set(trial.stage, stage);
    },
  );
  return (planned) => {
    const { bad, calls, phase, stage, stages } = tail.read();
    return {
      bad,
      calls,
      phase,
      stage,
      stages: [...stages].sort(([a], [b]) => a - b).map(([stage, found]) => ({
        stage,
        candidates: Math.max(planned[stage - 1]?.survivors ?? 0, found.candidates.size),
        asked: found.candidates.size,
        samples: found.samples.size,
        calls: found.calls,
      })),
    };
  };
}
