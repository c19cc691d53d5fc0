// The worst answers of a run, kept as they come: a run may have more records than fit in memory.

import type { SampleRecord } from "./run_files.ts";

/** How many a summary shows. */
export const WORST_ANSWERS = 10;

/** Collects the worst answers, at most one a sample. */
export interface WorstAnswers {
  add(record: SampleRecord): void;
  /** Lowest overall score first, of equals by id: the same in whatever order they were added. */
  list(): readonly SampleRecord[];
}

/** @param limit how many are kept; a perfect answer never is */
export function worstAnswers(limit: number): WorstAnswers {
  let worst: SampleRecord[] = [];
  return {
    add(record) {
      if (record.scores === null || record.scores.overall === 1) return;
      const last = worst[limit - 1];
      if (last && compare(record, last) >= 0) return;
      const same = worst.find(({ id }) => id === record.id);
      if (same && compare(record, same) >= 0) return;
      worst = [...worst.filter((other) => other !== same), record].sort(compare).slice(0, limit);
    },
    list: () => worst,
  };
}

function compare(a: SampleRecord, b: SampleRecord): number {
  return (a.scores?.overall ?? 0) - (b.scores?.overall ?? 0) ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : a.repeat - b.repeat);
}
