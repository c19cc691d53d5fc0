import assert from "node:assert/strict";
import { traceIdOf } from "./trace_id.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT = "b7ad6b7169203331";
const FRESH = "80".repeat(16);

const HEADERS: readonly (readonly [traceparent: string | null, id: string])[] = [
  [`00-${TRACE}-${PARENT}-01`, TRACE],
  [`00-${TRACE}-${PARENT}-00`, TRACE],
  [` 00-${TRACE}-${PARENT}-01 `, TRACE],
  [`01-${TRACE}-${PARENT}-01-more`, TRACE],
  [null, FRESH],
  ["", FRESH],
  ["nonsense", FRESH],
  [`00-${TRACE}-${PARENT}`, FRESH],
  [`00-${TRACE}-${PARENT}-01-more`, FRESH],
  [`01-${TRACE}-${PARENT}-01more`, FRESH],
  [`ff-${TRACE}-${PARENT}-01`, FRESH],
  [`00-${TRACE.toUpperCase()}-${PARENT}-01`, FRESH],
  [`00-${"0".repeat(32)}-${PARENT}-01`, FRESH],
  [`00-${TRACE}-${"0".repeat(16)}-01`, FRESH],
  [`00-${TRACE}-${PARENT}-01, 00-${TRACE}-${PARENT}-01`, FRESH],
];

for (const [traceparent, id] of HEADERS) {
  Deno.test(`the trace of ${JSON.stringify(traceparent)}`, () => {
    assert.equal(traceIdOf(traceparent, () => 0.5), id);
  });
}
