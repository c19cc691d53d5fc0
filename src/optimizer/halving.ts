// The search that spends its calls on what is still in doubt: all candidates start on few samples,
// the better half goes on.

import { sampleOf } from "../random.ts";
import { factorEstimates } from "./factor_model.ts";
import { planSearch } from "./plan.ts";
import { tellingOrder } from "./sample_order.ts";
import type { Search, SearchProblem } from "./search.ts";
import { bestFirst, foundCandidates, type StagedTrial, trialsOf } from "./trials.ts";

/**
 * Successive halving on shared samples. All candidates start; with fewer than two calls a candidate,
 * half as many as there are calls, at random: the other half tells the good ones apart. A stage gives
 * every survivor the same samples, so that no candidate is ahead for having met easy ones, ranks by
 * `factorEstimates` of all trials so far, and passes the better half on. Of equals the lower index
 * goes first.
 *
 * Samples come in `tellingOrder`. No stage learns more of the samples ahead: whatever was asked so far
 * was asked of all survivors.
 *
 * Asks for at most `budget` calls; for fewer where the finalists have met every sample.
 *
 * @see Jamieson & Talwalkar, "Non-stochastic Best Arm Identification", 2016
 */
export function* halving(problem: SearchProblem): Search {
  const { levels, categories, budget, random } = problem;
  const [candidates, samples] = [levels.length, categories.length];
  const stages = planSearch("halving", { candidates, samples, budget });
  let survivors = sampleOf([...levels.keys()], stages[0]!.survivors, random);
  const order = tellingOrder(categories, problem.baseline, random);
  const trials: StagedTrial[] = [];
  let estimates: number[] = [];
  for (const [at, planned] of stages.entries()) {
    const stage = {
      stage: at + 1,
      of: stages.length,
      survivors: survivors.slice(0, planned.survivors),
      samples: order.splice(0, planned.samples),
    };
    trials.push(...trialsOf(stage, yield stage));
    estimates = factorEstimates(levels, categories.length, trials);
    survivors = bestFirst(stage.survivors, estimates);
  }
  return { ranking: survivors, candidates: foundCandidates(trials, estimates) };
}
