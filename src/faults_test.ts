import assert from "node:assert/strict";
import * as z from "zod";
import { describeFaults, faultsOf, quote, suggestion } from "./faults.ts";

const SUGGESTIONS = [
  { name: "temperatur", known: ["temperature", "top_p"], want: "; did you mean temperature?" },
  { name: "Severity", known: ["severity"], want: "; did you mean severity?" },
  { name: "xyz", known: ["temperature", "top_p"], want: "; there are: temperature, top_p" },
  { name: "xyz", known: [], want: "" },
];
for (const { name, known, want } of SUGGESTIONS) {
  Deno.test(`suggestion() for ${name} among ${known.length} names`, () => {
    assert.equal(suggestion(name, known), want);
  });
}

const Schema = z.strictObject({
  name: z.string().min(1),
  count: z.int().min(1).max(10),
  kind: z.enum(["openai", "embedded"]),
  inner: z.strictObject({ on: z.boolean() }).optional(),
  list: z.array(z.strictObject({ on: z.boolean() })).optional(),
});

const CASES = [
  {
    title: "an unknown field, with the nearest name",
    value: { name: "a", count: 1, kind: "openai", cuont: 2 },
    want: [{ field: "cuont", message: "unknown field; did you mean count?" }],
  },
  {
    title: "an unknown field deeper down",
    value: { name: "a", count: 1, kind: "openai", inner: { on: true, of: 1 } },
    want: [{ field: "inner.of", message: "unknown field; did you mean on?" }],
  },
  {
    title: "an unknown field in a list",
    value: { name: "a", count: 1, kind: "openai", list: [{ on: true, of: 1 }] },
    want: [{ field: "list.0.of", message: "unknown field; did you mean on?" }],
  },
  {
    title: "a missing field",
    value: { count: 1, kind: "openai" },
    want: [{ field: "name", message: "is missing; a string is needed" }],
  },
  {
    title: "values out of range and of the wrong type",
    value: { name: "", count: 11, kind: "opnai", inner: { on: "yes" } },
    want: [
      { field: "name", message: '"" is empty' },
      { field: "count", message: "11 is above 10" },
      { field: "kind", message: '"opnai" is not allowed; did you mean openai?' },
      { field: "inner.on", message: '"yes" is not a boolean' },
    ],
  },
  {
    title: "a fraction where a whole number is needed",
    value: { name: "a", count: 1.5, kind: "openai" },
    want: [{ field: "count", message: "1.5 is not a whole number" }],
  },
];
for (const { title, value, want } of CASES) {
  Deno.test(`faultsOf() names ${title}`, () => {
    const parsed = Schema.safeParse(value);
    assert.ok(!parsed.success);
    const faults = faultsOf(parsed.error, Schema, value, () => 3);
    assert.deepEqual(faults, want.map((fault) => ({ at: 3, ...fault })));
  });
}

Deno.test("describeFaults() lines the columns up and counts", () => {
  const text = describeFaults("Cannot use a.yaml", [
    { at: 3, field: "llm_config.top_p", message: "1.7 is above 1" },
    { at: 12, field: "prompt", message: "is missing" },
  ]);
  assert.equal(
    text,
    [
      "Cannot use a.yaml: 2 faults",
      "  line 3   llm_config.top_p  1.7 is above 1",
      "  line 12  prompt            is missing",
    ].join("\n"),
  );
});

Deno.test("describeFaults() lists twenty and counts the rest", () => {
  const faults = Array.from({ length: 25 }, () => ({ at: 1, field: "x", message: "is missing" }));
  const lines = describeFaults("Cannot use a.json", faults).split("\n");
  assert.equal(lines[0], "Cannot use a.json: 25 faults");
  assert.equal(lines.length, 22);
  assert.equal(lines[21], "  … and 5 more");
});

Deno.test("quote() cuts long values", () => {
  assert.equal(quote("x".repeat(100)).length, 61);
  assert.equal(quote(undefined), "undefined");
});
