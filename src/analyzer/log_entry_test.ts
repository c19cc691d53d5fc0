import assert from "node:assert/strict";
import { DataError, UsageError } from "../errors.ts";
import type { LogEntry } from "./analysis.ts";
import { renderLogEntries, renderLogEntry } from "./log_entry.ts";

const ENTRY: LogEntry = {
  timestamp: 1795500577620,
  namespace: "llm",
  pod: "llama-0",
  container: "llama",
  node: "node-1",
  message: "out of memory",
};
const TEXT = "[2026-11-24T06:09:37.620Z] llm/llama (pod=llama-0, node=node-1)\nout of memory";

Deno.test("an entry is its origin and its message, entries stand one below the other", () => {
  assert.equal(renderLogEntry(ENTRY), TEXT);
  assert.equal(renderLogEntries([ENTRY, ENTRY]), `${TEXT}\n${TEXT}`);
});

const { pod: _, ...WITHOUT_POD } = ENTRY;
const EDGES: readonly { readonly entry: unknown; readonly want: RegExp }[] = [
  { entry: { ...ENTRY, timestamp: 8.64e15 }, want: /^\[\+275760-09-13T00:00:00\.000Z\]/ },
  { entry: { ...ENTRY, timestamp: -1 }, want: /^\[1969-12-31T23:59:59\.999Z\]/ },
  { entry: { ...ENTRY, timestamp: 0.5 }, want: /^\[1970-01-01T00:00:00\.000Z\]/ },
  { entry: { ...ENTRY, pod: "", message: "" }, want: /\(pod=, node=node-1\)\n$/ },
];
for (const { entry, want } of EDGES) {
  Deno.test(`${JSON.stringify(entry)} is an entry`, () => {
    assert.match(renderLogEntries([entry as LogEntry]), want);
  });
}

const REFUSED: readonly {
  readonly name: string;
  readonly entry: unknown;
  readonly says: string;
}[] = [
  {
    name: "a timestamp that is NaN",
    entry: { ...ENTRY, timestamp: NaN },
    says: "timestamp  NaN is no time in milliseconds since 1970",
  },
  {
    name: "a timestamp in microseconds",
    entry: { ...ENTRY, timestamp: 9e15 },
    says: "timestamp  9000000000000000 is no time in milliseconds since 1970",
  },
  {
    name: "a timestamp as text",
    entry: { ...ENTRY, timestamp: "2026-01-09" },
    says: 'timestamp  "2026-01-09" is no time in milliseconds since 1970',
  },
  { name: "no pod", entry: WITHOUT_POD, says: "pod  is missing" },
  { name: "a number as message", entry: { ...ENTRY, message: 1 }, says: "message  1 is no text" },
  { name: "a node that is null", entry: { ...ENTRY, node: null }, says: "node  null is no text" },
  { name: "text", entry: "out of memory", says: 'the entry  "out of memory" is no log entry' },
  { name: "null", entry: null, says: "the entry  null is no log entry" },
];
for (const { name, entry, says } of REFUSED) {
  Deno.test(`${name} is refused with its place`, () => {
    const refused = (message: string) => (error: unknown) => {
      assert.ok(error instanceof DataError);
      assert.equal(error.message, message);
      assert.match(error.hint ?? "", /epoch milliseconds/);
      return true;
    };
    const one = entry as LogEntry;
    assert.throws(
      () => renderLogEntries([ENTRY, one]),
      refused(`Cannot analyze logs: 1 fault\n  logs[1]  ${says}`),
    );
    assert.throws(
      () => renderLogEntry(one),
      refused(`Cannot render the log entry: 1 fault\n    ${says}`),
    );
  });
}

Deno.test("all faults are told at once", () => {
  const { message: _, ...rest } = WITHOUT_POD;
  assert.throws(() => renderLogEntries([rest as LogEntry, { ...ENTRY, timestamp: Infinity }]), {
    message: "Cannot analyze logs: 3 faults\n  logs[0]  pod        is missing\n" +
      "  logs[0]  message    is missing\n" +
      "  logs[1]  timestamp  Infinity is no time in milliseconds since 1970",
  });
});

for (const logs of [[], undefined, "E boom", { 0: ENTRY, length: 1 }]) {
  Deno.test(`${JSON.stringify(logs)} is no list of entries`, () => {
    assert.throws(() => renderLogEntries(logs as readonly LogEntry[]), UsageError);
  });
}
