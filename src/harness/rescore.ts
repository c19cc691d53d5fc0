// Stored answers under today's parser and metrics: a new run without a model call, which names its
// parent.

import { parseResponse } from "../analyzer/parse.ts";
import type { Sample } from "../dataset/sample.ts";
import { METRIC_VERSION, predictedFields, scoreAnalysis } from "../metrics/score.ts";
import { VERSION } from "../version.ts";
import { computeFloors, exampleIndex } from "./floors.ts";
import type { RunConfig, RunMetrics, SampleRecord } from "./run_files.ts";
import { createRunFolder } from "./run_folder.ts";
import { computeMetrics } from "./run_metrics.ts";
import { renderSummary } from "./summary.ts";
import { WORST_ANSWERS, worstAnswers } from "./worst_answers.ts";

export interface Rescored {
  /** Absolute path of the new run folder. */
  readonly path: string;
  readonly config: RunConfig;
  readonly metrics: RunMetrics;
  /** Answers that came out otherwise than they were stored. */
  readonly changed: number;
}

/** A record as today's parser and metrics see its raw answer; a failed call stays failed. */
export function rescoreRecord(record: SampleRecord): SampleRecord {
  if (record.raw_response === null) return { ...record, metric_version: METRIC_VERSION };
  const { outcome, analysis } = parseResponse(record.raw_response, {
    finishReason: record.finish_reason,
  });
  const predicted = predictedFields(analysis);
  return {
    ...record,
    outcome,
    predicted,
    scores: scoreAnalysis(record.expected, predicted),
    metric_version: METRIC_VERSION,
  };
}

/**
 * Writes a run's answers, scored anew, into a new run folder.
 *
 * The new run keeps its parent's start: it says what was measured then, and takes its parent's place,
 * not that of a newer run.
 *
 * @param parentFloors those of the parent: without a model nothing about them changes
 * @param now epoch milliseconds, for the name of the new folder
 */
export function rescoreRun(
  parent: RunConfig,
  records: readonly SampleRecord[],
  parentFloors: RunMetrics["floors"] | null,
  runsDir: string,
  now: number,
  denoVersion: string,
): Rescored {
  const rescored = records.map(rescoreRecord);
  const samples = samplesOf(records);
  const { seed } = parent.execution;
  using folder = createRunFolder(runsDir, {
    ...parent,
    parent_run_id: parent.run_id,
    versions: { logeval: VERSION, deno: denoVersion, metric: METRIC_VERSION },
  }, new Date(now).toISOString());
  const worst = worstAnswers(WORST_ANSWERS);
  for (const record of rescored) {
    folder.append(record);
    worst.add(record);
  }
  const floors = parentFloors ?? computeFloors(samples, exampleIndex(samples, seed), seed);
  const wallMs = rescored.reduce((most, record) => Math.max(most, record.elapsed_ms), 0);
  const metrics = computeMetrics(folder.config, samples, rescored, floors, wallMs);
  folder.finish(metrics, renderSummary(folder.config, metrics, rescored, worst.list()), {
    latest: false,
  });
  const changed =
    rescored.filter((record, at) =>
      JSON.stringify([record.outcome, record.predicted, record.scores]) !==
        JSON.stringify([records[at]?.outcome, records[at]?.predicted, records[at]?.scores])
    ).length;
  return { path: folder.path, config: folder.config, metrics, changed };
}

/** The samples behind records, in the order of their times, as datasets are. */
function samplesOf(records: readonly SampleRecord[]): Sample[] {
  const byId = new Map(records.map(({ id, input, expected }) => [id, {
    id,
    input,
    labels: expected,
    fields: { ...input, ...expected },
  }]));
  return [...byId.values()].sort((a, b) =>
    a.input.timestamp - b.input.timestamp || (a.id < b.id ? -1 : 1)
  );
}
