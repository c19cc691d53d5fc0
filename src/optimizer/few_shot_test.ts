import assert from "node:assert/strict";
import { identifySamples, type Sample, type SampleFields } from "../dataset/sample.ts";
import { maskTemplate } from "../dataset/template.ts";
import { UsageError } from "../errors.ts";
import {
  chooseExamples,
  type ExampleKind,
  fewShotRule,
  kindOf,
  looksAlarming,
  samplesApartFrom,
} from "./few_shot.ts";

const LINES = [
  { line: "E1124 06:17:04.943605   13391 options.go:205] The manifest file is empty.", want: true },
  { line: "W1124 06:17:04.943605   13391 options.go:205] Old flag.", want: true },
  { line: "I1124 06:17:05.497027   13391 secure_serving.go:214] Serving securely", want: false },
  { line: "0.02.699.938 W srv  llama_server: NOTICE: port will be changed", want: true },
  { line: "0.02.699.924 I srv  llama_server: model loaded", want: false },
  { line: '{"level": "WARNING", "message": "LLM is not ready"}', want: true },
  { line: '{"level":"error","msg":"x"}', want: true },
  { line: '{"level":"info","msg":"x"}', want: false },
  { line: "dial tcp: connection refused", want: true },
  { line: "KeyError: 'stream'", want: true },
  { line: "request timed out", want: true },
  { line: 'INFO:     10.0.10.12:35243 - "GET /healthz HTTP/1.1" 200 OK', want: false },
];
for (const { line, want } of LINES) {
  Deno.test(`looksAlarming() says ${want} of ${line.slice(0, 50)}`, () => {
    assert.equal(looksAlarming(line), want);
  });
}

function samplesOf(
  rows: readonly (readonly [line: string, cause: string, action: string, component?: string])[],
): Sample[] {
  return identifySamples(rows.map(([log_line, root_cause, action_needed, component], at) => ({
    timestamp: at,
    namespace: "n",
    pod: "p",
    container: "c",
    node: "node-1",
    log_line,
    root_cause,
    severity: "error",
    component: component ?? "etcd",
    summary: "Something happened.",
    action_needed,
  } satisfies SampleFields)));
}

// Timeouts are the most frequent, then files; `slow disk` occurs twice.
const TRAIN = samplesOf([
  ["slow disk 1", "timeout", "restart"],
  ["slow disk 2", "timeout", "restart"],
  ["slow net", "timeout", "restart"],
  ["slow peer", "timeout", "restart"],
  ["no file a.txt", "missing_file", "provide"],
  ["no folder", "missing_file", "provide", "loki"],
  ["no key", "access_denied", "fix"],
  ["all is well", "no_fault", "none"],
  ["warn: old flag", "no_fault", "none"],
  ["warn: not used", "no_fault", "none"],
  ["warn: waiting", "not_ready", "none"],
]);
const choose = (
  counts: Partial<Record<ExampleKind, number>>,
  { train = TRAIN, excluded = [] as string[], seed = 0 } = {},
) =>
  chooseExamples(train, new Set(excluded.map(maskTemplate)), {
    name: "shots.some",
    examples: Object.entries(counts).map(([kind, count]) => ({ kind: kind as ExampleKind, count })),
  }, seed);
const linesOf = (samples: readonly Sample[]) => samples.map(({ input }) => input.log_line);
const causesOf = (samples: readonly Sample[]) => samples.map(({ labels }) => labels.root_cause);

Deno.test("kindOf() tells faults, harmless lines and harmless lines that look bad", () => {
  assert.deepEqual(TRAIN.slice(6, 9).map(kindOf), ["fault", "harmless", "alarming"]);
});

Deno.test("chooseExamples() takes one a root cause, the most frequent first, before a second", () => {
  for (const seed of [0, 1, 2, 3]) {
    assert.deepEqual(causesOf(choose({ fault: 5 }, { seed })), [
      "timeout",
      "missing_file",
      "access_denied",
      "timeout",
      "missing_file",
    ]);
  }
});

Deno.test("chooseExamples() prefers templates that occur once, then other components", () => {
  for (const seed of [0, 1, 2, 3]) {
    const lines = linesOf(choose({ fault: 6 }, { seed }));
    assert.equal(lines[1], "no folder");
    assert.match(lines[5]!, /^slow disk/);
  }
});

Deno.test("chooseExamples() shows a template once", () => {
  assert.throws(() => choose({ fault: 7 }), /7 of kind fault are wanted, 6 of 11 train samples/);
});

Deno.test("chooseExamples() gives levels of one seed the same first examples", () => {
  const draw = (seed: number) => linesOf(choose({ fault: 4, alarming: 2 }, { seed }));
  for (const seed of [0, 1, 2, 3]) {
    assert.deepEqual(linesOf(choose({ fault: 3 }, { seed })), draw(seed).slice(0, 3));
    assert.deepEqual(draw(seed), draw(seed));
  }
  assert.ok(new Set([0, 1, 2, 3, 4, 5, 6, 7].map((seed) => draw(seed).join())).size > 1);
});

Deno.test("chooseExamples() keeps the order of the level and goes on where a kind comes again", () => {
  const mixed = chooseExamples(TRAIN, new Set(), {
    name: "shots.mixed",
    examples: [
      { kind: "fault", count: 1 },
      { kind: "harmless", count: 1 },
      { kind: "fault", count: 2 },
    ],
  }, 0);
  const faults = choose({ fault: 3 });
  assert.deepEqual(mixed, [faults[0], TRAIN[7], faults[1], faults[2]]);
});

const INELIGIBLE = [
  { name: "a template that will be judged", line: "slow bus 7", excluded: ["slow bus 8"] },
  {
    name: "a template nearly equal to one that will be judged",
    line: "a b c d e f g h i j k l m n o p q r s t",
    excluded: ["a b c d e f g h i j k l m n o p q r s u"],
  },
  { name: "a long line", line: "x".repeat(251), excluded: [] },
  { name: "a line that holds a tag", line: "template {{ logs }} broke", excluded: [] },
];
for (const { name, line, excluded } of INELIGIBLE) {
  Deno.test(`chooseExamples() never shows ${name}`, () => {
    const train = samplesOf([[line, "timeout", "restart"], ["ok", "timeout", "restart"]]);
    assert.deepEqual(linesOf(choose({ fault: 1 }, { train, excluded })), ["ok"]);
    assert.throws(() => choose({ fault: 2 }, { train, excluded }), (error) => {
      assert.ok(error instanceof UsageError);
      assert.equal(
        error.message,
        "Cannot choose examples for level shots.some: 2 of kind fault are wanted, " +
          "1 of 2 train samples can be shown",
      );
      assert.match(error.hint ?? "", /^ask for at most 1, or add fault samples to the train split/);
      return true;
    });
  });
}

Deno.test("samplesApartFrom() leaves out what shares a template with an example", () => {
  assert.deepEqual(samplesApartFrom([TRAIN[0]!, TRAIN[6]!], TRAIN), [
    ...TRAIN.slice(2, 6),
    ...TRAIN.slice(7),
  ]);
  assert.deepEqual(samplesApartFrom([], TRAIN), TRAIN);
});

Deno.test("fewShotRule() says how, in one sentence", () => {
  const rule = fewShotRule([{ kind: "fault", count: 3 }, { kind: "harmless", count: 1 }], 7);
  assert.match(
    rule,
    /^3 fault, 1 harmless \(in this order\) from the train split by seed 7: [^.]*\.$/,
  );
});
