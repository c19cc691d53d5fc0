import assert from "node:assert/strict";
import fc from "fast-check";
import { solveLinear } from "./linear.ts";

const CASES: { matrix: number[][]; right: number[]; want: number[] }[] = [
  { matrix: [], right: [], want: [] },
  { matrix: [[4]], right: [2], want: [0.5] },
  // The first pivot is 0.
  { matrix: [[0, 1], [2, 0]], right: [3, 8], want: [4, 3] },
  { matrix: [[2, 1], [1, 3]], right: [5, 10], want: [1, 3] },
];
for (const { matrix, right, want } of CASES) {
  Deno.test(`solveLinear(${JSON.stringify(matrix)}, ${JSON.stringify(right)})`, () => {
    const found = solveLinear(matrix.map((row) => Float64Array.from(row)), right);
    assert.deepEqual([...found], want);
  });
}

Deno.test("solveLinear() finds what was multiplied", () => {
  const value = fc.double({ min: -1, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.array(value, { minLength: 8 * 9, maxLength: 8 * 9 }), (values) => {
      // The diagonal outweighs its row: regular.
      const matrix = Array.from(
        { length: 8 },
        (_, row) =>
          Float64Array.from({ length: 8 }, (_, at) => values[8 * row + at]! + (row === at ? 9 : 0)),
      );
      const want = values.slice(64);
      const right = matrix.map((row) => row.reduce((sum, a, at) => sum + a * want[at]!, 0));
      solveLinear(matrix, right).forEach((found, at) => {
        assert.ok(Math.abs(found - want[at]!) < 1e-12);
      });
    }),
    { seed: 1, numRuns: 100 },
  );
});
