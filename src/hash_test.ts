import assert from "node:assert/strict";
import { hashOf, hashOfAll, shortHash } from "./hash.ts";

Deno.test("hashOf() is the SHA-256 of canonical JSON", () => {
  // printf '{"a":1,"b":[true,null]}' | sha256sum
  const want = "sha256:1cc69c7fa23616ca2ec3ee70d24390a6225c8832db8a4c814c7e0e7f942f8668";
  assert.equal(hashOf({ b: [true, null], a: 1 }), want);
});

Deno.test("hashOf() of a plain string is that of its JSON", () => {
  // printf '"a"' | sha256sum
  assert.equal(
    hashOf("a"),
    "sha256:ac8d8342bbb2362d13f0a559a3621bb407011368895164b628a54f7fc33fc43c",
  );
});

Deno.test("hashOf() takes half a surrogate pair, as damaged logs hold it", () => {
  assert.equal(hashOf({ log: "a\ud800b" }), hashOf({ log: "a\ufffdb" }));
});

Deno.test("hashOfAll() sees order and borders of the values", () => {
  assert.notEqual(hashOfAll(["a", "b"]), hashOfAll(["b", "a"]));
  assert.notEqual(hashOfAll([["a"], ["b"]]), hashOfAll([["a", "b"]]));
  assert.equal(hashOfAll([{ x: 1, y: 2 }]), hashOfAll([{ y: 2, x: 1 }]));
});

Deno.test("shortHash() keeps the algorithm and six digits", () => {
  assert.equal(shortHash(hashOf("a")), "sha256:ac8d83…");
});
