import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { UsageError } from "../errors.ts";
import { parseExperiment } from "./experiment.ts";

const PLAIN = `experiment_id: a
dataset:
  path: d.json
model:
  endpoint: http://localhost:8080
  name: m
llm_config:
  temperature: 0.3
prompt:
  id: p
execution:
  concurrency: 4
`;
const parse = (text: string, stem: string | null = "a") => parseExperiment(text, "a.yaml", stem);

Deno.test("parseExperiment() fills every default", () => {
  const { experiment } = parse(PLAIN);
  assert.deepEqual(experiment.execution, {
    concurrency: 4,
    retries: 2,
    timeout_s: 180,
    seed: 0,
    repeats: 1,
  });
  assert.equal(experiment.model.provider, "openai");
  assert.deepEqual(experiment.llm_config, { temperature: 0.3 });
});

const FAULTS = [
  {
    name: "several faults at once, in the order of the file",
    text: PLAIN.replace("temperature: 0.3", "temperatur: 0.3\n  top_p: 1.7").replace(
      "id: p",
      "ident: p",
    ),
    want: [
      "line 8 ",
      "llm_config.temperatur  unknown field; did you mean temperature?",
      "line 9 ",
      "1.7 is above 1",
      "prompt.id",
      "is missing",
      "prompt.ident",
    ],
  },
  {
    name: "an id that is not the file's name",
    text: PLAIN.replace("experiment_id: a", "experiment_id: b"),
    want: ['line 1  experiment_id  "b" is not the file\'s name, "a"'],
  },
  {
    name: "an id that is no folder's name",
    text: PLAIN.replace("experiment_id: a", "experiment_id: ../x"),
    want: ['"../x" is not a name of letters'],
  },
  {
    name: "an address that is none",
    text: PLAIN.replace("http://localhost:8080", "localhost:8080"),
    want: ['line 5  model.endpoint  "localhost:8080" is not an http or https URL'],
  },
  {
    name: "an address with a password, which is not shown",
    text: PLAIN.replace("http://localhost", "http://me:secret@localhost"),
    want: ["holds a password; name a variable in model.api_key_env"],
  },
  {
    name: "a server model without an address",
    text: PLAIN.replace("  endpoint: http://localhost:8080\n", ""),
    want: ["line 4  model.endpoint  is missing; without a server use provider: embedded"],
  },
  {
    name: "concurrency 0",
    text: PLAIN.replace("concurrency: 4", "concurrency: 0"),
    want: ["line 12  execution.concurrency  0 is below 1"],
  },
  {
    name: "a number that is text",
    text: PLAIN.replace("concurrency: 4", 'concurrency: "4"'),
    want: ['line 12  execution.concurrency  "4" is not a number'],
  },
  {
    name: "an unknown provider",
    text: PLAIN.replace("  name: m", "  name: m\n  provider: openia"),
    want: ['"openia" is not allowed; did you mean openai?'],
  },
  { name: "an empty file", text: "", want: ["the file  is empty"] },
  { name: "YAML that is none", text: "a: [", want: ["Cannot read a.yaml at line 1"] },
];
for (const { name, text, want } of FAULTS) {
  Deno.test(`parseExperiment() refuses ${name}`, () => {
    assert.throws(() => parse(text), (error) => {
      assert.ok(error instanceof UsageError);
      let at = 0;
      for (const part of want) {
        const found = error.message.indexOf(part, at);
        assert.ok(found !== -1, `${part} is not in:\n${error.message}`);
        at = found;
      }
      assert.ok(!error.message.includes("secret"), error.message);
      return true;
    });
  });
}

Deno.test("an experiment that was asked for by path may have any id", () => {
  assert.equal(parse(PLAIN, null).experiment.experiment_id, "a");
});

const CONFIGS = "evals/experiments/configs";
for (const file of readdirSync(CONFIGS)) {
  Deno.test(`the shipped experiment ${file} is clean`, () => {
    const text = readFileSync(`${CONFIGS}/${file}`, "utf8");
    parseExperiment(text, file, file.replace(/\.yaml$/, ""));
  });
}
