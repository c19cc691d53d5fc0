// Lines as clusters write them, and what becomes of them.

import assert from "node:assert/strict";
import fc from "fast-check";
import type { LogEntry } from "../analyzer/analysis.ts";
import { type KnownOrigin, parseLogLines } from "./log_lines.ts";

const NOW = Date.parse("2026-11-24T14:30:00Z");
const T = Date.parse("2026-11-24T06:19:08.417Z");
const PREFIX = "[pod/llama-server-7c9d-8xkzn/llama-server]";
const STAMP = "2026-11-24T06:19:08.417000000Z";
const FROM_PREFIX = { pod: "llama-server-7c9d-8xkzn", container: "llama-server" };

type Want = Partial<LogEntry> & { readonly message: string };

const ROWS: readonly {
  readonly name: string;
  readonly text: string;
  readonly known?: Partial<KnownOrigin>;
  readonly want: readonly Want[];
}[] = [
  {
    name: "plain lines",
    text: "one\ntwo",
    want: [{ message: "one", timestamp: NOW, pod: "unknown" }, { message: "two" }],
  },
  {
    name: "what the caller knows",
    text: "one",
    known: { namespace: "llm", pod: "p", container: "c", node: "n" },
    want: [{ message: "one", namespace: "llm", pod: "p", container: "c", node: "n" }],
  },
  { name: "nothing", text: "", want: [] },
  { name: "blank lines", text: "\n \n\t\none\n\n", want: [{ message: "one" }] },
  {
    name: "--timestamps",
    text: `${STAMP} one\n${STAMP} `,
    want: [{ message: "one", timestamp: T }],
  },
  {
    name: "--timestamps with an offset",
    text: "2026-11-24T07:19:08.417000000+01:00 one",
    want: [{ message: "one", timestamp: T }],
  },
  { name: "--prefix", text: `${PREFIX} one`, want: [{ message: "one", ...FROM_PREFIX }] },
  {
    name: "--prefix beats what the caller knows",
    text: `${PREFIX} one`,
    known: { pod: "p", namespace: "llm" },
    want: [{ message: "one", namespace: "llm", ...FROM_PREFIX }],
  },
  {
    name: "--timestamps --prefix, and a message that looks like them",
    text: `${PREFIX} ${STAMP} ${PREFIX} ${STAMP} x`,
    want: [{ message: `${PREFIX} ${STAMP} x`, timestamp: T, ...FROM_PREFIX }],
  },
  {
    name: "a program's own time, which stays",
    text: "2026-11-24 06:19:08,417 ERROR one\n[2026-11-24T06:19:08.417Z] two\nthree",
    want: [
      { message: "2026-11-24 06:19:08,417 ERROR one", timestamp: T },
      { message: "[2026-11-24T06:19:08.417Z] two", timestamp: T },
      { message: "three", timestamp: T },
    ],
  },
  {
    name: "a date that there is not",
    text: "2026-19-44T66:19:08Z one",
    want: [{ message: "2026-19-44T66:19:08Z one", timestamp: NOW }],
  },
  {
    name: "CRLF, colours, a line that writes over itself",
    text: "\x1b[31mERROR\x1b[0m one\r\n 10 %\r 50 %\rdone\r\n",
    want: [{ message: "ERROR one" }, { message: "done" }],
  },
  {
    name: "binary bytes",
    text: "a\0\x01b\ufffdc",
    want: [{ message: "a��b�c" }],
  },
  {
    name: "a Java trace",
    text: "E boom\n\tat a.B.c(B.java:1)\nCaused by: java.io.IOException: x\n\t... 3 more\nI next",
    want: [
      {
        message: "E boom\n\tat a.B.c(B.java:1)\nCaused by: java.io.IOException: x\n\t... 3 more",
      },
      { message: "I next" },
    ],
  },
  {
    name: "a Python trace with its last line",
    text:
      'Traceback (most recent call last):\n  File "a.py", line 1\n    x()\nValueError: no\nnext one',
    want: [
      {
        message:
          'Traceback (most recent call last):\n  File "a.py", line 1\n    x()\nValueError: no',
      },
      { message: "next one" },
    ],
  },
  {
    name: "traces of two pods, mixed, with timestamps",
    text: [
      `[pod/a/x] ${STAMP} panic A`,
      `[pod/b/x] ${STAMP} panic B`,
      `[pod/a/x] ${STAMP} \tat A`,
      `[pod/b/x] ${STAMP} \tat B`,
    ].join("\n"),
    want: [{ message: "panic A\n\tat A", pod: "a" }, { message: "panic B\n\tat B", pod: "b" }],
  },
  {
    name: "an indented first line",
    text: "  at x\n  at y",
    want: [{ message: "  at x\n  at y" }],
  },
  {
    name: "JSON of a program, which stays a line",
    text: '{"time":"2026-11-24T06:19:08.417Z","level":"error","msg":"boom"}',
    want: [{
      message: '{"time":"2026-11-24T06:19:08.417Z","level":"error","msg":"boom"}',
      timestamp: T,
    }],
  },
  {
    name: "JSON times in seconds, with a fraction, in ms and ns, and none",
    text: [
      '{"ts":1795501148,"msg":"a"}',
      '{"ts":1795501148.417,"msg":"b"}',
      '{"timestamp":1795501148417,"msg":"c"}',
      '{"time":"1795501148417000001","msg":"d"}',
      '{"time":"soon","msg":"e"}',
      '{"time":7,"msg":"f"}',
    ].join("\n"),
    want: [
      { message: '{"ts":1795501148,"msg":"a"}', timestamp: 1795501148000 },
      { message: '{"ts":1795501148.417,"msg":"b"}', timestamp: 1795501148417 },
      { message: '{"timestamp":1795501148417,"msg":"c"}', timestamp: 1795501148417 },
      { message: '{"time":"1795501148417000001","msg":"d"}', timestamp: 1795501148417 },
      { message: '{"time":"soon","msg":"e"}', timestamp: 1795501148417 },
      { message: '{"time":7,"msg":"f"}', timestamp: 1795501148417 },
    ],
  },
  {
    name: "JSON with the dataset's fields",
    text:
      '{"timestamp":1795501148417,"namespace":"llm","pod":"p","container":"c","node":"n","log_line":"one","source":"real"}',
    want: [{
      message: "one",
      timestamp: T,
      namespace: "llm",
      pod: "p",
      container: "c",
      node: "n",
    }],
  },
  {
    name: "JSON as the service answers it",
    text:
      '{"time":"2026-11-24T06:19:08.417Z","source":"llm/llama-server","pod":"p","node":"n","message":"one"}',
    want: [{
      message: "one",
      timestamp: T,
      namespace: "llm",
      pod: "p",
      container: "llama-server",
      node: "n",
    }],
  },
  { name: "broken JSON", text: '{"time":"2026', want: [{ message: '{"time":"2026' }] },
];
for (const { name, text, known, want } of ROWS) {
  Deno.test(`parseLogLines() reads ${name}`, () => {
    const lines = text.split("\n");
    const { entries, lineCounts } = parseLogLines(lines, { timestamp: NOW, ...known });
    assert.deepEqual(entries.map((entry, at) => ({ ...entry, ...want[at] })), entries);
    assert.equal(entries.length, want.length);
    assert.deepEqual(lineCounts, want.map(({ message }) => message.split("\n").length));
  });
}

Deno.test("parseLogLines() takes any lines, each into one entry", () => {
  const piece = fc.constantFrom(
    PREFIX,
    STAMP,
    "{",
    '"time":1795501148',
    "}",
    "\t",
    "Caused by: ",
    "\r",
  );
  const line = fc.array(fc.oneof(piece, fc.string())).map((pieces) => pieces.join(" "));
  fc.assert(fc.property(fc.array(line), (lines) => {
    const { entries, lineCounts } = parseLogLines(lines, { timestamp: NOW });
    assert.equal(entries.length, lineCounts.length);
    assert.ok(lineCounts.reduce((sum, count) => sum + count, 0) <= lines.length);
    for (const { timestamp, message } of entries) {
      assert.ok(Number.isSafeInteger(timestamp) && message.trim() !== "");
      new Date(timestamp).toISOString();
    }
  }));
});
