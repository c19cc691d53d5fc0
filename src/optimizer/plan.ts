// How many candidates a search keeps at each stage and how many samples they get, for a number of
// calls. Known before the first call.

export type SearchMethod = "halving" | "random" | "full";

/** How large a search is: counts, each at least 1. */
export interface SearchSize {
  readonly candidates: number;
  readonly samples: number;
  /** Calls. */
  readonly budget: number;
}

export interface PlannedStage {
  readonly survivors: number;
  /** New ones, for every survivor. */
  readonly samples: number;
}

/** The stages that a search goes through, in order. */
export function planSearch(
  method: SearchMethod,
  { candidates, samples, budget }: SearchSize,
): PlannedStage[] {
  switch (method) {
    case "halving": {
      // On a single sample there is nothing to keep calls for.
      const starters = Math.max(1, Math.floor(budget / Math.min(2, samples)));
      return planStages(Math.min(candidates, starters), samples, budget);
    }
    case "random": {
      const paid = Math.max(1, Math.floor(budget / samples));
      return [{ survivors: Math.min(candidates, paid), samples: Math.min(samples, budget) }];
    }
    case "full":
      return [{ survivors: candidates, samples }];
  }
}

/** As few candidates are not halved any more: all calls left go to them. */
const FINALISTS = 4;

/**
 * Halves the candidates down to four finalists, each stage at about the same number of calls: the
 * largest such share that the budget pays for. Every stage that is kept asks at least one sample; no
 * candidate gets more samples than there are. What rounding leaves goes to the finalists, and what
 * does not pay for one more sample of them all, to the best few of them.
 *
 * @param candidates at least 1, at most `budget`
 * @param samples at least 1
 * @param budget calls
 */
export function planStages(candidates: number, samples: number, budget: number): PlannedStage[] {
  const sizes = [candidates];
  while (sizes.at(-1)! > FINALISTS) sizes.push(Math.ceil(sizes.at(-1)! / 2));

  let share = budget;
  let stages = sharedOut(sizes, samples, share);
  while (callsOf(stages) > budget) stages = sharedOut(sizes, samples, --share);

  const seen = stages.reduce((sum, stage) => sum + stage.samples, 0);
  let [left, unseen] = [budget - callsOf(stages), samples - seen];
  const last = stages.at(-1)!;
  const more = Math.min(unseen, Math.floor(left / last.survivors));
  stages[stages.length - 1] = { ...last, samples: last.samples + more };
  [left, unseen] = [left - more * last.survivors, unseen - more];
  if (left >= 2 && unseen >= 1) stages.push({ survivors: left, samples: 1 });
  return stages;
}

/** Each stage at `share` calls, the first one with a sample in any case. */
function sharedOut(sizes: readonly number[], samples: number, share: number): PlannedStage[] {
  let unseen = samples;
  return sizes.flatMap((survivors, at) => {
    const wanted = Math.max(at === 0 ? 1 : 0, Math.round(share / survivors));
    const count = Math.min(unseen, wanted);
    unseen -= count;
    return count === 0 ? [] : [{ survivors, samples: count }];
  });
}

function callsOf(stages: readonly PlannedStage[]): number {
  return stages.reduce((sum, { survivors, samples }) => sum + survivors * samples, 0);
}
