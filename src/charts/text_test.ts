import assert from "node:assert/strict";
import { shorten, spread, wrapText } from "./text.ts";

Deno.test("text is wrapped at spaces, and a word that is too long is cut", () => {
  assert.deepEqual(wrapText("one two three", 60, 12), ["one two", "three"]);
  assert.deepEqual(wrapText("unbreakable", 40, 12), ["unbr…"]);
  assert.deepEqual(wrapText("", 40, 12), [""]);
  assert.equal(shorten("short", 400, 12), "short");
});

const PLACES = [
  { wanted: [10, 50], expected: [10, 50] },
  { wanted: [10, 12, 11], expected: [10, 34, 22] },
  { wanted: [95, 99], expected: [88, 100] },
  { wanted: [1, 1, 1], range: [0, 10] as const, expected: [0, 12, 24] },
];

Deno.test("labels are moved apart, in their order, within the chart as far as they fit", () => {
  for (const { wanted, range = [0, 100] as const, expected } of PLACES) {
    assert.deepEqual(spread(wanted, 12, range), expected);
  }
});
