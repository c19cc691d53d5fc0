// Made-up tables of prompts x samples with the truth behind them, to judge a search by: what one call
// would show of every prompt on every sample. Made to look like a small model on golden-v1.

/** Levels of each dimension: instruction, few-shot, reasoning, output format. */
const LEVEL_COUNTS = [3, 4, 3, 3] as const;
/** `LEVELS[c][d]`: level of prompt c in dimension d; prompt 0 is the baseline. */
export const LEVELS: readonly (readonly number[])[] = LEVEL_COUNTS.reduce<number[][]>(
  (prompts, count) => prompts.flatMap((p) => Array.from({ length: count }, (_, l) => [...p, l])),
  [[]],
);
const PROMPTS = LEVELS.length;

/** What `overall` is made of: three parts that are right or wrong, two that are shares. */
const PART_WEIGHTS = [0.40, 0.25, 0.20, 0.10, 0.05] as const;
const SHARES_FROM = 3;
/** Most that a part reaches. */
const PART_SCALES = [1, 1, 1, 0.6, 1] as const;
/** How easy each part is, on the scale of the normal quantile. */
const PART_EASE = [0.2, 0.4, 0.6, 0.0, 0.3] as const;

/** Samples of each of 21 categories, in all and of them in validation; the rest is held out. */
const CATEGORY_SIZES = [31, 14, 11, 10, 9, 8, 4, 3, 3, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1] as const;
const VALIDATION_SIZES = [16, 7, 6, 5, 5, 4, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0] as const;
const SAMPLES = CATEGORY_SIZES.reduce((sum, size) => sum + size, 0);

/** Standard deviations: of samples, of categories, of a prompt on a sample, of one answer. */
const SD = { sample: 1.2, category: 0.8, pair: 0.9, answer: 0.25 };
/** How much a prompt's effect differs from category to category. */
const CATEGORY_EFFECT = 0.8;
/** What parts have in common, of prompt and category effects: the roots of 0.7 and 0.3. */
const [COMMON, OWN] = [Math.sqrt(0.7), Math.sqrt(0.3)];

interface Shares {
  /** Variance of prompt effects that is of single levels. */
  readonly main: number;
  /** Of two levels together. */
  readonly pairs: number;
  /** Of the prompt alone. */
  readonly own: number;
}

export interface Regime {
  /** Standard deviation of the prompts' true means, in points of score. */
  readonly sd: number;
  readonly shares: Shares;
  /** Whether some combinations of levels break the output format: they score 0 now and then. */
  readonly cliffs?: true;
}

const MIXED: Shares = { main: 0.60, pairs: 0.25, own: 0.15 };
export const REGIMES = {
  main: { sd: 0.060, shares: { main: 0.85, pairs: 0.10, own: 0.05 } },
  moderate: { sd: 0.040, shares: MIXED },
  interactions: { sd: 0.050, shares: { main: 0.30, pairs: 0.45, own: 0.25 } },
  flat: { sd: 0.012, shares: MIXED },
  cliffs: { sd: 0.025, shares: MIXED, cliffs: true },
  nulls: { sd: 0, shares: MIXED },
  unstructured: { sd: 0.050, shares: { main: 0, pairs: 0, own: 1 } },
} as const satisfies Record<string, Regime>;

export interface SampleSet {
  /** Of each sample. */
  readonly categories: readonly string[];
  /** `scores[c][s]`, 0..1: what one call shows. */
  readonly scores: readonly Float64Array[];
  /** `expected[c]`: mean over these samples of what is expected of prompt c, calls repeated. */
  readonly expected: Float64Array;
}

export interface Table {
  readonly validation: SampleSet;
  readonly heldOut: SampleSet;
  /** True mean of each prompt over all samples that there could be. */
  readonly population: Float64Array;
}

/** Effects of all prompts on each part: `[part][prompt]`. */
type PartEffects = readonly Float64Array[];

interface World {
  readonly effects: PartEffects;
  /** `[category][prompt]` */
  readonly categoryEffects: readonly Float64Array[];
  /** `[category][part]` */
  readonly categoryEase: readonly (readonly number[])[];
  /** Probability that an answer of the prompt is unreadable. */
  readonly breaks: Float64Array;
  /** What prompt effects are multiplied by. */
  gain: number;
}

/** The table of a regime and a seed: the same numbers everywhere. */
export function drawTable({ sd, shares, cliffs }: Regime, seed: number): Table {
  const random = new Random(seed * 7919 + 17);
  const common = drawEffects(shares, random);
  const effects = PART_WEIGHTS.map(() => {
    const own = drawEffects(shares, random);
    return common.map((effect, at) => COMMON * effect + OWN * own[at]!);
  });
  const ofCategory = shares.main > 0
    ? { main: 0.5, pairs: 0, own: 0.5 }
    : { main: 0, pairs: 0, own: 1 };
  const categoryEffects = CATEGORY_SIZES.map(() => drawEffects(ofCategory, random));
  const categoryEase = CATEGORY_SIZES.map(() => {
    const common = random.normal();
    return PART_WEIGHTS.map(() => SD.category * (COMMON * common + OWN * random.normal()));
  });
  const breaks = cliffs ? drawBreaks(random) : new Float64Array(PROMPTS);
  const world = { effects, categoryEffects, categoryEase, breaks, gain: 0.3 };

  const wanted = sd * (0.8 + 0.4 * random.next());
  if (sd === 0) world.gain = 0;
  else {
    const unbroken = { ...world, breaks: new Float64Array(PROMPTS) };
    for (let step = 0; step < 6; step++) {
      unbroken.gain *= wanted / deviation(populationMeans(unbroken));
    }
    world.gain = unbroken.gain;
  }
  return {
    population: populationMeans(world),
    validation: drawSamples(world, VALIDATION_SIZES, random),
    heldOut: drawSamples(
      world,
      CATEGORY_SIZES.map((size, at) => size - VALIDATION_SIZES[at]!),
      random,
    ),
  };
}

/** An effect of every prompt, of variance 1 in the shares asked for. */
function drawEffects({ main, pairs, own }: Shares, random: Random): Float64Array {
  const effects = new Float64Array(PROMPTS);
  const add = (values: Float64Array, share: number) => {
    standardized(values, share).forEach((value, at) => effects[at]! += value);
  };
  if (main > 0) add(drawMain(random), main);
  if (pairs > 0) add(drawPairs(random), pairs);
  if (own > 0) add(Float64Array.from(LEVELS, () => random.normal()), own);
  return effects;
}

function drawMain(random: Random): Float64Array {
  const weights = LEVEL_COUNTS.map(() => 0.15 - Math.log(1 - random.next()));
  const sum = new Float64Array(PROMPTS);
  LEVEL_COUNTS.forEach((count, d) => {
    const effects = Float64Array.from({ length: count }, () => random.normal());
    standardized(effects, weights[d]!);
    LEVELS.forEach((levels, c) => sum[c]! += effects[levels[d]!]!);
  });
  return sum;
}

function drawPairs(random: Random): Float64Array {
  const sum = new Float64Array(PROMPTS);
  for (const [d, rows] of LEVEL_COUNTS.entries()) {
    for (const [other, columns] of LEVEL_COUNTS.entries()) {
      if (other <= d) continue;
      const weight = Math.sqrt(0.15 - Math.log(1 - random.next()));
      const cells = Array.from({ length: rows }, () => {
        return Array.from({ length: columns }, () => random.normal());
      });
      const rowMeans = cells.map(mean);
      const columnMeans = cells[0]!.map((_, at) => mean(cells.map((row) => row[at]!)));
      const all = mean(rowMeans);
      LEVELS.forEach((levels, c) => {
        const [i, j] = [levels[d]!, levels[other]!];
        sum[c]! += weight * (cells[i]![j]! - rowMeans[i]! - columnMeans[j]! + all);
      });
    }
  }
  return sum;
}

/** Two pairs of levels that break 20 to 70 % of answers, one level that breaks 5 to 30 %. */
function drawBreaks(random: Random): Float64Array {
  const breaks = new Float64Array(PROMPTS);
  for (let cell = 0; cell < 2; cell++) {
    const d = random.below(4);
    const other = (d + 1 + random.below(3)) % 4;
    const [i, j] = [random.below(LEVEL_COUNTS[d]!), random.below(LEVEL_COUNTS[other]!)];
    const share = 0.2 + 0.5 * random.next();
    LEVELS.forEach((levels, c) => {
      if (levels[d] === i && levels[other] === j) breaks[c] = Math.max(breaks[c]!, share);
    });
  }
  const d = random.below(4);
  const level = random.below(LEVEL_COUNTS[d]!);
  const share = 0.05 + 0.25 * random.next();
  LEVELS.forEach((levels, c) => {
    if (levels[d] === level) breaks[c] = 1 - (1 - breaks[c]!) * (1 - share);
  });
  return breaks;
}

/** How easy a part of a sample of this category is for a prompt, before the sample's own share. */
function ease(world: World, prompt: number, category: number, part: number): number {
  const { effects, categoryEffects, categoryEase, gain } = world;
  return PART_EASE[part]! + gain * effects[part]![prompt]! + categoryEase[category]![part]! +
    gain * CATEGORY_EFFECT * categoryEffects[category]![prompt]!;
}

function populationMeans(world: World): Float64Array {
  const variance = SD.sample ** 2 + SD.pair ** 2 + SD.answer ** 2;
  return Float64Array.from(LEVELS, (_, prompt) => {
    let sum = 0;
    CATEGORY_SIZES.forEach((size, category) => {
      PART_WEIGHTS.forEach((weight, part) => {
        const spread = part < SHARES_FROM ? variance : 1 + variance;
        const share = normalCdf(ease(world, prompt, category, part) / Math.sqrt(spread));
        sum += size / SAMPLES * weight * PART_SCALES[part]! * share;
      });
    });
    return sum * (1 - world.breaks[prompt]!);
  });
}

/** Samples of their own, as hard for one prompt as for another but for what prompts differ in. */
function drawSamples(world: World, sizes: readonly number[], random: Random): SampleSet {
  const samples = sizes.flatMap((size, category) => Array<number>(size).fill(category));
  const scores = LEVELS.map(() => new Float64Array(samples.length));
  const expected = new Float64Array(PROMPTS);
  samples.forEach((category, s) => {
    const common = random.normal();
    const sample = PART_WEIGHTS.map(() =>
      SD.sample * (Math.sqrt(0.6) * common + Math.sqrt(0.4) * random.normal())
    );
    LEVELS.forEach((_, prompt) => {
      const pair = random.normal();
      const share = world.breaks[prompt]!;
      const broken = share > 0 && random.next() < share;
      let [shown, expects] = [0, 0];
      PART_WEIGHTS.forEach((weight, part) => {
        const z = ease(world, prompt, category, part) + sample[part]! +
          SD.pair * (Math.sqrt(0.5) * pair + Math.sqrt(0.5) * random.normal());
        const answer = z + SD.answer * random.normal();
        const most = weight * PART_SCALES[part]!;
        if (part < SHARES_FROM) {
          shown += most * (answer > 0 ? 1 : 0);
          expects += most * normalCdf(z / SD.answer);
        } else {
          shown += most * normalCdf(answer);
          expects += most * normalCdf(z / Math.sqrt(1 + SD.answer ** 2));
        }
      });
      scores[prompt]![s] = broken ? 0 : shown;
      expected[prompt]! += broken ? 0 : expects / samples.length;
    });
  });
  return { categories: samples.map(String), scores, expected };
}

/** Mulberry32, with normals by Marsaglia's polar method: what the first such tables were drawn by. */
class Random {
  #state: number;
  #spare: number | null = null;

  constructor(seed: number) {
    this.#state = (seed >>> 0) || 1;
  }

  next(): number {
    this.#state = (this.#state + 0x6D2B79F5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  normal(): number {
    const spare = this.#spare;
    this.#spare = null;
    if (spare !== null) return spare;
    for (;;) {
      const [a, b] = [2 * this.next() - 1, 2 * this.next() - 1];
      const square = a * a + b * b;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt(-2 * Math.log(square) / square);
      this.#spare = b * factor;
      return a * factor;
    }
  }
}

/** Abramowitz & Stegun 26.2.17: within 1e-7. */
function normalCdf(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const density = 0.3989422804014327 * Math.exp(-x * x / 2);
  const tail = density * t *
    (0.319381530 +
      t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return x > 0 ? 1 - tail : tail;
}

/** Changes `values` to mean 0 and this variance. */
function standardized(values: Float64Array, variance: number): Float64Array {
  const [center, spread] = [mean(values), deviation(values) || 1];
  values.forEach((value, at) => values[at] = (value - center) / spread * Math.sqrt(variance));
  return values;
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at]!;
  return sum / values.length;
}

function deviation(values: Float64Array): number {
  const center = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - center) ** 2)));
}
