// Whether the intervals and verdicts of `compare` hold what they promise: over 2,000 simulated
// datasets a row, how often the 95 % interval of a difference holds the truth, and how often a
// difference is found where there is none. Prints a table; run it where evals/ is.
//
//   deno run --allow-read src/bench/coverage.ts

import { loadDataset } from "../dataset/load.ts";
import { maskTemplate } from "../dataset/template.ts";
import { sumsByCluster } from "../metrics/clusters.ts";
import { pairedComparison } from "../metrics/paired.ts";
import { seededRandom } from "../random.ts";

const DATASETS = 2_000;
/** Sign flips a dataset; `compare` draws 20,000. */
const DRAWS = 2_000;

interface Shape {
  readonly name: string;
  /** Samples of each cluster. */
  readonly sizes: readonly number[];
}

/** How B's scores differ from A's. */
interface Effect {
  readonly name: string;
  /** Share of samples whose score changes. */
  readonly changed: number;
  /** Share of those that get better. */
  readonly better: number;
}

/** At least half of the samples change, as between two prompts: here 0.93 to 0.97 is asked for. */
const MANY: readonly Effect[] = [
  { name: "none", changed: 0.5, better: 0.5 },
  { name: "some", changed: 0.5, better: 0.7 },
  { name: "large", changed: 0.7, better: 0.8 },
];
/**
 * The limits of the method, printed apart. Without an effect fewer than six clusters may differ, and
 * nothing can be refused at 5 %: intervals hold the truth too often. With rare changes that go one way
 * large clusters are mostly seen without their change; at a correlation of 0.9, which has no rows here,
 * the interval holds the truth in 0.91 to 0.94 for the last three shapes.
 */
const FEW: readonly Effect[] = [
  { name: "none", changed: 0.15, better: 0.5 },
  { name: "all better", changed: 0.15, better: 1 },
];

/** What a change is worth: parts of `overall` (weight, how often it is among what changed). */
const PARTS = [[0.40, 0.5], [0.25, 0.3], [0.20, 0.4]] as const;
const SUMMARY = 0.10;
const MEAN_CHANGE = PARTS.reduce((sum, [weight, share]) => sum + weight * share, SUMMARY / 2);

const columns = ["clusters", "effect", "icc", "coverage", "p < 0.05", "verdict"];
const WIDTHS = [24, 10, 4, 8, 8, 8];
const all = await shapes();
print("Many samples change");
printTable(all, MANY, [0, 0.5, 0.9]);
print("\nFew samples change");
printTable(all, FEW, [0.5]);

function printTable(
  shapes: readonly Shape[],
  effects: readonly Effect[],
  correlations: readonly number[],
): void {
  print(row(columns));
  print(row(WIDTHS.map((width) => "-".repeat(width))));
  for (const shape of shapes) {
    for (const effect of effects) {
      for (const correlation of correlations) print(row(measure(shape, effect, correlation)));
    }
  }
}

async function shapes(): Promise<Shape[]> {
  const { samples } = await loadDataset("evals/datasets/golden-v1.json");
  const templates = samples.map(({ input }) => maskTemplate(input.log_line));
  const golden = sumsByCluster(templates.map(() => 0), templates).map(({ n }) => n);
  return [
    shape("golden-v1", golden),
    shape("golden-v1", half(golden, 55)),
    shape("1 to 14", [14, 9, 7, 5, 4, 4, 3, 3, 3, ...repeat(2, 11), ...repeat(1, 41)]),
    shape("1 to 7", [7, 5, 4, 3, 2, 2, 2, 2, 2, 2, 2, ...repeat(1, 22)]),
    shape("1 to 14", [14, 7, 4, 3, 2, 2, 2, ...repeat(1, 21)]),
  ];
}

function shape(name: string, sizes: readonly number[]): Shape {
  const samples = sizes.reduce((sum, size) => sum + size, 0);
  return { name: `${samples} in ${sizes.length}, ${name}`, sizes };
}

/** Whole clusters at random, of `samples` samples together. */
function half(sizes: readonly number[], samples: number): number[] {
  const random = seededRandom(1);
  let left = samples;
  return sizes.map((size) => ({ size, at: random() })).sort((a, b) => a.at - b.at)
    .flatMap(({ size }) => {
      if (size > left) return [];
      left -= size;
      return [size];
    });
}

function measure({ name, sizes }: Shape, effect: Effect, correlation: number): string[] {
  const random = seededRandom(7);
  const clusters = sizes.flatMap((size, at) => repeat(String(at), size));
  const zeros = clusters.map(() => 0);
  const truth = effect.changed * (2 * effect.better - 1) * MEAN_CHANGE;
  const isNull = truth === 0;
  let [held, significant, verdicts] = [0, 0, 0];
  for (let dataset = 0; dataset < DATASETS; dataset++) {
    const differences = sizes.flatMap((size) => drawCluster(size, effect, correlation, random));
    const found = pairedComparison(zeros, differences, clusters, {
      random,
      draws: DRAWS,
    });
    if (!found?.ci95) throw new Error(`no interval for ${name}`);
    const [low, high] = found.ci95;
    if (low <= truth && truth <= high) held++;
    if (found.p < 0.05) significant++;
    if (found.p < 0.05 && (low > 0 || high < 0)) verdicts++;
  }
  const share = (count: number) => (count / DATASETS).toFixed(3);
  return [
    name,
    effect.name,
    String(correlation),
    share(held),
    ...(isNull ? [share(significant), share(verdicts)] : ["", ""]),
  ];
}

/** Differences of which any two have this correlation: with its root a sample is as its cluster is. */
function drawCluster(
  size: number,
  effect: Effect,
  correlation: number,
  random: () => number,
): number[] {
  const common = drawDifference(effect, random);
  return Array.from({ length: size }, () => {
    return random() < Math.sqrt(correlation) ? common : drawDifference(effect, random);
  });
}

function drawDifference({ changed, better }: Effect, random: () => number): number {
  if (random() >= changed) return 0;
  const sign = random() < better ? 1 : -1;
  let change = SUMMARY * random();
  for (const [weight, share] of PARTS) if (random() < share) change += weight;
  return sign * change;
}

function repeat<T>(value: T, times: number): T[] {
  return Array.from({ length: times }, () => value);
}

function row(cells: readonly string[]): string {
  return cells.map((cell, at) => at < 2 ? cell.padEnd(WIDTHS[at]!) : cell.padStart(WIDTHS[at]!))
    .join("  ").trimEnd();
}

function print(line: string): void {
  // deno-lint-ignore no-console
  console.log(line);
}
