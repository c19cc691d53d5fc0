import assert from "node:assert/strict";
import { testConfig } from "../testing/run_fixtures.ts";
import { testMetrics } from "../testing/archive_fixtures.ts";
import { withKept } from "./kept_rows.ts";
import { type Leaderboard, type LeaderboardRow, leaderboardRow } from "./leaderboard_row.ts";

function row(run_id: string, changes: Partial<LeaderboardRow> = {}): LeaderboardRow {
  const config = testConfig({ run_id });
  return { ...leaderboardRow(config, testMetrics(config), 0), ...changes };
}

function board(rows: readonly LeaderboardRow[]): Leaderboard {
  const { dataset_path, dataset_hash, metric_version } = rows[0]!;
  const table = { dataset_path, dataset_hash, metric_version, floors: null, rows: [...rows] };
  return { schema_version: 1, tables: [table] };
}

const TEST = { leader: "far", n: 4, p: 0.01, below: true };

Deno.test("rows of other folders stay, and a run here keeps its test against one of them", () => {
  const before = board([
    row("far", { rank: 1 }),
    row("here", { rank: 2, test: TEST, model: "as it was" }),
    row("torn", { rank: 3, test: TEST }),
    row("old", { unranked: "superseded" }),
    row("half", { unranked: "partial" }),
  ]);
  const rows = withKept([row("here"), row("new")], before, new Set(["torn"]));
  assert.deepEqual(
    rows.map(({ run_id, local, damaged, unranked, test }) => [
      run_id,
      local,
      damaged,
      unranked,
      test,
    ]),
    [
      ["here", true, false, null, TEST],
      ["new", true, false, null, null],
      ["far", false, false, null, null],
      ["torn", true, true, null, TEST],
      ["old", false, false, null, null],
      ["half", false, false, "partial", null],
    ],
  );
  assert.notEqual(rows[0]!.model, "as it was");
});

Deno.test("without a leaderboard.json there is nothing to keep", () => {
  assert.deepEqual(withKept([row("here")], null, new Set()), [row("here")]);
});
