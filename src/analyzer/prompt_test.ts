import assert from "node:assert/strict";
import { UsageError } from "../errors.ts";
import { BUILTIN_PROMPTS } from "./builtin_prompts.ts";
import { parsePromptTemplate } from "./prompt.ts";
import { renderPrompt, templateHash, variablesHash } from "./render.ts";

const PLAIN = `id: p
version: 1
description: test
inputs:
  required: [logs]
  optional:
    labels: any label
system: |
  You read logs.
  Labels: {{ labels }}
user: |
  {{ logs }}
`;
const parse = (text: string) => parsePromptTemplate(text, "prompt_templates/p.yaml");
const render = (text: string, variables: Record<string, string>) =>
  renderPrompt(parse(text).template, variables);

Deno.test("parsePromptTemplate() fills what may be left out", () => {
  const { template, warnings } = parse("id: p\nversion: 2.1\nuser: hello\n");
  assert.deepEqual(warnings, [
    "prompt_templates/p.yaml: no {{ logs }} in system or user; the model never sees the logs",
  ]);
  assert.equal(template.version, "2.1");
  assert.equal(template.system, "");
  assert.deepEqual(template.inputs, { required: [], optional: {} });
});

const FAULTS = [
  {
    name: "a tag that is code",
    text: PLAIN.replace("{{ logs }}", "{{ it.constructor.constructor('return 1')() }}"),
    want: "line 12, column 3  user  {{ it.constructor.constructor('return 1')() }} is no declared",
  },
  {
    name: "eta's other tags",
    text: PLAIN.replace("{{ logs }}", "{{! throw 1 }} {{~ logs }} {{= logs }} {{- logs -}}"),
    want: "4 faults",
  },
  {
    name: "an undeclared name, with the nearest",
    text: PLAIN.replace("{{ labels }}", "{{ label }}"),
    want:
      "line 10, column 11  system  {{ label }} is no declared input's name; did you mean labels?",
  },
  {
    name: "a tag that is never closed",
    text: PLAIN.replace("{{ logs }}", "{{ logs"),
    want: "opens a tag that is never closed",
  },
  {
    name: "an id that is not the file's name",
    text: PLAIN.replace("id: p", "id: q"),
    want: 'line 1  id  "q" is not the file\'s name, "p"',
  },
  {
    name: "a missing user text and a wrong version, at once",
    text: "id: p\nversion: [1]\n",
    want: "2 faults",
  },
  {
    name: "an input that is no name",
    text: PLAIN.replace("[logs]", "[logs, 'a b']"),
    want: '"a b" is not a name of letters and _',
  },
  {
    name: "the flat schema form that llama-server ignores",
    text: PLAIN + "response_format: {type: json_schema, schema: {}}\n",
    want: "is not text, json_object, json_schema, or",
  },
  {
    name: "a sampling setting out of range",
    text: PLAIN + "model_defaults:\n  temperature: 3\n",
    want: "line 14  model_defaults.temperature  3 is above 2",
  },
  {
    name: "a duplicate key",
    text: PLAIN + "user: x\n",
    want: "line 13, column 1: user stands here a second time",
  },
  {
    name: "an input that is declared twice",
    text: PLAIN.replace("labels: any label", "labels: any label\n    logs: none"),
    want: "line 4  inputs  logs is declared twice",
  },
  {
    name: "a default that is none",
    text: PLAIN.replace("labels: any label", "labels:"),
    want: "line 7  inputs.optional.labels  null is not text or a number",
  },
  {
    name: "a second document",
    text: PLAIN + "---\nid: q\n",
    want: "a second document starts here (---)",
  },
  { name: "a list instead of a prompt", text: "- a\n", want: "the file  is not an object" },
  { name: "an empty file", text: "", want: "3 faults" },
];
for (const { name, text, want } of FAULTS) {
  Deno.test(`parsePromptTemplate() refuses ${name}`, () => {
    assert.throws(() => parse(text), (error) => {
      assert.ok(error instanceof UsageError);
      assert.ok(error.message.includes(want), error.message);
      return true;
    });
  });
}

Deno.test("parsePromptTemplate() warns loudly of a slipped indentation", () => {
  const slipped = PLAIN.replace("  Labels: {{ labels }}\n", "Labels: none\n");
  assert.deepEqual(parse(slipped).warnings, [
    'prompt_templates/p.yaml line 10: unknown key "Labels" right after the text of "system".\n' +
    "That text ends at line 9; is line 10 indented too little? " +
    "What stands there is not sent to the model.",
  ]);
});

Deno.test("parsePromptTemplate() passes over an unknown key, with the nearest name", () => {
  assert.deepEqual(parse(PLAIN + "autor: me\n").warnings.length, 1);
  assert.match(
    parse("sistem: x\n" + PLAIN).warnings[0] ?? "",
    /line 1: unknown key "sistem" is passed over; did you mean system\?/,
  );
});

Deno.test("parsePromptTemplate() suspects no indentation where the next key is sound", () => {
  const tab = PLAIN.replace("  {{ logs }}", "  {{ logs }}\n\t- tab");
  assert.throws(() => parse(tab), (error) => {
    assert.ok(error instanceof UsageError);
    assert.equal(error.hint, undefined);
    return true;
  });
});

Deno.test("renderPrompt() keeps every byte, of the template and of the values", () => {
  const hostile = "a {{ labels }} `${x}` \\n 'q' \"d\" <b>& <% %> \r\n\ttab";
  const { messages } = render(PLAIN, { logs: hostile, labels: "x\n  - y" });
  assert.deepEqual(messages, [
    { role: "system", content: "You read logs.\nLabels: x\n  - y\n" },
    { role: "user", content: `${hostile}\n` },
  ]);
});

Deno.test("renderPrompt() keeps blank lines and spaces around tags", () => {
  const text = 'id: p\nversion: 1\ninputs: {required: [a]}\nuser: "  {{a}}  \\n\\n {{ a }}\\n "\n';
  assert.equal(render(text, { a: "x" }).messages[0]?.content, "  x  \n\n x\n ");
});

Deno.test("renderPrompt() leaves an empty system message out", () => {
  const { messages } = render("id: p\nversion: 1\nuser: hello\n", {});
  assert.deepEqual(messages, [{ role: "user", content: "hello" }]);
});

Deno.test("renderPrompt() names every missing input at once", () => {
  const text = PLAIN.replace("[logs]", "[logs, a, b]");
  assert.throws(() => render(text, { a: "x" }), {
    message: 'Cannot render prompt "p": missing required inputs logs, b',
  });
});

Deno.test("renderPrompt() takes nothing from the prototype of its variables", () => {
  const text = "id: p\nversion: 1\ninputs: {required: [constructor]}\nuser: '{{ constructor }}'\n";
  assert.throws(() => render(text, {}), /missing required input constructor/);
});

Deno.test("renderPrompt() uses the default of an optional input and passes others over", () => {
  const { messages } = render(PLAIN, { logs: "x", more: "y" });
  assert.match(messages[0]?.content ?? "", /Labels: any label/);
});

Deno.test("renderPrompt() takes inputs named like words of the language", () => {
  const text =
    "id: p\nversion: 1\ninputs: {required: [class, it, __proto__, constructor]}\nuser: '{{ class }} {{ it }} {{ __proto__ }} {{ constructor }}'\n";
  assert.equal(
    render(text, { class: "a", it: "b", ["__proto__"]: "c", constructor: "d" }).messages[0]
      ?.content,
    "a b c d",
  );
});

Deno.test("hashes change with what they stand for, and with nothing else", () => {
  const base = render(PLAIN, { logs: "x" });
  const otherLog = render(PLAIN, { logs: "y" });
  const reordered = "description: test\nversion: 1\nid: p\n" +
    PLAIN.split("description: test\n")[1];
  assert.equal(base.prompt.template_hash, otherLog.prompt.template_hash);
  const { template } = parse(PLAIN);
  assert.notEqual(variablesHash(template, { logs: "x" }), variablesHash(template, { logs: "y" }));
  assert.equal(
    variablesHash(template, { logs: "x", labels: "any label", other: "passed over" }),
    variablesHash(template, { logs: "x" }),
  );
  assert.notEqual(base.prompt.rendered_hash, otherLog.prompt.rendered_hash);
  assert.equal(templateHash(parse(reordered).template), base.prompt.template_hash);
  assert.notEqual(
    templateHash(parse(PLAIN.replace("You read", "You  read")).template),
    base.prompt.template_hash,
  );
});

for (const [id, text] of BUILTIN_PROMPTS) {
  Deno.test(`the built-in prompt ${id} is clean and renders without labels`, () => {
    const { template, warnings } = parsePromptTemplate(text, `${id}.yaml`);
    assert.deepEqual(warnings, []);
    assert.deepEqual(template.inputs.required, ["logs"]);
    assert.match(renderPrompt(template, { logs: "a line" }).messages[1]?.content ?? "", /a line/);
  });
}

Deno.test("parsePromptTemplate() refuses what is no text, and a text without a name", () => {
  const cases: readonly (readonly [unknown, unknown, RegExp])[] = [
    [undefined, "p.yaml", /its YAML is no text but of type undefined/],
    [new TextEncoder().encode(PLAIN), "p.yaml", /its YAML is no text but of type object/],
    [PLAIN, undefined, /its name is no text but of type undefined/],
    [PLAIN, "", /is not the file's name, ""/],
  ];
  for (const [text, name, says] of cases) {
    assert.throws(
      () => parsePromptTemplate(text as string, name as string),
      (error) => error instanceof UsageError && says.test(error.message),
    );
  }
});
