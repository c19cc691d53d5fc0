import assert from "node:assert/strict";
import { nearDuplicates } from "./near_duplicates.ts";

const LINE = "failed to open the model file of the server because it does not exist";

const CASES = [
  // 13 of 14 different words in both (the, of count once).
  { name: "one word more", a: LINE, b: `${LINE} please`, near: true },
  {
    name: "other case and marks",
    a: LINE,
    b: LINE.toUpperCase().replaceAll(" ", "_ "),
    near: true,
  },
  {
    name: "two of thirteen words changed",
    a: LINE,
    b: LINE.replace("model file", "other thing"),
    near: false,
  },
  { name: "equal texts, which are leaks of their own", a: LINE, b: LINE, near: false },
  { name: "short texts", a: "a b c d", b: "a b c D", near: false },
  { name: "empty texts", a: "", b: "", near: false },
];
for (const { name, a, b, near } of CASES) {
  Deno.test(`nearDuplicates() of ${name}: ${near ? "a pair" : "none"}`, () => {
    assert.equal(nearDuplicates([a], [b]).length, near ? 1 : 0);
  });
}

Deno.test("nearDuplicates() tells the places", () => {
  const pairs = nearDuplicates(["something else entirely of five words", LINE], [
    "x",
    "y",
    `${LINE} now`,
  ]);
  assert.deepEqual(pairs.map(({ a, b }) => [a, b]), [[1, 2]]);
});
