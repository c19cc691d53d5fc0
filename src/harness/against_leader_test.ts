import assert from "node:assert/strict";
import { signatureHash } from "../dataset/template.ts";
import { pairedComparison } from "../metrics/paired.ts";
import { seededRandom } from "../random.ts";
import { testConfig, testRecord } from "../testing/run_fixtures.ts";
import { countSeen, type RunScores, runScores, testAgainstLeader } from "./against_leader.ts";

const IDS = Array.from({ length: 60 }, (_, at) => `s${at}`);
const scores = (score: (at: number) => number, seen: readonly string[] = []): RunScores => ({
  ids: IDS,
  clusters: IDS,
  overall: IDS.map((_, at) => score(at)),
  seen,
});

Deno.test("testAgainstLeader() has the p of compare where it decides anything", () => {
  const random = seededRandom(1);
  for (const gap of [0, 0.05, 0.1, 0.12, 0.15, 0.2, 0.3]) {
    const [run, leader] = [scores(() => random() - gap), scores(random)];
    const full = pairedComparison(leader.overall, run.overall, IDS, { random: seededRandom(0) })!;
    const { p, n, below } = testAgainstLeader(run, leader);
    assert.equal(n, 60);
    assert.equal(below, full.difference < 0);
    if (full.p > 0.11) assert.ok(p > 0.1, `${gap}: ${p} for ${full.p}`);
    else assert.ok(Math.abs(p - full.p) < 0.006, `${gap}: ${p} for ${full.p}`);
  }
});

Deno.test("testAgainstLeader() bounds the p of far runs, never below what chance allows", () => {
  const far = testAgainstLeader(scores((at) => at / 1000), scores((at) => 0.9 + at / 2000));
  assert.ok(far.p < 1e-9 && far.p >= 2 ** -59 && far.below);
  const five = (score: number): RunScores => ({
    ids: IDS.slice(0, 5),
    clusters: IDS.slice(0, 5),
    overall: IDS.slice(0, 5).map(() => score),
    seen: [],
  });
  assert.equal(testAgainstLeader(five(0), five(0.9)).p, 2 / 2 ** 5);
});

Deno.test("testAgainstLeader() leaves out what either prompt has seen", () => {
  const lower = (at: number) => at < 20 ? 0 : 1;
  const leader = scores(() => 1);
  assert.ok(testAgainstLeader(scores(lower), leader).p < 0.001);
  for (
    const [run, best] of [
      [scores(lower, IDS.slice(0, 20)), leader],
      [scores(lower), scores(() => 1, IDS.slice(0, 20))],
    ] as const
  ) {
    assert.deepEqual(testAgainstLeader(run, best), { n: 40, p: 1, below: false });
  }
  assert.equal(testAgainstLeader(scores(lower, IDS.slice(30)), scores(lower, IDS)).n, 0);
});

Deno.test("runScores() knows the templates that a prompt has seen, wherever they are named", () => {
  const config = testConfig();
  const other = "connection refused";
  const text = `${config.prompt.text}provenance:\n  few_shot: [a]\n  templates: [${
    signatureHash(other)
  }]\n`;
  const { input } = testRecord("");
  const lines = { a: "took 5 s", b: "took 7 s", c: other, d: "out of memory" };
  const records = Object.entries(lines).map(([id, log_line]) =>
    testRecord(id, { input: { ...input, log_line } })
  );
  const found = runScores({ ...config, prompt: { ...config.prompt, text } }, records);
  assert.deepEqual(found.ids, ["a", "b", "c", "d"]);
  assert.equal(countSeen(found), 3, "b shares the template of a");
  assert.equal(countSeen(runScores(config, records)), 0);
});

Deno.test("runScores() takes the mean over repeats of what was answered", () => {
  const half = { ...testRecord("").scores!, overall: 0.5 };
  const found = runScores(testConfig(), [
    testRecord("b", { repeat: 2, scores: half }),
    testRecord("b", { repeat: 1 }),
    testRecord("a", { outcome: "failed", scores: null }),
  ]);
  assert.deepEqual([found.ids, found.overall], [["b"], [0.75]]);
});
