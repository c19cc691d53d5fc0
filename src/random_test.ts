import assert from "node:assert/strict";
import { sampleOf, seededRandom } from "./random.ts";

Deno.test("seededRandom() repeats for a seed and stays in [0, 1)", () => {
  const draw = (seed: number) => Array.from({ length: 100 }, seededRandom(seed));
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
  assert.ok(draw(7).every((value) => value >= 0 && value < 1));
});

Deno.test("sampleOf() draws without replacement, in order", () => {
  const items = Array.from({ length: 100 }, (_, at) => at);
  const drawn = sampleOf(items, 10, seededRandom(1));
  assert.equal(drawn.length, 10);
  assert.deepEqual(drawn, [...new Set(drawn)].sort((a, b) => a - b));
  assert.deepEqual(sampleOf(items, 200, seededRandom(1)), items);
});

Deno.test("sampleOf() gives every item the same chance", () => {
  const counts = new Array(10).fill(0);
  const random = seededRandom(3);
  for (let draw = 0; draw < 2000; draw++) {
    for (const item of sampleOf([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 3, random)) counts[item]++;
  }
  // Expected 600 each, standard deviation about 20.
  assert.ok(counts.every((count) => Math.abs(count - 600) < 100), counts.join(" "));
});
