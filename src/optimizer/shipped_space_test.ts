// The shipped space with the shipped dataset, and the answers that its texts bring forth.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { ANALYSIS_FIELDS } from "../analyzer/analysis.ts";
import { parseResponse } from "../analyzer/parse.ts";
import { parsePromptTemplate } from "../analyzer/prompt.ts";
import { renderPrompt } from "../analyzer/render.ts";
import { parseDataset } from "../dataset/load.ts";
import { parseTaxonomy, taxonomyVariables } from "../dataset/taxonomy.ts";
import { maskTemplate } from "../dataset/template.ts";
import { nearDuplicates } from "../dataset/near_duplicates.ts";
import { makeCandidates } from "./candidates.ts";
import { kindOf, samplesApartFrom } from "./few_shot.ts";
import { parseSpace } from "./space.ts";

const read = (file: string) => readFileSync(file, "utf8");
const samplesOf = (file: string) => parseDataset(read(file), file).samples;
const SPACE = "evals/optimization/space.yaml";
const LABELS = "evals/datasets/labels.yaml";
const BASELINE = "prompt_templates/k8s_log_analysis_v1.yaml";

const space = parseSpace(read(SPACE), SPACE);
const taxonomy = parseTaxonomy(read(LABELS), LABELS);
const train = samplesOf("evals/datasets/golden-v1-train.json");
const judged = samplesOf("evals/datasets/golden-v1-validation.json")
  .map(({ input }) => maskTemplate(input.log_line));
const make = (seed: number) =>
  makeCandidates(space, { train, excludedTemplates: new Set(judged), taxonomy, seed });
const candidates = make(0);
const examples = [...new Set(candidates.flatMap(({ fewShot }) => fewShot))];
const rendered = (id: string) =>
  renderPrompt(candidates.find((candidate) => candidate.id === id)!.template, { logs: "a log" });

Deno.test("the shipped space makes 108 candidates, no two of which render the same bytes", () => {
  assert.equal(candidates.length, 108);
  const hashes = candidates.map(({ template }) =>
    renderPrompt(template, { logs: "a log" }).prompt.rendered_hash
  );
  assert.equal(new Set(hashes).size, 108);
});

Deno.test("plain.none of the shipped space has the system message of today's prompt", () => {
  const { template } = parsePromptTemplate(read(BASELINE), BASELINE);
  const today = renderPrompt(template, { logs: "a log", ...taxonomyVariables(taxonomy) });
  const { messages } = rendered("plain.none.direct.lines");
  assert.equal(messages[0]?.content, today.messages[0]?.content);
  const form = /\nRoot cause: <[^]*/;
  assert.equal(form.exec(messages[1]!.content)![0], form.exec(today.messages[1]!.content)![0]);
});

Deno.test("no candidate of the shipped space has a hole or a label that is not allowed", () => {
  for (const { id, template } of candidates) {
    for (const text of [template.system, template.user]) {
      assert.doesNotMatch(text, /\n[ \t]*\n[ \t]*\n|^\s|\n\n$|[ \t]\n/, id);
    }
    assert.deepEqual(template.inputs, { required: ["logs"], optional: {} });
  }
});

Deno.test("the shipped space leaves at least 45 train samples to confirm a winner", () => {
  for (let seed = 0; seed < 10; seed++) {
    const shown = [...new Set(make(seed).flatMap(({ fewShot }) => fewShot))];
    assert.equal(shown.length, 5);
    const left = samplesApartFrom(shown, train).length;
    assert.ok(left >= 45, `${left} with seed ${seed}`);
  }
});

Deno.test("the examples of the shipped space come from train, as their level says", () => {
  const shownBy = (level: string) =>
    candidates.find(({ levels }) => levels["few_shot"] === level)!.fewShot.map(kindOf).join(" ");
  assert.equal(shownBy("none"), "");
  assert.equal(shownBy("positive"), "fault fault fault");
  assert.equal(shownBy("mixed"), "fault harmless fault");
  assert.equal(shownBy("hard_negatives"), "fault alarming fault");
  const templates = examples.map(({ input }) => maskTemplate(input.log_line));
  assert.ok(templates.every((template) => !judged.includes(template)));
  assert.deepEqual(nearDuplicates(templates, judged), []);
});

const ANSWER = {
  root_cause: "data_corruption",
  severity: "critical",
  component: "etcd",
  summary: "The etcd database file could not be opened.",
  action_needed: "restore_data",
};
const LINES = `Root cause: data_corruption
Severity: critical
Component: etcd
Summary: The etcd database file could not be opened.
Action needed: restore_data`;
const JSON_LINES = `{"root_cause": "data_corruption", "severity": "critical",
"component": "etcd", "summary": "The etcd database file could not be opened.",
"action_needed": "restore_data"}`;

const STEPS = [
  { name: "no steps", steps: "" },
  {
    name: "free steps",
    steps: `Step 1: The line says that opening the database failed.
Step 2: It failed, cause: an invalid database.
Step 3: The component that must be fixed is etcd.
`,
  },
  {
    name: "given steps",
    steps: `Step 1, quote: "Opening bbolt db failed: invalid database"
Step 2, outcome: the database was not opened.
Step 3, reason: the file is no valid database.
Step 4, owner: loki
`,
  },
  {
    name: "given steps in a list, with marks and blank lines",
    steps: `1. **Step 1, quote:** Opening bbolt db failed

2. **Step 2, outcome:** Severity: error

3. **Step 3, reason:** Root cause: unknown

4. **Step 4, owner:** Component: loki

**Answer:**
`,
  },
  {
    name: "a step that quotes JSON",
    steps: `Step 1, quote: {"level":"error","component":"bbolt","severity":"low"}
Step 4, owner: etcd

Answer:
`,
  },
  {
    name: "a step that quotes half of a JSON object",
    steps: `Step 1, quote: {"level":"error","msg":"Opening bbolt db failed
Step 2, outcome: {namespace=monitoring} failed
`,
  },
];
for (const { name, steps } of STEPS) {
  for (const [form, answer] of Object.entries({ lines: LINES, JSON: JSON_LINES })) {
    Deno.test(`an answer in ${form} after ${name} is read`, () => {
      const { outcome, analysis } = parseResponse(steps + answer, { finishReason: "stop" });
      assert.equal(outcome, "scored");
      assert.deepEqual(
        Object.fromEntries(ANALYSIS_FIELDS.map((field) => [field, analysis?.[field]])),
        ANSWER,
      );
    });
  }
}
