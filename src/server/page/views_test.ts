import assert from "node:assert/strict";
import { confusionView } from "./confusion_view.ts";
import { heatView } from "./heat_view.ts";
import { latencyView } from "./latency_view.ts";
import { axisAround, axisHead, intervalMark, place, tickText, tickValues } from "./marks.ts";
import { timeView } from "./time_view.ts";
import { countWord, datasetName, listWords, rate, shortDate, shortTime } from "./words.ts";

const PLACES: readonly (readonly [number, number, number, string])[] = [
  [0, 0, 1, "0.00%"],
  [0.25, 0, 1, "25.00%"],
  [0, -0.1, 0.1, "50.00%"],
  [2, 0, 1, "100.00%"],
  [-2, 0, 1, "0.00%"],
  [5, 5, 5, "50.00%"],
];

Deno.test("a value lies where it belongs and never outside its axis", () => {
  for (const [value, low, high, expected] of PLACES) {
    assert.equal(place(value, { low, high }), expected);
  }
});

const TICKS: readonly (readonly [number, number, readonly string[]])[] = [
  [0, 1, ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]],
  [0.31, 0.62, ["0.35", "0.40", "0.45", "0.50", "0.55", "0.60"]],
  [-0.1, 0.15, ["−0.10", "−0.05", "0", "+0.05", "+0.10", "+0.15"]],
];

Deno.test("ticks are round, share their decimals and carry a sign where both are", () => {
  for (const [low, high, expected] of TICKS) {
    const values = tickValues({ low, high });
    assert.deepEqual(values.map((value) => tickText(value, values)), expected);
  }
  assert.deepEqual(axisHead({ low: 0, high: 1 }).ticks.at(-1)?.anchor, "end");
});

Deno.test("an axis holds what is known and stays within 0 and 1 for scores", () => {
  assert.deepEqual(axisAround([null, undefined]), { low: 0, high: 1 });
  assert.deepEqual(axisAround([0, 1]), { low: 0, high: 1 });
  assert.ok(axisAround([0.1], { signed: true }).low < 0);
});

Deno.test("a mark without an interval or value says so", () => {
  const axis = { low: 0, high: 1 };
  assert.equal(intervalMark(null, null, axis).label, "no score");
  assert.equal(intervalMark(0.5, null, axis).label, "0.500");
  assert.equal(
    intervalMark(0.5, [0.4, 0.6], axis, { kind: ["is-q", false, ""] }).kind,
    "is-q",
  );
});

const WORDS: readonly (readonly [string, string])[] = [
  [shortTime("2026-11-24T10:16:00.768Z", 2026), "24 Nov 10:16"],
  [shortTime("2025-11-24T10:16:00.768Z", 2026), "24 Nov 2025 10:16"],
  [shortDate("2026-01-02T00:00:00Z", 2026), "2 Jan"],
  [shortDate("2099-01-02T00:00:00Z", 2026), "2 Jan 2099"],
  [shortDate("yesterday", 2026), "–"],
  [shortTime(null, 2026), "–"],
  [datasetName("evals/datasets/golden-v1.json"), "golden-v1"],
  [rate(0), "0"],
  [rate(null), "–"],
  [rate(0.026), "2.6 %"],
  [listWords([]), ""],
  [listWords(["a", "b", "c"]), "a, b and c"],
  [countWord(1), "one"],
  [countWord(40), "40"],
];

Deno.test("small words", () => {
  for (const [found, expected] of WORDS) assert.equal(found, expected);
});

Deno.test("the heat map tints few lines faintly, under their own heading", () => {
  const row = (root_cause: string, n: number, share: number) => ({
    root_cause,
    experiment_id: "a",
    n,
    named: share * n,
    share,
  });
  const { groups } = heatView([row("rare", 2, 1), row("common", 10, 0.9), row("none", 10, 0)]);
  assert.deepEqual(
    groups.map(({ rows }) => rows.map(({ cause, cells }) => [cause, cells[0]?.tint, cells[0]?.of])),
    [[["common", "c6", "9/10"], ["none", "c0", "0/10"]], [["rare", "c4", "2/2"]]],
  );
  assert.match(groups[1]?.head ?? "", /anecdotes/);
});

Deno.test("over time there is a point with the first run, and a line with the second", () => {
  const run = (experiment_id: string, day: number, changes: object = {}) => ({
    experiment_id,
    run_id: `r${day}-${experiment_id}`,
    parent_run_id: null,
    unranked: day === 2 ? null : "superseded",
    local: day > 1,
    started_at: `2026-01-0${day}T00:00:00Z`,
    overall: { mean: 0.5, ci95: [0.4, 0.6] },
    prompt_id: "p",
    prompt_hash: "sha256:0",
    seen_samples: 0,
    ...changes,
  });
  const view = (...rows: readonly object[]) => timeView({ floors: null, rows } as never, 2026);
  assert.equal(timeView(null, 2026), null);
  assert.equal(view(run("a", 2, { unranked: "changed" })), null);
  const times = (...rows: readonly object[]) => view(...rows)?.table.map(({ time }) => time);
  const single = view(run("a", 1), run("a", 2, { unranked: "changed" }), run("b", 2));
  assert.deepEqual(single?.table.map(({ name }) => name), ["b", "a"]);
  assert.match(single?.note ?? "", /every experiment has one run so far/);
  assert.deepEqual(times(run("a", 1), run("a", 2, { parent_run_id: "r1-a" })), ["2 Jan 00:00"]);
  const found = view(run("a", 2), run("a", 1), run("once", 1));
  assert.deepEqual(found?.table.map(({ time, url }) => [time, url]), [
    ["2 Jan 00:00", "/runs/r2-a"],
    ["1 Jan 00:00", ""],
    ["1 Jan 00:00", ""],
  ]);
  assert.doesNotMatch(found?.note ?? "", /hollow|most runs|newest|one run/);
  const many = view(
    ..."abcdegh".split("").flatMap((name) => [run(name, 1), run(name, 2, { seen_samples: 3 })]),
    ...Array.from({ length: 50 }, (_, at) => run("f", 3, { run_id: `f${at}` })),
    run("best", 1, { overall: { mean: 0.9, ci95: null } }),
  );
  assert.match(many?.note ?? "", /hollow: .*; 7 of 9 experiments: .*; newest 24 runs of each$/);
  assert.equal(many?.data.rows.length, 1 + 24 + 5 * 2);
  assert.ok(many?.data.rows.some(({ experiment_id }) => experiment_id === "best"));
});

Deno.test("confusions: the diagonal is right, what is no label stands apart", () => {
  const { rows, columns, worst } = confusionView("r", {
    labels: ["a", "b", "never"],
    counts: [[5, 3, 0], [0, 1, 0], [0, 0, 0]],
    unreadable: [0, 2, 0],
    outside: [0, 0, 0],
  });
  assert.deepEqual(columns.map(({ name }) => name), ["a", "b", "unreadable", "outside labels"]);
  assert.deepEqual(rows.map(({ cells }) => cells.map(({ kind }) => kind)), [
    ["dg hi", "e3", "gap", ""],
    ["", "dg", "gap e2", ""],
  ]);
  assert.deepEqual(worst[0], {
    expected: "a",
    said: "b",
    count: 3,
    of: 8,
    url: "/runs/r?root_cause=a&wrong=root_cause#samples",
  });
});

Deno.test("every answer is in one bin of the histogram, the slowest too", () => {
  const view = latencyView([0, 10, 10, 90].map((latency_ms) => ({ latency_ms })) as never);
  assert.equal(view?.data.bins.length, 18);
  assert.deepEqual(view?.table.map(({ count }) => count), [1, 2, 1]);
  assert.equal(view?.data.longest, 90);
  assert.equal(latencyView([{ latency_ms: 0 }] as never)?.table[0]?.count, 1);
  assert.equal(latencyView([{ latency_ms: null }] as never), null);
});
