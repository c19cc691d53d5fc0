import assert from "node:assert/strict";
import { BUILTIN_PROMPTS } from "./builtin_prompts.ts";
import { lintPrompt } from "./prompt_lint.ts";

const PLAIN = `id: p
version: 1
inputs:
  required: [logs]
  optional:
    root_causes: any label
system: |
  You read logs.

  {{ root_causes }}
user: |
  {{ logs }}
  Answer.
`;
const lint = (text: string) =>
  lintPrompt(text, "prompt_templates/p.yaml").map(({ level, rule, line, message }) =>
    `${level} ${rule} ${line ?? "-"}: ${message}`
  );

const CASES: readonly { name: string; text: string; says: readonly (string | RegExp)[] }[] = [
  { name: "nothing", text: PLAIN, says: [] },
  {
    name: "faults, all in one",
    text: PLAIN.replace("{{ logs }}", "{{ log }}").replace("id: p", "id: q"),
    says: [/^error unusable_file -: .*: 2 faults\n.*line 1 .*\n.*line 12, column 3 /],
  },
  { name: "no YAML", text: "id: [", says: [/^error unusable_file -: Cannot read .* at line 1/] },
  {
    name: "the parser's warnings",
    text: PLAIN.replace("{{ logs }}", "x").replace("version: 1", "version: 1\nautor: me"),
    says: [/^warning unknown_key -: .* line 3: unknown key "autor"/, /^warning no_logs -: /],
  },
  {
    name: "inputs that no text names",
    text: PLAIN.replace("[logs]", "[logs, zone]").replace(/ {2}\{\{ root_causes \}\}\n/, ""),
    says: [/^warning unused_input 4: zone is declared/, /^warning unused_input 6: root_causes is/],
  },
  {
    name: "500 characters behind the logs",
    text: PLAIN.replace("Answer.", "x".repeat(498)),
    says: [],
  },
  {
    name: "501 characters behind the logs",
    text: PLAIN.replace("Answer.", "x".repeat(499)),
    says: [/^warning text_behind_logs 12: behind \{\{ logs \}\} stand 501 characters of static/],
  },
  {
    name: "labels behind the logs of a system text",
    text: PLAIN.replace("  You read logs.\n\n", "\n\n  {{logs}}\n").replace("  {{ logs }}\n", ""),
    says: [/^warning text_behind_logs 10: .* stand \{\{ root_causes \}\}, 10 characters of static/],
  },
  {
    name: "blanks at the ends of lines",
    text: PLAIN.replace("logs.\n", "logs. \n").replace("Answer.", "Answer.\t \n  a b\n  ok "),
    says: [
      "warning trailing_blanks 8: 1 line of system ends in blanks, which no reader sees and the model gets",
      "warning trailing_blanks 13: 2 lines of user end in blanks, which no reader sees and the model gets",
    ],
  },
  {
    name: "blanks in a quoted text, by its key",
    text: PLAIN.replace(/user:[^]*$/, 'user: "a \\n{{ logs }}"\n'),
    says: [/^warning trailing_blanks 11: 1 line of user/],
  },
  {
    name: "a changed rendering",
    text: PLAIN + "provenance:\n  rendered: {one_line: x}\n",
    says: [/^error rendering_changed 15: it no longer sends what was recorded: one_line, several/],
  },
  {
    name: "samples without templates, and twice",
    text: PLAIN + "provenance:\n  few_shot: [a, b, a]\n",
    says: [/^warning no_templates 14: /, /^warning duplicate_few_shot 15: .* names a more than/],
  },
  {
    name: "a searched prompt with its templates",
    text: PLAIN + "provenance: {search: [a], templates: [x]}\n",
    says: [],
  },
];
for (const { name, text, says } of CASES) {
  Deno.test(`lintPrompt() of ${name}`, () => {
    const found = lint(text);
    assert.equal(found.length, says.length, found.join("\n"));
    says.forEach((part, index) => {
      const finding = found[index] ?? "";
      if (typeof part === "string") assert.equal(finding, part);
      else assert.match(finding, part);
    });
  });
}

for (const [id, text] of BUILTIN_PROMPTS) {
  Deno.test(`lintPrompt() finds nothing in ${id}`, () => {
    assert.deepEqual(lintPrompt(text, `${id}.yaml`), []);
  });
}
