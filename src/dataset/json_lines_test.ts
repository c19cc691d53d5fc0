import assert from "node:assert/strict";
import { elementLines, fieldLine } from "./json_lines.ts";

const TEXT = `[
  {
    "a": "[{,\\"",
    "b": [1, 2]
  }, 3,

  {"a": 1}
]`;

Deno.test("elementLines() finds every element, whatever its strings hold", () => {
  assert.deepEqual(elementLines(TEXT), [2, 5, 7]);
  assert.deepEqual(elementLines("[]"), []);
  assert.deepEqual(elementLines("[1,2]"), [1, 1]);
});

Deno.test("fieldLine() finds a field within its element, else the element", () => {
  const lines = TEXT.split("\n");
  assert.equal(fieldLine(lines, 2, 5, "b"), 4);
  assert.equal(fieldLine(lines, 2, 5, "c"), 2);
  assert.equal(fieldLine(lines, 7, undefined, "a"), 7);
  assert.equal(fieldLine(lines, 2, 5), 2);
});
