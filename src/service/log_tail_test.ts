// The newest lines of bytes that come in any pieces, and of what is no text.

import assert from "node:assert/strict";
import fc from "fast-check";
import { logTail, type Tail, type TailLimits } from "./log_tail.ts";

function tailOf(chunks: readonly (string | Uint8Array)[], limits?: TailLimits): Tail {
  const tail = logTail(limits);
  const encoder = new TextEncoder();
  for (const chunk of chunks) tail.push(typeof chunk === "string" ? encoder.encode(chunk) : chunk);
  return tail.end();
}

const UTF8 = new TextEncoder().encode("Süd\n");
const ROWS: readonly {
  readonly name: string;
  readonly chunks: readonly (string | Uint8Array)[];
  readonly limits?: TailLimits;
  readonly want: Partial<Tail>;
}[] = [
  { name: "nothing", chunks: [], want: { lines: [], total: 0, binary: false } },
  { name: "blank lines", chunks: ["\n \n\r\n"], want: { lines: [], total: 0 } },
  { name: "lines", chunks: ["a\nb\n"], want: { lines: ["a", "b"], total: 2, binary: false } },
  { name: "no final newline", chunks: ["a\nb"], want: { lines: ["a", "b"], total: 2 } },
  { name: "pieces of lines", chunks: ["a", "a\nb", "", "b", "\n"], want: { lines: ["aa", "bb"] } },
  {
    name: "a character cut in two",
    chunks: [UTF8.subarray(0, 2), UTF8.subarray(2)],
    want: { lines: ["Süd"] },
  },
  {
    name: "invalid UTF-8",
    chunks: ["an error in some line ", new Uint8Array([0xff]), "\nb"],
    want: { lines: ["an error in some line �", "b"], binary: false },
  },
  {
    name: "half a character at the end",
    chunks: ["a long enough line S", UTF8.subarray(1, 2)],
    want: { lines: ["a long enough line S�"] },
  },
  {
    name: "UTF-16 of PowerShell",
    chunks: [new Uint8Array([0xff, 0xfe, 0x61, 0, 0x0a]), new Uint8Array([0, 0x62, 0])],
    want: { lines: ["a", "b"], binary: false },
  },
  { name: "a byte order mark", chunks: ["\ufeffa"], want: { lines: ["a"] } },
  {
    name: "zero bytes in a log, as a crash leaves them",
    chunks: [`one line\n\0\0\0\n${"another line\n".repeat(9)}`],
    want: { total: 11, binary: false },
  },
  {
    name: "an archive",
    chunks: [Uint8Array.from({ length: 5000 }, (_, at) => (at * 7919) % 251)],
    want: { binary: true },
  },
  {
    name: "colours",
    chunks: ["\x1b[31mE\x1b[0m\r\n".repeat(20)],
    want: { total: 20, binary: false },
  },
  {
    name: "more than it keeps",
    chunks: ["aaaa\nbbbb\ncccc\ndddd\n"],
    limits: { mostChars: 8 },
    want: { lines: ["cccc", "dddd"], total: 4 },
  },
  {
    name: "a line longer than it keeps",
    chunks: ["abc", "def", "ghi\nnext\n"],
    limits: { mostLineChars: 5 },
    want: { lines: ["abcde", "next"], total: 2 },
  },
];
for (const { name, chunks, limits, want } of ROWS) {
  Deno.test(`logTail() reads ${name}`, () => {
    const got = tailOf(chunks, limits);
    assert.deepEqual({ ...got, ...want }, got);
  });
}

Deno.test("logTail() holds no more of an endless line or of endless lines", () => {
  const endless = tailOf(Array(80).fill("x".repeat(65_536)));
  assert.deepEqual(endless.lines.map((line) => line.length), [65_536]);
  const block = "2026-11-24T06:19:08Z E something went wrong in this line\n".repeat(1000);
  const long = tailOf(Array(200).fill(block));
  assert.equal(long.total, 200_000);
  assert.ok(long.lines.join("").length <= 2 * 1024 * 1024);
});

Deno.test("logTail() reads the same however the bytes are cut", () => {
  const text = fc.string({ unit: "binary" }).map((part) => `${part}\nSüd→🚀\r\n${part}`);
  fc.assert(fc.property(text, fc.nat(), fc.nat(), (text, a, b) => {
    const bytes = new TextEncoder().encode(text);
    const [from, to] = [a % (bytes.length + 1), b % (bytes.length + 1)].sort((a, b) => a - b);
    const pieces = [bytes.subarray(0, from), bytes.subarray(from, to), bytes.subarray(to)];
    assert.deepEqual(tailOf(pieces), tailOf([bytes]));
  }));
});
