// `logeval run --dry-run`: the first prompt as it would be sent, the number of calls, and what they
// would take as far as that is known. Pure: data in, text out.

import { LogAnalyzer } from "../analyzer/analyzer.ts";
import type { ChatMessage } from "../analyzer/llm.ts";
import { logEntryOf, type Sample } from "../dataset/sample.ts";
import { taxonomyVariables } from "../dataset/taxonomy.ts";
import { formatCount, formatDuration, groupDigits } from "../format.ts";
import { sampleContext } from "../harness/evaluate.ts";
import type { PreparedRun } from "../harness/prepare.ts";
import type { StoredRun } from "../harness/run_store.ts";

/** Characters of a token in English text, roughly. */
const CHARACTERS_PER_TOKEN = 4;

/**
 * @param runs earlier runs, oldest first: the newest of the same experiment and model tells how long
 * a call takes
 */
export function renderDryRun(prepared: PreparedRun, runs: readonly StoredRun[]): string {
  const { experiment, samples } = prepared;
  const prompts = samples.map((sample) => messagesFor(prepared, sample));
  const characters = prompts.map((messages) =>
    messages.reduce((sum, message) => sum + message.content.length, 0)
  );
  const { repeats, concurrency } = experiment.execution;
  const calls = samples.length * repeats;
  const tokens = (count: number) => `${groupDigits(count / CHARACTERS_PER_TOKEN)} tokens`;
  const first = prompts[0] ?? [];
  return [
    ...first.map(({ role, content }) => `--- ${role} ---\n${content.trimEnd()}`),
    "---",
    `${experiment.experiment_id}: ${formatCount(calls, "call")}` +
    ` (${formatCount(samples.length, "sample")}${repeats > 1 ? ` x ${repeats} repeats` : ""})` +
    `, ${concurrency} at a time`,
    `prompts: about ${
      tokens(repeats * characters.reduce((sum, count) => sum + count, 0))
    } in all, ` +
    `the longest about ${tokens(Math.max(...characters))}, ` +
    `at ${CHARACTERS_PER_TOKEN} characters a token`,
    timeEstimate(prepared, runs, calls),
    "",
  ].join("\n");
}

function messagesFor(prepared: PreparedRun, sample: Sample): readonly ChatMessage[] {
  const analyzer = new LogAnalyzer({
    llmUrl: prepared.experiment.model.endpoint ?? "http://localhost",
    modelName: prepared.experiment.model.name,
    promptTemplate: prepared.template,
  });
  const context = sampleContext(sample.input, taxonomyVariables(prepared.taxonomy));
  return analyzer.buildPrompt([logEntryOf(sample.input)], context);
}

function timeEstimate(
  { experiment }: PreparedRun,
  runs: readonly StoredRun[],
  calls: number,
): string {
  const known = runs.findLast(({ config, metrics }) =>
    config.experiment_id === experiment.experiment_id &&
    config.model.endpoint === (experiment.model.endpoint ?? null) &&
    metrics !== null && metrics.coverage > 0
  );
  if (!known?.metrics) return "time: not known before a first run of this experiment and model";
  const { wall_s, coverage, n, repeats } = known.metrics;
  const perCall = 1000 * wall_s / (coverage * n * repeats);
  return `time: about ${formatDuration(perCall * calls)}, as ${known.config.run_id} took`;
}
