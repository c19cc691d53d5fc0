import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataError, UsageError } from "../errors.ts";
import { testConfig, testRecord } from "../testing/run_fixtures.ts";
import { reopenRunFolder } from "./resume.ts";
import { createRunFolder } from "./run_folder.ts";
import { readRecords } from "./run_reader.ts";

function withRuns(name: string, test: (runsDir: string) => Promise<void>): void {
  Deno.test(name, async () => {
    const runsDir = mkdtempSync(join(tmpdir(), "logeval-runs-"));
    try {
      await test(runsDir);
    } finally {
      rmSync(runsDir, { recursive: true });
    }
  });
}

withRuns("a run folder is named by its start and experiment, and never shared", (runsDir) => {
  using first = createRunFolder(runsDir, testConfig());
  using second = createRunFolder(runsDir, testConfig());
  assert.equal(first.config.run_id, "20260109-143000-a");
  assert.equal(second.config.run_id, "20260109-143000-a-2");
  const stored = JSON.parse(readFileSync(join(second.path, "config.json"), "utf8"));
  assert.equal(stored.run_id, "20260109-143000-a-2");
  return Promise.resolve();
});

withRuns("records are on disk as soon as they are appended", async (runsDir) => {
  using folder = createRunFolder(runsDir, testConfig());
  folder.append(testRecord("1"));
  folder.append(testRecord("2"));
  const { records, torn } = await readRecords(join(folder.path, "results.jsonl"));
  assert.deepEqual(records.map((record) => record.id), ["1", "2"]);
  assert.equal(torn, false);
});

const TORN = [
  { name: "a line without its end", tail: '{"id":"3","repeat":1,"outc' },
  { name: "a whole record without its line feed", tail: JSON.stringify(testRecord("3")) },
  { name: "a last line of zeros", tail: "\0\0\0\0\n" },
];
for (const { name, tail } of TORN) {
  withRuns(`a torn end is dropped when the run goes on: ${name}`, async (runsDir) => {
    const folder = createRunFolder(runsDir, testConfig());
    folder.append(testRecord("1"));
    folder.append(testRecord("2"));
    folder[Symbol.dispose]();
    const file = join(folder.path, "results.jsonl");
    const whole = readFileSync(file, "utf8");
    appendFileSync(file, tail);
    {
      using again = await reopenRunFolder(folder.path);
      assert.deepEqual(again.records.map((record) => record.id), ["1", "2"]);
      assert.equal(readFileSync(file, "utf8"), whole);
      again.append(testRecord("3"));
    }
    assert.equal((await readRecords(file)).records.length, 3);
  });
}

withRuns("failed samples are asked again, doubles are dropped", async (runsDir) => {
  const folder = createRunFolder(runsDir, testConfig());
  folder.append(testRecord("1"));
  folder.append(testRecord("2", { outcome: "failed", scores: null, predicted: null }));
  folder.append(testRecord("1", { repeat: 2 }));
  folder.append(testRecord("1", { latency_ms: 99 }));
  folder[Symbol.dispose]();
  using again = await reopenRunFolder(folder.path);
  assert.deepEqual(again.records.map(({ id, repeat }) => [id, repeat]), [["1", 1], ["1", 2]]);
  assert.equal(again.records[0]?.latency_ms, 10);
});

withRuns("a damaged line in the middle is named, not skipped", async (runsDir) => {
  const folder = createRunFolder(runsDir, testConfig());
  folder[Symbol.dispose]();
  const record = JSON.stringify(testRecord("1"));
  writeFileSync(join(folder.path, "results.jsonl"), `${record}\n{"id": 7}\n${record}\n`);
  await assert.rejects(
    reopenRunFolder(folder.path),
    (error) => error instanceof DataError && /results\.jsonl at line 2/.test(error.message),
  );
  // The lock was let go of.
  writeFileSync(join(folder.path, "results.jsonl"), "");
  (await reopenRunFolder(folder.path))[Symbol.dispose]();
});

withRuns("a second process is kept out of a run at work", async (runsDir) => {
  using folder = createRunFolder(runsDir, testConfig());
  await assert.rejects(
    reopenRunFolder(folder.path),
    (error) => error instanceof UsageError && /another process is at work/.test(error.message),
  );
});

withRuns("a folder without a config is no run", async (runsDir) => {
  await assert.rejects(reopenRunFolder(join(runsDir, "nothing")), DataError);
  writeFileSync(join(runsDir, "config.json"), '{"schema_version": 1}');
  await assert.rejects(reopenRunFolder(runsDir), /run_id/);
});
