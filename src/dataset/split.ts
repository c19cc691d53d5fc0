// Samples -> a train and a validation side that share no message: samples of one masked template
// stay together. Per root cause the reachable counts, then one count each that add up. Pure.

import { seededRandom } from "../random.ts";
import type { Sample } from "./sample.ts";
import { nearDuplicates } from "./near_duplicates.ts";
import { maskTemplate } from "./template.ts";

export interface Split {
  /** In dataset order, as `validation`. */
  readonly train: Sample[];
  readonly validation: Sample[];
  /** Whether both have the size that was asked for. */
  readonly exact: boolean;
}

/** A root cause: its templates in seeded order. */
interface Stratum {
  readonly templates: readonly (readonly Sample[])[];
  readonly size: number;
  /** For each number of samples the template that first reaches it, -1 when none does. */
  readonly reachedBy: Int32Array;
}

/**
 * Splits samples into two sides, no template on both. Sizes are exact where the templates allow,
 * else the nearest; within that every root cause with two templates is on both sides where it can
 * be, in shares as near to train/(train + validation) as can be. What the sizes leave over is left
 * out by seed, evenly over the root causes, repeats of a template first.
 *
 * @throws {RangeError} when a size is no whole number above 0, or both exceed the dataset
 */
export function splitDataset(
  samples: readonly Sample[],
  sizes: { readonly train: number; readonly validation: number; readonly seed: number },
): Split {
  const { train, validation } = sizes;
  const wanted = train + validation;
  if (![train, validation].every((size) => Number.isSafeInteger(size) && size > 0)) {
    throw new RangeError(`Cannot split into ${train} and ${validation}: not whole numbers above 0`);
  }
  if (wanted > samples.length) {
    throw new RangeError(
      `Cannot split ${samples.length} samples into ${train} and ${validation}: that is ${wanted}`,
    );
  }
  const random = seededRandom(sizes.seed);
  const kept = wanted === samples.length ? samples : leaveOut(samples, wanted, random);
  const messageOf = messages(kept);
  const templates = shuffled(
    [...Map.groupBy(kept, (sample) => messageOf.get(templateOf(sample))).values()],
    random,
  );
  // Where a template has several root causes, its first sample's counts.
  const strata = [...Map.groupBy(templates, ([first]) => causeOf(first!)).values()].map(stratumOf);
  const counts = chooseCounts(strata, train, wanted);
  const inTrain = new Set(strata.flatMap((stratum, at) => samplesReaching(stratum, counts[at]!)));
  const inValidation = new Set(kept.filter((sample) => !inTrain.has(sample)));
  return {
    train: samples.filter((sample) => inTrain.has(sample)),
    validation: samples.filter((sample) => inValidation.has(sample)),
    exact: inTrain.size === train,
  };
}

/** A name for each template; the same for templates that say nearly the same, directly or by others. */
function messages(samples: readonly Sample[]): Map<string, string> {
  const templates = [...new Set(samples.map(templateOf))];
  const names = new Map(templates.map((template) => [template, template]));
  for (const { a, b } of nearDuplicates(templates, templates)) {
    const [from, to] = [names.get(templates[a]!)!, names.get(templates[b]!)!];
    if (from === to) continue;
    for (const [template, name] of names) if (name === from) names.set(template, to);
  }
  return names;
}

function templateOf({ input }: Sample): string {
  return maskTemplate(input.log_line);
}

function causeOf({ labels }: Sample): string {
  return labels.root_cause;
}

function leaveOut(samples: readonly Sample[], wanted: number, random: () => number): Sample[] {
  // A sample's place in its root cause, 0..1: the first `wanted` places hold an equal share of each.
  const placed = [...Map.groupBy(shuffled(samples, random), causeOf).values()].flatMap(
    (ofCause) => {
      const repeats = [...Map.groupBy(ofCause, templateOf).values()].flatMap((group) =>
        group.map((sample, repeat) => ({ sample, repeat }))
      );
      return repeats.sort((a, b) => a.repeat - b.repeat)
        .map(({ sample }, at) => ({ sample, place: (at + 0.5) / ofCause.length }));
    },
  );
  return placed.sort((a, b) => a.place - b.place).slice(0, wanted).map(({ sample }) => sample);
}

function stratumOf(templates: readonly (readonly Sample[])[]): Stratum {
  const size = templates.reduce((sum, template) => sum + template.length, 0);
  const reachedBy = new Int32Array(size + 1).fill(-1);
  let most = 0;
  for (const [at, { length }] of templates.entries()) {
    for (let count = most; count >= 0; count--) {
      const reachable = count === 0 || reachedBy[count] !== -1;
      if (reachable && reachedBy[count + length] === -1) reachedBy[count + length] = at;
    }
    most += length;
  }
  return { templates, size, reachedBy };
}

/** One train count per stratum: the sum nearest to `train`, and of those the least cost. */
function chooseCounts(strata: readonly Stratum[], train: number, total: number): number[] {
  let costs = new Float64Array(total + 1).fill(Infinity);
  costs[0] = 0;
  let most = 0;
  const choices = strata.map((stratum) => {
    const next = new Float64Array(total + 1).fill(Infinity);
    const choice = new Int32Array(total + 1);
    for (const { count, cost } of sharesOf(stratum, train / total, total)) {
      for (let sum = count; sum <= most + count; sum++) {
        if (costs[sum - count]! + cost >= next[sum]!) continue;
        next[sum] = costs[sum - count]! + cost;
        choice[sum] = count;
      }
    }
    most += stratum.size;
    costs = next;
    return choice;
  });
  let sum = 0;
  let best = [Infinity, Infinity] as const;
  for (let at = 1; at < total; at++) { // never 0 or all: a side without samples is no side
    const [cost, away] = [costs[at]!, Math.abs(at - train)];
    if (cost === Infinity || away > best[0] || (away === best[0] && cost >= best[1])) continue;
    [sum, best] = [at, [away, cost]];
  }
  return choices.reduceRight<number[]>((counts, choice) => {
    const count = choice[sum]!;
    sum -= count;
    return [count, ...counts];
  }, []);
}

/** Costs are squared distances from the even share, by size; being one-sided costs more than all. */
function sharesOf({ templates, size, reachedBy }: Stratum, ratio: number, oneSided: number) {
  return [...reachedBy.keys()].filter((count) => count === 0 || reachedBy[count] !== -1)
    .map((count) => {
      const avoidable = templates.length > 1 && (count === 0 || count === size);
      const cost = (count - size * ratio) ** 2 / size + (avoidable ? oneSided : 0);
      return { count, cost };
    });
}

function samplesReaching({ templates, reachedBy }: Stratum, count: number): Sample[] {
  const samples: Sample[] = [];
  for (let left = count; left > 0;) {
    const template = templates[reachedBy[left]!]!;
    samples.push(...template);
    left -= template.length;
  }
  return samples;
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items.map((item) => ({ item, key: random() })).sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
