import assert from "node:assert/strict";
import { DataError } from "../errors.ts";
import { loadDataset, parseDataset, parseRows } from "./load.ts";
import { logEntryOf } from "./sample.ts";

const ROW = {
  timestamp: 1795500577620,
  namespace: "llm",
  pod: "llama-0",
  container: "llama",
  node: "node-1",
  log_line: "out of memory",
  root_cause: "resource_exhausted",
  severity: "error",
  component: "llama_server",
  summary: "The model server ran out of memory.",
  action_needed: "increase_capacity",
};
const array = (...rows: unknown[]) => JSON.stringify(rows, null, 2);
const lines = (...rows: unknown[]) => rows.map((row) => JSON.stringify(row)).join("\n");

Deno.test("parseDataset() reads a JSON array and JSONL alike", () => {
  const fromArray = parseDataset(array(ROW), "a.json");
  const fromLines = parseDataset(`${lines(ROW)}\n\n`, "a.jsonl");
  assert.deepEqual(fromArray.samples, fromLines.samples);
  assert.equal(fromArray.hash, fromLines.hash);
});

Deno.test("a sample's id is the hash of its input, whatever its labels", () => {
  const [first] = parseDataset(array(ROW), "a.json").samples;
  const [other] = parseDataset(array({ ...ROW, root_cause: "unknown" }), "a.json").samples;
  const [moved] = parseDataset(array({ ...ROW, node: "node-2" }), "a.json").samples;
  assert.match(first?.id ?? "", /^[0-9a-f]{16}$/);
  assert.equal(first?.id, other?.id);
  assert.notEqual(first?.id, moved?.id);
});

Deno.test("equal samples are told apart by a number", () => {
  const { samples } = parseDataset(array(ROW, ROW, ROW), "a.json");
  const id = samples[0]?.id;
  assert.deepEqual(samples.map((sample) => sample.id), [id, `${id}#2`, `${id}#3`]);
});

Deno.test("unknown fields are kept and passed over", () => {
  const row = { ...ROW, signature: "oom", timestamp_human: "06:09" };
  const { samples } = parseDataset(array(row), "a.json");
  assert.deepEqual(samples[0]?.fields, row);
  assert.equal(samples[0]?.id, parseDataset(array(ROW), "a.json").samples[0]?.id);
});

Deno.test("the dataset's hash sees labels, extra fields and order", () => {
  const other = { ...ROW, log_line: "x" };
  const hash = (...rows: unknown[]) => parseDataset(array(...rows), "a.json").hash;
  assert.notEqual(hash(ROW), hash({ ...ROW, severity: "warn" }));
  assert.notEqual(hash(ROW), hash({ ...ROW, extra: 1 }));
  assert.notEqual(hash(ROW, other), hash(other, ROW));
});

Deno.test("logEntryOf() is what the analyzer takes", () => {
  const [sample] = parseDataset(array(ROW), "a.json").samples;
  assert.ok(sample);
  const { log_line, ...rest } = sample.input;
  assert.deepEqual(logEntryOf(sample.input), { ...rest, message: log_line });
});

const { severity: _, ...WITHOUT_SEVERITY } = ROW;
const FAULTS = [
  { name: "an empty file", text: "", file: "a.json", want: /^Cannot read dataset "a\.json": / },
  { name: "an empty array", text: "[]", file: "a.json", want: /it has no samples/ },
  { name: "an empty JSONL file", text: "\n\n", file: "a.jsonl", want: /it has no samples/ },
  { name: "an object", text: "{}", file: "a.json", want: /it is not a JSON array of samples/ },
  {
    name: "every broken line, by its number",
    text: `${lines(ROW)}\n{"timestamp": 1,\n${lines(WITHOUT_SEVERITY)}\nx\n`,
    file: "a.jsonl",
    want: /3 faults\n.*line 2 .*the line +is no JSON: [^]*line 3, sample 3 +severity[^]*line 4 /,
  },
  {
    name: "a missing label, by line and sample",
    text: array(ROW, WITHOUT_SEVERITY),
    file: "a.json",
    want: /line 15, sample 2 {2}severity {2}is missing; a string is needed/,
  },
  {
    name: "a time that is text, at its own line",
    text: array(ROW, { ...ROW, timestamp: "2026-11-24" }),
    file: "a.json",
    want: /line 16, sample 2 {2}timestamp {2}"2026-11-24" is not a number/,
  },
  {
    name: "a time that no date can hold",
    text: array({ ...ROW, timestamp: 1e300 }),
    file: "a.json",
    want: /timestamp {2}1e\+300 is above 8640000000000000/,
  },
  {
    name: "an empty label",
    text: array({ ...ROW, severity: "" }),
    file: "a.json",
    want: /"" is empty/,
  },
  {
    name: "a sample that is none",
    text: "[1, null]",
    file: "a.json",
    want: /sample 1 {2}the sample {2}is not an object[^]*sample 2 {2}the sample {2}is empty/,
  },
  {
    name: "many faults, the first twenty",
    text: lines(...Array.from({ length: 30 }, () => WITHOUT_SEVERITY)),
    file: "a.jsonl",
    want: /30 faults[^]*line 20, sample 20[^]*… and 10 more$/,
  },
];
for (const { name, text, file, want } of FAULTS) {
  Deno.test(`parseDataset() refuses ${name}`, () => {
    assert.throws(() => parseDataset(text, file), (error) => {
      assert.ok(error instanceof DataError);
      assert.match(error.message, want);
      return true;
    });
  });
}

Deno.test("parseRows() tells faults from samples, and places thousands of them in no time", () => {
  const n = 5000;
  const text = array(...Array.from({ length: n }, (_, at) => at === 6 ? ROW : WITHOUT_SEVERITY));
  const started = performance.now();
  const { rows, faults } = parseRows(text, "a.json");
  // Half a minute when each fault splits the text anew.
  assert.ok(performance.now() - started < 5000);
  assert.deepEqual(rows, [{ number: 7, fields: ROW }]);
  assert.equal(faults.length, n - 1);
  const { number, line, at } = faults.at(-1)!;
  const lines = 2 + (n - 2) * 12 + 13;
  assert.deepEqual([number, line, at], [n, lines, `line ${lines}, sample ${n}`]);
});

Deno.test("loadDataset() names the file that it cannot read", async () => {
  await assert.rejects(loadDataset("/does/not/exist.json", "evals/x.json"), {
    name: "DataError",
    message: /^Cannot read dataset "evals\/x\.json": it does not exist$/,
  });
});

Deno.test("loadDataset() refuses text that is not UTF-8", async () => {
  const file = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeFile(file, new Uint8Array([0x5b, 0x22, 0xe4, 0x22, 0x5d]));
    await assert.rejects(loadDataset(file, "a.json"), {
      message: 'Cannot read dataset "a.json": it is not UTF-8 text',
    });
  } finally {
    await Deno.remove(file);
  }
});
