import assert from "node:assert/strict";
import { rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type * as z from "zod";
import { hashOf } from "../hash.ts";
import { archiveProject } from "../testing/archive_fixtures.ts";
import { A, B, filledProject, SEARCH } from "../testing/filled_project.ts";
import { testConfig } from "../testing/run_fixtures.ts";
import { PATHS } from "./app.ts";
import { API_ROOT } from "./openapi.ts";
import { ROUTES } from "./routes.ts";

interface RouteCase {
  readonly path: string;
  /** The route in the table. */
  readonly route: string;
  /** What must be in the answer, by the way to it. */
  readonly holds: Readonly<Record<string, unknown>>;
}

const ROUTE_CASES: readonly RouteCase[] = [
  {
    path: "/leaderboard",
    route: "/leaderboard",
    holds: {
      "rows.length": 2,
      "rows.0.experiment_id": "b",
      "rows.0.rank": 1,
      "rows.0.score": 1,
      "rows.0.score_low": 0.9,
      "rows.1.root_cause": 0.5,
      "rows.1.floor_embedded": 0.3,
      "rows.1.p95_ms": 12,
      "tables.length": 1,
    },
  },
  {
    path: "/trends?experiment=a",
    route: "/trends",
    holds: {
      "rows.length": 1,
      "rows.0.time": "2026-01-09T14:30:00.000Z",
      "rows.0.score_high": 0.95,
      "rows.0.prompt_changed": false,
    },
  },
  { path: "/trends", route: "/trends", holds: { "rows.0.run_id": A, "rows.1.run_id": B } },
  {
    path: "/categories",
    route: "/categories",
    holds: {
      "rows.length": 4,
      "rows.0": { root_cause: "dns_failure", experiment_id: "b", n: 2, named: 1, share: 0.5 },
    },
  },
  {
    path: "/categories/wide",
    route: "/categories/wide",
    holds: { "rows.length": 2, "rows.0": { root_cause: "dns_failure", n: 2, b: 0.5, a: 0.5 } },
  },
  {
    path: `/compare?a=a&b=${B}`,
    route: "/compare",
    holds: {
      "verdict": "no evidence",
      "rows.length": 6,
      "rows.0.metric": "overall",
      "rows.0.a": 0.8,
      "rows.0.b": 1,
      "a.run_id": A,
      "b.run_id": B,
    },
  },
  {
    path: "/compare?a=&b=",
    route: "/compare",
    holds: { "rows": [], "by_root_cause": [], "flips": { samples: [] } },
  },
  {
    path: "/runs?limit=1",
    route: "/runs",
    holds: { "rows.length": 1, "total": 2, "rows.0.run_id": B, "rows.0.status": "complete" },
  },
  {
    path: "/runs?offset=1",
    route: "/runs",
    holds: { "rows.length": 1, "total": 2, "offset": 1, "rows.0.run_id": A },
  },
  { path: "/runs?offset=2", route: "/runs", holds: { "rows.length": 0, "total": 2 } },
  { path: "/runs?experiment=a", route: "/runs", holds: { "rows.length": 1, "rows.0.run_id": A } },
  { path: "/runs?status=running", route: "/runs", holds: { "rows.length": 0, "total": 0 } },
  {
    path: `/runs/${A}`,
    route: "/runs/{id}",
    holds: { "run.run_id": A, "config.prompt.id": "p", "metrics.overall.mean": 0.8 },
  },
  {
    path: `/runs/${A}/samples`,
    route: "/runs/{id}/samples",
    holds: {
      "total": 4,
      "rows.0.id": "s1",
      "rows.1.expected_root_cause": "timeout",
      "rows.1.said_root_cause": "unknown",
      "rows.1.root_cause": 0,
      "rows.1.prompt_tokens": 10,
    },
  },
  {
    path: `/runs/${A}/samples?wrong=root_cause&root_cause=dns_failure`,
    route: "/runs/{id}/samples",
    holds: { "total": 1, "rows.0.id": "s4" },
  },
  {
    path: `/runs/${A}/samples?q=LINE%20C`,
    route: "/runs/{id}/samples",
    holds: { "total": 1, "rows.0.id": "s3" },
  },
  {
    path: `/runs/${A}/samples?outcome=failed`,
    route: "/runs/{id}/samples",
    holds: { "total": 0, "rows.length": 0 },
  },
  {
    path: `/runs/${A}/samples?offset=3&limit=2`,
    route: "/runs/{id}/samples",
    holds: { "total": 4, "offset": 3, "rows.length": 1, "rows.0.id": "s4" },
  },
  {
    path: `/runs/${A}/samples/s2`,
    route: "/runs/{id}/samples/{sample}",
    holds: {
      "record.raw_response": "Root cause: <b>unknown</b>",
      "repeats": [1],
      "messages.0.role": "user",
      "messages.0.content":
        "[2026-11-24T06:09:37.620Z] llm/c (pod=p, node=n)\nline b took too long",
    },
  },
  {
    path: "/optimizations",
    route: "/optimizations",
    holds: {
      "rows.length": 1,
      "rows.0.status": "complete",
      "rows.0.calls": 4,
      "rows.0.calls_planned": 14,
      "rows.0.gain": 0.2,
      "rows.0.gain_low": 0.05,
      "rows.0.promoted": "prompt_templates/p_v2.yaml",
    },
  },
  {
    path: `/optimizations/${SEARCH}`,
    route: "/optimizations/{id}",
    holds: {
      "rows.0": { stage: 1, candidates: 2, asked: 2, samples: 1, calls: 2 },
      "config.search.method": "halving",
      "result.winner.candidate": "short",
    },
  },
  {
    path: `/optimizations/${SEARCH}/candidates`,
    route: "/optimizations/{id}/candidates",
    holds: { "rows.length": 2, "rows.0.winner": true, "rows.0.level_length": "short" },
  },
  {
    path: `/optimizations/${SEARCH}/effects`,
    route: "/optimizations/{id}/effects",
    holds: {
      "rows.0": {
        dimension: "length",
        level: "short",
        effect: 0.1,
        low: 0.02,
        high: 0.2,
        calls: 2,
        candidates: 1,
      },
      "rows.1.effect": null,
    },
  },
];

function at(value: unknown, way: string): unknown {
  return way.split(".").reduce<unknown>(
    (found, key) => (found as Record<string, unknown>)[key],
    value,
  );
}

Deno.test("every route of the table is asked for", () => {
  assert.deepEqual(
    [...new Set(ROUTE_CASES.map(({ route }) => route))].sort(),
    ROUTES.map(({ path }) => path).sort(),
  );
});

Deno.test("every route answers with what the folders hold", async (t) => {
  using project = filledProject();
  for (const { path, route, holds } of ROUTE_CASES) {
    await t.step(`GET ${path}`, async () => {
      const response = await project.get(`${API_ROOT}${path}`);
      const answer = await response.json();
      assert.equal(response.status, 200, JSON.stringify(answer));
      for (const [way, value] of Object.entries(holds)) {
        assert.deepEqual(at(answer, way), value, way);
      }
      // What OpenAPI promises is what there is, nothing more and nothing less.
      const schema = ROUTES.find((spec) => spec.path === route)!.answer as z.ZodType;
      assert.deepEqual(schema.parse(answer), answer);
    });
  }
});

Deno.test("without any run every list is empty, nothing fails", async () => {
  using project = archiveProject();
  for (const { path } of ROUTES.filter(({ path }) => !path.includes("{"))) {
    const response = await project.get(`${API_ROOT}${path}`);
    assert.equal(response.status, 200, path);
    assert.deepEqual((await response.json()).rows, [], path);
  }
  const ready = await project.get("/readyz");
  assert.deepEqual(await ready.json(), { status: "ready", runs: 0, optimizations: 0 });
  assert.match(await (await project.get("/metrics")).text(), /logeval_runs\{status="running"\} 0/);
});

Deno.test("a running search says how many are still in, not how many were asked so far", async () => {
  using project = archiveProject();
  project.addOptimization(SEARCH, null);
  const folder = `evals/optimization/runs/${SEARCH}`;
  const config = JSON.parse(
    await Deno.readTextFile(`${project.root}/${folder}/config.json`),
  );
  config.space.candidates = 108;
  config.search.budget = 550;
  config.validation.n = 55;
  project.write(`${folder}/config.json`, JSON.stringify(config));
  const { rows } = await (await project.get(`${API_ROOT}/optimizations/${SEARCH}`)).json();
  assert.deepEqual(rows, [
    { stage: 1, candidates: 108, asked: 2, samples: 1, calls: 2 },
    { stage: 2, candidates: 54, asked: 1, samples: 1, calls: 1 },
  ]);
  const page = await project.get(`/optimizations/${SEARCH}`, { headers: { accept: "text/html" } });
  assert.match(await page.text(), /54 prompts/);
});

Deno.test("a running optimization has stages and no candidates yet", async () => {
  using project = archiveProject();
  project.addOptimization(SEARCH, null);
  const one = await (await project.get(`${API_ROOT}/optimizations/${SEARCH}`)).json();
  assert.equal(one.optimization.status, "running");
  assert.equal(one.optimization.phase, "search");
  assert.equal(one.result, null);
  assert.equal(one.rows.length, 2);
  const { rows } = await (await project.get(`${API_ROOT}/optimizations/${SEARCH}/candidates`))
    .json();
  assert.deepEqual(rows, []);
});

Deno.test("runs of different datasets stand in tables of their own, named by ?dataset=", async () => {
  using project = filledProject();
  const dataset = { ...testConfig().dataset, n: 4, total: 4, hash: "sha256:0123456789" };
  project.addRun({ id: "20260101-000000-old", config: { dataset } });
  project.now += 5000;
  const main = await (await project.get(`${API_ROOT}/leaderboard`)).json();
  assert.deepEqual([main.rows.length, main.tables.length], [2, 2]);
  for (const name of ["sha256:0123456789", "012345"]) {
    const other = await (await project.get(`${API_ROOT}/leaderboard?dataset=${name}`)).json();
    assert.deepEqual(other.rows.map((row: { run_id: string }) => row.run_id), [
      "20260101-000000-old",
    ]);
  }
  const response = await project.get(`${API_ROOT}/leaderboard?dataset=sha256:0123456788`);
  assert.equal(response.status, 400);
  assert.match((await response.json()).error.message, /did you mean sha256:0123456789/);
});

Deno.test("a newer run stands for its experiment, the older one is there for who asks", async () => {
  using project = filledProject();
  project.addRun({ id: "20260113-143000-a" });
  project.addRun({ id: "20260114-143000-a", metrics: { status: "partial", coverage: 0.5 } });
  const ids = async (query: string) => {
    const { rows } = await (await project.get(`${API_ROOT}/leaderboard${query}`)).json();
    return rows.map((row: { run_id: string; unranked: string | null }) =>
      `${row.run_id} ${row.unranked}`
    );
  };
  const shown = [`${B} null`, "20260113-143000-a null", "20260114-143000-a partial"];
  assert.deepEqual(await ids(""), shown);
  assert.deepEqual(await ids("?superseded=true"), [...shown, `${A} superseded`]);
});

Deno.test("metrics hold scores, bounds, latency, tokens and what stands behind them", async () => {
  using project = filledProject();
  const dataset = { ...testConfig().dataset, path: "evals/datasets/other.json", n: 4, total: 4 };
  project.addRun({
    id: "20260101-000000-a",
    config: { dataset: { ...dataset, hash: "sha256:0123456789" } },
    metrics: { overall: { mean: 0.3, ci95: [0.2, 0.4] } },
  });
  // An older metric version of an experiment that a newer one has as well, and of one that it has not.
  for (const id of ["20251201-000000-a", "20251202-000000-old"]) {
    project.addRun({ id, metrics: { metric_version: "0", overall: { mean: 0.1, ci95: null } } });
  }
  const DATASET = `dataset="d ${hashOf("d").slice(7, 15)}"`;
  const response = await project.get("/metrics");
  assert.match(response.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  const lines = (await response.text()).split("\n");
  for (
    const line of [
      `logeval_score{experiment="a",${DATASET},metric="overall"} 0.8`,
      `logeval_score_low{experiment="b",${DATASET},metric="overall"} 0.9`,
      `logeval_score_high{experiment="a",${DATASET},metric="root_cause"} 0.9`,
      `logeval_score{experiment="a",dataset="other 01234567",metric="overall"} 0.3`,
      `logeval_score{experiment="old",${DATASET},metric="overall"} 0.1`,
      `logeval_coverage{experiment="a",${DATASET}} 1`,
      `logeval_latency_seconds{experiment="a",${DATASET},quantile="0.95"} 0.012`,
      `logeval_tokens{experiment="a",${DATASET},kind="prompt"} 40`,
      `logeval_runs{status="complete"} 5`,
      `logeval_build_info{version="0.0.0"} 1`,
    ]
  ) assert.ok(lines.includes(line), `${line} in\n${lines.join("\n")}`);
});

Deno.test("an answer has an ETag, is not sent again, and is gzip'd for who takes that", async () => {
  using project = filledProject();
  const handler = project.handler();
  const ask = (headers: Record<string, string>) =>
    handler(new Request(`http://localhost${API_ROOT}/leaderboard`, { headers }));
  const plain = await ask({});
  const etag = plain.headers.get("etag") ?? "";
  const text = await plain.text();
  assert.match(etag, /^W\/"[\w-]{22}"$/);
  for (const known of [etag, `"x", ${etag}`, etag.slice(2), "*"]) {
    const again = await ask({ "if-none-match": known });
    assert.deepEqual([again.status, await again.text()], [304, ""], known);
    assert.equal(again.headers.get("etag"), etag);
  }
  assert.equal((await ask({ "if-none-match": 'W/"other"' })).status, 200);
  for (const [accepts, encoding] of [["gzip, br", "gzip"], ["gzip;q=0", null], ["br", null]]) {
    const response = await ask({ "accept-encoding": accepts! });
    assert.equal(response.headers.get("content-encoding"), encoding, accepts!);
    if (encoding === null) continue;
    const stream = response.body!.pipeThrough(new DecompressionStream("gzip"));
    assert.equal(await new Response(stream).text(), text);
  }
});

Deno.test("a new run changes the leaderboard and its ETag without a restart", async () => {
  using project = filledProject();
  const handler = project.handler();
  const ask = async () => {
    const response = await handler(new Request(`http://localhost${API_ROOT}/leaderboard`));
    return { etag: response.headers.get("etag"), rows: (await response.json()).rows.length };
  };
  const before = await ask();
  project.addRun({ id: "20260112-143000-c" });
  project.now += 500;
  assert.deepEqual(await ask(), before, "within a second nothing is looked at");
  project.now += 5000;
  const after = await ask();
  assert.equal(after.rows, 3);
  assert.notEqual(after.etag, before.etag);
});

Deno.test("HEAD is GET without the body, other methods are 405 with Allow", async () => {
  using project = filledProject();
  project.write(`evals/optimization/runs/${SEARCH}/winner.yaml`, "id: p\n");
  for (const pattern of PATHS) {
    const id = pattern.includes("optimizations") ? SEARCH : A;
    const path = pattern.replace("{id}", id).replace("{sample}", "s1") +
      (pattern.endsWith("/compare") ? "?a=a&b=b" : "");
    const head = await project.get(path, { method: "HEAD" });
    assert.deepEqual([head.status, await head.text()], [200, ""], path);
    for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
      const response = await project.get(path, { method });
      assert.equal(response.status, 405, `${method} ${path}`);
      assert.equal(response.headers.get("allow"), "GET, HEAD");
      assert.equal((await response.json()).error.code, "method_not_allowed");
    }
  }
});

Deno.test("answers and errors carry the security headers and invite no other origin", async () => {
  using project = filledProject();
  for (const path of [`${API_ROOT}/leaderboard`, `${API_ROOT}/runs/none`, "/nowhere"]) {
    const { headers, body } = await project.get(path, { headers: { origin: "http://evil.test" } });
    await body?.cancel();
    assert.match(headers.get("content-security-policy") ?? "", /^default-src 'none'/, path);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("x-frame-options"), "DENY");
    assert.equal(headers.get("referrer-policy"), "no-referrer");
    assert.equal(headers.get("cross-origin-resource-policy"), "same-origin");
    assert.equal(headers.get("access-control-allow-origin"), null);
  }
});

Deno.test("the description names every address, and every parameter that is taken", async () => {
  using project = archiveProject();
  const document = await (await project.get(`${API_ROOT}/openapi.json`)).json();
  assert.equal(document.openapi, "3.1.0");
  assert.deepEqual(Object.keys(document.paths).sort(), [...PATHS].sort());
  const { parameters } = document.paths[`${API_ROOT}/runs/{id}/samples`].get;
  assert.deepEqual(
    parameters.map(({ name, in: place, required }: Record<string, unknown>) =>
      `${name} ${place} ${required}`
    ),
    [
      "id path true",
      "root_cause query false",
      "outcome query false",
      "wrong query false",
      "q query false",
      "offset query false",
      "limit query false",
    ],
  );
  const ids = Object.values<{ get: { operationId: string } }>(document.paths)
    .map(({ get }) => get.operationId);
  assert.equal(new Set(ids).size, ids.length);
});

Deno.test("a token is asked for everywhere but at /healthz", async () => {
  using project = filledProject();
  const handler = project.handler({ token: "correct-horse" });
  const ask = (path: string, authorization?: string) =>
    handler(
      new Request(`http://localhost${path}`, {
        headers: authorization === undefined ? {} : { authorization },
      }),
    );
  assert.equal((await ask("/healthz")).status, 200);
  const paths = [`${API_ROOT}/leaderboard`, "/", "/page.css", "/metrics", "/readyz", "/nowhere"];
  for (const path of paths) {
    for (
      const wrong of [undefined, "Bearer wrong", "Bearer", "Basic correct-horse", "Bearer a b"]
    ) {
      const response = await ask(path, wrong);
      assert.equal(response.status, 401, `${path} ${wrong}`);
      assert.equal(
        response.headers.get("www-authenticate"),
        'Basic realm="logeval", charset="UTF-8", Bearer realm="logeval"',
      );
      assert.equal((await response.json()).error.code, "unauthorized");
    }
  }
  assert.equal((await ask("/metrics", "Bearer correct-horse")).status, 200);
  assert.equal((await ask("/metrics", "bearer  correct-horse")).status, 200);
  for (const path of paths.slice(0, 5)) {
    const response = await ask(path, `Basic ${btoa("me:correct-horse")}`);
    assert.equal(response.status, 200, path);
    await response.body?.cancel();
  }
  const { security, components } = await (await ask(
    `${API_ROOT}/openapi.json`,
    "Bearer correct-horse",
  )).json();
  assert.deepEqual(security, [{ token: [] }, { password: [] }]);
  assert.deepEqual(
    Object.values<{ scheme: string }>(components.securitySchemes).map(({ scheme }) => scheme),
    ["bearer", "basic"],
  );
});

Deno.test("the winner's prompt is there as it is, once there is one", async () => {
  using project = filledProject();
  const path = `${API_ROOT}/optimizations/${SEARCH}/winner.yaml`;
  const missing = await project.get(path);
  assert.equal(missing.status, 404);
  assert.equal(
    (await missing.json()).error.message,
    `Cannot find winner.yaml in ${SEARCH}: the optimization is complete`,
  );
  const file = `evals/optimization/runs/${SEARCH}/winner.yaml`;
  project.write("secret.yaml", "secret");
  symlinkSync(join(project.root, "secret.yaml"), join(project.root, file));
  assert.equal((await project.get(path)).status, 404, "a link leads out");
  rmSync(join(project.root, file));
  const text = "id: p\nuser: 'ä {{ logs }}'\n";
  project.write(file, text);
  const response = await project.get(path);
  assert.deepEqual([response.status, await response.text()], [200, text]);
  assert.equal(response.headers.get("content-type"), "text/yaml; charset=utf-8");
  const etag = response.headers.get("etag")!;
  assert.equal((await project.get(path, { headers: { "if-none-match": etag } })).status, 304);
  const head = await project.get(path, { method: "HEAD" });
  assert.deepEqual([head.status, await head.text()], [200, ""]);
  const page = await (await project.get(`/optimizations/${SEARCH}`)).text();
  assert.ok(page.includes(`href="${path}"`), page);
  assert.equal((await project.get(`${API_ROOT}/optimizations/none/winner.yaml`)).status, 404);
});

Deno.test("a damaged file is named without the place of the project", async () => {
  using project = filledProject();
  project.write(`evals/experiments/runs/${A}/results.jsonl`, "no JSON\nnone\n");
  project.now += 5000;
  const response = await project.get(`${API_ROOT}/runs/${A}/samples`);
  const { error } = await response.json();
  assert.deepEqual([response.status, error.code], [422, "damaged"]);
  assert.match(error.message, /^Cannot read evals\/experiments\/runs\/.*results\.jsonl at line 1/);
  assert.ok(!error.message.includes(project.root));
});

Deno.test("runs that cannot be compared are 409", async () => {
  using project = filledProject();
  const versions = { logeval: "0.1.0", deno: "2.9.6", metric: "0" };
  project.addRun({ id: "20260101-000000-old", config: { versions } });
  const response = await project.get(`${API_ROOT}/compare?a=old&b=b`);
  assert.equal(response.status, 409);
  assert.match((await response.json()).error.message, /metric version/);
});

Deno.test("a bug says no more than that, its cause goes to the server's log", async () => {
  using project = filledProject();
  const handler = project.handler({
    archive: {
      ...project.archive,
      fresh: () => Promise.reject(new TypeError("the secret cause")),
    },
  });
  const response = await handler(new Request(`http://localhost${API_ROOT}/runs`));
  const text = await response.text();
  assert.equal(response.status, 500);
  assert.equal(JSON.parse(text).error.code, "bug");
  assert.ok(!text.includes("secret"));
  assert.match(project.reports.join(""), /bug: GET .*\/runs\n.*TypeError: the secret cause/s);
});
