import assert from "node:assert/strict";
import { createSlots, type Place, type Slots } from "./slots.ts";

const NEVER = new AbortController().signal;

function enter(slots: Slots): Place {
  return slots.enter() ?? assert.fail("no place was free");
}

function counts({ taken, waiting, atModel }: Slots) {
  return { taken, waiting, atModel };
}

Deno.test("places beyond concurrent and queued are refused, until one is given back", () => {
  const slots = createSlots({ concurrent: 2, queued: 1 });
  const places = [enter(slots), enter(slots), enter(slots)];
  assert.equal(slots.enter(), null);
  places[1]![Symbol.dispose]();
  assert.deepEqual(counts(slots), { taken: 2, waiting: 0, atModel: 0 });
  // Given back twice is given back once.
  places[1]![Symbol.dispose]();
  enter(slots);
  assert.equal(slots.enter(), null);
});

Deno.test("turns come in the order in which they were asked for", async () => {
  const slots = createSlots({ concurrent: 1, queued: 3 });
  const order: number[] = [];
  const places = [0, 1, 2, 3].map(() => enter(slots));
  const turns = [2, 0, 3, 1].map(async (at) => {
    await places[at]!.turn(NEVER);
    order.push(at);
    assert.equal(slots.atModel, 1);
    places[at]![Symbol.dispose]();
  });
  await Promise.all(turns);
  assert.deepEqual(order, [2, 0, 3, 1]);
  assert.deepEqual(counts(slots), { taken: 0, waiting: 0, atModel: 0 });
});

Deno.test("who leaves while waiting takes no turn, and the next one moves up", async () => {
  const slots = createSlots({ concurrent: 1, queued: 2 });
  const [first, second, third] = [enter(slots), enter(slots), enter(slots)];
  await first.turn(NEVER);
  const left = new AbortController();
  const waiting = second.turn(left.signal);
  const last = third.turn(NEVER);
  assert.deepEqual(counts(slots), { taken: 3, waiting: 2, atModel: 1 });
  left.abort(new Error("the client left"));
  await assert.rejects(waiting, /the client left/);
  second[Symbol.dispose]();
  assert.deepEqual(counts(slots), { taken: 2, waiting: 1, atModel: 1 });
  first[Symbol.dispose]();
  await last;
  assert.deepEqual(counts(slots), { taken: 1, waiting: 0, atModel: 1 });
});

Deno.test("a signal that is aborted already takes no turn", async () => {
  const slots = createSlots({ concurrent: 1, queued: 0 });
  const place = enter(slots);
  await assert.rejects(place.turn(AbortSignal.abort(new Error("late"))), /late/);
  assert.deepEqual(counts(slots), { taken: 1, waiting: 0, atModel: 0 });
});

Deno.test("a signal that is aborted during a turn takes nothing away", async () => {
  const slots = createSlots({ concurrent: 1, queued: 0 });
  const place = enter(slots);
  const left = new AbortController();
  await place.turn(left.signal);
  left.abort();
  assert.equal(slots.atModel, 1);
  place[Symbol.dispose]();
  assert.equal(slots.atModel, 0);
});
