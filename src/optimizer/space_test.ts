import assert from "node:assert/strict";
import { UsageError } from "../errors.ts";
import { parseSpace } from "./space.ts";

const PLAIN = `id: s
version: 1
system: |
  {{ tone }}
  {{ root_causes }} {{ severities }} {{ components }} {{ actions }}
  {{ shots }}
user: |
  {{ logs }}
  {{ form }}
dimensions:
  tone:
    plain: {text: Read the logs.}
    short: {text: Read.}
  shots:
    none:
    some: {examples: [{kind: fault, count: 2}]}
  form:
    lines: {text: Five lines., answer: lines}
    json: {text: JSON., answer: json, response_format: json_schema}
`;
const parse = (text: string) => parseSpace(text, "space.yaml");

Deno.test("parseSpace() keeps the order of the file and fills every default", () => {
  const space = parse(PLAIN);
  assert.equal(space.version, "1");
  assert.deepEqual(space.model_defaults, {});
  assert.deepEqual(
    space.dimensions.map(({ name, levels }) => [name, ...levels.map((level) => level.name)]),
    [["tone", "plain", "short"], ["shots", "none", "some"], ["form", "lines", "json"]],
  );
  assert.deepEqual(space.dimensions[1]!.levels[0], {
    name: "none",
    place: "space.yaml line 15",
    description: "",
    text: "",
    examples: [],
    max_tokens: null,
    response_format: null,
    answer: null,
  });
});

Deno.test("parseSpace() takes holes out of a level's text", () => {
  const text = PLAIN.replace(
    "{text: Read.}",
    "\n      text: |\n\n        Read.\n\n\n\n        All.\n\n",
  );
  assert.equal(parse(text).dimensions[0]!.levels[1]!.text, "Read.\n\nAll.");
});

const MANY = Array.from({ length: 22 }, (_, at) => `    l${at}: {text: "${at}"}\n`).join("");

const FAULTS = [
  {
    name: "an unknown field of a level, with the nearest",
    text: PLAIN.replace("{text: Read.}", "{txt: Read.}"),
    want: ["line 13  dimensions.tone.short.txt  unknown field; did you mean text?"],
  },
  {
    name: "an unknown field of the space",
    text: PLAIN + "modl_defaults: {}\n",
    want: ["line 20  modl_defaults  unknown field; did you mean model_defaults?"],
  },
  {
    name: "a space without a version",
    text: PLAIN.replace("version: 1\n", ""),
    want: ["line 1  version  is missing"],
  },
  {
    name: "a tag over two lines, which is named on one",
    text: PLAIN.replace("{{ tone }}", "{{ tone\n  and }}"),
    want: ["line 4, column 3 ", "{{ tone and }} is neither a dimension nor an input"],
  },
  {
    name: "a space without dimensions",
    text: PLAIN.slice(0, PLAIN.indexOf("dimensions:")).replaceAll(
      /\{\{ (tone|shots|form) \}\}/g,
      "",
    ),
    want: ["line 1  dimensions  there is none; add one, such as instruction: {plain: {text: …}}"],
  },
  {
    name: "an empty list of dimensions",
    text:
      PLAIN.slice(0, PLAIN.indexOf("dimensions:")).replaceAll(/\{\{ (tone|shots|form) \}\}/g, "") +
      "dimensions: {}\n",
    want: ["line 10  dimensions  there is none; add one"],
  },
  {
    name: "a list of dimensions",
    text: PLAIN.slice(0, PLAIN.indexOf("dimensions:")) + "dimensions: [tone]\n",
    want: ["dimensions  is not a mapping of dimensions; write them as NAME: {LEVEL: {text: …}}"],
  },
  {
    name: "a dimension without a level",
    text: PLAIN + "  extra: {}\n",
    want: ["line 20  dimensions.extra  has no level; add one, such as none: {}"],
  },
  {
    name: "a dimension that is a list",
    text: PLAIN + "  extra: [a]\n",
    want: ["line 20  dimensions.extra  is not a mapping of levels; write them as NAME: {text: …}"],
  },
  {
    name: "a level that is bare text",
    text: PLAIN.replace("{text: Read.}", "Read."),
    want: ["line 13  dimensions.tone.short  is not a level; write it as NAME: {text: …}"],
  },
  {
    name: "a dimension without a tag",
    text: PLAIN.replace("  {{ form }}\n", ""),
    want: ["line 16  dimensions.form  stands in no text; add {{ form }} to system or user"],
  },
  {
    name: "a tag that is neither dimension nor input",
    text: PLAIN.replace("{{ tone }}", "{{ ton }}"),
    want: [
      "line 4, column 3  system",
      "{{ ton }} is neither a dimension nor an input; did you mean tone?",
      "line 11",
      "stands in no text",
    ],
  },
  {
    name: "a tag in a level's text that is no input",
    text: PLAIN.replace("Five lines.", '"Five {{ line }} lines"'),
    want: ["line 18, column 25  dimensions.form.lines.text  {{ line }} is neither"],
  },
  {
    name: "a level's text that names a dimension",
    text: PLAIN.replace("Five lines.", '"{{ tone }}"'),
    want: ["line 18, column 20", "{{ tone }} is a dimension; its tag may stand in system and user"],
  },
  {
    name: "a tag that is never closed",
    text: PLAIN.replace("Five lines.", '"Five {{ logs"'),
    want: ['line 18, column 25  dimensions.form.lines.text  "{{ logs" opens a tag', "add }}"],
  },
  {
    name: "texts that never show the logs",
    text: PLAIN.replace("  {{ logs }}\n", ""),
    want: ["line 7  user  the model would never see the logs; add {{ logs }}"],
  },
  {
    name: "texts without a list of allowed labels",
    text: PLAIN.replace("{{ severities }} ", ""),
    want: ["line 3  system  the model would not be told the allowed labels; add {{ severities }}"],
  },
  {
    name: "a list of labels that one level of a dimension leaves out",
    text: PLAIN.replace("{{ severities }} ", "")
      .replace("text: Read the logs.", 'text: "Read the logs. {{ severities }}"'),
    want: ["line 3  system  the model would not be told the allowed labels; add {{ severities }}"],
  },
  {
    name: "a level whose name has a dot",
    text: PLAIN.replace("short:", "v1.2:"),
    want: ['line 13  dimensions.tone.v1.2  "v1.2" cannot stand in a candidate\'s id; use letters'],
  },
  {
    name: "a level whose name is a number",
    text: PLAIN.replace("short:", "2:"),
    want: ['line 13  dimensions.tone.2  "2" cannot stand in a candidate\'s id'],
  },
  {
    name: "a dimension that cannot be a tag",
    text: PLAIN.replace("  tone:", "  my-tone:").replace("{{ tone }}", "{{ my-tone }}"),
    want: ['line 11  dimensions.my-tone  "my-tone" cannot be a tag; use letters, digits and _'],
  },
  {
    name: "a dimension with the name of an input",
    text: PLAIN.replace("  tone:", "  namespace:").replace("{{ tone }}", "{{ namespace }}"),
    want: ["line 11  dimensions.namespace  is the name of an input; give the dimension another"],
  },
  {
    name: "a response format in two dimensions",
    text: PLAIN.replace("{text: Read.}", "{text: Read., response_format: json_object}"),
    want: [
      "line 19  dimensions.form.json.response_format  tone.short.response_format sets it too (line 13);",
    ],
  },
  {
    name: "a form of the answer in two dimensions",
    text: PLAIN.replace("{text: Read.}", "{text: Read., answer: json}"),
    want: [
      "line 18  dimensions.form.lines.answer  tone.short.answer sets it too (line 13); set it",
    ],
  },
  {
    name: "examples in two dimensions",
    text: PLAIN.replace("{text: Read.}", "{examples: [{kind: alarming, count: 1}]}"),
    want: ["line 16  dimensions.shots.some.examples  tone.short.examples sets it too (line 13)"],
  },
  {
    name: "examples in lines where the server enforces JSON",
    text: PLAIN.replace("answer: json", "answer: lines"),
    want: ["line 19  dimensions.form.json.answer  examples would show lines", "use json"],
  },
  {
    name: "examples in lines where another dimension enforces JSON",
    text: PLAIN.replace(", answer: json, response_format: json_schema", "")
      .replace("{text: Read.}", "{text: Read., response_format: json_object}"),
    want: [
      "line 18  dimensions.form.lines.answer  examples would show lines where tone.short enforces " +
      "json_object (line 13); set both in one dimension",
    ],
  },
  {
    name: "no examples of a kind",
    text: PLAIN.replace("count: 2", "count: 0"),
    want: ["line 16  dimensions.shots.some.examples.0.count  0 is below 1"],
  },
  {
    name: "fewer examples than none",
    text: PLAIN.replace("count: 2", "count: -1"),
    want: ["line 16  dimensions.shots.some.examples.0.count  -1 is below 1"],
  },
  {
    name: "an unknown kind of examples",
    text: PLAIN.replace("kind: fault", "kind: harmles"),
    want: [
      'line 16  dimensions.shots.some.examples.0.kind  "harmles" is not allowed; did you mean harmless?',
    ],
  },
  {
    name: "a misspelt field of examples",
    text: PLAIN.replace("count: 2", "cuont: 2"),
    want: ["line 16", "examples.0.cuont  unknown field; did you mean count?"],
  },
  {
    name: "room for no token",
    text: PLAIN.replace("{text: Read.}", "{text: Read., max_tokens: 0}"),
    want: ["line 13  dimensions.tone.short.max_tokens  0 is below 1"],
  },
  {
    name: "two levels that say the same",
    text: PLAIN.replace("{text: Read.}", '{text: "Read the logs.\\n", description: other}'),
    want: ["line 13  dimensions.tone.short  says the same as tone.plain (line 12); change or take"],
  },
  {
    name: "a level that stands there twice",
    text: PLAIN.replace("    short:", "    plain:"),
    want: ["Cannot read space.yaml at line 13, column 5: plain stands here a second time"],
  },
  {
    name: "more than 10,000 candidates",
    text:
      `id: s\nversion: 1\nuser: "{{ logs }}{{ root_causes }}{{ severities }}{{ components }}{{ actions }}{{ a }}{{ b }}{{ c }}"\ndimensions:\n` +
      ["a", "b", "c"].map((name) => `  ${name}:\n${MANY}`).join(""),
    want: ["line 4  dimensions  10,648 candidates are more than 10,000; take out levels or"],
  },
  {
    name: "several faults at once, in the order of the file",
    text: PLAIN.replace("id: s", "id: a b").replace("{text: Read.}", "{txt: Read.}")
      .replace("count: 2", "count: two").replace("  {{ form }}\n", "  {{ from }}\n"),
    want: [
      "Cannot use space.yaml: 5 faults",
      'line 1            id                              "a b" is not a name of letters',
      "line 9, column 3 ",
      "did you mean form?",
      "line 13 ",
      "line 16 ",
      '"two" is not a number',
      "line 17 ",
      "add {{ form }} to system or user",
    ],
  },
  {
    name: "an empty file",
    text: "# nothing\n",
    want: ["line 1  the file  is empty; a space has id, version, system, user and dimensions"],
  },
  { name: "a list", text: "- a\n", want: ["line 1  the file  is not a mapping; a space has id"] },
  { name: "YAML that is none", text: "id: [", want: ["Cannot read space.yaml at line 1, column"] },
];
for (const { name, text, want } of FAULTS) {
  Deno.test(`parseSpace() refuses ${name}`, () => {
    assert.throws(() => parse(text), (error) => {
      assert.ok(error instanceof UsageError);
      let at = 0;
      for (const part of want) {
        const found = error.message.indexOf(part, at);
        assert.ok(found !== -1, `${part} is not in:\n${error.message}`);
        at = found;
      }
      return true;
    });
  });
}
