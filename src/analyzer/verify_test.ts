import assert from "node:assert/strict";
import { UsageError } from "../errors.ts";
import { parsePromptTemplate, type PromptTemplate } from "./prompt.ts";
import {
  FIXED_INPUTS,
  fixedInputNames,
  renderedHashes,
  renderFixedInput,
  requestHash,
  verifyPrompt,
} from "./verify.ts";

const PLAIN = parsePromptTemplate(
  "id: p\nversion: 1\ninputs: {required: [logs], optional: {namespace: none}}\n" +
    'system: "You read logs of {{ namespace }}."\nuser: "Logs:\\n{{ logs }}\\n"\n',
  "p.yaml",
).template;

function recorded(rendered: Readonly<Record<string, string>> = renderedHashes(PLAIN)) {
  const provenance = { few_shot: [], search: [], templates: [], rendered };
  return { ...PLAIN, provenance } satisfies PromptTemplate;
}

Deno.test("the fixed inputs never change: hashes in prompts stand for them", () => {
  assert.deepEqual(renderedHashes(PLAIN), {
    one_line: "sha256:59e54f614d7bddaf49335da900a6a659097868f35520f7a9ff9557f7fe6031e3",
    several_entries: "sha256:4a880d6b3622b07c35654547167d4364fbdbf8154e1ff36665fda2ea54ad3b4e",
    hostile_text: "sha256:88ef6032ed8c49247c98df741c682312a385e5938f209f1dc8fcf6c8222ef251",
    empty_message: "sha256:30f1777dddc9735b97e24e6d06d481dbf6f59e1c982215793ee37f681a6cc0a2",
    long_trace: "sha256:41a64751e2494b121af308a941b3e1f051ef4d7a61460374ae99ebf977b4a9ea",
  });
});

Deno.test("the fixed inputs hold what breaks a renderer, as it stands", () => {
  assert.equal(fixedInputNames().length, 5);
  assert.match(FIXED_INPUTS.one_line.logs, /^\[2026-01-09T14:00:00\.250Z\] llm\/llama-server \(/);
  assert.equal(FIXED_INPUTS.several_entries.logs.split("\n").length, 6);
  assert.match(FIXED_INPUTS.empty_message.logs, /\)\n$/);
  assert.ok(FIXED_INPUTS.long_trace.logs.split("\n").length > 100);
  for (const input of fixedInputNames()) {
    const { messages } = renderFixedInput(PLAIN, input);
    assert.ok(messages.at(-1)?.content.includes(`\n${FIXED_INPUTS[input].logs}\n`), input);
  }
});

Deno.test("renderFixedInput() names further required inputs and keeps defaults", () => {
  const text =
    "id: p\nversion: 1\ninputs: {required: [logs, zone, __proto__], optional: {a: x}}\n" +
    "user: '{{ zone }} {{ __proto__ }} {{ a }} {{ logs }}'\n";
  const { messages } = renderFixedInput(parsePromptTemplate(text, "p.yaml").template, "one_line");
  assert.equal(messages[0]?.content, `<zone> <__proto__> x ${FIXED_INPUTS.one_line.logs}`);
});

const HASHES = renderedHashes(PLAIN);
const { one_line: _, ...WITHOUT_ONE } = HASHES;
const OTHER = `sha256:${"0".repeat(64)}`;
const CASES: readonly {
  readonly name: string;
  readonly template: PromptTemplate;
  readonly verdict: string;
  readonly mismatches: readonly unknown[];
}[] = [
  { name: "no provenance", template: PLAIN, verdict: "unrecorded", mismatches: [] },
  {
    name: "a provenance without hashes",
    template: { ...PLAIN, provenance: { few_shot: ["a"], search: [], templates: [] } },
    verdict: "unrecorded",
    mismatches: [],
  },
  { name: "the recorded texts", template: recorded(), verdict: "verified", mismatches: [] },
  {
    name: "another description, and sampling of which nothing is recorded",
    template: { ...recorded(), description: "other", model_defaults: { temperature: 1 } },
    verdict: "verified",
    mismatches: [],
  },
  {
    name: "one changed hash",
    template: recorded({ ...HASHES, long_trace: OTHER }),
    verdict: "changed",
    mismatches: [{ input: "long_trace", recorded: OTHER, rendered: HASHES.long_trace }],
  },
  {
    name: "a missing name",
    template: recorded(WITHOUT_ONE),
    verdict: "changed",
    mismatches: [{ input: "one_line", recorded: null, rendered: HASHES.one_line }],
  },
  {
    name: "an additional name",
    template: recorded({ ...HASHES, constructor: OTHER }),
    verdict: "changed",
    mismatches: [{ input: "constructor", recorded: OTHER, rendered: null }],
  },
];
for (const { name, template, verdict, mismatches } of CASES) {
  Deno.test(`verifyPrompt() of ${name}: ${verdict}`, () => {
    assert.deepEqual(verifyPrompt(template), { verdict, mismatches });
  });
}

Deno.test("verifyPrompt() sees one more space in either text", () => {
  for (const field of ["system", "user"] as const) {
    const { verdict, mismatches } = verifyPrompt({ ...recorded(), [field]: `${PLAIN[field]} ` });
    assert.equal(verdict, "changed");
    assert.equal(mismatches.length, 5);
  }
});

const MEASURED = (() => {
  const { template } = parsePromptTemplate(
    "id: p\nversion: 1\nmodel_defaults: {temperature: 0.3, max_tokens: 200}\n" +
      "inputs: {required: [logs]}\nuser: '{{ logs }}'\nresponse_format:\n  type: json_schema\n" +
      "  json_schema:\n    name: analysis\n" +
      "    schema: {type: object, properties: {severity: {enum: [info, warn, error]}}}\n",
    "p.yaml",
  );
  const provenance = { few_shot: [], search: [], templates: [] };
  const rendered = renderedHashes(template);
  return { ...template, provenance: { ...provenance, rendered, request: requestHash(template) } };
})();

function withLabels(labels: readonly string[]): PromptTemplate["response_format"] {
  const schema = { type: "object", properties: { severity: { enum: labels } } };
  return { type: "json_schema", json_schema: { name: "analysis", strict: true, schema } };
}

const { response_format: __, ...WITHOUT_FORMAT } = MEASURED;
const EDITS: readonly (readonly [string, PromptTemplate])[] = [
  ["temperature 1.9", { ...MEASURED, model_defaults: { temperature: 1.9, max_tokens: 200 } }],
  ["max_tokens 5", { ...MEASURED, model_defaults: { temperature: 0.3, max_tokens: 5 } }],
  ["a label less", { ...MEASURED, response_format: withLabels(["info", "warn"]) }],
  ["no response_format", WITHOUT_FORMAT],
  ["response_format text", { ...MEASURED, response_format: "text" }],
];
for (const [name, template] of EDITS) {
  Deno.test(`verifyPrompt() sees ${name}`, () => {
    const { request: recorded } = MEASURED.provenance;
    const rendered = requestHash(template);
    assert.deepEqual(verifyPrompt(template), {
      verdict: "changed",
      mismatches: [{ input: "request settings", recorded, rendered }],
    });
    const { request: ___, ...provenance } = MEASURED.provenance;
    assert.equal(verifyPrompt({ ...template, provenance }).verdict, "verified");
  });
}

Deno.test("verifyPrompt() of the recorded settings: verified, also when defaults are written out", () => {
  assert.equal(verifyPrompt(MEASURED).verdict, "verified");
  assert.deepEqual(MEASURED.response_format, withLabels(["info", "warn", "error"]));
  const model_defaults = { ...MEASURED.model_defaults, frequency_penalty: 0, seed: undefined };
  assert.equal(verifyPrompt({ ...MEASURED, model_defaults }).verdict, "verified");
  assert.equal(
    requestHash(PLAIN),
    // Of {"response_format":null,"sampling":{"frequency_penalty":0,"max_tokens":200,…}}, by sha256sum.
    "sha256:248aab77c16cac34ddd9e113846a000989b25117b1a296fbe0e50c1dbd172b3a",
  );
});

Deno.test("verifyPrompt() refuses what is no template", () => {
  for (const template of [undefined, null, {}, { template: PLAIN }]) {
    assert.throws(
      () => verifyPrompt(template as unknown as PromptTemplate),
      (error) => error instanceof UsageError && /no prompt template/.test(error.message),
    );
  }
});
