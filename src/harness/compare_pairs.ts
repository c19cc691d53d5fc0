// Two runs -> pairs of answers to the same samples, and what their prompts have seen. Pure.

import { parsePromptTemplate } from "../analyzer/prompt.ts";
import type { Labels, SampleInput } from "../dataset/sample.ts";
import { maskTemplate } from "../dataset/template.ts";
import { formatCount } from "../format.ts";
import type { Predicted, Scores } from "../metrics/score.ts";
import type { RunConfig, RunMetrics, SampleRecord } from "./run_files.ts";
import { meanScores } from "./sample_scores.ts";

/** A run as a comparison takes it. */
export interface ComparedRun {
  readonly config: RunConfig;
  readonly records: readonly SampleRecord[];
  /** What metrics.json says, where there is one: means that are the same number are told as there. */
  readonly metrics?: Pick<RunMetrics, "overall" | "metrics"> | null;
}

/** A sample that both runs answered. */
export interface Pair {
  readonly id: string;
  readonly input: SampleInput;
  readonly expected: Labels;
  readonly cluster: string;
  readonly a: Answer;
  readonly b: Answer;
}

/** A sample in one run, over its repeats. */
export interface Answer {
  readonly scores: Scores;
  readonly predicted: Predicted | null;
}

/** Pairs the samples that both answered; those with other labels are counted and left out. */
export function pairSamples(a: ComparedRun, b: ComparedRun) {
  const answersB = answersById(b.records);
  const pairs: Pair[] = [];
  let relabelled = 0;
  for (const [id, { record, answer }] of answersById(a.records)) {
    const other = answersB.get(id);
    if (!other) continue;
    if (JSON.stringify(record.expected) !== JSON.stringify(other.record.expected)) relabelled++;
    else {
      const { input, expected } = record;
      const cluster = maskTemplate(input.log_line);
      pairs.push({ id, input, expected, cluster, a: answer, b: other.answer });
    }
  }
  // By id, so that the seeded draws do not depend on the order in which answers came.
  pairs.sort((x, y) => x.id < y.id ? -1 : 1);
  return { pairs, relabelled };
}

function answersById(records: readonly SampleRecord[]) {
  const byId = new Map<string, SampleRecord[]>();
  for (const record of records) {
    if (record.scores === null) continue;
    const repeats = byId.get(record.id);
    if (repeats) repeats.push(record);
    else byId.set(record.id, [record]);
  }
  const answers = new Map<string, { record: SampleRecord; answer: Answer }>();
  for (const [id, repeats] of byId) {
    repeats.sort((x, y) => x.repeat - y.repeat);
    const [record] = repeats;
    const scores = meanScores(repeats.flatMap((repeat) => repeat.scores ?? []));
    if (!record || scores === null) continue;
    // The answer that stands for the majority of the repeats.
    const right = scores.root_cause > 0.5;
    const typical = repeats.find((repeat) => (repeat.scores?.root_cause === 1) === right) ?? record;
    answers.set(id, { record, answer: { scores, predicted: typical.predicted } });
  }
  return answers;
}

/**
 * What the prompts have seen: the templates of the samples they name, wherever one of the runs holds
 * them, and the signatures that they give for samples of other files.
 */
export function seenTemplates(a: ComparedRun, b: ComparedRun) {
  const ids = new Set<string>();
  const signatures = new Set<string>();
  for (const { prompt } of [a.config, b.config]) {
    const { provenance } = parsePromptTemplate(prompt.text, `${prompt.id}.yaml`).template;
    for (const id of [...provenance?.few_shot ?? [], ...provenance?.search ?? []]) ids.add(id);
    for (const signature of provenance?.templates ?? []) signatures.add(signature);
  }
  const templates = new Set<string>();
  const found = new Set<string>();
  for (const { id, input } of [...a.records, ...b.records]) {
    if (!ids.has(id)) continue;
    found.add(id);
    templates.add(maskTemplate(input.log_line));
  }
  const lost = ids.size - found.size;
  const notices = lost > 0 && signatures.size === 0
    ? [`in neither run: ${lost} of ${formatCount(ids.size, "sample")} that a prompt has seen`]
    : [];
  return { templates, signatures, notices };
}
