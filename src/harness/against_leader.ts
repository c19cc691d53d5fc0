// Is a run worse than the leader of its table? The test of `compare`, on samples that neither prompt has
// seen, and no more of it than a rank needs: a thousand runs are tested in a second. Pure.

import { parsePromptTemplate } from "../analyzer/prompt.ts";
import { signatureHash } from "../dataset/template.ts";
import { sumsByCluster } from "../metrics/clusters.ts";
import { mean } from "../metrics/percentile.ts";
import { signFlipTest } from "../metrics/sign_flip.ts";
import { seededRandom } from "../random.ts";
import type { RunConfig, SampleRecord } from "./run_files.ts";

/** A run's overall scores by sample, for telling runs apart. */
export interface RunScores {
  readonly ids: readonly string[];
  /** A short name of each sample's template. */
  readonly clusters: readonly string[];
  readonly overall: readonly number[];
  /** The templates that the prompt has seen, by the same names. */
  readonly seen: readonly string[];
}

/** A run against the leader. */
export interface LeaderTest {
  /** Samples that both answered and neither prompt has seen. */
  readonly n: number;
  /** Two-sided, of sign flips of whole clusters; where it hardly matters a bound stands for it. */
  readonly p: number;
  /** Whether the run scores lower. */
  readonly below: boolean;
}

const SHORT_NAME = 8;

/** What of a run tells it from others; a sample counts once, with its mean over repeats. */
export function runScores(config: RunConfig, records: readonly SampleRecord[]): RunScores {
  const samples = [...Map.groupBy(records, ({ id }) => id)].sort(([a], [b]) => a < b ? -1 : 1)
    .map(([id, repeats]) => ({
      id,
      cluster: signatureHash(repeats[0]?.input.log_line ?? "").slice(0, SHORT_NAME),
      overall: mean(repeats.flatMap(({ scores }) => scores?.overall ?? [])),
    }));
  const { prompt } = config;
  const { provenance } = parsePromptTemplate(prompt.text, `${prompt.id}.yaml`).template;
  const shown = new Set([...provenance?.few_shot ?? [], ...provenance?.search ?? []]);
  const seen = new Set([
    ...samples.filter(({ id }) => shown.has(id)).map(({ cluster }) => cluster),
    ...(provenance?.templates ?? []).map((signature) => signature.slice(0, SHORT_NAME)),
  ]);
  const answered = samples.filter(({ overall }) => overall !== null);
  return {
    ids: answered.map(({ id }) => id),
    clusters: answered.map(({ cluster }) => cluster),
    overall: answered.map(({ overall }) => overall ?? 0),
    seen: [...seen],
  };
}

/** How many of a run's samples have a template that its prompt has seen. */
export function countSeen({ clusters, seen }: RunScores): number {
  const known = new Set(seen);
  return clusters.filter((cluster) => known.has(cluster)).length;
}

/** Flips that show a p far above 0.05, and those that `compare` takes. */
const DRAWS = { few: 1_000, all: 20_000 };
/** Above this a p from few draws needs no more of them. */
const SURELY_NOT = 0.1;

/**
 * Tests the difference of two runs by sign flips of whole clusters. The p of far and near runs is
 * bounded, without a draw: for cluster sums s, flips reach their total S with a probability of at most
 * 2 exp(-S^2 / (2 sum s^2)), and of at least 0.09 where S^2 <= sum s^2.
 *
 * @returns p 1 where there is no difference, or no sample to see one on
 * @see Hoeffding, "Probability Inequalities for Sums of Bounded Random Variables", 1963; Dvorak & Klein,
 * "Probability Mass of Rademacher Sums Beyond One Standard Deviation", 2022
 */
export function testAgainstLeader(run: RunScores, leader: RunScores): LeaderTest {
  const own = new Map(run.ids.map((id, at) => [id, run.overall[at]!]));
  const seen = new Set([...run.seen, ...leader.seen]);
  const differences: number[] = [];
  const clusters: string[] = [];
  leader.ids.forEach((id, at) => {
    const score = own.get(id);
    if (score === undefined || seen.has(leader.clusters[at]!)) return;
    differences.push(score - leader.overall[at]!);
    clusters.push(leader.clusters[at]!);
  });
  const sums = sumsByCluster(differences, clusters).map(({ sum }) => sum);
  const total = sums.reduce((all, sum) => all + sum, 0);
  const squares = sums.reduce((all, sum) => all + sum ** 2, 0);
  const result = { n: differences.length, below: total < 0 };
  if (total ** 2 <= squares) return { ...result, p: 1 };
  const bound = 2 * Math.exp(-(total ** 2) / (2 * squares));
  if (bound <= 1 / DRAWS.all) return { ...result, p: bound };
  const test = (draws: number) =>
    signFlipTest(differences, clusters, { random: seededRandom(0), draws });
  const rough = test(DRAWS.few);
  const enough = rough.exact || rough.p > SURELY_NOT;
  return { ...result, p: (enough ? rough : test(DRAWS.all)).p };
}
