import assert from "node:assert/strict";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { identifySamples } from "../dataset/sample.ts";
import { testConfig, testRecord } from "../testing/run_fixtures.ts";
import { createRunFolder } from "./run_folder.ts";
import type { RunConfig } from "./run_files.ts";
import { computeMetrics } from "./run_metrics.ts";
import { linkLatest } from "./latest.ts";
import { findRun, listRuns } from "./run_store.ts";

const { input, expected } = testRecord("");
const SAMPLES = identifySamples([{ ...input, ...expected }]);
const ID = SAMPLES[0]!.id;
const ZERO = testRecord(ID).scores!;

function withRuns(name: string, test: (runsDir: string) => void): void {
  Deno.test(name, () => {
    const runsDir = mkdtempSync(join(tmpdir(), "logeval-store-"));
    try {
      test(runsDir);
    } finally {
      rmSync(runsDir, { recursive: true });
    }
  });
}

/** Writes a run; `answered: false` leaves it partial, `null` without metrics. */
function write(
  runsDir: string,
  started_at: string,
  answered: boolean | null,
  changes: Partial<RunConfig> = {},
): string {
  using folder = createRunFolder(runsDir, testConfig({ started_at, ...changes }));
  if (answered !== null) {
    const records = answered ? [testRecord(ID)] : [];
    const floors = { most_common: ZERO, embedded: ZERO };
    const metrics = computeMetrics(folder.config, SAMPLES, records, floors, 1);
    folder.finish(metrics, "# a\n", { latest: answered });
  }
  return folder.config.run_id;
}

withRuns("listRuns() passes over what is no run", (runsDir) => {
  const first = write(runsDir, "2026-01-09T14:30:00.000Z", true);
  const killed = write(runsDir, "2026-01-09T14:31:00.000Z", null);
  mkdirSync(join(runsDir, "empty"));
  mkdirSync(join(runsDir, "foreign"));
  writeFileSync(join(runsDir, "foreign", "config.json"), "{}");
  writeFileSync(join(runsDir, "a-file"), "x");
  const torn = write(runsDir, "2026-01-09T14:32:00.000Z", true);
  writeFileSync(join(runsDir, torn, "metrics.json"), '{"schema_ver');
  const runs = listRuns(runsDir);
  assert.deepEqual(runs.map((run) => run.config.run_id), [first, killed, torn]);
  assert.deepEqual(runs.map((run) => run.metrics !== null), [true, false, false]);
  assert.deepEqual(runs.map((run) => run.torn), [false, false, true]);
  assert.deepEqual(listRuns(join(runsDir, "nothing")), []);
});

withRuns("listRuns() passes over copies and links, a path finds them", (runsDir) => {
  const id = write(runsDir, "2026-01-09T14:30:00.000Z", true);
  cpSync(join(runsDir, id), join(runsDir, "a-backup"), { recursive: true });
  symlinkSync(id, join(runsDir, "z-link"));
  assert.deepEqual(listRuns(runsDir).map(({ path }) => path), [join(runsDir, id)]);
  for (const name of ["a-backup", "z-link"]) {
    assert.equal(findRun(runsDir, name, runsDir).path, join(runsDir, name));
  }
});

withRuns("listRuns() goes by the time of measuring, not by the folder's name", (runsDir) => {
  const older = testConfig({ started_at: "2026-01-09T14:30:00.000Z" });
  const newer = write(runsDir, "2026-01-09T14:31:00.000Z", true);
  using rescored = createRunFolder(runsDir, older, "2026-01-10T00:00:00.000Z");
  const ids = listRuns(runsDir).map(({ config }) => config.run_id);
  assert.deepEqual(ids, [rescored.config.run_id, newer]);
});

withRuns("latest is the newest finished run, also without the link", (runsDir) => {
  const older = write(runsDir, "2026-01-09T14:30:00.000Z", true);
  const newer = write(runsDir, "2026-01-09T14:31:00.000Z", true);
  write(runsDir, "2026-01-09T14:32:00.000Z", null);
  assert.equal(findRun(runsDir, "latest", "/").config.run_id, newer);
  linkLatest(runsDir, older);
  assert.equal(readlinkSync(join(runsDir, "latest")), newer, "an older run never takes its place");
  rmSync(join(runsDir, "latest"));
  assert.equal(findRun(runsDir, "latest", "/").config.run_id, newer);
});

withRuns("an experiment's name is its newest complete, unchanged run", (runsDir) => {
  const complete = write(runsDir, "2026-01-09T14:30:00.000Z", true);
  write(runsDir, "2026-01-09T14:31:00.000Z", true, { changed: ["limit"] });
  const partial = write(runsDir, "2026-01-09T14:32:00.000Z", false);
  assert.equal(findRun(runsDir, "a", "/").config.run_id, complete);
  assert.equal(findRun(runsDir, partial, "/").config.run_id, partial);
  assert.equal(findRun(runsDir, "20260109-1432", "/").config.run_id, partial);
  assert.equal(findRun(runsDir, join(runsDir, partial), "/").config.run_id, partial);
});

withRuns("findRun() names the nearest ids, or how to make a run", (runsDir) => {
  assert.throws(() => findRun(runsDir, "latest", "/"), /there are no runs/);
  const id = write(runsDir, "2026-01-09T14:30:00.000Z", true);
  assert.throws(() => findRun(runsDir, "20260109-143000-b", "/"), new RegExp(`did you mean ${id}`));
});
