import assert from "node:assert/strict";
import { drawTable, LEVELS, REGIMES } from "./search_tables.ts";

Deno.test("a table is the same for its seed, 108 prompts on 55 and 53 samples, scores of 0..1", () => {
  assert.equal(LEVELS.length, 108);
  for (const regime of Object.values(REGIMES)) {
    const table = drawTable(regime, 1);
    assert.deepEqual(drawTable(regime, 1), table);
    for (const [set, samples] of [[table.validation, 55], [table.heldOut, 53]] as const) {
      assert.equal(set.categories.length, samples);
      assert.equal(set.scores.length, 108);
      for (const scores of set.scores) {
        assert.equal(scores.length, samples);
        assert.ok(scores.every((score) => score >= 0 && score <= 1));
      }
    }
  }
});

Deno.test("where no prompt is better than another, their true means are equal", () => {
  const { population } = drawTable(REGIMES.nulls, 3);
  assert.ok(population.every((mean) => mean === population[0]));
});
