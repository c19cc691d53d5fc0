import assert from "node:assert/strict";
import { AnswerCache, answerOf } from "./answers.ts";

Deno.test("an answer is made once a key, by all who ask at the same time", async () => {
  const cache = new AnswerCache();
  let made = 0;
  const make = async () => {
    await Promise.resolve();
    return answerOf(`answer ${++made}`, "text/plain");
  };
  const [a, b] = await Promise.all([cache.get("key", make), cache.get("key", make)]);
  assert.equal(a, b);
  assert.equal(await cache.get("key", make), a);
  assert.notEqual(await cache.get("other", make), a);
  assert.equal(made, 2);
});

Deno.test("a failure is not kept", async () => {
  const cache = new AnswerCache();
  await assert.rejects(cache.get("key", () => Promise.reject(new Error("once"))), /once/);
  assert.equal((await cache.get("key", () => answerOf("x", "text/plain"))).bytes.length, 1);
});

Deno.test("what was not asked for longest makes room", async () => {
  const cache = new AnswerCache();
  let made = 0;
  const ask = (key: string, size = 1) =>
    cache.get(key, () => {
      made++;
      return answerOf("x".repeat(size), "text/plain");
    });
  for (let at = 0; at < 256; at++) await ask(`key ${at}`);
  await ask("key 0");
  await ask("one more");
  assert.equal(made, 257);
  await ask("key 0");
  assert.equal(made, 257, "asked for again in between");
  await ask("key 1");
  assert.equal(made, 258, "the oldest had to go");

  for (const key of ["a", "b", "c"]) await ask(key, 20_000_000);
  made = 0;
  await ask("c", 20_000_000);
  assert.equal(made, 0);
  await ask("a", 20_000_000);
  assert.equal(made, 1, "three of 20 MB are too many");
});

Deno.test("bytes are gzip'd once, and only where it is worth it", async () => {
  const long = answerOf("x".repeat(5000), "text/plain");
  const [a, b] = [long.gzipped(), long.gzipped()];
  assert.equal(a, b);
  assert.ok((await a)!.length < 200);
  assert.equal(answerOf("short", "text/plain").gzipped(), null);
});
