import assert from "node:assert/strict";
import { testConfig, testRecord } from "../testing/run_fixtures.ts";
import { type ComparedRun, compareRuns, verdictOf } from "./compare.ts";
import { renderComparisonMarkdown } from "./comparison_markdown.ts";
import { costRows, shownFlips, verdictLines } from "./comparison_terms.ts";
import type { RunConfig, SampleRecord } from "./run_files.ts";

const { scores, expected, input } = testRecord("");
const WORDS = "alpha bravo charlie delta echo foxtrot golf hotel india juliet".split(" ");

/** A log line whose template is its own: words instead of numbers. */
function line(at: number): string {
  return [...String(at)].map((digit) => WORDS[Number(digit)]).join(" ");
}

/** A record of sample `at`, its root cause right or wrong; all else right. */
function record(at: number, right: boolean, changes: Partial<SampleRecord> = {}): SampleRecord {
  return testRecord(`s${String(at).padStart(3, "0")}`, {
    input: { ...input, log_line: line(at) },
    predicted: { ...expected, root_cause: right ? expected.root_cause : "other" },
    scores: { ...scores!, overall: right ? 1 : 0.6, root_cause: right ? 1 : 0 },
    ...changes,
  });
}

function run(
  experiment_id: string,
  records: readonly SampleRecord[],
  changes: Partial<RunConfig> = {},
): ComparedRun {
  const config = testConfig({ run_id: `20260109-143000-${experiment_id}`, experiment_id });
  const dataset = { ...config.dataset, n: records.length, total: records.length };
  return { config: { ...config, dataset, ...changes }, records };
}

/** Forty records, the first so many of them right. */
const forty = (right: number) => range(40).map((at) => record(at, at < right));
const range = (n: number) => Array.from({ length: n }, (_, at) => at);

Deno.test("a run against itself: difference 0, p = 1, no flips", () => {
  const a = run("a", range(55).map((at) => record(at, at % 3 === 0)));
  const comparison = compareRuns(a, a);
  assert.equal(comparison.verdict, "no evidence");
  assert.equal(comparison.overall.difference, 0);
  assert.equal(comparison.overall.p, 1);
  assert.deepEqual(comparison.flips, { to_right: 0, to_wrong: 0, samples: [] });
  assert.deepEqual(comparison.notices, []);
});

Deno.test("a mean that metrics.json holds too ends in the same digit", () => {
  const part = { mean: 0.7, ci95: null };
  const shared = { action: part, severity: part, summary_rouge_l: part, component_f1: part };
  const overall = (values: readonly number[]) =>
    values.map((value, at) => record(at, true, { scores: { ...scores!, overall: value } }));
  // (0.1 + 0.2 + 0.3) / 3 and (0.3 + 0.2 + 0.1) / 3
  const [up, down] = [0.20000000000000004, 0.19999999999999998];
  const cases: readonly (readonly [number | null, number])[] = [
    [up, up],
    [down, down],
    [0.2, 0.2],
    [0.2001, up],
    [null, up],
  ];
  for (const [mean, told] of cases) {
    const metrics = { overall: { mean, ci95: null }, metrics: { root_cause: part, ...shared } };
    const a = { ...run("a", overall([0.1, 0.2, 0.3])), metrics };
    const found = compareRuns(a, run("b", forty(3)));
    assert.deepEqual([found.overall.mean_a, found.overall_all.mean_a], [told, told], String(mean));
    assert.equal(found.metrics.root_cause.mean_a, 1, "another number stays");
  }
});

Deno.test("six flips to none on 55 samples are evidence, five are not", () => {
  const before = run("a", range(55).map((at) => record(at, at >= 10)));
  const after = (flips: number) =>
    run("b", range(55).map((at) => record(at, at >= 10 || at < flips)));
  const six = compareRuns(before, after(6));
  // 2 * (1/2)^6
  assert.equal(six.overall.p, 0.03125);
  assert.equal(six.verdict, "better");
  assert.equal(six.flips.to_right, 6);
  const five = compareRuns(before, after(5));
  assert.equal(five.overall.p, 0.0625);
  assert.equal(five.verdict, "no evidence");
  assert.equal(compareRuns(after(6), before).verdict, "worse");
  assert.equal(compareRuns(before, after(6), 0.2).verdict, "no evidence", "below --min-effect");
});

const ALIKE = [
  {
    n: 55,
    before: true,
    says: /^on 55 samples; no sample came out otherwise$/,
    verdict: "no evidence",
  },
  { n: 55, before: false, says: /; every message came out alike, so what/, verdict: "better" },
  { n: 3, before: false, says: /; every message came out alike, so what/, verdict: "no evidence" },
] as const;
for (const { n, before, says, verdict } of ALIKE) {
  Deno.test(`${n} samples all ${before ? "right" : "wrong"}, then all right: ${verdict}`, () => {
    const comparison = compareRuns(
      run("a", range(n).map((at) => record(at, before))),
      run("b", range(n).map((at) => record(at, true))),
    );
    assert.equal(comparison.verdict, verdict);
    assert.match(verdictLines(comparison)[1], says);
  });
}

Deno.test("samples of one template are one piece of evidence", () => {
  const same = (at: number, right: boolean) =>
    record(at, right, { input: { ...input, log_line: at < 12 ? `retry ${at}` : line(at) } });
  const a = run("a", range(55).map((at) => same(at, at >= 12)));
  const b = run("b", range(55).map((at) => same(at, true)));
  const comparison = compareRuns(a, b);
  assert.equal(comparison.flips.to_right, 12);
  // One cluster changed: its sign is as good as the other.
  assert.equal(comparison.overall.p, 1);
  assert.equal(comparison.verdict, "no evidence");
});

Deno.test("the verdict leaves out what a prompt has seen, its whole template with it", () => {
  const a = run("a", range(55).map((at) => record(at, at >= 10)));
  const text = "id: p\nversion: 1\ninputs: {required: [logs]}\nuser: '{{ logs }}'\n" +
    "provenance: {few_shot: [s000, s001], search: [s002]}\n";
  const config = testConfig();
  const b = run("b", range(55).map((at) => record(at, true)), {
    prompt: { ...config.prompt, text },
  });
  const comparison = compareRuns(a, b);
  assert.equal(comparison.n, 55);
  assert.equal(comparison.n_unseen, 52);
  // 7 of 52 and 10 of 55 root causes at 0.4 each.
  assert.ok(Math.abs((comparison.overall.difference ?? 0) - 0.4 * 7 / 52) < 1e-12);
  assert.ok(Math.abs((comparison.overall_all.difference ?? 0) - 0.4 * 10 / 55) < 1e-12);
  assert.match(verdictLines(comparison)[1], /on 52 samples that neither prompt has seen/);
  assert.match(renderComparisonMarkdown(comparison), /all 55 samples, 3 of them seen/);
});

Deno.test("what a prompt has seen stays out also when that sample itself was not answered", () => {
  const twin = (at: number, number: number, right: boolean) =>
    record(at, right, { input: { ...input, log_line: `retry ${number}` } });
  const rest = (right: boolean) => range(20).slice(2).map((at) => record(at, right));
  const a = run("a", [twin(0, 1, true), twin(1, 2, true), ...rest(true)]);
  const text = "id: p\nversion: 1\ninputs: {required: [logs]}\nuser: '{{ logs }}'\n" +
    "provenance: {few_shot: [s000, elsewhere]}\n";
  const b = run("b", [twin(1, 2, true), ...rest(true)], {
    prompt: { ...testConfig().prompt, text },
  });
  const comparison = compareRuns(a, b);
  assert.deepEqual([comparison.n, comparison.n_unseen], [19, 18]);
  assert.match(
    comparison.notices.join("\n"),
    /in neither run: 1 of 2 samples that a prompt has seen/,
  );
});

Deno.test("missing answers within repeats and other repeats are named", () => {
  const execution = { ...testConfig().execution, repeats: 2 };
  const a = run("a", range(4).map((at) => record(at, true)));
  const b = run("b", range(4).map((at) => record(at, true)), { execution });
  const notices = compareRuns(a, b).notices.join("\n");
  assert.match(notices, /other repeats: 1 and 2/);
  assert.match(notices, /20260109-143000-b is partial: 4 calls without an answer/);
});

Deno.test("other datasets, labels and missing answers are named and left out", () => {
  const a = run("a", range(20).map((at) => record(at, true)));
  const relabelled = record(0, true, { expected: { ...expected, severity: "warn" } });
  const failed = record(1, true, { outcome: "failed", scores: null, predicted: null });
  const rest = range(20).slice(2).map((at) => record(at, true));
  const b = run("b", [relabelled, failed, ...rest], {
    dataset: { ...testConfig().dataset, n: 20, total: 20, hash: "sha256:other", path: "e.json" },
    changed: ["dataset"],
  });
  const comparison = compareRuns(a, b);
  assert.equal(comparison.n, 18);
  const notices = comparison.notices.join("\n");
  for (
    const part of [
      "other datasets: d.json (sha256:3fa5834d) and e.json (sha256:other) differ",
      "left out: 1 sample with other labels",
      "20260109-143000-b is partial: 1 call without an answer",
      "has 20 samples; compared are the 18 that both answered with the same labels",
      "is changed: dataset",
    ]
  ) {
    assert.ok(notices.includes(part), `${part} is not in:\n${notices}`);
  }
});

Deno.test("other metric versions and nothing in common are refused", () => {
  const a = run("a", [record(0, true)]);
  const versions = { ...testConfig().versions, metric: "0" };
  assert.throws(
    () => compareRuns(a, run("b", [record(0, true)], { versions })),
    {
      message: /metric version 1 against 0/,
      hint: "score the older one anew: logeval rescore 20260109-143000-b",
    },
  );
  assert.throws(() => compareRuns(a, run("b", [record(1, true)])), /no sample that both answered/);
  const edited = record(0, true, { expected: { ...expected, severity: "info" } });
  assert.throws(() => compareRuns(a, run("b", [edited])), /the labels of all 1 sample that/);
});

Deno.test("with repeats a sample counts once, with its mean", () => {
  const twice = [
    record(0, true),
    record(0, false, { repeat: 2 }),
    record(1, true),
    record(1, true, { repeat: 2 }),
  ];
  const comparison = compareRuns(run("a", twice), run("b", [record(0, true), record(1, true)]));
  assert.equal(comparison.n, 2);
  // 0 and 1 of two: the flip shows an answer that was wrong.
  assert.equal(comparison.flips.samples[0]?.a, "other");
  assert.ok(Math.abs((comparison.overall.mean_a ?? 0) - 0.9) < 1e-12);
});

Deno.test("too few samples give no verdict and no interval", () => {
  const comparison = compareRuns(run("a", [record(0, false)]), run("b", [record(0, true)]));
  assert.equal(comparison.overall.ci95, null);
  assert.equal(comparison.verdict, "no evidence");
  assert.equal(
    verdictLines(comparison)[1],
    "on 1 sample; too few different messages for a verdict",
  );
});

Deno.test("the verdict's line reads one way, and says what --min-effect asks for", () => {
  const [a, b] = [run("a", forty(20)), run("b", forty(40))];
  const lines = verdictLines(compareRuns(a, b, 0.14));
  assert.match(
    lines[0],
    /^no evidence: b is 0\.200 above a \(95 % \+0\.1\d\d to \+0\.\d+, p < 0\.001\)$/,
  );
  assert.match(lines[1], /; a verdict needs the whole interval above \+0\.14 or below −0\.14$/);
  assert.match(verdictLines(compareRuns(b, a))[0], /^worse: a is 0\.200 below b \(95 % −/);
  assert.match(
    verdictLines(compareRuns(a, a))[0],
    /^no evidence: .* is level with .* \(95 % ±0\.000/,
  );
});

const CHANGES = [
  { a: 11_600, b: 0.5, want: "1/23,200" },
  { a: 0.5, b: 11_600, want: "23,200 x" },
  { a: 100, b: 10, want: "−90 %" },
  { a: 100, b: 9, want: "1/11" },
  { a: 100, b: 1000, want: "+900 %" },
  { a: 100, b: 0, want: "−100 %" },
  { a: 100, b: 100.2, want: "±0 %" },
];
for (const { a, b, want } of CHANGES) {
  Deno.test(`from ${a} ms to ${b} ms is a change of ${want}`, () => {
    const comparison = compareRuns(
      run("a", [record(0, true, { latency_ms: a })]),
      run("b", [record(0, true, { latency_ms: b })]),
    );
    assert.equal(costRows(comparison)[0]?.at(-1), want);
  });
}

const VERDICTS = [
  { p: 0.04, ci95: [0.01, 0.2], effect: 0, want: "better" },
  { p: 0.04, ci95: [-0.2, -0.01], effect: 0, want: "worse" },
  { p: 0.06, ci95: [0.01, 0.2], effect: 0, want: "no evidence" },
  { p: 0.04, ci95: [-0.01, 0.2], effect: 0, want: "no evidence" },
  { p: 0.001, ci95: [0.03, 0.2], effect: 0.05, want: "no evidence" },
  { p: 0.001, ci95: [0.06, 0.2], effect: 0.05, want: "better" },
] as const;
for (const { p, ci95, effect, want } of VERDICTS) {
  Deno.test(`p ${p}, interval ${ci95.join(" to ")}, smallest effect ${effect}: ${want}`, () => {
    const difference = { mean_a: 0, mean_b: 0, difference: 0, smallest_visible: 0, p, ci95 };
    assert.equal(verdictOf(difference, effect), want);
  });
}

const FLIPS = [
  { to_right: 3, to_wrong: 4, want: [3, 4, 0] },
  { to_right: 30, to_wrong: 4, want: [16, 4, 14] },
  { to_right: 2, to_wrong: 40, want: [2, 18, 22] },
  { to_right: 30, to_wrong: 40, want: [10, 10, 50] },
];
for (const { to_right, to_wrong, want } of FLIPS) {
  Deno.test(`of ${to_right} flips to right and ${to_wrong} to wrong are shown ${want.join(", ")}`, () => {
    const total = to_right + to_wrong;
    const { flips } = compareRuns(
      run("a", range(total).map((at) => record(at, at >= to_right))),
      run("b", range(total).map((at) => record(at, at < to_right))),
    );
    const { shown, more } = shownFlips(flips);
    const right = shown.filter(({ a }) => a === "other").length;
    assert.deepEqual([right, shown.length - right, more], want);
    assert.equal(flips.samples.length, total);
  });
}

Deno.test("comparison.md stays small and holds no foreign Markdown", () => {
  const long = (at: number, right: boolean) =>
    record(at, right, {
      input: { ...input, log_line: `${line(at)} ${"# x | <b> ".repeat(2000)}` },
      expected: { ...expected, root_cause: `cause_${at}_${"c".repeat(300)}` },
    });
  const comparison = compareRuns(
    run("a", range(300).map((at) => long(at, at % 2 === 0))),
    run("b", range(300).map((at) => long(at, at % 2 === 1))),
  );
  const text = renderComparisonMarkdown(comparison);
  assert.ok(new TextEncoder().encode(text).length < 60_000);
  assert.equal(comparison.flips.samples.length, 300);
  assert.equal(text.match(/^### /gm)?.length, 20);
  assert.match(
    text,
    /\|\n\n… and 240 more: see --json\n\n## Flipped samples: 150 to right, 150 to/,
  );
  assert.match(text, /\|\n\n… and 280 more: see --json\n\nRuns:/);
  assert.equal(text.match(/^# /gm)?.length, 1);
});
