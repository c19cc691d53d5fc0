import assert from "node:assert/strict";
import { testRecord } from "../testing/run_fixtures.ts";
import { measureNoise } from "./noise.ts";
import type { SampleRecord } from "./run_files.ts";

const { predicted, scores } = testRecord("");
const record = (
  id: string,
  repeat: number,
  overall: number,
  root_cause = "timeout",
): SampleRecord =>
  testRecord(id, {
    repeat,
    predicted: { ...predicted!, root_cause },
    scores: { ...scores!, overall },
  });

Deno.test("measureNoise() counts samples whose fields change and the spread of the means", () => {
  const noise = measureNoise([
    record("a", 1, 1),
    record("a", 2, 1),
    record("b", 1, 0.5),
    record("b", 2, 0, "dns_failure"),
  ], 2);
  assert.equal(noise.n, 2);
  assert.equal(noise.changed, 0.5);
  assert.equal(noise.changed_by_field["root_cause"], 0.5);
  assert.equal(noise.changed_by_field["severity"], 0);
  // Means 0.75 and 0.5: SD = 0.25 / sqrt(2).
  assert.ok(Math.abs((noise.sd.overall ?? 0) - 0.25 / Math.SQRT2) < 1e-12);
});

Deno.test("measureNoise() knows nothing from one repeat", () => {
  const noise = measureNoise([record("a", 1, 1)], 2);
  assert.deepEqual([noise.n, noise.changed, noise.sd.overall], [0, null, null]);
});

Deno.test("an answer that cannot be read in one repeat has changed", () => {
  const unreadable = testRecord("a", { repeat: 2, outcome: "unparseable", predicted: null });
  assert.equal(measureNoise([record("a", 1, 1), unreadable], 2).changed, 1);
});

Deno.test("identical repeats have no spread, in whatever order their answers came", () => {
  const means = [0.1, 0.2, 0.3];
  const repeats = [means, means.toReversed()].flatMap((order, at) =>
    order.map((overall) => record(`s${overall}`, at + 1, overall))
  );
  assert.equal(measureNoise(repeats, 2).sd.overall, 0);
});
