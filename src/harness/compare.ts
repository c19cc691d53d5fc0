// Two runs, sample by sample -> is B better than A? Pure. The verdict is on samples that neither
// prompt has seen, and on clusters: samples of one masked template are one piece of evidence.

import { signatureHash } from "../dataset/template.ts";
import { UsageError } from "../errors.ts";
import { formatCount, oneLine } from "../format.ts";
import { holm } from "../metrics/holm.ts";
import { pairedComparison } from "../metrics/paired.ts";
import { mean, percentile } from "../metrics/percentile.ts";
import { METRIC_VERSION, METRICS, type Scores } from "../metrics/score.ts";
import { seededRandom } from "../random.ts";
import {
  type Answer,
  type ComparedRun,
  type Pair,
  pairSamples,
  seenTemplates,
} from "./compare_pairs.ts";
import type { RunConfig, SampleRecord } from "./run_files.ts";

export type { ComparedRun } from "./compare_pairs.ts";

export type Verdict = "better" | "worse" | "no evidence";

/** One metric of both runs on the same samples. */
export interface Difference {
  readonly mean_a: number | null;
  readonly mean_b: number | null;
  /** B minus A, -1..1; `null` without samples. */
  readonly difference: number | null;
  readonly ci95: readonly [number, number] | null;
  /** Two-sided, of sign flips of whole clusters. */
  readonly p: number | null;
  /** Smallest difference that this many samples show with 80 % power. */
  readonly smallest_visible: number | null;
}

/** A sample whose root cause only one of the two runs named. */
export interface Flip {
  readonly id: string;
  readonly root_cause: string;
  readonly a: string | null;
  readonly b: string | null;
  readonly log_line: string;
}

export interface Comparison {
  readonly a: { readonly run_id: string; readonly experiment_id: string };
  readonly b: { readonly run_id: string; readonly experiment_id: string };
  /** What makes the two unlike each other, to be read before anything else. */
  readonly notices: readonly string[];
  /** Samples that both answered. */
  readonly n: number;
  /** Those of them whose template neither prompt has seen: what the verdict is on. */
  readonly n_unseen: number;
  readonly verdict: Verdict;
  readonly min_effect: number;
  readonly overall: Difference;
  /** The same on all samples, seen ones included. */
  readonly overall_all: Difference;
  /** On the unseen samples, with p adjusted for so many metrics (Holm). */
  readonly metrics: Readonly<
    Record<typeof METRICS[number], Difference & { readonly p_holm: number | null }>
  >;
  readonly by_root_cause: readonly {
    readonly root_cause: string;
    readonly n: number;
    readonly a: number;
    readonly b: number;
    readonly difference: number;
  }[];
  readonly latency_ms: {
    readonly p50: readonly [number | null, number | null];
    readonly p95: readonly [number | null, number | null];
  };
  /** Mean tokens of a call. */
  readonly tokens: {
    readonly prompt: readonly [number | null, number | null];
    readonly completion: readonly [number | null, number | null];
  };
  readonly flips: {
    readonly to_right: number;
    readonly to_wrong: number;
    /** All of them, those to right first. */
    readonly samples: readonly Flip[];
  };
}

/** `sha256:` and eight digits. */
const SHORT_HASH = 15;

/**
 * Compares run B with run A.
 *
 * @param minEffect how far from 0 an interval must lie for a verdict, 0..1
 * @throws {UsageError} when the runs cannot be compared: other metric versions, no sample in common
 */
export function compareRuns(a: ComparedRun, b: ComparedRun, minEffect = 0): Comparison {
  const action = `Cannot compare ${oneLine(a.config.run_id, 200)} with ${
    oneLine(b.config.run_id, 200)
  }`;
  if (a.config.versions.metric !== b.config.versions.metric) {
    throw new UsageError(
      `${action}: metric version ${a.config.versions.metric} against ${b.config.versions.metric}`,
      { hint: rescoreHint([a.config, b.config]) },
    );
  }
  const { pairs, relabelled } = pairSamples(a, b);
  if (pairs.length === 0) {
    throw new UsageError(
      `${action}: ${
        relabelled > 0
          ? `the labels of all ${formatCount(relabelled, "sample")} that both answered differ`
          : "no sample that both answered"
      }`,
    );
  }
  const seen = seenTemplates(a, b);
  const unseen = pairs.filter((pair) =>
    !seen.templates.has(pair.cluster) && !seen.signatures.has(signatureHash(pair.input.log_line))
  );
  const compared = new Set(pairs.map(({ id }) => id));
  const callsOf = ({ records }: ComparedRun) => records.filter(({ id }) => compared.has(id));
  const calls = [callsOf(a), callsOf(b)] as const;
  const stored = [a.metrics, b.metrics] as const;
  const overall = differenceOf(unseen, "overall", stored);
  const metrics = METRICS.map((metric) => differenceOf(unseen, metric, stored));
  const adjusted = holm(metrics.map(({ p }) => p ?? 1));
  return {
    a: { run_id: a.config.run_id, experiment_id: a.config.experiment_id },
    b: { run_id: b.config.run_id, experiment_id: b.config.experiment_id },
    notices: [...notices(a, b, pairs.length, relabelled), ...seen.notices],
    n: pairs.length,
    n_unseen: unseen.length,
    verdict: verdictOf(overall, minEffect),
    min_effect: minEffect,
    overall,
    overall_all: differenceOf(pairs, "overall", stored),
    metrics: Object.fromEntries(METRICS.map((metric, index) => [metric, {
      ...metrics[index],
      p_holm: metrics[index]?.p === null ? null : adjusted[index] ?? null,
    }])) as Comparison["metrics"],
    by_root_cause: byRootCause(unseen),
    latency_ms: {
      p50: [latency(calls[0], 0.5), latency(calls[1], 0.5)],
      p95: [latency(calls[0], 0.95), latency(calls[1], 0.95)],
    },
    tokens: {
      prompt: [meanTokens(calls[0], "prompt"), meanTokens(calls[1], "prompt")],
      completion: [meanTokens(calls[0], "completion"), meanTokens(calls[1], "completion")],
    },
    flips: flipsOf(unseen),
  };
}

/** `better` or `worse` only when p < 0.05 and the whole interval lies beyond the smallest effect. */
export function verdictOf(
  { p, ci95 }: Pick<Difference, "p" | "ci95">,
  minEffect: number,
): Verdict {
  if (p === null || ci95 === null || p >= 0.05) return "no evidence";
  if (ci95[0] > minEffect) return "better";
  return ci95[1] < -minEffect ? "worse" : "no evidence";
}

function differenceOf(
  pairs: readonly Pair[],
  field: keyof Scores,
  [storedA, storedB]: readonly ComparedRun["metrics"][],
): Difference {
  const a = pairs.map((pair) => pair.a.scores[field]);
  const b = pairs.map((pair) => pair.b.scores[field]);
  const compared = pairedComparison(a, b, pairs.map((pair) => pair.cluster), {
    random: seededRandom(0),
  });
  return {
    mean_a: asStored(mean(a), storedA, field),
    mean_b: asStored(mean(b), storedB, field),
    difference: compared?.difference ?? null,
    ci95: compared?.ci95 ?? null,
    p: compared?.p ?? null,
    smallest_visible: compared?.smallest_visible ?? null,
  };
}

/** Below this two means differ by rounding alone. */
const ROUNDING = 1e-12;

// metrics.json adds up in the order of the dataset, which records do not tell; another order may give
// another last digit.
function asStored(
  found: number | null,
  stored: ComparedRun["metrics"],
  field: keyof Scores,
): number | null {
  const told = (field === "overall" ? stored?.overall : stored?.metrics[field])?.mean ?? null;
  return found !== null && told !== null && Math.abs(found - told) < ROUNDING ? told : found;
}

function byRootCause(pairs: readonly Pair[]): Comparison["by_root_cause"] {
  const groups = Map.groupBy(pairs, (pair) => pair.expected.root_cause);
  return [...groups].map(([root_cause, group]) => {
    const a = mean(group.map((pair) => pair.a.scores.root_cause)) ?? 0;
    const b = mean(group.map((pair) => pair.b.scores.root_cause)) ?? 0;
    return { root_cause, n: group.length, a, b, difference: b - a };
  }).sort((x, y) => y.difference - x.difference || (x.root_cause < y.root_cause ? -1 : 1));
}

function flipsOf(pairs: readonly Pair[]): Comparison["flips"] {
  const right = (answer: Answer) => answer.scores.root_cause > 0.5;
  const toRight = pairs.filter(({ a, b }) => !right(a) && right(b));
  const toWrong = pairs.filter(({ a, b }) => right(a) && !right(b));
  return {
    to_right: toRight.length,
    to_wrong: toWrong.length,
    samples: [...toRight, ...toWrong].map(({ id, expected, a, b, input }) => ({
      id,
      root_cause: expected.root_cause,
      a: a.predicted?.root_cause ?? null,
      b: b.predicted?.root_cause ?? null,
      log_line: input.log_line,
    })),
  };
}

function latency(records: readonly SampleRecord[], share: number): number | null {
  return percentile(records.flatMap((record) => record.latency_ms ?? []), share);
}

function meanTokens(
  records: readonly SampleRecord[],
  kind: "prompt" | "completion",
): number | null {
  return mean(records.flatMap((record) => record.tokens?.[kind] ?? []));
}

/** Rescoring takes today's metrics: it is for the run that has others. */
function rescoreHint(configs: readonly RunConfig[]): string {
  const old = configs.filter(({ versions }) => versions.metric !== METRIC_VERSION)
    .map(({ run_id }) => `logeval rescore ${run_id}`);
  return `score ${old.length === 1 ? "the older one" : "both"} anew: ${old.join(" && ")}`;
}

function notices(a: ComparedRun, b: ComparedRun, n: number, relabelled: number): string[] {
  const found: string[] = [];
  if (a.config.dataset.hash !== b.config.dataset.hash) {
    const [one, other] = [a, b].map(({ config: { dataset } }) =>
      `${dataset.path} (${dataset.hash.slice(0, SHORT_HASH)})`
    );
    found.push(`other datasets: ${one} and ${other} differ`);
  }
  if (relabelled > 0) {
    found.push(`left out: ${formatCount(relabelled, "sample")} with other labels`);
  }
  const [repeatsA, repeatsB] = [a.config.execution.repeats, b.config.execution.repeats];
  if (repeatsA !== repeatsB) found.push(`other repeats: ${repeatsA} and ${repeatsB}`);
  for (const { config, records } of [a, b]) {
    const missing = config.dataset.n * config.execution.repeats -
      records.filter((record) => record.scores !== null).length;
    if (missing > 0) {
      found.push(
        `${config.run_id} is partial: ${formatCount(missing, "call")} without an answer`,
      );
    }
    if (config.dataset.n > n) {
      found.push(
        `${config.run_id} has ${formatCount(config.dataset.n, "sample")}; compared are the ${n} ` +
          `that both answered${relabelled > 0 ? " with the same labels" : ""}`,
      );
    }
    if (config.changed.length > 0) {
      found.push(`${config.run_id} is changed: ${config.changed.join(", ")}`);
    }
  }
  return [...new Set(found)];
}
