import assert from "node:assert/strict";
import { inOrder, inStretches, type TaskQueue } from "./task_queue.ts";

/** What each worker gets when they take turns. */
function takeAll(queue: TaskQueue<number>, turns: readonly number[]): (number | undefined)[] {
  return turns.map((worker) => queue.take(worker));
}

Deno.test("inOrder() gives tasks in their order, whoever asks", () => {
  assert.deepEqual(takeAll(inOrder([1, 2, 3]), [1, 0, 1, 0, 0]), [1, 2, 3, undefined, undefined]);
});

Deno.test("inStretches() gives each worker neighbours", () => {
  const queue = inStretches([1, 2, 3, 4, 5, 6], 2);
  assert.deepEqual(takeAll(queue, [0, 1, 0, 1, 1, 0]), [1, 4, 2, 5, 6, 3]);
  assert.equal(queue.take(0), undefined);
});

Deno.test("inStretches(): who is through helps at the end of the longest stretch", () => {
  const queue = inStretches([1, 2, 3, 4, 5, 6], 2);
  assert.deepEqual(takeAll(queue, [0, 0, 0, 0, 0, 1, 1]), [1, 2, 3, 6, 5, 4, undefined]);
});

Deno.test("inStretches() gives every task once, with more workers than tasks too", () => {
  for (const workers of [1, 2, 3, 7]) {
    for (const count of [0, 1, 5]) {
      const tasks = Array.from({ length: count }, (_, at) => at);
      const queue = inStretches(tasks, workers);
      const taken: number[] = [];
      for (let turn = 0; turn < 20; turn++) {
        taken.push(...[queue.take(turn % workers)].flatMap((x) => x ?? []));
      }
      assert.deepEqual(taken.sort(), tasks);
    }
  }
});
