// A project with two complete runs, the second better, and a finished search, for tests of the server.

import {
  type ArchiveProject,
  archiveProject,
  RECORDS,
  testOptimizationResult,
} from "./archive_fixtures.ts";

/** The first run. */
export const A = "20260109-143000-a";
/** A day later, and scored higher. */
export const B = "20260110-143000-b";
/** The search. */
export const SEARCH = "20260111-143000-a";

export function filledProject(): ArchiveProject {
  const project = archiveProject();
  project.addRun({ id: A });
  project.addRun({
    id: B,
    records: RECORDS.map((record) => ({ ...record, scores: { ...record.scores!, overall: 1 } })),
    metrics: { overall: { mean: 1, ci95: [0.9, 1] } },
  });
  project.addOptimization(SEARCH, testOptimizationResult(SEARCH));
  return project;
}
