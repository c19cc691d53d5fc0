// What a run would score without a language model: always the most common labels, or those of the
// nearest example. No model call; a score is only worth what it is above these.

import { type ExampleIndex, indexExamples, type LabelledExample } from "../analyzer/embedded.ts";
import type { Labels, Sample } from "../dataset/sample.ts";
import { maskTemplate } from "../dataset/template.ts";
import { type Predicted, scoreAnalysis } from "../metrics/score.ts";
import { sampleOf, seededRandom } from "../random.ts";
import type { FloorMetrics, RunMetrics } from "./run_files.ts";
import { meanScores } from "./sample_scores.ts";

/** Above so many samples, examples and measured samples are a seeded sample of that many. */
const MOST_SAMPLES = 5000;

/** The labelled samples as examples for the embedded model. */
export function exampleIndex(samples: readonly Sample[], seed: number): ExampleIndex {
  const examples = sampleOf(samples, MOST_SAMPLES, seededRandom(seed)).map(exampleOf);
  return indexExamples(examples, maskTemplate);
}

/**
 * Both floors on the samples of a run.
 *
 * @param examples what the nearest example is taken from: the labelled samples of the whole dataset
 */
export function computeFloors(
  samples: readonly Sample[],
  examples: ExampleIndex,
  seed: number,
): RunMetrics["floors"] {
  const measured = sampleOf(samples, MOST_SAMPLES, seededRandom(seed));
  const common = mostCommonLabels(samples);
  return {
    most_common: score(measured, () => common),
    embedded: score(measured, (sample) => examples.nearest(sample.input.log_line)),
  };
}

/** Each label's most common value, of equals the first in the data. */
export function mostCommonLabels(samples: readonly Sample[]): Labels {
  return {
    root_cause: mostCommon(samples.map((sample) => sample.labels.root_cause)),
    severity: mostCommon(samples.map((sample) => sample.labels.severity)),
    component: mostCommon(samples.map((sample) => sample.labels.component)),
    summary: mostCommon(samples.map((sample) => sample.labels.summary)),
    action_needed: mostCommon(samples.map((sample) => sample.labels.action_needed)),
  };
}

function exampleOf(sample: Sample): LabelledExample {
  return { log_line: sample.input.log_line, labels: sample.labels };
}

function score(
  samples: readonly Sample[],
  answer: (sample: Sample) => Predicted | null,
): FloorMetrics {
  const scores = meanScores(samples.map((sample) => scoreAnalysis(sample.labels, answer(sample))));
  if (scores === null) throw new RangeError("floors need at least one sample");
  return scores;
}

function mostCommon(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let best = "";
  for (const [value, count] of counts) {
    if (best === "" || count > (counts.get(best) ?? 0)) best = value;
  }
  return best;
}
