import assert from "node:assert/strict";
import { archiveProject, RECORDS } from "../../testing/archive_fixtures.ts";
import { A, B, filledProject, SEARCH } from "../../testing/filled_project.ts";
import { testConfig } from "../../testing/run_fixtures.ts";

const EVIL = '<script>alert("x")</script><img src=x onerror=alert(1)>';

const HTML = { headers: { accept: "text/html" } };

interface PageCase {
  readonly path: string;
  readonly status?: number;
  readonly holds: readonly string[];
}

const PAGES: readonly PageCase[] = [
  { path: "/", holds: ["b scores 1.000", 'href="/runs/20260109-143000-a"', "dns_failure"] },
  { path: "/runs", holds: ["2 runs on this machine.", A, B, "complete"] },
  { path: `/runs/${A}`, holds: ["Confusion matrix", "scores 0.800", "all 4 samples"] },
  { path: `/runs/${A}?wrong=root_cause`, holds: ["2 samples of 4 match", "Clear"] },
  { path: `/runs/${A}?q=line+a&outcome=`, holds: ["1 sample of 4 match"] },
  { path: `/runs/${A}?q=nowhere`, holds: ["No sample matches."] },
  {
    path: `/runs/${A}/samples/s2`,
    holds: ["line b took too long", "Answer against label", "Raw answer", 'rel="next"'],
  },
  { path: "/compare", holds: ["no evidence", "Difference per metric", "Flipped samples"] },
  { path: `/compare?a=${B}&b=a`, holds: ["no evidence", `href="/runs/${B}"`] },
  { path: "/optimizations", holds: [SEARCH, "short"] },
  { path: `/optimizations/${SEARCH}`, holds: ["Survivors by stage", "Finalists", "winner"] },
  { path: "/?dataset=nothing", status: 400, holds: ["Cannot find a table"] },
  { path: "/?utm_source=x", holds: ["b scores 1.000"] },
  { path: `/runs/${A}?outcome=nonsense`, status: 400, holds: ["Cannot read parameter"] },
  { path: "/runs?offset=-1", status: 400, holds: ["Cannot read parameter"] },
  { path: `/compare?a=a&b=${A}`, holds: ["A and B are the same run"] },
  { path: "/runs/nobody", status: 404, holds: ["Cannot find run"] },
  { path: `/runs/${A}/samples/none`, status: 404, holds: ["Cannot find sample"] },
  { path: "/compare?a=a&b=nobody", status: 400, holds: ["Cannot find run"] },
  { path: "/optimizations/nobody", status: 404, holds: ["Cannot find optimization"] },
  { path: "/elsewhere", status: 404, holds: ["Cannot find &quot;/elsewhere&quot;", "Leaderboard"] },
];

for (const { path, status = 200, holds } of PAGES) {
  Deno.test(`page ${path}`, async () => {
    using project = filledProject();
    const response = await project.get(path, HTML);
    const html = await response.text();
    assert.equal(response.status, status, html);
    assert.match(response.headers.get("content-type") ?? "", /^text\/html/);
    for (const text of holds) assert.ok(html.includes(text), `${text} is not in ${html}`);
    assert.doesNotMatch(html, /undefined|\[object|NaN/);
    assert.doesNotMatch(html, / style=|<style|<script>|javascript:/);
    assert.deepEqual(project.reports, []);
  });
}

Deno.test("texts of logs, answers and experiments never become markup", async () => {
  using project = archiveProject();
  const records = RECORDS.map((record) => ({
    ...record,
    input: { ...record.input, log_line: EVIL, pod: EVIL },
    predicted: { ...record.predicted!, root_cause: EVIL, summary: EVIL },
    raw_response: EVIL,
  }));
  for (const id of [A, B]) {
    project.addRun({ id, records, config: { experiment_id: `${EVIL} ${id}`, git_commit: EVIL } });
  }
  project.addRun({
    id: "20260108-143000-a",
    config: { experiment_id: `${EVIL} ${A}`, prompt: { ...testConfig().prompt, id: EVIL } },
  });
  const paths = ["/", "/runs", `/runs/${A}`, `/runs/${A}/samples/s2`, `/compare?a=${A}&b=${B}`];
  for (
    const path of [...paths, `/${encodeURIComponent(EVIL)}`, `/runs/${encodeURIComponent(EVIL)}`]
  ) {
    const html = await (await project.get(path, HTML)).text();
    assert.doesNotMatch(html, /<img|<script>/, path);
    assert.match(html, /&lt;(script|img)/, path);
  }
});

Deno.test("an empty project says what to type", async () => {
  using project = archiveProject();
  for (const path of ["/", "/runs"]) {
    const html = await (await project.get(path, HTML)).text();
    assert.match(
      html,
      /No run yet\.[^]*logeval run embedded-v1[^]*optimize --experiment baseline-v1/,
    );
  }
  assert.match(
    await (await project.get("/optimizations", HTML)).text(),
    /logeval optimize --experiment baseline-v1/,
  );
  assert.match(await (await project.get("/compare", HTML)).text(), /no second run/);
});

Deno.test("without scripts no button of a series is shown, and ids are unique", async () => {
  using project = filledProject();
  project.addRun({ id: "20260108-143000-a", config: { experiment_id: "a" } });
  for (const path of ["/", `/runs/${A}`, "/compare", `/optimizations/${SEARCH}`]) {
    const html = await (await project.get(path, HTML)).text();
    const ids = [...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id!);
    assert.equal(new Set(ids).size, ids.length, path);
    assert.match(html, /<svg [^>]*logeval-chart/, path);
    for (const [button] of html.matchAll(/<button[^>]*data-series[^>]*>/g)) {
      assert.match(button, / hidden>$/);
    }
  }
});

Deno.test("a comparison shows ten flips of each kind, and the rest in a fold", async () => {
  using project = archiveProject();
  const record = (at: number, right: boolean) => ({
    ...RECORDS[0]!,
    id: `s${at}`,
    input: { ...RECORDS[0]!.input, log_line: `line ${"abcdefghijklmnopqrstuvwxyz"[at]} broke` },
    scores: { ...RECORDS[0]!.scores!, root_cause: right ? 1 : 0 },
  });
  const ids = Array.from({ length: 23 }, (_, at) => at);
  project.addRun({ id: A, records: ids.map((at) => record(at, at >= 12)) });
  project.addRun({ id: B, records: ids.map((at) => record(at, at < 12)) });
  const html = await (await project.get(`/compare?a=${A}&b=${B}`, HTML)).text();
  assert.match(html, /▲ 12 mended, ▼ 11 broken/);
  const [first = "", rest = ""] = html.split('<details class="rest">');
  const count = (text: string, what: string) => text.split(what).length - 1;
  assert.deepEqual([count(first, "> mended<"), count(first, "> broken<")], [10, 10]);
  assert.match(rest, /^<summary>More: ▲ 2 mended, ▼ 1 broken<\/summary>/);
  assert.deepEqual([count(rest, "> mended<"), count(rest, "> broken<")], [2, 1]);
  project.addRun({ id: "20260111-143000-c", records: ids.map((at) => record(at, at >= 12)) });
  project.now += 2000;
  const alike = await (await project.get(`/compare?a=${A}&b=c`, HTML)).text();
  assert.match(alike, /None\./);
  assert.doesNotMatch(alike, /class="rest"/);
});

Deno.test("a broken run is named, and the others stay", async () => {
  using project = filledProject();
  project.write(`evals/experiments/runs/20260112-143000-c/config.json`, "{");
  project.addRun({ id: "20260113-143000-d" });
  project.write(`evals/experiments/runs/20260113-143000-d/metrics.json`, "{");
  const list = await (await project.get("/runs", HTML)).text();
  assert.match(list, /4 runs on this machine; 2 cannot be read/);
  const noConfig = await project.get("/runs/20260112-143000-c", HTML);
  assert.equal(noConfig.status, 422);
  assert.match(await noConfig.text(), /config\.json cannot be read: it is no JSON/);
  const torn = await project.get("/runs/20260113-143000-d", HTML);
  assert.equal(torn.status, 200);
  assert.match(await torn.text(), /metrics\.json of this run cannot be read[^]*all 4 samples/);
  assert.equal((await project.get("/", HTML)).status, 200);
});

Deno.test("a run at work shows how far it is and where to follow it", async () => {
  using project = filledProject();
  const id = "20260114-143000-e";
  project.addRun({ id, records: RECORDS.slice(0, 3), metrics: null });
  for (const path of ["/", "/runs", `/runs/${id}`]) {
    const html = await (await project.get(path, HTML)).text();
    assert.ok(html.includes(`data-live="/api/v1/runs/${id}/events"`), path);
    assert.match(html, /3 of 4/, path);
  }
});

Deno.test("what browsers ask for unasked is there", async () => {
  using project = filledProject();
  const icon = await project.get("/favicon.ico");
  assert.equal(icon.headers.get("content-type"), "image/svg+xml");
  assert.match(await icon.text(), /^<svg /);
  const cases: readonly [string, number, string | null][] = [
    ["/runs/", 301, "/runs"],
    ["/runs///", 301, "/runs"],
    ["/compare/?a=a&b=b", 301, "/compare?a=a&b=b"],
    ["//evil.test/", 404, null],
    ["/nowhere/", 404, null],
  ];
  for (const [path, status, location] of cases) {
    const response = await project.get(path, HTML);
    await response.body?.cancel();
    assert.deepEqual([response.status, response.headers.get("location")], [status, location], path);
  }
});

Deno.test("HEAD tells the length of what GET sends", async () => {
  using project = filledProject();
  for (const path of ["/", "/page.css", "/api/v1/leaderboard"]) {
    for (const encoding of ["identity", "gzip"]) {
      const headers = { "accept-encoding": encoding };
      const head = await project.get(path, { method: "HEAD", headers });
      const body = await (await project.get(path, { headers })).arrayBuffer();
      assert.equal(head.headers.get("content-length"), String(body.byteLength), path);
    }
  }
});

Deno.test("pages and what they load have an ETag and the strict policy", async () => {
  using project = filledProject();
  const get = project.handler();
  const ask = (path: string, headers: Record<string, string> = {}) =>
    get(new Request(`http://localhost:8090${path}`, { headers }));
  const html = await (await ask("/")).text();
  const loaded = [...html.matchAll(/(?:src|href)="(\/[\w.]+\.(?:js|css)\?v=\w+)"/g)]
    .map(([, path]) => path!);
  assert.equal(loaded.length, 3);
  for (const path of ["/", `/runs/${A}`, ...loaded]) {
    const response = await ask(path);
    assert.equal(response.status, 200, path);
    assert.match(response.headers.get("content-security-policy") ?? "", /script-src 'self'/);
    const again = await ask(path, { "if-none-match": response.headers.get("etag") ?? "" });
    assert.equal(again.status, 304, path);
    await response.body?.cancel();
  }
  const posted = await get(new Request("http://localhost:8090/runs", { method: "POST" }));
  assert.equal(posted.status, 405);
  assert.equal(posted.headers.get("allow"), "GET, HEAD");
});

Deno.test("the heaviest page is under 200 KB with everything that it loads", async () => {
  using project = archiveProject();
  const line = "x".repeat(600);
  const records = Array.from({ length: 115 }, (_, at) => ({
    ...RECORDS[at % 4]!,
    id: `sample-${at}`,
    input: { ...RECORDS[0]!.input, log_line: line },
  }));
  const { dataset } = testConfig();
  project.addRun({ id: A, records, config: { dataset: { ...dataset, n: 115, total: 115 } } });
  let bytes = 0;
  for (const path of [`/runs/${A}`, "/page.css", "/page.js", "/theme.js"]) {
    bytes += (await (await project.get(path)).arrayBuffer()).byteLength;
  }
  assert.ok(bytes < 200_000, String(bytes));
});
