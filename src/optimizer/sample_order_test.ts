import assert from "node:assert/strict";
import { seededRandom } from "../random.ts";
import { mirroredOrder } from "./sample_order.ts";

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
