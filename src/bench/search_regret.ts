// How good the prompt is that a search finds, and how honest the gain that is then claimed for it: on
// made-up tables, by the product's own searches and its own comparison. Prints tables of numbers
// in points of score, over 300 made-up tables a regime unless told.
//
//   deno run src/bench/search_regret.ts [TABLES]

import { pairedComparison } from "../metrics/paired.ts";
import { randomSearch } from "../optimizer/grid.ts";
import { halving } from "../optimizer/halving.ts";
import type { Search, SearchProblem } from "../optimizer/search.ts";
import { seededRandom } from "../random.ts";
import { drawTable, LEVELS, REGIMES, type SampleSet, type Table } from "./search_tables.ts";

/** The cost of five and of ten prompts on all 55 validation samples. */
const BUDGETS = [275, 550];
const BASELINE = 0;
/** Sign flips a comparison; the product draws 20,000. */
const DRAWS = 2_000;

/** A table of a regime, and the seed that searches of it draw from. */
interface Seeded {
  readonly table: Table;
  readonly seed: number;
}

type Method = (problem: SearchProblem) => Search;
/** As the product runs it: the baseline was measured before, whatever the method. */
const informed: Method = halving;
/** As if it were not. */
const alone: Method = ({ baseline: _, ...problem }) => halving(problem);

const count = Number(Deno.args[0] ?? 300);
const regretRows = new Map<number, string[][]>(BUDGETS.map((budget) => [budget, []]));
const honestyRows: string[][] = [];
for (const [name, regime] of Object.entries(REGIMES)) {
  const tables = Array.from({ length: count }, (_, at) => ({
    seed: at + 1,
    table: drawTable(regime, at + 1),
  }));
  if (regime.sd > 0) {
    for (const [budget, rows] of regretRows) rows.push([name, ...regret(tables, budget)]);
  }
  honestyRows.push([name, ...honesty(tables)]);
}
for (const [budget, rows] of regretRows) {
  print(`Regret at ${budget} calls: best true validation mean minus the winner's, ${count} tables`);
  printTable([["regime", "random", "halving", "ratio", "baseline unknown", "ratio"], ...rows]);
  print("");
}
print("Gain over the baseline that is claimed from held-out samples, halving at 550 calls");
const truths = ["claimed", "- samples' truth", "- population's"];
printTable([
  ["regime", ...truths, "naive", "- its truth", "holds", "significant", "better"],
  ...honestyRows,
]);

/**
 * Mean regret of random, of halving, and of halving that does not know the baseline's scores, each with
 * its standard error; the ratio of the latter two to random with its own.
 */
function regret(tables: readonly Seeded[], budget: number): string[] {
  const regretOf = (method: Method) =>
    tables.map(({ table: { validation }, seed }) =>
      Math.max(...validation.expected) -
      validation.expected[winnerOf(method, validation, budget, seed)]!
    );
  const random = regretOf(randomSearch);
  return [
    withError(random),
    ...[informed, alone].flatMap((method) => {
      const found = regretOf(method);
      const ratio = mean(found) / mean(random);
      const residuals = found.map((value, at) => value - ratio * random[at]!);
      const error = standardError(residuals) / mean(random);
      return [withError(found), `${ratio.toFixed(2)} (${error.toFixed(2)})`];
    }),
  ];
}

/**
 * What is claimed from held-out samples, minus the expectation of the same two prompts on those samples
 * and in the population; what the validation scores would have claimed, and that minus its truth; the
 * shares of intervals that hold the samples' truth, of gains found significant, and of those upward.
 */
function honesty(tables: readonly Seeded[]): string[] {
  const found = tables.map(({ table: { validation, heldOut, population }, seed }) => {
    const winner = winnerOf(informed, validation, 550, seed);
    const gain = (means: ArrayLike<number>) => means[winner]! - means[BASELINE]!;
    const compared = pairedComparison(
      [...heldOut.scores[BASELINE]!],
      [...heldOut.scores[winner]!],
      heldOut.categories.map((_, at) => String(at)),
      { random: seededRandom(seed), draws: DRAWS },
    );
    if (!compared?.ci95) throw new Error("no interval");
    const { difference: claimed, ci95: [low, high], p } = compared;
    const naive = mean(validation.scores[winner]!) - mean(validation.scores[BASELINE]!);
    return {
      claimed,
      sampleError: claimed - gain(heldOut.expected),
      populationError: claimed - gain(population),
      naive,
      naiveError: naive - gain(validation.expected),
      holds: low <= gain(population) && gain(population) <= high,
      significant: p < 0.05 && (low > 0 || high < 0),
      better: p < 0.05 && low > 0,
    };
  });
  const share = (key: "holds" | "significant" | "better") =>
    (found.filter((one) => one[key]).length / found.length).toFixed(3);
  return [
    ...(["claimed", "sampleError", "populationError", "naive", "naiveError"] as const)
      .map((key) => withError(found.map((one) => one[key]))),
    ...(["holds", "significant", "better"] as const).map(share),
  ];
}

/** Runs a search against what one call would show, to its best candidate. */
function winnerOf(
  method: Method,
  { categories, scores }: SampleSet,
  budget: number,
  seed: number,
): number {
  const baseline = [...scores[BASELINE]!];
  const random = seededRandom(seed);
  const running = method({ levels: LEVELS, categories, baseline, budget, random });
  let step = running.next();
  while (!step.done) {
    const { survivors, samples } = step.value;
    step = running.next(survivors.map((c) => samples.map((s) => scores[c]![s]!)));
  }
  return step.value.ranking[0]!;
}

function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}

function standardError(values: readonly number[]): number {
  const center = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}

function withError(values: readonly number[]): string {
  return `${mean(values).toFixed(4)} (${standardError(values).toFixed(4)})`;
}

function printTable(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  for (const row of rows) {
    print(
      row.map((cell, at) => at === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[at]!)).join(
        "  ",
      ),
    );
  }
}

function print(line: string): void {
  // deno-lint-ignore no-console
  console.log(line);
}
