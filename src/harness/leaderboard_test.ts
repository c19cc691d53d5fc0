import assert from "node:assert/strict";
import { testConfig } from "../testing/run_fixtures.ts";
import { type RunScores, testAgainstLeader } from "./against_leader.ts";
import { buildLeaderboard } from "./leaderboard.ts";
import {
  type LeaderboardRow,
  leaderboardRow,
  type Standing,
  standingOf,
} from "./leaderboard_row.ts";
import type { RunMetrics } from "./run_files.ts";

const zero = {
  overall: 0,
  root_cause: 0,
  action: 0,
  severity: 0,
  summary_rouge_l: 0,
  component_f1: 0,
};
const none = { mean: null, ci95: null };
const METRICS: RunMetrics = {
  schema_version: 1,
  metric_version: "1",
  run_id: "",
  experiment_id: "",
  status: "complete",
  changed: [],
  n: 60,
  repeats: 1,
  coverage: 1,
  outcomes: { scored: 58, unparseable: 2, truncated: 0, empty: 0, refused: 0, failed: 0 },
  overall: none,
  metrics: {
    root_cause: none,
    action: none,
    severity: none,
    summary_rouge_l: none,
    component_f1: none,
  },
  by_root_cause: {},
  by_namespace: {},
  confusion: { labels: [], counts: [], unreadable: [], outside: [] },
  noise: null,
  floors: { most_common: zero, embedded: zero },
  latency_ms: { p50: null, p95: null, max: null },
  tokens: { prompt: null, completion: null, cached: null, per_second: null },
  wall_s: 1,
};

function row(
  experiment_id: string,
  mean: number,
  started_at: string,
  changes: Partial<LeaderboardRow> = {},
): LeaderboardRow {
  const config = testConfig({
    experiment_id,
    run_id: `${started_at}-${experiment_id}`,
    started_at,
  });
  const overall = { mean, ci95: [mean - 0.1, mean + 0.1] as [number, number] };
  return { ...leaderboardRow(config, { ...METRICS, overall }, 0), ...changes };
}

const IDS = Array.from({ length: 60 }, (_, at) => `s${at}`);
const scores = (score: (at: number) => number): RunScores => ({
  ids: IDS,
  clusters: IDS,
  overall: IDS.map((_, at) => score(at)),
  seen: [],
});
/** Tests by the scores of runs; none where those of one are not here. */
const testsOf = (scoresOf: (runId: string) => RunScores | undefined) => (a: string, b: string) => {
  const [run, leader] = [scoresOf(a), scoresOf(b)];
  return run && leader ? testAgainstLeader(run, leader) : null;
};
const unknown = () => null;
const ranks = (rows: readonly LeaderboardRow[]) => rows.map((r) => [r.experiment_id, r.rank]);

Deno.test("runs that are not worse than the leader on evidence share its rank", () => {
  const rows = [
    row("a", 0.6, "2026-01-01"),
    row("b", 0.7, "2026-01-02"),
    row("c", 0.3, "2026-01-03"),
  ];
  const byRun = new Map([
    [rows[0]!.run_id, scores((at) => at % 2 ? 0.9 : 0.3)],
    [rows[1]!.run_id, scores((at) => at % 2 ? 0.4 : 1)],
    [rows[2]!.run_id, scores((at) => at % 2 ? 0.1 : 0.5)],
  ]);
  const { tables } = buildLeaderboard(rows, testsOf((id) => byRun.get(id)));
  assert.deepEqual(ranks(tables[0]!.rows), [["b", 1], ["a", 1], ["c", 3]]);
});

Deno.test("each run is judged by its own test: a noisy lower one lifts none above it", () => {
  const rows = [
    row("a", 0.6, "2026-01-01"),
    row("b", 0.56, "2026-01-02"),
    row("c", 0.5, "2026-01-03"),
    row("d", 0.1, "2026-01-04"),
  ];
  const byRun = new Map([
    [rows[0]!.run_id, scores((at) => 0.5 + at / 300)],
    // A little worse everywhere: surely worse. The next: much worse on average, but not surely.
    [rows[1]!.run_id, scores((at) => 0.46 + at / 300)],
    [rows[2]!.run_id, scores((at) => at % 2 ? 0 : 1)],
    [rows[3]!.run_id, scores(() => 0.1)],
  ]);
  const { tables } = buildLeaderboard(rows, testsOf((id) => byRun.get(id)));
  assert.deepEqual(ranks(tables[0]!.rows), [["a", 1], ["b", 2], ["c", 1], ["d", 4]]);
});

Deno.test("five flips to none do not tell a run from the leader, as in compare", () => {
  const rows = [row("a", 0.7, "2026-01-01"), row("b", 0.6, "2026-01-02")];
  const byRun = new Map([
    [rows[0]!.run_id, scores(() => 1)],
    [rows[1]!.run_id, scores((at) => at < 5 ? 0 : 1)],
  ]);
  assert.deepEqual(ranks(buildLeaderboard(rows, testsOf((id) => byRun.get(id))).tables[0]!.rows), [[
    "a",
    1,
  ], ["b", 1]]);
});

Deno.test("with many runs a chance gap of one is none (Holm)", () => {
  const six = (at: number) => at < 6 ? 0 : 1;
  const rows = Array.from(
    { length: 10 },
    (_, at) => row(`e${at}`, at === 0 ? 0.9 : 0.8, `2026-01-${10 + at}`),
  );
  const scoresOf = (id: string) =>
    scores(id === rows[0]!.run_id ? () => 1 : id === rows[1]!.run_id ? six : () => 1);
  const two = buildLeaderboard(rows.slice(0, 2), testsOf(scoresOf)).tables[0]!.rows;
  // The leader and one other: p = 0.031 is not adjusted by the leader's own p of 1.
  assert.deepEqual(two.map((r) => r.rank), [1, 2]);
  const ten = buildLeaderboard(rows, testsOf(scoresOf)).tables[0]!.rows;
  assert.ok(ten.every((r) => r.rank === 1));
});

const LEADER = row("a", 0.7, "2026-01-01");
const kept = (p: number, changes: Partial<NonNullable<LeaderboardRow["test"]>> = {}) => ({
  test: { leader: LEADER.run_id, n: 60, p, below: true, ...changes },
});

const WITHOUT_SCORES: readonly {
  readonly name: string;
  readonly rows: readonly LeaderboardRow[];
  readonly expected: readonly (readonly [string, number, Standing])[];
}[] = [
  {
    name: "nobody has tested them: a place by score, however far apart",
    rows: [LEADER, row("b", 0.6, "2026-01-02"), row("c", 0.2, "2026-01-03")],
    expected: [["a", 1, "leader"], ["b", 2, "untested"], ["c", 3, "untested"]],
  },
  {
    name: "kept tests say the same as when they were made",
    rows: [
      LEADER,
      row("b", 0.6, "2026-01-02", kept(0.3)),
      row("c", 0.4, "2026-01-03", kept(0.001)),
    ],
    expected: [["a", 1, "leader"], ["b", 1, "level"], ["c", 3, "worse"]],
  },
  {
    name: "Holm is over all that were tested, kept or not",
    rows: [
      LEADER,
      row("b", 0.6, "2026-01-02", kept(0.03)),
      row("c", 0.4, "2026-01-03", kept(0.04)),
    ],
    expected: [["a", 1, "leader"], ["b", 1, "level"], ["c", 1, "level"]],
  },
  {
    name: "a test against another leader is none",
    rows: [LEADER, row("b", 0.6, "2026-01-02", kept(0.001, { leader: "gone" }))],
    expected: [["a", 1, "leader"], ["b", 2, "untested"]],
  },
  {
    name: "the leader has seen samples: the test left them out",
    rows: [{ ...LEADER, seen_samples: 17 }, row("b", 0.2, "2026-01-02", kept(0.001, { n: 43 }))],
    expected: [["a", 1, "leader"], ["b", 2, "worse"]],
  },
];

for (const { name, rows, expected } of WITHOUT_SCORES) {
  Deno.test(`without their scores: ${name}`, () => {
    const first = buildLeaderboard(rows, unknown);
    const found = first.tables[0]!.rows.map((r) => [r.experiment_id, r.rank, standingOf(r)]);
    assert.deepEqual(found, expected);
    assert.deepEqual(buildLeaderboard(first.tables[0]!.rows, unknown), first, "and stays so");
  });
}

Deno.test("a test on no sample is none", () => {
  const rows = [LEADER, row("b", 0.6, "2026-01-02")];
  const [table] = buildLeaderboard(rows, () => ({ n: 0, p: 1, below: false })).tables;
  assert.deepEqual(table!.rows.map(standingOf), ["leader", "untested"]);
});

Deno.test("a run that has seen all samples is listed, and stands for its experiment", () => {
  const rows = [
    row("a", 0.5, "2026-01-01"),
    row("a", 0.9, "2026-01-02", { seen_samples: 60 }),
    row("b", 0.4, "2026-01-03", { seen_samples: 59 }),
  ];
  const [table] = buildLeaderboard(rows, unknown).tables;
  assert.deepEqual(table!.rows.map((r) => [r.experiment_id, r.rank, r.unranked]), [
    ["b", 1, null],
    ["a", null, "seen"],
    ["a", null, "superseded"],
  ]);
});

Deno.test("a partial or changed run is listed, an older one superseded", () => {
  const rows = [
    row("a", 0.9, "2026-01-01"),
    row("a", 0.5, "2026-01-02"),
    row("b", 0.99, "2026-01-03", { unranked: "partial", coverage: 0.9 }),
    row("c", 0.99, "2026-01-04", { unranked: "changed" }),
  ];
  const [table] = buildLeaderboard(rows, unknown).tables;
  assert.deepEqual(table!.rows.map((r) => [r.experiment_id, r.rank, r.unranked]), [
    ["a", 1, null],
    ["c", null, "changed"],
    ["b", null, "partial"],
    ["a", null, "superseded"],
  ]);
  assert.equal(table!.rows[0]!.overall.mean, 0.5);
});

Deno.test("other datasets and metric versions stand in their own tables, the newest first", () => {
  const rows = [
    row("a", 0.9, "2026-01-01", { dataset_hash: "sha256:old" }),
    row("b", 0.8, "2026-01-02", { metric_version: "0" }),
    row("a", 0.5, "2026-01-03"),
  ];
  const { tables } = buildLeaderboard(rows, unknown);
  assert.deepEqual(tables.map((table) => ranks(table.rows)), [[["a", 1]], [["b", 1]], [["a", 1]]]);
  assert.equal(tables[0]!.dataset_hash, rows[2]!.dataset_hash);
});

Deno.test("the same rows in any order make the same leaderboard", () => {
  const rows = [
    row("a", 0.5, "2026-01-01"),
    row("b", 0.5, "2026-01-01"),
    row("c", 0.5, "2026-01-01"),
  ];
  assert.deepEqual(buildLeaderboard(rows, unknown), buildLeaderboard(rows.toReversed(), unknown));
});

Deno.test("no runs make an empty leaderboard", () => {
  assert.deepEqual(buildLeaderboard([], unknown), { schema_version: 1, tables: [] });
});
