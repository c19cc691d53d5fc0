// What the pages say of order and standing, and of names and lines as they come.

import assert from "node:assert/strict";
import { archiveProject, RECORDS } from "../../testing/archive_fixtures.ts";

const A = "20260109-143000-a";
const B = "20260110-143000-b";
const HTML = { headers: { accept: "text/html" } };

Deno.test("a run says how it stands: alone, in the lead, level with others, behind", async () => {
  using project = archiveProject();
  const leadOf = async (id: string) => {
    project.now += 2000;
    const html = await (await project.get(`/runs/${id}`, HTML)).text();
    return /<p class="lead"[^>]*>(.*)<\/p>/.exec(html)?.[1] ?? "";
  };
  project.addRun({ id: A });
  assert.match(await leadOf(A), /; it is the only ranked experiment\.$/);
  project.addRun({ id: B });
  const both = [await leadOf(A), await leadOf(B)].map((lead) => lead.split("; ").at(-1));
  assert.deepEqual(both.sort(), [
    "it cannot be told from the leader.",
    "it scores highest, but one other cannot be told from it.",
  ]);
});

Deno.test("what lies below a floor with its whole interval is rust, the leader too", async () => {
  for (const [ci95, rust] of [[[0.05, 0.25], true], [[0.05, 0.35], false]] as const) {
    using project = archiveProject();
    project.addRun({ id: A, metrics: { overall: { mean: 0.1, ci95: [...ci95] } } });
    const html = await (await project.get("/", HTML)).text();
    assert.equal(/<svg class="is-bad"/.test(html), rust);
    assert.equal(html.includes("a reads these logs worse than a nearest-example lookup"), rust);
  }
});

Deno.test("runs are in the order of their start, fifty a page", async () => {
  using project = archiveProject();
  for (let at = 10; at < 60; at++) project.addRun({ id: `20251201-1430${at}-a` });
  project.addRun({ id: "renamed", config: { started_at: "2098-12-01T14:30:00Z" } });
  project.write("evals/experiments/runs/zzz/config.json", "{");
  const idsOf = async (path: string) => {
    const html = await (await project.get(path, HTML)).text();
    const ids = [...html.matchAll(/class="m nm q c-i"><span>([^<]*)</g)].map(([, id]) => id!);
    const links = [...html.matchAll(/href="([^"]*)">(Previous|Next) page/g)]
      .map(([, url, word]) => `${word} ${url}`);
    return { html, ids, links };
  };
  const first = await idsOf("/runs");
  assert.deepEqual([first.ids.length, first.ids[0], first.ids[1]], [
    50,
    "renamed",
    "20251201-143059-a",
  ]);
  assert.match(first.html, /52 runs on this machine[^]*1 Dec 2098 14:30[^]*1 to 50 of 52/);
  assert.deepEqual(first.links, ["Next /runs?offset=50"]);
  const second = await idsOf("/runs?offset=50");
  assert.deepEqual(second.ids, ["20251201-143010-a", "zzz"]);
  assert.deepEqual(second.links, ["Previous /runs"]);
  const behind = await idsOf("/runs?offset=500");
  assert.deepEqual([behind.ids, behind.links], [[], ["Previous /runs?offset=2"]]);
});

Deno.test("of many experiments the sample page says which it looked at", async () => {
  using project = archiveProject();
  for (let at = 10; at < 20; at++) project.addRun({ id: `20260109-1430${at}-e${at}` });
  const sample = async (id: string) =>
    await (await project.get(`/runs/${id}/samples/s1`, HTML)).text();
  assert.match(
    await sample("20260109-143010-e10"),
    /8 of the 8 other experiments that rank highest named its root cause/,
  );
  const few = archiveProject();
  using _ = few;
  for (const id of [A, B]) few.addRun({ id });
  const html = await (await few.get(`/runs/${A}/samples/s1`, HTML)).text();
  assert.match(html, /1 of 1 other experiment named its root cause/);
});

Deno.test("with a running run alone the table names no dataset", async () => {
  using project = archiveProject();
  project.addRun({ id: A, records: RECORDS.slice(0, 3), metrics: null });
  const html = await (await project.get("/", HTML)).text();
  assert.match(
    html,
    /<caption class="vh">Experiments, ranked by overall score<[^]*No complete run/,
  );
});

Deno.test("what would turn the text of a log around is shown as an escape", async () => {
  using project = archiveProject();
  const log_line = "user \u202egpj.exe\u2069 ok";
  const records = RECORDS.map((record) => ({ ...record, input: { ...record.input, log_line } }));
  project.addRun({ id: A, records, config: { experiment_id: "a\u202eb" } });
  for (const path of [`/runs/${A}`, `/runs/${A}/samples/s1`]) {
    const html = await (await project.get(path, HTML)).text();
    assert.ok(html.includes("user \\u202egpj.exe\\u2069 ok"), path);
    assert.doesNotMatch(html, /[\u202a-\u202e\u2066-\u2069]/);
  }
  assert.doesNotMatch(await (await project.get("/", HTML)).text(), /[\u202a-\u202e]/);
});
