// The searches that need no plan: some candidates, or all, each on the same samples at once.

import { sampleOf } from "../random.ts";
import { planSearch } from "./plan.ts";
import { mirroredOrder } from "./sample_order.ts";
import type { Search, SearchProblem, Stage } from "./search.ts";
import { bestFirst, foundCandidates, relativeMeans, trialsOf } from "./trials.ts";

/**
 * As many random candidates as the budget pays for on all samples. A budget below one candidate on
 * all samples pays for one, on some of them.
 */
export function* randomSearch(problem: SearchProblem): Search {
  const { levels, categories, budget, random } = problem;
  const [candidates, samples] = [levels.length, categories.length];
  const planned = planSearch("random", { candidates, samples, budget })[0]!;
  return yield* oneStage(problem, {
    survivors: sampleOf([...levels.keys()], planned.survivors, random),
    samples: mirroredOrder(categories, random).slice(0, planned.samples).sort((a, b) => a - b),
  });
}

/** Every candidate on every sample, whatever the budget says. */
export function* fullSearch(problem: SearchProblem): Search {
  return yield* oneStage(problem, {
    survivors: [...problem.levels.keys()],
    samples: [...problem.categories.keys()],
  });
}

function* oneStage(
  { levels, categories }: SearchProblem,
  asked: Pick<Stage, "survivors" | "samples">,
): Search {
  const stage = { stage: 1, of: 1, ...asked };
  const trials = trialsOf(stage, yield stage);
  const estimates = relativeMeans(trials, levels.length, categories.length);
  return {
    ranking: bestFirst(asked.survivors, estimates),
    candidates: foundCandidates(trials, estimates),
  };
}
