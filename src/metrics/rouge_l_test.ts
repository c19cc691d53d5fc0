import assert from "node:assert/strict";
import fc from "fast-check";
import { rougeL } from "./rouge_l.ts";
import reference from "./testdata/rouge_l.json" with { type: "json" };

// Two texts without words score 1 here and 0 there; those rows are in the table below.
const ROWS = reference.rows.filter(({ expected, predicted }) => /\w/.test(expected + predicted));

for (const { expected, predicted, f1 } of ROWS) {
  Deno.test(`rougeL() equals rouge_score for ${JSON.stringify(expected)} / ${JSON.stringify(predicted)}`, () => {
    assert.ok(Math.abs(rougeL(expected, predicted) - f1) < 1e-9);
  });
}

const OWN = [
  { expected: "", predicted: "", want: 1 },
  { expected: "...", predicted: "!!!", want: 1 },
  { expected: "", predicted: "something", want: 0 },
  { expected: "something", predicted: "", want: 0 },
  { expected: "磁盘已满", predicted: "磁盘已满", want: 1 },
  { expected: "磁盘已满", predicted: "磁盘正常", want: 0 },
  // zugriff verweigert für bäcker / zugriff für bäcker: 3 of 4 and 3 of 3, 2*3/(4+3)
  { expected: "Zugriff verweigert für Bäcker", predicted: "zugriff für BÄCKER", want: 6 / 7 },
];
for (const { expected, predicted, want } of OWN) {
  Deno.test(`rougeL() of ${JSON.stringify(expected)} / ${JSON.stringify(predicted)} is ${want}`, () => {
    assert.equal(rougeL(expected, predicted), want);
  });
}

Deno.test("rougeL() is 1 for equal texts, symmetric, and within 0..1", () => {
  const text = fc.array(fc.constantFrom("a", "b", "c", "dd", "é", "."), { maxLength: 12 })
    .map((words) => words.join(" "));
  fc.assert(
    fc.property(text, text, (a, b) => {
      const score = rougeL(a, b);
      assert.ok(score >= 0 && score <= 1);
      assert.equal(score, rougeL(b, a));
      assert.equal(rougeL(a, a), 1);
    }),
    { seed: 1, numRuns: 200 },
  );
});
