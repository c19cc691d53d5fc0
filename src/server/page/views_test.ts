import assert from "node:assert/strict";
import { confusionView } from "./confusion_view.ts";
import { gainView } from "./gain_view.ts";
import { heatView } from "./heat_view.ts";
import { axisAround, axisHead, intervalMark, place, tickText, tickValues } from "./marks.ts";
import { stagesView } from "./stages_view.ts";
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
  [shortTime("2026-11-24T10:16:00.768Z"), "24 Nov 10:16"],
  [shortDate("2026-01-02T00:00:00Z"), "2 Jan"],
  [shortDate("yesterday"), "–"],
  [shortTime(null), "–"],
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

Deno.test("a line over time begins with the second run", () => {
  const run = (time: string, score: number, prompt_changed = false) => ({
    time,
    experiment_id: "a",
    run_id: `r ${time}`,
    score,
    score_low: score - 0.1,
    score_high: score + 0.1,
    prompt_id: "p2",
    prompt_hash: "sha256:0",
    prompt_changed,
  });
  assert.equal(timeView([run("2026-01-01T00:00:00Z", 0.5)], [], [null, null]), null);
  const view = timeView(
    [run("2026-01-01T00:00:00Z", 0.5), run("2026-01-08T00:00:00Z", 0.6, true)],
    ["a"],
    [0.3, null],
  );
  assert.deepEqual(view?.series[0]?.points.map(({ x }) => x), ["0.00%", "100.00%"]);
  assert.deepEqual(view?.changes, [{ x: "100.00%", text: "p2", anchor: "end" }]);
  assert.equal(view?.floors.length, 1);
  assert.equal(view?.table[0]?.time, "8 Jan 00:00");
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

Deno.test("a gain below 0 on evidence is marked, what is no claim is hollow", () => {
  const view = gainView(
    "t",
    [
      { text: "claim", value: -0.2, ci95: [-0.3, -0.1], claim: true },
      { text: "seen", value: 0.1, ci95: null, claim: false },
    ],
    0.05,
    40,
  );
  assert.deepEqual(view.marks.map(({ kind }) => kind), ["is-bad", "is-hollow"]);
  assert.match(view.zone?.text ?? "", /40 samples/);
});

Deno.test("a prompt keeps its square through all stages", () => {
  const dimensions = [{ name: "d", levels: ["x", "y"] }, { name: "e", levels: ["u", "v"] }];
  const candidates = ["x.u", "x.v", "y.u"].map((candidate) => {
    const [d = "", e = ""] = candidate.split(".");
    return { candidate, levels: { d, e } };
  });
  const { stages } = stagesView(
    { space: { dimensions } } as never,
    {
      candidates,
      winner: { candidate: "x.v" },
      stages: [
        { stage: 1, survivors: ["x.u", "x.v", "y.u"], samples: 1 },
        { stage: 2, survivors: ["x.v"], samples: 4 },
      ],
    } as never,
  );
  assert.deepEqual(stages.map(({ left }) => left), [3, 1]);
  const [first, second] = stages.map(({ cells }) => cells.map(({ x, y }) => [x, y]));
  assert.deepEqual(first, second);
  assert.equal(new Set(first?.map(String)).size, 3);
  assert.deepEqual(stages[1]?.cells.map(({ kind }) => kind), ["", "wn", ""]);
});
