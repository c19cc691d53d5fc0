import assert from "node:assert/strict";
import { appendFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  archiveProject,
  RECORDS,
  testMetrics,
  testOptimizationResult,
} from "../testing/archive_fixtures.ts";
import type { ArchivedRun } from "./archived_run.ts";
import { API_ROOT } from "./openapi.ts";

const RUN = "20260109-143000-a";
const SEARCH = "20260111-143000-a";

interface SentEvent {
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** The events of a response, one at a time. */
async function* eventsOf(response: Response): AsyncGenerator<SentEvent> {
  let text = "";
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end; (end = text.indexOf("\n\n")) >= 0; text = text.slice(end + 2)) {
      const [, event, data] = /^event: (\w+)\ndata: (.*)$/s.exec(text.slice(0, end)) ?? [];
      if (event !== undefined) yield { event, data: JSON.parse(data ?? "null") };
    }
  }
}

Deno.test("a run that grows sends its progress, and an end when metrics.json is there", async () => {
  using project = archiveProject();
  const folder = project.addRun({ id: RUN, records: RECORDS.slice(0, 1), metrics: null });
  const response = await project.get(`${API_ROOT}/runs/${RUN}/events`);
  assert.match(response.headers.get("content-type") ?? "", /^text\/event-stream/);
  const events = eventsOf(response);
  const next = async () => (await events.next()).value as SentEvent;

  const first = await next();
  assert.equal(first.event, "progress");
  assert.deepEqual(
    [first.data["status"], first.data["answered"], first.data["calls"], first.data["score"]],
    ["running", 1, 4, 1],
  );
  const line = `${JSON.stringify(RECORDS[1])}\n`;
  appendFileSync(join(folder, "results.jsonl"), line.slice(0, 40));
  appendFileSync(join(folder, "results.jsonl"), line.slice(40));
  const second = await next();
  assert.deepEqual([second.data["answered"], second.data["score"]], [2, 0.8]);
  const { config } = project.archive.run((await project.archive.fresh()).runs[0]!);
  writeFileSync(join(folder, "metrics.json"), JSON.stringify(testMetrics(config)));
  const last = await next();
  assert.deepEqual([last.event, last.data["status"]], ["end", "complete"]);
  assert.equal((await events.next()).done, true);
});

Deno.test("an optimization sends its phase and ends with its result", async () => {
  using project = archiveProject();
  const folder = project.addOptimization(SEARCH, null);
  const events = eventsOf(await project.get(`${API_ROOT}/optimizations/${SEARCH}/events`));
  const first = (await events.next()).value as SentEvent;
  assert.deepEqual([first.event, first.data["phase"], first.data["calls"]], [
    "progress",
    "search",
    4,
  ]);
  writeFileSync(join(folder, "result.json"), JSON.stringify(testOptimizationResult(SEARCH)));
  const last = (await events.next()).value as SentEvent;
  assert.deepEqual([last.event, last.data["winner"]], ["end", "short"]);
  assert.equal((await events.next()).done, true);
});

Deno.test("what starts or ends is a change, what goes on is none", async () => {
  using project = archiveProject();
  const running = project.addRun({ id: RUN, records: RECORDS.slice(0, 1), metrics: null });
  const events = eventsOf(await project.get(`${API_ROOT}/events`));
  const next = async () => {
    const { event, data } = (await events.next()).value as SentEvent;
    assert.equal(event, "changed");
    return data["standing"];
  };
  const fresh = async () => {
    project.now += 5000;
    return (await project.archive.fresh()).standing;
  };
  const seen = [await next()];
  assert.deepEqual(seen, [await fresh()]);
  appendFileSync(join(running, "results.jsonl"), `${JSON.stringify(RECORDS[1])}\n`);
  assert.equal(await fresh(), seen[0], "one more answer");
  const steps: readonly (() => unknown)[] = [
    () => project.addRun({ id: "20260110-143000-b", metrics: null }),
    () => {
      const { config } = project.archive.run({ path: running } as ArchivedRun);
      writeFileSync(join(running, "metrics.json"), JSON.stringify(testMetrics(config)));
    },
    () => project.addOptimization(SEARCH, null),
    () => project.addOptimization(SEARCH, testOptimizationResult(SEARCH)),
    () => rmSync(running, { recursive: true }),
  ];
  for (const step of steps) {
    step();
    const standing = await fresh();
    assert.ok(!seen.includes(standing), step.toString());
    assert.equal(await next(), standing);
    seen.push(standing);
  }
  await events.return(undefined);
});

Deno.test("a run where nobody is at work ends at once, a removed one with null", async () => {
  using project = archiveProject();
  project.addRun({ id: RUN, metrics: null });
  project.now += 3_600_000;
  const events = eventsOf(await project.get(`${API_ROOT}/runs/${RUN}/events`));
  const only = (await events.next()).value as SentEvent;
  assert.deepEqual([only.event, only.data["status"]], ["end", "unfinished"]);
  assert.equal((await events.next()).done, true);
});

Deno.test("a client that leaves, or a server that ends, leaves no timer and no place taken", async () => {
  using project = archiveProject();
  project.addRun({ id: RUN, metrics: null });
  const stop = new AbortController();
  const handler = project.handler({ stop: stop.signal });
  const ask = () => handler(new Request(`http://localhost${API_ROOT}/runs/${RUN}/events`));
  // Far more than may listen at a time: each leaves before the next comes.
  for (let at = 0; at < 100; at++) {
    const response = await ask();
    assert.equal(response.status, 200);
    await response.body!.cancel();
    await new Promise((resolve) => setTimeout(resolve));
  }
  const open = await Promise.all(Array.from({ length: 64 }, ask));
  const refused = await ask();
  assert.deepEqual([refused.status, (await refused.json()).error.code], [503, "too_many"]);
  stop.abort();
  await Promise.all(open.map((response) => response.text()));
  // The sanitizers of this suite see a timer that is left.
});
