// What is left of log entries that do not fit. A token is a character here.

import assert from "node:assert/strict";
import type { LogEntry } from "../analyzer/analysis.ts";
import { estimateTokens, fitContext, shortened } from "./fit_context.ts";

function entry(message: string): LogEntry {
  return { timestamp: 0, namespace: "n", pod: "p", container: "c", node: "n", message };
}

/** A prompt of ten characters and the messages. */
function tokensOf(entries: readonly LogEntry[]): number {
  return entries.reduce((sum, { message }) => sum + message.length, 10);
}

const A = "a".repeat(20);
const ROWS: readonly {
  readonly name: string;
  readonly messages: readonly string[];
  readonly budget: number;
  readonly kept: readonly string[];
  readonly cut: number;
}[] = [
  { name: "nothing", messages: [], budget: 50, kept: [], cut: 0 },
  { name: "all", messages: [A, A], budget: 50, kept: [A, A], cut: 0 },
  { name: "the newest", messages: ["old", A, "new"], budget: 33, kept: [A, "new"], cut: 1 },
  { name: "one character short", messages: ["old", A, "new"], budget: 32, kept: ["new"], cut: 2 },
  {
    name: "the newest alone, where an older one is huge",
    messages: ["old", "h".repeat(9999), "new"],
    budget: 50,
    kept: ["new"],
    cut: 2,
  },
  {
    name: "a short entry that does not fit as it is",
    messages: [A, A],
    budget: 5,
    kept: [A],
    cut: 1,
  },
  {
    name: "the newest where the answer leaves no room",
    messages: [A, A],
    budget: -9,
    kept: [A],
    cut: 1,
  },
  {
    name: "the start of one that is too long",
    messages: ["old", "x".repeat(5000)],
    budget: 1000,
    // 966 fit beside the prompt and the 24 that say so; halved to within 5000 / 64: 800, 950, not 1025.
    kept: [`${"x".repeat(950)}… [cut: 5000 characters]`],
    cut: 1,
  },
];
for (const row of ROWS) {
  Deno.test(`fitContext() keeps ${row.name}`, async () => {
    const entries = row.messages.map(entry);
    const got = await fitContext(entries, { budget: row.budget, tokensOf });
    assert.deepEqual(got.entries.map(({ message }) => message), row.kept);
    assert.equal(got.cut, row.cut);
  });
}

Deno.test("fitContext() counts few prompts, and none that is far too long", async () => {
  const counted: number[] = [];
  const entries = Array.from({ length: 200_000 }, () => entry("x".repeat(100)));
  const { entries: kept } = await fitContext(entries, {
    budget: 8000,
    tokensOf: (some) => {
      counted.push(tokensOf(some));
      return tokensOf(some);
    },
  });
  assert.equal(kept.length, 79); // 10 + 79 x 100 = 7910
  assert.ok(counted.length <= 13, String(counted.length));
  assert.ok(Math.max(...counted) < 130_000);
});

Deno.test("shortened() leaves whole characters, and short messages as they are", () => {
  assert.equal(shortened(entry("abc"), 3).message, "abc");
  assert.equal(shortened(entry("ab🚀cd"), 3).message, "ab… [cut: 6 characters]");
});

Deno.test("estimateTokens() counts digits alone and other text by bytes", () => {
  assert.equal(estimateTokens(""), 0);
  assert.equal(estimateTokens("port 8080"), 6); // 4 digits, 5 / 2.5
  assert.equal(estimateTokens("→→→→→"), 6); // 15 bytes
});
