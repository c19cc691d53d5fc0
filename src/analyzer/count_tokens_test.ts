// Counting by a server that can, cannot, or does it another way.

import assert from "node:assert/strict";
import { type FakeStep, startFakeServer, status } from "../testing/fake_server.ts";
import { countTokens } from "./count_tokens.ts";

const NEVER = new AbortController().signal;
const ROWS: readonly (readonly [name: string, step: FakeStep | null, want: number | null])[] = [
  ["llama-server", status(200, { tokens: [1, 2, 3] }), 3],
  ["no text", status(200, { tokens: [] }), 0],
  ["a server without it", null, null],
  ["another server's form", status(200, { count: 3, token_ids: [1] }), null],
  ["an error with tokens", status(500, { tokens: [1] }), null],
  ["no JSON", status(200, "hello"), null],
  ["a server that hangs up", { kind: "cut_off" }, null],
];
for (const [name, step, want] of ROWS) {
  Deno.test(`countTokens() of ${name}`, async () => {
    const side: Record<string, FakeStep> = step === null ? {} : { "/tokenize": step };
    await using server = startFakeServer([], { side });
    assert.equal(
      await countTokens(`${server.url}/v1`, "a b", { signal: NEVER, apiKey: "k" }),
      want,
    );
    const [sent] = server.sideRequests;
    assert.deepEqual(sent?.body, { content: "a b", add_special: true });
    assert.equal(sent?.headers.get("authorization"), "Bearer k");
  });
}

Deno.test("countTokens() is null where nobody listens, and ends with its signal", async () => {
  assert.equal(await countTokens("http://127.0.0.1:2", "a", { signal: NEVER }), null);
  const signal = AbortSignal.abort(new Error("enough"));
  await assert.rejects(countTokens("http://127.0.0.1:2", "a", { signal }), /enough/);
});
