// What the order of a stage's calls is worth: the first stages of a search against a real
// llama-server, as the product orders them (sorted, a stretch for each slot), sorted but in one line
// for all slots, or shuffled. Prints wall time and the share of prompt tokens that came from the
// server's cache. Restart the server between the orders: what it keeps from one would help the next.
// Run it where evals/ is.
//
//   deno run --allow-all src/bench/prompt_cache.ts http://localhost:8080 stretches 1

import { systemClock } from "../analyzer/retry.ts";
import { taxonomyVariables } from "../dataset/taxonomy.ts";
import { connectModel } from "../harness/connect.ts";
import { evaluate } from "../harness/evaluate.ts";
import { exampleIndex } from "../harness/floors.ts";
import type { SampleRecord } from "../harness/run_files.ts";
import { inOrder, inStretches } from "../harness/task_queue.ts";
import { prepareOptimization } from "../optimizer/prepare_optimization.ts";
import { missingTasks, trialBook } from "../optimizer/trial_book.ts";
import { seededRandom } from "../random.ts";

const [url = "http://localhost:8080", order, samples = "1"] = Deno.args;
if (order !== "stretches" && order !== "sorted" && order !== "shuffled") {
  throw new Error("give stretches, sorted or shuffled");
}
const never = new AbortController().signal;
const clock = systemClock();
const prepared = await prepareOptimization(Deno.cwd(), "baseline-v1", {
  method: "halving",
  candidates: 10,
  seed: 1,
  model: url,
}, Deno.cwd());
const { run, candidates, validation } = prepared;
const model = await connectModel(
  run,
  () => exampleIndex(run.dataset.samples, 0),
  { clock, env: () => undefined },
  { stop: never, onWait: () => {} },
);
const arms = candidates.map(({ id, template }) => ({
  id,
  template,
  // Reading the prompt is measured, not writing the answer.
  analyzer: model.analyzer(template, { ...run.experiment.llm_config, max_tokens: 1 }),
}));
const sorted = missingTasks(trialBook([]), arms, validation.samples.slice(0, Number(samples)), {
  phase: "search",
  stage: 1,
});
const random = seededRandom(1);
const shuffled = sorted.map((task) => ({ task, at: random() })).sort((a, b) => a.at - b.at)
  .map(({ task }) => task);
const { concurrency } = run.experiment.execution;
const queues = {
  stretches: () => inStretches(sorted, concurrency),
  sorted: () => inOrder(sorted),
  shuffled: () => inOrder(shuffled),
};

const records: SampleRecord[] = [];
const started = clock.monotonic();
await evaluate(queues[order](), {
  variables: taxonomyVariables(run.taxonomy),
  concurrency,
  stop: never,
  abort: never,
  elapsedMs: () => clock.monotonic() - started,
  refusalsAreAnswers: true,
  onRecord: (record) => records.push(record),
});
const wall = (clock.monotonic() - started) / 1000;
const sum = (of: (record: SampleRecord) => number) =>
  records.reduce((total, record) => total + of(record), 0);
const prompt = sum(({ tokens }) => tokens?.prompt ?? 0);
const cached = sum(({ tokens }) => tokens?.cached ?? 0);
// deno-lint-ignore no-console
console.log(
  `${order}: ${records.length} calls, ${wall.toFixed(1)} s, ${prompt} prompt tokens, ` +
    `${(100 * cached / prompt).toFixed(1)} % from the cache, ` +
    `${records.filter(({ outcome }) => outcome === "failed").length} failed`,
);
