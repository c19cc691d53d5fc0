// Which train samples a candidate shows as examples: by rule and seed, never one whose template will
// be judged, and few templates in all, because what shares one cannot confirm the winner. Pure.

import { nearDuplicates } from "../dataset/near_duplicates.ts";
import type { Sample } from "../dataset/sample.ts";
import { maskTemplate } from "../dataset/template.ts";
import { UsageError } from "../errors.ts";
import { seededRandom } from "../random.ts";

/**
 * - `fault`: something has to be done
 * - `harmless`: nothing has to be done, and the line does not look as if
 * - `alarming`: nothing has to be done, though the line looks as if
 */
export const EXAMPLE_KINDS = ["fault", "harmless", "alarming"] as const;

export type ExampleKind = (typeof EXAMPLE_KINDS)[number];

/** So many examples of a kind, at least one. */
export interface ExampleCount {
  readonly kind: ExampleKind;
  readonly count: number;
}

/** Longer log lines would make every prompt long. */
const LONGEST_LINE = 250;

const ALARM = new RegExp(
  "error|fail|warn|fatal|panic|critical|refused|denied|forbidden|exception|time(?:d )?out|" +
    // The letters of klog and of llama.cpp.
    String.raw`^[EWF]\d{4} |^\S+ [EWF] `,
  "i",
);

/** Whether a log line looks as if something were wrong, to who goes by its words and level. */
export function looksAlarming(logLine: string): boolean {
  return ALARM.test(logLine);
}

export function kindOf({ input, labels }: Sample): ExampleKind {
  if (labels.action_needed !== "none") return "fault";
  return looksAlarming(input.log_line) ? "alarming" : "harmless";
}

/**
 * The examples of a level, in the order in which it asks for them.
 *
 * The samples of a kind stand in one sequence that the seed fixes, and every level takes its first
 * ones: a level with four faults shows the three of another level and one more. See `fewShotRule`.
 *
 * @param train where they come from
 * @param excludedTemplates masked templates of the samples that will be judged
 * @param level its name for messages, and what it asks for; a kind may stand there more than once
 * @throws {UsageError} when there are fewer samples of a kind than it asks for
 */
export function chooseExamples(
  train: readonly Sample[],
  excludedTemplates: ReadonlySet<string>,
  level: { readonly name: string; readonly examples: readonly ExampleCount[] },
  seed: number,
): Sample[] {
  if (level.examples.length === 0) return [];
  const eligible = eligibleSamples(train, excludedTemplates);
  const sequences = new Map(
    EXAMPLE_KINDS.map((kind) => [kind, sequenceOf(kind, train, eligible, seed)]),
  );
  const taken = new Map<ExampleKind, number>();
  const chosen = level.examples.flatMap(({ kind, count }) => {
    const from = taken.get(kind) ?? 0;
    taken.set(kind, from + count);
    return sequences.get(kind)!.slice(from, from + count);
  });
  for (const [kind, wanted] of taken) {
    const found = sequences.get(kind)!.length;
    if (wanted <= found) continue;
    throw new UsageError(
      `Cannot choose examples for level ${level.name}: ${wanted} of kind ${kind} are wanted, ` +
        `${found} of ${train.length} train samples can be shown`,
      {
        hint:
          `${
            found > 0 ? `ask for at most ${found}, or ` : ""
          }add ${kind} samples to the train split: at most ` +
          `${LONGEST_LINE} characters, without "{{", of a template that is not judged`,
      },
    );
  }
  return chosen;
}

/** The rule by which examples were chosen, in one sentence, for a prompt's provenance. */
export function fewShotRule(examples: readonly ExampleCount[], seed: number): string {
  const wanted = examples.map(({ kind, count }) => `${count} ${kind}`).join(", ");
  return `${wanted} (in this order) from the train split by seed ${seed}: of each kind one a root ` +
    "cause before a second, root causes by how often they occur; of a root cause first what occurs " +
    "once, then components not yet shown; one a template, none of a judged sample's or nearly " +
    `equal to one; at most ${LONGEST_LINE} characters.`;
}

/** The train samples that share no template, and nearly none, with any of the examples. */
export function samplesApartFrom(
  examples: readonly Sample[],
  train: readonly Sample[],
): Sample[] {
  return apartFrom(new Set(examples.map(templateOf)), train);
}

function eligibleSamples(train: readonly Sample[], excluded: ReadonlySet<string>): Sample[] {
  return apartFrom(excluded, train).filter(({ input, labels }) =>
    input.log_line.length <= LONGEST_LINE &&
    // In a prompt it would open a tag.
    ![...Object.values(input), ...Object.values(labels)].some((text) => `${text}`.includes("{{"))
  );
}

function apartFrom(templates: ReadonlySet<string>, samples: readonly Sample[]): Sample[] {
  const near = new Set(
    nearDuplicates(samples.map(templateOf), [...templates]).map(({ a }) => a),
  );
  return samples.filter((sample, at) => !near.has(at) && !templates.has(templateOf(sample)));
}

function sequenceOf(
  kind: ExampleKind,
  train: readonly Sample[],
  eligible: readonly Sample[],
  seed: number,
): Sample[] {
  const random = seededRandom(seed);
  const uses = countBy(train, templateOf);
  const causes = countBy(train.filter((sample) => kindOf(sample) === kind), causeOf);
  const causeOrder = [...causes.keys()].map((cause) => ({ cause, tie: random() }))
    .sort((a, b) => causes.get(b.cause)! - causes.get(a.cause)! || a.tie - b.tie)
    .map(({ cause }) => cause);
  const drawn = eligible.filter((sample) => kindOf(sample) === kind)
    .map((sample) => ({ sample, tie: random() }))
    .sort((a, b) => a.tie - b.tie)
    .map(({ sample }) => sample);
  const left = Map.groupBy(
    [...Map.groupBy(drawn, templateOf).values()].map(([first]) => first!),
    causeOf,
  );
  const sequence: Sample[] = [];
  const shown = (sample: Sample) =>
    sequence.filter(({ labels }) => labels.component === sample.labels.component).length;
  while (left.size > 0) {
    for (const cause of causeOrder.filter((name) => left.has(name))) {
      const [next, ...others] = left.get(cause)!.toSorted((a, b) =>
        uses.get(templateOf(a))! - uses.get(templateOf(b))! || shown(a) - shown(b)
      );
      sequence.push(next!);
      if (others.length > 0) left.set(cause, others);
      else left.delete(cause);
    }
  }
  return sequence;
}

function countBy(samples: readonly Sample[], key: (sample: Sample) => string) {
  const counts = new Map<string, number>();
  for (const sample of samples) counts.set(key(sample), (counts.get(key(sample)) ?? 0) + 1);
  return counts;
}

function templateOf({ input }: Sample): string {
  return maskTemplate(input.log_line);
}

function causeOf({ labels }: Sample): string {
  return labels.root_cause;
}
