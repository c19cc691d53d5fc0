import assert from "node:assert/strict";
import fc from "fast-check";
import { confusion, perClass } from "./classes.ts";
import reference from "./testdata/statistics.json" with { type: "json" };

const { expected, predicted, labels, precision, recall, f1, support } = reference.per_class;

for (const [at, label] of labels.entries()) {
  Deno.test(`perClass() equals scikit-learn for ${label}`, () => {
    const found = perClass(expected, predicted, labels)[at];
    assert.equal(found?.n, support[at]);
    for (
      const [value, want] of [[found?.precision, precision], [found?.recall, recall], [
        found?.f1,
        f1,
      ]] as const
    ) {
      assert.ok(typeof value === "number" && Math.abs(value - want[at]!) < 1e-9);
    }
  });
}

const CASES = [
  // Two of three right, one taken for it: 2/3, 2/3, 2*2 / (3 + 3)
  { label: "a", n: 3, precision: 2 / 3, recall: 2 / 3, f1: 2 / 3 },
  { label: "never predicted", n: 1, precision: null, recall: 0, f1: 0 },
  { label: "never expected", n: 0, precision: 0, recall: null, f1: null },
  { label: "neither", n: 0, precision: null, recall: null, f1: null },
];
const EXPECTED = ["a", "a", "a", "never predicted", "b"];
const PREDICTED = ["a", "a", null, "never expected", "a"];
for (const want of CASES) {
  Deno.test(`perClass() of ${want.label}`, () => {
    assert.deepEqual(perClass(EXPECTED, PREDICTED, [want.label]), [want]);
  });
}

Deno.test("confusion() has rows of expected labels, and what is no label beside them", () => {
  const found = confusion(
    ["a", "a", "a", "b", "b", "elsewhere"],
    ["a", "b", null, "b", "x", "a"],
    ["a", "b"],
  );
  assert.deepEqual(found, {
    labels: ["a", "b"],
    counts: [[1, 1], [0, 1]],
    unreadable: [1, 0],
    outside: [0, 1],
  });
});

Deno.test("confusion() loses no sample, and its diagonal is what perClass() calls right", () => {
  const answer = fc.constantFrom("a", "b", "c", "x", null);
  const pairs = fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), answer), { maxLength: 30 });
  fc.assert(
    fc.property(pairs, (pairs) => {
      const [expected, predicted] = [
        pairs.map(([label]) => label),
        pairs.map(([, label]) => label),
      ];
      const labels = ["a", "b", "c"];
      const { counts, unreadable, outside } = confusion(expected, predicted, labels);
      perClass(expected, predicted, labels).forEach(({ n, recall }, row) => {
        const sum = counts[row]!.reduce((sum, count) => sum + count, 0);
        assert.equal(sum + unreadable[row]! + outside[row]!, n);
        assert.equal(recall, n === 0 ? null : counts[row]![row]! / n);
      });
    }),
    { seed: 1, numRuns: 200 },
  );
});
