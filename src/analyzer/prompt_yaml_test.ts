import assert from "node:assert/strict";
import * as fc from "fast-check";
import { BUILTIN_PROMPTS } from "./builtin_prompts.ts";
import { parsePromptTemplate, type PromptTemplate } from "./prompt.ts";
import { renderPromptYaml } from "./prompt_yaml.ts";
import { templateHash } from "./render.ts";

/** As it comes back from a file: UTF-8 knows no half surrogate pairs. */
function readBack(template: PromptTemplate, comment?: string): PromptTemplate {
  const bytes = new TextEncoder().encode(renderPromptYaml(template, comment));
  const { template: back, warnings } = parsePromptTemplate(
    new TextDecoder().decode(bytes),
    `${template.id}.yaml`,
  );
  assert.deepEqual(warnings.filter((warning) => !warning.includes("no {{ logs }}")), []);
  return back;
}

const PIECES = [
  ...["\n", "\n\n", " ", "  ", "\t", "\r", "\r\n", "a", "word ", "# c", " #", "---", "...", "- x"],
  ...[
    "'",
    '"',
    "\\",
    "\\n",
    ": ",
    "key: v",
    "|",
    ">",
    "%YAML",
    "&a",
    "*a",
    "!t",
    "@",
    "`",
    "[",
    "}",
  ],
  ...["1", "1.0", "0x1f", "1e5", "null", "~", "true", "", "日本語", "🔥", "e\u0301", "{{ logs }}"],
  ...["\u0000", "\u0007", "\u0085", "\u2028", "\ufeff", "\ud83d", "x".repeat(200), "w ".repeat(90)],
];
const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }).map((parts) => parts.join(""));
const key = text.map((name) => name.toWellFormed());
const names = fc.uniqueArray(fc.constantFrom("a", "b", "it", "__proto__", "y", "null", "_1"));
const number = fc.double({ min: -1, max: 1, noNaN: true });
const candidate = fc.record({
  id: text,
  version: text,
  description: text,
  model_defaults: fc.record({ temperature: fc.double({ min: 0, max: 2 }), seed: fc.integer() }, {
    requiredKeys: [],
  }),
  inputs: fc.record({
    required: names.map((others) => ["logs", ...others]),
    optional: fc.dictionary(fc.constantFrom("c", "d", "constructor"), text),
  }),
  system: text,
  user: text,
  response_format: fc.oneof(
    fc.constantFrom("text", "json_object", "json_schema"),
    fc.record({
      type: fc.constant("json_schema"),
      json_schema: fc.record({
        name: text,
        strict: fc.boolean(),
        schema: fc.dictionary(key, fc.oneof(text, fc.jsonValue({ maxDepth: 3 }))),
      }),
    }),
  ),
  provenance: fc.record({
    few_shot: fc.array(text),
    few_shot_rule: text,
    templates: fc.array(text),
    levels: fc.dictionary(key, text),
    gain: fc.record({
      difference: number,
      ci95: fc.oneof(fc.constant(null), fc.tuple(number, number)),
      p: number,
      n: fc.integer({ min: 1 }),
      confirmed: fc.boolean(),
    }),
    rendered: fc.dictionary(key, text),
    request: text,
  }, { requiredKeys: [] }),
}, { requiredKeys: ["id", "version", "inputs", "user"] });

/** JSON is YAML, so that the parser itself says what a valid template is. */
function validTemplate(fields: Record<string, unknown>): PromptTemplate | null {
  try {
    return parsePromptTemplate(JSON.stringify(fields), `${fields["id"]}.yaml`).template;
  } catch {
    return null;
  }
}

Deno.test("renderPromptYaml() loses nothing of any valid template", () => {
  fc.assert(
    fc.property(candidate, fc.option(text, { nil: undefined }), (fields, comment) => {
      const template = validTemplate(fields);
      fc.pre(template !== null);
      const back = readBack(template, comment);
      assert.deepEqual(back, template);
      assert.equal(templateHash(back), templateHash(template));
    }),
    { numRuns: 150 },
  );
});

for (const [id, source] of BUILTIN_PROMPTS) {
  Deno.test(`renderPromptYaml() writes ${id} as its author wrote it, but for comments`, () => {
    const { template } = parsePromptTemplate(source, `${id}.yaml`);
    const lines = (yaml: string) => yaml.split("\n").filter((line) => !/^(#|$)/.test(line)).sort();
    assert.deepEqual(lines(renderPromptYaml(template)), lines(source));
  });
}

const TEMPLATE: PromptTemplate = {
  id: "p",
  version: "1.0",
  description: "",
  model_defaults: {},
  inputs: { required: ["logs", "zone"], optional: { hint: "a\n\n" } },
  system: `First: ${"long ".repeat(60)}end.\n\n  indented\n`,
  user: "{{ logs }}\n{{ zone }}",
  provenance: {
    few_shot: ["0123456789012345"],
    search: [],
    templates: ["ab"],
    gain: { difference: 0.1, ci95: [-0.1, 0.25], p: 0.2, n: 40, confirmed: false },
  },
};

Deno.test("renderPromptYaml() is made for reading", () => {
  assert.equal(
    renderPromptYaml(TEMPLATE, "Made by a search.\n\nDo not edit."),
    `# Made by a search.
#
# Do not edit.
id: p
version: "1.0"

inputs:
  required: [logs, zone]
  optional:
    hint: "a\\n\\n"

system: |
  First: ${"long ".repeat(60)}end.

    indented
user: |-
  {{ logs }}
  {{ zone }}
provenance:
  few_shot:
    - "0123456789012345"
  search: []
  templates:
    - ab
  gain:
    difference: 0.1
    ci95: [-0.1, 0.25]
    p: 0.2
    n: 40
    confirmed: false
`,
  );
});
