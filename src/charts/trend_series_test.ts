import assert from "node:assert/strict";
import { TRENDS } from "../testing/chart_fixtures.ts";
import { banded, intervalWords, promptChanges, seriesOf } from "./trend_series.ts";

const [first] = TRENDS.rows;

Deno.test("series are sorted by their newest score, points by time", () => {
  const series = seriesOf(TRENDS.rows.toReversed());
  assert.deepEqual(series.map(({ name }) => name).slice(0, 2), ["few-shot", "baseline-v1"]);
  assert.deepEqual(series[0]!.points.map(({ mean }) => mean), [0.62, 0.68, 0.688]);
  assert.deepEqual(promptChanges(series), [
    { at: new Date("2026-10-26T03:00:00Z"), prompt: "v2_five_examples" },
  ]);
});

Deno.test("a run that was scored anew gives its place to its child; no score, no point", () => {
  const child = { ...first!, run_id: "again", parent_run_id: first!.run_id };
  const none = { ...first!, run_id: "none", overall: { mean: null, ci95: null } };
  const broken = { ...first!, run_id: "broken", started_at: "yesterday" };
  assert.equal(seriesOf([first!, child, none, broken])[0]!.points.length, 1);
});

Deno.test("of many lines only the highest has its band in sight", () => {
  const series = (...lengths: number[]) =>
    lengths.map((length) => ({ points: Array(length).fill({}) }));
  const three = series(2, 1, 3, 2);
  assert.deepEqual(banded(three), [three[0], three[2], three[3]]);
  const four = series(1, 2, 2, 2, 2);
  assert.deepEqual(banded(four), [four[1]]);
  assert.deepEqual([3, 4].map(intervalWords), [
    "with 95 % interval",
    "with 95 % interval (band: of the highest line only)",
  ]);
});
