import assert from "node:assert/strict";
import { stringify } from "yaml";
import { parsePromptTemplate } from "../analyzer/prompt.ts";
import { tagsOf } from "../analyzer/prompt_tags.ts";
import { renderPrompt } from "../analyzer/render.ts";
import { identifySamples } from "../dataset/sample.ts";
import { signatureHash } from "../dataset/template.ts";
import { UsageError } from "../errors.ts";
import { makeCandidates } from "./candidates.ts";
import { parseSpace } from "./space.ts";

const SPACE = `id: s
version: 2
model_defaults: {temperature: 0, max_tokens: 100}
system: |
  Causes:
  {{ root_causes }}{{ severities }}{{ components }}{{ actions }}

  {{ shots }}
user: |
  {{ logs }}

  {{ steps }}
  {{ form }}
dimensions:
  shots:
    none:
    some: {text: "Examples:", examples: [{kind: fault, count: 1}]}
  steps:
    direct: {}
    long: {text: "Think, {{ namespace }}.", max_tokens: 300}
  form:
    lines: {text: Five lines., max_tokens: 150}
    json: {text: JSON., answer: json}
    schema: {text: The object., response_format: json_schema}
`;
const TAXONOMY = {
  root_causes: { timeout: "Too slow.", no_fault: "" },
  severities: { error: "" },
  components: { etcd: "" },
  actions: { none: "", restart: "" },
};
const TRAIN = identifySamples([{
  timestamp: 1767967200000,
  namespace: "kube-system",
  pod: "etcd-0",
  container: "etcd",
  node: "node-1",
  log_line: '{"took":"2s","why":{"a":{"b":"\\u007d\\\\ `${x}`"}}}',
  root_cause: "timeout",
  severity: "error",
  component: "etcd",
  summary: 'A "slow" read.',
  action_needed: "restart",
}]);
const ENTRY = "[2026-01-09T14:00:00.000Z] kube-system/etcd (pod=etcd-0, node=node-1)\n" +
  TRAIN[0]!.input.log_line;
const MATERIAL = {
  train: TRAIN,
  excludedTemplates: new Set<string>(),
  taxonomy: TAXONOMY,
  seed: 5,
};
const make = (text = SPACE) => makeCandidates(parseSpace(text, "space.yaml"), MATERIAL);
const byId = (id: string, text?: string) => make(text).find((candidate) => candidate.id === id)!;

Deno.test("makeCandidates() goes through all levels, the last dimension fastest", () => {
  const candidates = make();
  assert.deepEqual(candidates.map(({ id }) => id), [
    "none.direct.lines",
    "none.direct.json",
    "none.direct.schema",
    "none.long.lines",
    "none.long.json",
    "none.long.schema",
    "some.direct.lines",
    "some.direct.json",
    "some.direct.schema",
    "some.long.lines",
    "some.long.json",
    "some.long.schema",
  ]);
  assert.deepEqual(candidates[10]!.levelIndexes, [1, 1, 1]);
  assert.deepEqual(candidates[10]!.levels, { shots: "some", steps: "long", form: "json" });
});

const TEXTS = [
  {
    name: "no holes where levels are empty",
    id: "none.direct.lines",
    system: "Causes:\n- timeout: Too slow.\n- no_fault- error- etcd- none\n- restart\n",
    user: "{{ logs }}\n\nFive lines.\n",
  },
  {
    name: "an example in labelled lines",
    id: "some.direct.lines",
    system:
      "Causes:\n- timeout: Too slow.\n- no_fault- error- etcd- none\n- restart\n\nExamples:\n\n" +
      `Logs:\n${ENTRY}\n\nAnswer:\nRoot cause: timeout\nSeverity: error\nComponent: etcd\n` +
      'Summary: A "slow" read.\nAction needed: restart\n',
    user: "{{ logs }}\n\nFive lines.\n",
  },
  {
    name: "an example in JSON",
    id: "some.long.json",
    system:
      "Causes:\n- timeout: Too slow.\n- no_fault- error- etcd- none\n- restart\n\nExamples:\n\n" +
      `Logs:\n${ENTRY}\n\nAnswer:\n{"root_cause": "timeout", "severity": "error", ` +
      '"component": "etcd", "summary": "A \\"slow\\" read.", "action_needed": "restart"}\n',
    user: "{{ logs }}\n\nThink, {{ namespace }}.\nJSON.\n",
  },
  {
    name: "JSON where the server enforces it and no level says how answers look",
    id: "some.direct.schema",
    system: /\nAnswer:\n\{"root_cause": "timeout", .*\}\n$/,
    user: "{{ logs }}\n\nThe object.\n",
  },
];
for (const { name, id, system, user } of TEXTS) {
  Deno.test(`makeCandidates() writes ${name}`, () => {
    const { template } = byId(id);
    if (typeof system === "string") assert.equal(template.system, system);
    else assert.match(template.system, system);
    assert.equal(template.user, user);
  });
}

Deno.test("makeCandidates() writes lines where nothing says how answers look", () => {
  const { template } = byId("some.direct.json", SPACE.replace(", answer: json", ""));
  assert.match(template.system, /\nAnswer:\nRoot cause: timeout\n/);
});

const TOKENS = [
  { id: "none.direct.json", maxTokens: null, max_tokens: 100 },
  { id: "none.direct.lines", maxTokens: 150, max_tokens: 150 },
  { id: "none.long.lines", maxTokens: 300, max_tokens: 300 },
];
for (const { id, maxTokens, max_tokens } of TOKENS) {
  Deno.test(`makeCandidates() gives ${id} ${max_tokens} tokens`, () => {
    const candidate = byId(id);
    assert.equal(candidate.maxTokens, maxTokens);
    assert.deepEqual(candidate.template.model_defaults, { temperature: 0, max_tokens });
  });
}

Deno.test("makeCandidates() says where a candidate comes from", () => {
  const { template, fewShot } = byId("some.long.json");
  assert.deepEqual(fewShot, TRAIN);
  assert.equal(template.description, "s: shots some, steps long, form json.");
  const { few_shot_rule, ...provenance } = template.provenance!;
  assert.match(few_shot_rule ?? "", /^1 fault \(in this order\) from the train split by seed 5:/);
  assert.deepEqual(provenance, {
    few_shot: [TRAIN[0]!.id],
    search: [],
    templates: [signatureHash(TRAIN[0]!.input.log_line)],
    levels: { shots: "some", steps: "long", form: "json" },
    seed: 5,
  });
  assert.equal(byId("none.long.json").template.provenance?.few_shot_rule, undefined);
});

Deno.test("makeCandidates() writes the schema out with the allowed labels", () => {
  const { response_format } = byId("none.direct.schema").template;
  assert.ok(typeof response_format === "object");
  const { properties } = response_format.json_schema.schema as {
    properties: Record<string, unknown>;
  };
  assert.deepEqual(properties["action_needed"], { type: "string", enum: ["none", "restart"] });
  assert.equal(byId("none.direct.lines").template.response_format, undefined);
});

Deno.test("a candidate's YAML is a prompt that declares what it uses and renders the same bytes", () => {
  const variables = { logs: "a log", namespace: "llm", time_range: "today", root_causes: "others" };
  for (const { id, template } of make()) {
    const { template: read, warnings } = parsePromptTemplate(stringify(template), `${id}.yaml`);
    assert.deepEqual(warnings, []);
    assert.deepEqual(read, template);
    assert.deepEqual(
      [...new Set(tagsOf(template.system + template.user).map(({ name }) => name))].sort(),
      [...template.inputs.required].sort(),
    );
    const { messages, prompt } = renderPrompt(read, variables);
    assert.deepEqual({ messages, prompt }, renderPrompt(template, variables));
    assert.equal(
      messages.map(({ content }) => content).join(""),
      template.system +
        template.user.replace("{{ logs }}", "a log").replace("{{ namespace }}", "llm"),
    );
  }
});

Deno.test("makeCandidates() refuses labels that would open a tag, all at once", () => {
  const taxonomy = {
    ...TAXONOMY,
    root_causes: { timeout: "See {{ docs }}." },
    actions: { "{{x": "" },
  };
  assert.throws(
    () => makeCandidates(parseSpace(SPACE, "space.yaml"), { ...MATERIAL, taxonomy }),
    (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, /^Cannot put the labels into prompts: 2 faults\n/);
      assert.match(error.message, /root_causes\.timeout .*"See \{\{ docs \}\}\." would open a tag/);
      return true;
    },
  );
});

Deno.test("makeCandidates() names the level that asks for too many examples", () => {
  assert.throws(
    () => make(SPACE.replace("count: 1", "count: 2")),
    /level shots\.some \(space\.yaml line 17\): 2 of kind fault are wanted, 1 of 1 train samples can be shown/,
  );
});
