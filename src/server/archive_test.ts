import assert from "node:assert/strict";
import { renameSync, rmSync, symlinkSync, truncateSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { lockFolder } from "../harness/folder.ts";
import { type ArchiveProject, archiveProject, RECORDS } from "../testing/archive_fixtures.ts";
import { standingOf } from "./archived_board.ts";
import type { RunStatus } from "./archived_run.ts";

const RUN = "20260109-143000-a";
const HOUR_MS = 3_600_000;

interface DamageCase {
  readonly name: string;
  readonly make: (project: ArchiveProject) => unknown;
  readonly status: RunStatus;
  readonly damage: RegExp | null;
}

const FOLDER = `evals/experiments/runs/${RUN}`;

const DAMAGE_CASES: readonly DamageCase[] = [
  { name: "nothing", make: () => {}, status: "complete", damage: null },
  {
    name: "config.json is empty",
    make: (p) => p.write(`${FOLDER}/config.json`, ""),
    status: "unreadable",
    damage: /^config\.json cannot be read: it is no JSON$/,
  },
  {
    name: "config.json is of another program",
    make: (p) => p.write(`${FOLDER}/config.json`, `{"schema_version": 9}`),
    status: "unreadable",
    damage: /^config\.json cannot be read: schema_version: /,
  },
  {
    name: "config.json is a list",
    make: (p) => p.write(`${FOLDER}/config.json`, "[]"),
    status: "unreadable",
    damage: /^config\.json cannot be read: Invalid input/,
  },
  {
    name: "metrics.json broke off",
    make: (p) => p.write(`${FOLDER}/metrics.json`, `{"schema_version": 1, "n": 4`),
    status: "unreadable",
    damage: /^metrics\.json cannot be read: it is no JSON$/,
  },
  {
    name: "results.jsonl broke off in a line",
    make: (p) => truncateSync(join(p.root, FOLDER, "results.jsonl"), 2000),
    status: "complete",
    damage: /^results\.jsonl holds [12] records? of 4$/,
  },
  {
    name: "results.jsonl broke off between lines",
    make: (p) => p.write(`${FOLDER}/results.jsonl`, `${JSON.stringify(RECORDS[0])}\n`),
    status: "complete",
    damage: /^results\.jsonl holds 1 record of 4$/,
  },
  {
    name: "a line of results.jsonl is none",
    make: (p) =>
      p.write(
        `${FOLDER}/results.jsonl`,
        RECORDS.map((record, at) => at === 1 ? "garbage\n" : `${JSON.stringify(record)}\n`).join(
          "",
        ),
      ),
    status: "complete",
    damage: /^results\.jsonl cannot be read: line 2 is not a sample's record$/,
  },
  {
    name: "results.jsonl is gone",
    make: (p) => rmSync(join(p.root, FOLDER, "results.jsonl")),
    status: "complete",
    damage: /^results\.jsonl is missing$/,
  },
  {
    name: "results.jsonl is gone before the end",
    make(p) {
      rmSync(join(p.root, FOLDER), { recursive: true });
      p.addRun({ id: RUN, records: [], metrics: null });
    },
    status: "running",
    damage: null,
  },
  {
    name: "a partial run has what was answered",
    make: (p) =>
      p.addRun({ id: RUN, records: RECORDS.slice(0, 2), metrics: { status: "partial" } }),
    status: "partial",
    damage: null,
  },
];

for (const { name, make, status, damage } of DAMAGE_CASES) {
  Deno.test(`a run's damage: ${name}`, async () => {
    using project = archiveProject();
    project.addRun({ id: RUN });
    make(project);
    const [run] = (await project.archive.fresh()).runs;
    assert.ok(run);
    assert.equal(run.status, status);
    if (damage === null) assert.equal(run.damage(), null);
    else assert.match(run.damage() ?? "", damage);
    const { rows: [row] } = await (await project.get("/api/v1/runs")).json();
    assert.equal(row.damage, run.damage());
    assert.ok(!String(row.damage).includes(project.root));
    if (!damage?.source.startsWith("^config")) return;
    const response = await project.get(`/api/v1/runs/${RUN}`);
    assert.equal(response.status, 422);
    const { error } = await response.json();
    assert.equal(error.message, `Cannot read ${RUN}: ${row.damage}`);
  });
}

interface StatusCase {
  readonly name: string;
  readonly make: (project: ArchiveProject) => { close(): void } | void;
  readonly status: RunStatus | null;
}

const STATUS_CASES: readonly StatusCase[] = [
  { name: "metrics.json is there", make: (p) => void p.addRun({ id: RUN }), status: "complete" },
  {
    name: "some calls were not answered",
    make: (p) => void p.addRun({ id: RUN, metrics: { status: "partial", coverage: 0.5 } }),
    status: "partial",
  },
  {
    name: "results.jsonl has just grown",
    make: (p) => void p.addRun({ id: RUN, metrics: null }),
    status: "running",
  },
  {
    name: "nothing has changed for an hour",
    make(p) {
      p.addRun({ id: RUN, metrics: null });
      p.now += HOUR_MS;
    },
    status: "unfinished",
  },
  {
    name: "nothing has changed for an hour, but the lock is held",
    make(p) {
      const folder = p.addRun({ id: RUN, metrics: null });
      p.now += HOUR_MS;
      return lockFolder(folder);
    },
    status: "running",
  },
  {
    name: "a partial run is taken up again",
    make(p) {
      const folder = p.addRun({ id: RUN, metrics: { status: "partial", coverage: 0.5 } });
      utimesSync(join(folder, "metrics.json"), 1000, 1000);
    },
    status: "running",
  },
  {
    name: "config.json is none",
    make: (p) => p.write(`evals/experiments/runs/${RUN}/config.json`, "{"),
    status: "unreadable",
  },
  {
    name: "metrics.json is none",
    make(p) {
      p.addRun({ id: RUN });
      p.write(`evals/experiments/runs/${RUN}/metrics.json`, "{}");
    },
    status: "unreadable",
  },
  {
    name: "the folder has no config.json",
    make: (p) => p.write(`evals/experiments/runs/${RUN}/notes.txt`, "mine"),
    status: null,
  },
  {
    name: "the folder is a copy of another",
    make(p) {
      const folder = p.addRun({ id: RUN });
      renameSync(folder, join(p.runsDir, "copy"));
    },
    status: null,
  },
  {
    name: "the folder is a link",
    make(p) {
      const folder = p.addRun({ id: RUN });
      renameSync(folder, join(p.root, RUN));
      symlinkSync(join(p.root, RUN), join(p.runsDir, RUN), "dir");
    },
    status: null,
  },
  {
    name: "config.json is a link",
    make(p) {
      const folder = p.addRun({ id: RUN });
      renameSync(join(folder, "config.json"), join(p.root, "config.json"));
      symlinkSync(join(p.root, "config.json"), join(folder, "config.json"));
    },
    status: null,
  },
];

for (const { name, make, status } of STATUS_CASES) {
  Deno.test(`a run is ${status ?? "none"} when ${name}`, async () => {
    using project = archiveProject();
    const lock = make(project);
    const { runs } = await project.archive.fresh();
    lock?.close();
    assert.equal(runs[0]?.status ?? null, status);
  });
}

Deno.test("progress follows results.jsonl, also where a resumed run drops calls that failed", async () => {
  using project = archiveProject();
  const failed = { ...RECORDS[1]!, outcome: "failed" as const, scores: null };
  const folder = project.addRun({ id: RUN, records: [RECORDS[0]!, failed], metrics: null });
  const progress = async () => {
    project.now += 5000;
    const { answered, failed, score } = (await project.archive.fresh()).runs[0]!.progress;
    return [answered, failed, score];
  };
  assert.deepEqual(await progress(), [1, 1, 1]);
  const text = RECORDS.slice(0, 2).map((record) => `${JSON.stringify(record)}\n`).join("");
  project.write(`evals/experiments/runs/${RUN}/new`, text);
  renameSync(join(folder, "new"), join(folder, "results.jsonl"));
  assert.deepEqual(await progress(), [2, 0, 0.8]);
  truncateSync(join(folder, "results.jsonl"), 100);
  assert.deepEqual(await progress(), [0, 0, null]);
});

Deno.test("what did not change is the same object, what did makes another version", async () => {
  using project = archiveProject();
  project.addRun({ id: RUN });
  const fresh = () => {
    project.now += 5000;
    return project.archive.fresh();
  };
  const first = await fresh();
  assert.equal(await fresh(), first);
  project.addRun({ id: "20260110-143000-b", metrics: null });
  const second = await fresh();
  assert.equal(second.board, first.board, "a run without metrics does not touch the leaderboard");
  assert.deepEqual(second.runs.map(({ run_id }) => run_id), ["20260110-143000-b", RUN]);
  assert.equal(second.runs[1], first.runs[0]);
  rmSync(join(project.runsDir, RUN), { recursive: true });
  const third = await fresh();
  assert.notEqual(third.board, second.board);
  assert.equal(third.runs.length, 1);
});

Deno.test("requests of one moment share one look, and those of a busy server wait for none", async () => {
  using project = archiveProject();
  project.addRun({ id: RUN });
  const [a, b] = await Promise.all([project.archive.fresh(), project.archive.fresh()]);
  assert.equal(a, b);
  project.addRun({ id: "20260110-143000-b" });
  project.now += 1500;
  assert.equal(await project.archive.fresh(), a, "answered from before while it is looked again");
  project.now += 5000;
  assert.equal((await project.archive.fresh()).runs.length, 2);
});

Deno.test("rows of leaderboard.json without a folder stay, a damaged file is a notice", async () => {
  using project = archiveProject();
  project.addRun({ id: RUN });
  const { leaderboard } = (await project.archive.fresh()).board;
  const elsewhere = JSON.parse(JSON.stringify(leaderboard));
  Object.assign(elsewhere.tables[0].rows[0], {
    run_id: "20260108-000000-far",
    experiment_id: "far",
    overall: { mean: 0.9, ci95: [0.85, 0.99] },
  });
  project.write("evals/experiments/leaderboard.json", JSON.stringify(elsewhere));
  project.now += 5000;
  const rows = (await project.archive.fresh()).board.leaderboard.tables[0]!.rows;
  assert.deepEqual(rows.map((row) => [row.run_id, row.local, row.rank, standingOf(row)]), [
    ["20260108-000000-far", false, 1, "leader"],
    [RUN, true, 2, "untested"],
  ]);
  project.write("evals/experiments/leaderboard.json", "<<<<<<< ours");
  project.now += 5000;
  const { board } = await project.archive.fresh();
  assert.equal(board.leaderboard.tables[0]!.rows.length, 1);
  assert.match(
    board.notices.join(),
    /^rows of other machines are missing: Cannot read evals\/experiments\/leaderboard\.json/,
  );
});

Deno.test("a clone without run folders shows the ranks that were tested", async () => {
  using project = archiveProject();
  project.addRun({ id: RUN, metrics: { overall: { mean: 0.9, ci95: [0.85, 0.95] } } });
  const other = "20260109-143100-b";
  project.addRun({ id: other });
  const { leaderboard } = (await project.archive.fresh()).board;
  const file = JSON.parse(JSON.stringify(leaderboard));
  const test = { leader: RUN, n: 4, p: 0.001, below: true };
  const lines = [{ test, rank: 2, standing: "worse" }, {
    test: null,
    rank: 2,
    standing: "untested",
  }];
  for (const { test, rank, standing } of lines) {
    file.tables[0].rows[1].test = test;
    project.write("evals/experiments/leaderboard.json", JSON.stringify(file));
    for (const id of [RUN, other]) {
      rmSync(join(project.runsDir, id), { recursive: true, force: true });
    }
    project.now += 5000;
    const { rows } = await (await project.get("/api/v1/leaderboard")).json();
    assert.deepEqual(
      rows.map((row: Record<string, unknown>) => [row.run_id, row.rank, row.standing, row.local]),
      [[RUN, 1, "leader", false], [other, rank, standing, false]],
    );
    const page = await (await project.get("/", { headers: { accept: "text/html" } })).text();
    assert.ok(!page.includes("cannot be told from it"));
    assert.equal(page.includes("one other run was not tested"), standing === "untested");
  }
});

Deno.test("a run with a bad line is shown with its metrics, not ranked, and named", async () => {
  using project = archiveProject();
  const older = "20260108-143000-a";
  for (const id of [older, RUN, "20260109-143100-b"]) project.addRun({ id });
  const fresh = async () => {
    project.now += 5000;
    return (await project.archive.fresh()).board;
  };
  const ranked = (board: Awaited<ReturnType<typeof fresh>>) =>
    board.leaderboard.tables[0]!.rows.filter(({ rank }) => rank !== null)
      .map(({ run_id, damaged }) => [run_id, damaged]);
  const whole = await fresh();
  assert.deepEqual(ranked(whole), [[RUN, false], ["20260109-143100-b", false]]);

  const lines = RECORDS.map((record) => JSON.stringify(record)).with(1, "garbage");
  project.write(`${FOLDER}/results.jsonl`, `${lines.join("\n")}\n`);
  const torn = await fresh();
  assert.deepEqual(ranked(torn), [[older, false], ["20260109-143100-b", false]]);
  assert.match(
    torn.notices.join(),
    /^20260109-143000-a cannot be read here and is not ranked: .*2/,
  );
  assert.ok(!torn.notices.join().includes(project.root));
  const page = await project.get(`/runs/${RUN}`, { headers: { accept: "text/html" } });
  assert.equal(page.status, 200);
  const text = await page.text();
  assert.match(
    text,
    /No samples: results\.jsonl cannot be read: line 2 is not a sample&#39;s record/,
  );
  assert.match(text, /Metrics of this run/);
  for (const path of [`runs/${RUN}/samples`, `compare?a=${RUN}&b=b`]) {
    const { error } = await (await project.get(`/api/v1/${path}`)).json();
    assert.match(error.message, /results\.jsonl at line 2: it is not a sample's record/);
  }

  project.write("evals/experiments/leaderboard.json", JSON.stringify(whole.leaderboard));
  const kept = await fresh();
  assert.deepEqual(ranked(kept), [[RUN, true], ["20260109-143100-b", false]]);
  assert.match(kept.notices.join(), /its row stays as it was/);
});

Deno.test("a runs folder that is none is a fault of the data, not a bug", async () => {
  using project = archiveProject();
  rmSync(project.runsDir, { recursive: true });
  project.write("evals/experiments/runs", "a file");
  const response = await project.get("/readyz");
  assert.equal(response.status, 503);
  assert.deepEqual(await response.json(), {
    error: {
      code: "unavailable",
      message: "Cannot read evals/experiments/runs: a part of its path is a file",
    },
  });
  assert.equal((await project.get("/healthz")).status, 200);
});

Deno.test("a line of trials.jsonl that is no call is named, the others count", async () => {
  using project = archiveProject();
  const id = "20260111-143000-a";
  const folder = `evals/optimization/runs/${id}`;
  project.addOptimization(id, null);
  const row = async () => {
    project.now += 5000;
    return (await (await project.get("/api/v1/optimizations")).json()).rows[0];
  };
  assert.deepEqual([(await row()).damage, (await row()).calls], [null, 4]);
  const whole = await Deno.readTextFile(join(project.root, folder, "trials.jsonl"));
  const lines = whole.trim().split("\n");
  const cases: readonly [string, string | null, number][] = [
    [`${lines.with(2, "garbage").join("\n")}\n`, "line 3", 3],
    [`${lines.with(1, "{}").join("\n")}\n`, "line 2", 3],
    [lines.with(3, lines[3]!.slice(0, 20)).join("\n"), null, 3],
  ];
  for (const [text, named, calls] of cases) {
    project.write(`${folder}/new`, text);
    renameSync(join(project.root, folder, "new"), join(project.root, folder, "trials.jsonl"));
    const found = await row();
    const damage = named && `trials.jsonl cannot be read: ${named} is not a call's record`;
    assert.deepEqual([found.damage, found.calls], [damage, calls]);
  }
  project.write(`${folder}/config.json`, "{");
  assert.equal((await row()).damage, "config.json cannot be read");
});
