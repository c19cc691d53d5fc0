import assert from "node:assert/strict";
import { wideCategoryRows } from "./rows_leaderboard.ts";

Deno.test("a column an experiment, whatever its name", () => {
  const row = (root_cause: string, experiment_id: string, n: number, share: number) => (
    { root_cause, experiment_id, n, named: n * share, share }
  );
  const rows = [
    row("dns", "n", 4, 0.5),
    row("dns", "root_cause", 2, 1),
    row("dns", "constructor", 2, 0),
    row("oom", "n", 1, 1),
  ];
  assert.deepEqual(wideCategoryRows(rows), [
    {
      root_cause: "dns",
      n: 4,
      "n (experiment)": 0.5,
      "root_cause (experiment)": 1,
      constructor: 0,
    },
    {
      root_cause: "oom",
      n: 1,
      "n (experiment)": 1,
      "root_cause (experiment)": null,
      constructor: null,
    },
  ]);
});
