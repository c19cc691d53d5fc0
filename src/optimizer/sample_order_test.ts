import assert from "node:assert/strict";
import { seededRandom } from "../random.ts";
import { mirroredOrder, tellingOrder } from "./sample_order.ts";

const CASES: { categories: string; firstTwo: string; firstFour: string }[] = [
  { categories: "aaaaaab", firstTwo: "aa", firstFour: "aaab" },
  { categories: "abababab", firstTwo: "ab", firstFour: "aabb" },
  { categories: "aaaa", firstTwo: "aa", firstFour: "aaaa" },
];
for (const { categories, firstTwo, firstFour } of CASES) {
  Deno.test(`mirroredOrder() of ${categories}`, () => {
    const orders = new Set<string>();
    for (let seed = 0; seed < 20; seed++) {
      const order = mirroredOrder([...categories], seededRandom(seed));
      orders.add(order.join());
      const first = (count: number) =>
        order.slice(0, count).map((at) => categories[at]).sort().join("");
      assert.equal(first(2), firstTwo);
      assert.equal(first(4), firstFour);
      assert.deepEqual(order.toSorted(), [...categories].map((_, at) => at));
    }
    assert.ok(orders.size > 5);
  });
}

const BASELINES: { baseline: (number | null)[] | undefined; first: number[] }[] = [
  { baseline: [0, 0.1, 0.5, 1, 0.8, 0.95], first: [2, 4] },
  { baseline: [1, 1, null, 0, 0, 0], first: [2] },
  { baseline: [0, 0, 0, 0, 0, 0], first: [] },
  { baseline: undefined, first: [] },
];
for (const { baseline, first } of BASELINES) {
  Deno.test(`tellingOrder() with ${JSON.stringify(baseline)} starts with ${first}`, () => {
    const order = tellingOrder([..."aaabbb"], baseline, seededRandom(1));
    assert.deepEqual(order.slice(0, first.length).sort(), first);
    const rest = mirroredOrder([..."aaabbb"], seededRandom(1)).filter((s) => !first.includes(s));
    assert.deepEqual(order.slice(first.length), rest);
  });
}
