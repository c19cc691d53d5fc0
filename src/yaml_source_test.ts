import assert from "node:assert/strict";
import { UsageError } from "./errors.ts";
import { parseYaml } from "./yaml_source.ts";

const TEXT = `# comment
a: 1
b:
  c: x
  d:
    - 1
    - e: 2
`;

Deno.test("parseYaml() knows the line of every field", () => {
  const source = parseYaml(TEXT, "x.yaml");
  assert.deepEqual(source.value, { a: 1, b: { c: "x", d: [1, { e: 2 }] } });
  assert.equal(source.lineOf(["a"]), 2);
  assert.equal(source.lineOf(["b", "c"]), 4);
  assert.equal(source.lineOf(["b", "d", 1, "e"]), 7);
});

Deno.test("parseYaml() knows the line of a field whose name is a number", () => {
  const source = parseYaml("a:\n  b: 1\n  2: c\n", "x.yaml");
  assert.equal(source.lineOf(["a", "2"]), 3);
});

Deno.test("parseYaml() gives the line of the nearest parent of an absent field", () => {
  assert.equal(parseYaml(TEXT, "x.yaml").lineOf(["b", "nothing", "here"]), 3);
  assert.equal(parseYaml(TEXT, "x.yaml").lineOf(["nothing"]), null);
});

Deno.test("parseYaml() takes an empty file", () => {
  assert.equal(parseYaml("", "x.yaml").value, null);
});

Deno.test("parseYaml() names line and column of a syntax fault", () => {
  assert.throws(() => parseYaml("a: 1\na: 2\n", "x.yaml"), {
    name: "UsageError",
    message: "Cannot read x.yaml at line 2, column 1: a stands here a second time",
  });
});

Deno.test("parseYaml() refuses an alias of nothing and aliases that grow without end", () => {
  assert.throws(() => parseYaml("a:\n  - *bold*\n", "x.yaml"), {
    name: "UsageError",
    message: "Cannot read x.yaml at line 2, column 5: *bold* refers to nothing",
    hint: "a text that begins with * stands in quotes",
  });
  const levels = Array.from("bcdefgh", (name, at) => {
    const before = `*${"abcdefgh"[at]}`;
    return `${name}: &${name} [${Array(10).fill(before).join(", ")}]\n`;
  });
  assert.throws(() => parseYaml(`a: &a [1]\n${levels.join("")}`, "x.yaml"), {
    name: "UsageError",
    message: /^Cannot read x.yaml: Excessive alias count/,
  });
});

Deno.test("parseYaml() suspects the block text before a fault", () => {
  const text = "system: |\n  one\nLabel: a: b\n";
  assert.throws(
    () => parseYaml(text, "x.yaml"),
    (error) =>
      error instanceof UsageError &&
      error.hint === 'the text of "system" ends at line 2; is line 3 indented too little?',
  );
});
