import assert from "node:assert/strict";
import type { PromptTemplate } from "../analyzer/prompt.ts";
import { promptDiff } from "./prompt_diff.ts";

const A: PromptTemplate = {
  id: "a",
  version: "1",
  description: "",
  model_defaults: { temperature: 0.3 },
  inputs: { required: ["logs"], optional: {} },
  system: "one\ntwo\nthree\n",
  user: "{{ logs }}",
};

Deno.test("promptDiff() is empty for prompts that ask the same, wherever they come from", () => {
  const provenance = { few_shot: ["x"], search: [], templates: [] };
  assert.equal(promptDiff(A, { ...A, provenance }), "");
});

Deno.test("promptDiff() shows settings, system and user, a line each", () => {
  const b = { ...A, id: "b", model_defaults: {}, system: "one\n2\nthree\n", user: "{{ logs }}\n" };
  assert.equal(
    promptDiff(A, b),
    `--- a, settings
+++ b, settings
@@ -1,8 +1,5 @@
-id: a
+id: b
 version: "1"
 
-model_defaults:
-  temperature: 0.3
-
 inputs:
   required: [logs]
--- a, system
+++ b, system
@@ -1,3 +1,3 @@
 one
-two
+2
 three
--- a, user
+++ b, user
@@ -1,1 +1,1 @@
-{{ logs }}
\\ No newline at end of file
+{{ logs }}
`,
  );
});

Deno.test("promptDiff() shows a system text that only one of them has", () => {
  assert.match(promptDiff(A, { ...A, system: "" }), /@@ -1,3 \+0,0 @@\n-one\n-two\n-three\n$/);
});
