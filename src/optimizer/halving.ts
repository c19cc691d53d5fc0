// The search that spends its calls on what is still in doubt: all candidates start on few samples,
// the better half goes on.

import { sampleOf } from "../random.ts";
import { planStages } from "./plan.ts";
import { mirroredOrder } from "./sample_order.ts";
import type { Search, SearchProblem } from "./search.ts";
import { bestFirst, foundCandidates, relativeMeans, type StagedTrial, trialsOf } from "./trials.ts";

/**
 * Successive halving on shared samples. All candidates start, with fewer calls than candidates as
 * many as there are calls, at random. A stage gives every survivor the same samples, so that no
 * candidate is ahead for having met easy ones, ranks by `relativeMeans` of all trials so far, and
 * passes the better half on. Of equals the lower index goes first.
 *
 * Asks for at most `budget` calls; for fewer where the finalists have met every sample.
 *
 * @see Jamieson & Talwalkar, "Non-stochastic Best Arm Identification", 2016
 */
export function* halving({ levels, categories, budget, random }: SearchProblem): Search {
  let survivors = sampleOf([...levels.keys()], budget, random);
  const order = mirroredOrder(categories, random);
  const stages = planStages(survivors.length, order.length, budget);
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
    estimates = relativeMeans(trials, levels.length, categories.length);
    survivors = bestFirst(stage.survivors, estimates);
  }
  return { ranking: survivors, candidates: foundCandidates(trials, estimates) };
}
