import assert from "node:assert/strict";
import { sumsByCluster } from "./clusters.ts";

Deno.test("sumsByCluster() gives size and sum in the order of the first values", () => {
  assert.deepEqual(sumsByCluster([1, 2, 3, 4], ["b", "a", "b", "b"]), [
    { n: 3, sum: 8 },
    { n: 1, sum: 2 },
  ]);
  assert.deepEqual(sumsByCluster([], []), []);
});
