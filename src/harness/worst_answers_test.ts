import assert from "node:assert/strict";
import fc from "fast-check";
import { testRecord } from "../testing/run_fixtures.ts";
import type { SampleRecord } from "./run_files.ts";
import { worstAnswers } from "./worst_answers.ts";

const record = (id: string, overall: number, repeat = 1): SampleRecord => {
  const { scores, ...rest } = testRecord(id, { repeat });
  return { ...rest, scores: { ...scores!, overall } };
};
const listed = (limit: number, records: readonly SampleRecord[]) => {
  const worst = worstAnswers(limit);
  for (const entry of records) worst.add(entry);
  return worst.list().map(({ id, repeat }) => `${id}${repeat}`);
};

Deno.test("worstAnswers() keeps the lowest scores, lowest first", () => {
  const records = [record("a", 0.5), record("b", 0), record("c", 0.9), record("d", 0.1)];
  assert.deepEqual(listed(3, records), ["b1", "d1", "a1"]);
});

Deno.test("worstAnswers() keeps one answer a sample, its worst", () => {
  const records = [record("a", 0.5), record("a", 0.1, 2), record("a", 0.3, 3), record("b", 0.2)];
  assert.deepEqual(listed(3, records), ["a2", "b1"]);
});

Deno.test("worstAnswers() keeps neither perfect answers nor calls without an answer", () => {
  const failed = testRecord("f", { outcome: "failed", scores: null, predicted: null });
  assert.deepEqual(listed(3, [record("a", 1), failed]), []);
});

Deno.test("worstAnswers() does not depend on the order", () => {
  const records = fc.array(
    fc.record({
      id: fc.constantFrom("a", "b", "c", "d", "e", "f"),
      overall: fc.constantFrom(0, 0.25, 0.5, 1),
      repeat: fc.integer({ min: 1, max: 3 }),
    }),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(records, (rows) => {
      const unique = [...new Map(rows.map((row) => [`${row.id}${row.repeat}`, row])).values()]
        .map(({ id, overall, repeat }) => record(id, overall, repeat));
      assert.deepEqual(listed(3, unique), listed(3, unique.toReversed()));
    }),
    { seed: 1, numRuns: 200 },
  );
});
