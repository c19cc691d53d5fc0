import assert from "node:assert/strict";
import { readJson } from "./body.ts";
import { ServiceError } from "./service_error.ts";

const NEVER = new AbortController().signal;

/** A request whose body comes in pieces; `read` says how many of them were taken. */
function piecewise(pieces: readonly (string | Error)[], headers: Record<string, string> = {}) {
  const left = [...pieces];
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = left.shift();
      if (piece === undefined) controller.close();
      else if (piece instanceof Error) controller.error(piece);
      else controller.enqueue(new TextEncoder().encode(piece));
    },
    cancel: () => void (cancelled = true),
  }, { highWaterMark: 0 });
  const request = new Request("http://localhost/", { method: "POST", headers, body });
  return { request, read: () => pieces.length - left.length, cancelled: () => cancelled };
}

Deno.test("a body in pieces is one value, also where a piece ends within a character", async () => {
  const bytes = new TextEncoder().encode('{"a": "größe 🔥"}');
  const body = new ReadableStream({
    start(controller) {
      for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
      controller.close();
    },
  });
  const request = new Request("http://localhost/", { method: "POST", body });
  assert.deepEqual(await readJson(request, bytes.length, NEVER), { a: "größe 🔥" });
});

const tooLarge = { name: "ServiceError", status: 413 };

Deno.test("a body that says that it is too large is not read at all", async () => {
  const { request, read } = piecewise(["{}"], { "content-length": "101" });
  await assert.rejects(readJson(request, 100, NEVER), tooLarge);
  assert.equal(read(), 0);
});

Deno.test("a body that does not say so is read until it is", async () => {
  const { request, read, cancelled } = piecewise(Array(50).fill("x".repeat(40)));
  await assert.rejects(readJson(request, 100, NEVER), tooLarge);
  assert.deepEqual([read(), cancelled()], [3, true]);
});

const FAULTS: readonly (readonly [string, number, RegExp])[] = [
  ["", 422, /"missing"/],
  [" \n", 422, /"missing"/],
  ["{", 422, /"json_invalid"/],
  ["\u0000", 422, /"json_invalid"/],
];

for (const [body, status, detail] of FAULTS) {
  Deno.test(`the body ${JSON.stringify(body)} is refused with ${status}`, async () => {
    const request = new Request("http://localhost/", { method: "POST", body });
    await assert.rejects(readJson(request, 100, NEVER), (error) => {
      assert.ok(error instanceof ServiceError);
      assert.match(JSON.stringify(error.detail), detail);
      assert.equal(error.status, status);
      return true;
    });
  });
}

Deno.test("a body that breaks off is refused with 400", async () => {
  const { request } = piecewise(["{", new Error("connection reset")]);
  await assert.rejects(readJson(request, 100, NEVER), { name: "ServiceError", status: 400 });
});

Deno.test("a body that does not come is waited for until the signal", async () => {
  const late = new AbortController();
  const reading = Promise.withResolvers<void>();
  const body = new ReadableStream({ pull: () => reading.resolve() }, { highWaterMark: 0 });
  const request = new Request("http://localhost/", { method: "POST", body });
  const read = readJson(request, 100, late.signal);
  await reading.promise;
  late.abort(new Error("time is up"));
  await assert.rejects(read, /time is up/);
});
