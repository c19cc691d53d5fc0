import assert from "node:assert/strict";
import * as z from "zod";
import { ApiError } from "./api_error.ts";
import { queryReader } from "./query.ts";

const read = queryReader(z.strictObject({
  limit: z.int().min(1).max(200).default(50),
  wrong: z.enum(["severity", "action"]).optional(),
  q: z.string().optional(),
}));

Deno.test("a query becomes values, with defaults", () => {
  const cases: readonly [string, unknown][] = [
    ["", { limit: 50 }],
    ["limit=7", { limit: 7 }],
    ["limit=007&q=%2B1", { limit: 7, q: "+1" }],
    ["q=12&wrong=action", { limit: 50, q: "12", wrong: "action" }],
    ["q=", { limit: 50 }],
    ["limit=&wrong=&q=", { limit: 50 }],
    ["q=%20", { limit: 50, q: " " }],
    ["q", { limit: 50 }],
  ];
  for (const [query, values] of cases) {
    assert.deepEqual(read(new URLSearchParams(query)), values, query);
  }
});

Deno.test("what is not known, not allowed or given twice is refused by name", () => {
  const cases: readonly [string, string, RegExp][] = [
    ["limt=7", "limt", /unknown parameter; did you mean limit\?/],
    ["zzzzzzz=7", "zzzzzzz", /unknown parameter; there are: limit, wrong, q/],
    ["limit=0", "limit", /0 is below 1/],
    ["limit=201", "limit", /201 is above 200/],
    ["limit=1e2", "limit", /"1e2" is not a/],
    ["limit=+7", "limit", /" 7" is not a/],
    ["limit=99999999999999999999", "limit", /is not a/],
    ["wrong=severty", "wrong", /is not allowed; did you mean severity\?/],
    ["q=1&q=2", "q", /given twice/],
    ["q=&q=2", "q", /given twice/],
    ["limt=", "limt", /unknown parameter/],
    ["limit=%20", "limit", /" " is not a/],
    ["wrong=%20", "wrong", /is not allowed/],
    [`${"x".repeat(99)}=1`, `${"x".repeat(40)}…`, /unknown parameter/],
  ];
  for (const [query, field, message] of cases) {
    assert.throws(() => read(new URLSearchParams(query)), (error: unknown) => {
      assert.ok(error instanceof ApiError);
      assert.deepEqual([error.status, error.code, error.field], [400, "bad_request", field]);
      assert.match(error.message, message);
      return true;
    }, query);
  }
});

Deno.test("an address without parameters says so", () => {
  const none = queryReader(z.strictObject({}));
  assert.deepEqual(none(new URLSearchParams("")), {});
  assert.throws(() => none(new URLSearchParams("a=1")), /takes none/);
});
