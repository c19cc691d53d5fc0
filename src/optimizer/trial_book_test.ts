import assert from "node:assert/strict";
import { LogAnalyzer } from "../analyzer/analyzer.ts";
import { parsePromptTemplate } from "../analyzer/prompt.ts";
import { identifySamples } from "../dataset/sample.ts";
import { testRecord } from "../testing/run_fixtures.ts";
import type { Trial } from "./optimization_files.ts";
import { type Arm, missingTasks, trialBook, trialScore } from "./trial_book.ts";

const SAMPLES = identifySamples(["one", "two", "three"].map((log_line) => ({
  timestamp: 0,
  namespace: "n",
  pod: "p",
  container: "c",
  node: "o",
  log_line,
  root_cause: "timeout",
  severity: "error",
  component: "etcd",
  summary: "It took too long.",
  action_needed: "none",
})));

function arm(id: string, system: string): Arm {
  const { template } = parsePromptTemplate(
    `id: x\nversion: 1\ninputs: {required: [logs]}\nsystem: ${system}\nuser: "{{ logs }}"\n`,
    "x.yaml",
  );
  const llmUrl = "http://localhost:1";
  return {
    id,
    template,
    analyzer: new LogAnalyzer({ llmUrl, modelName: "m", promptTemplate: template }),
  };
}

function trial(candidate: string, id: string, changes: Partial<Trial> = {}): Trial {
  return { ...testRecord(id), candidate, phase: "search", stage: 1, ...changes };
}

Deno.test("calls are ordered by the prompt's text, a prompt's samples in a row", () => {
  const arms = [arm("late", "zebra"), arm("first", "aardvark"), arm("middle", "aardvarks")];
  const tasks = missingTasks(trialBook([]), arms, SAMPLES, { phase: "search", stage: 1 });
  assert.deepEqual(
    tasks.map(({ arm, sample }) => `${arm.id} ${sample.input.log_line}`),
    ["first", "middle", "late"].flatMap((id) =>
      ["one", "two", "three"].map((log) => `${id} ${log}`)
    ),
  );
});

Deno.test("a call that is in the book is not made again", () => {
  const book = trialBook([trial("a", SAMPLES[0]!.id)]);
  book.add(trial("a", SAMPLES[2]!.id));
  const tasks = missingTasks(book, [arm("a", "x")], SAMPLES, { phase: "search", stage: 2 });
  assert.deepEqual(tasks.map(({ sample }) => sample.input.log_line), ["two"]);
  assert.equal(book.all().length, 2);
});

const failed = (kind: string, status: number | null) => ({
  outcome: "failed" as const,
  scores: null,
  error: { kind, message: "no", status },
});
const SCORES: { name: string; trial: Trial | undefined; score: number | null }[] = [
  { name: "a call that was not made", trial: undefined, score: null },
  { name: "a timeout", trial: trial("a", "1", failed("timeout", null)), score: null },
  { name: "a prompt too long", trial: trial("a", "1", failed("rejected", 400)), score: 0 },
  { name: "a wrong key", trial: trial("a", "1", failed("rejected", 401)), score: null },
];
for (const { name, trial, score } of SCORES) {
  Deno.test(`trialScore(): ${name} is ${score}`, () => assert.equal(trialScore(trial), score));
}
