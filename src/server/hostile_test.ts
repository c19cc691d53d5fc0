// Requests of people who mean harm: no file outside, no 500, and the server answers afterwards.

import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { type ArchiveProject, archiveProject } from "../testing/archive_fixtures.ts";
import { API_ROOT } from "./openapi.ts";

const RUN = "20260109-143000-a";
const SECRET = "the-secret-beside-the-runs";

interface Hostile {
  readonly name: string;
  /** Below the API's root unless it starts with two slashes or stands outside. */
  readonly path: string;
  readonly init?: RequestInit;
  readonly status: number;
  readonly field?: string;
}

const up = (step: string, times: number) => step.repeat(times);

const REQUESTS: readonly Hostile[] = [
  { name: "dots in an id", path: "/runs/..%2f..%2fsecret.json", status: 404, field: "id" },
  { name: "dots as segments", path: `/runs/${up("../", 12)}etc/passwd`, status: 404 },
  { name: "encoded dots", path: `/runs/${up("%2e%2e%2f", 12)}etc%2fpasswd`, status: 404 },
  { name: "encoded dots as segments", path: `/runs/${up("%2e%2e/", 12)}etc/passwd`, status: 404 },
  { name: "twice encoded dots", path: "/runs/%252e%252e%252fsecret.json", status: 404 },
  { name: "backslashes", path: "/runs/..%5c..%5csecret.json", status: 404 },
  { name: "overlong UTF-8 dots", path: "/runs/%c0%ae%c0%ae%c0%afsecret.json", status: 404 },
  { name: "full-width dots", path: "/runs/%ef%bc%8e%ef%bc%8e%ef%bc%8fsecret", status: 404 },
  { name: "an absolute path", path: "/runs/%2fetc%2fpasswd", status: 404 },
  { name: "a file URL", path: "/runs/file%3A%2F%2F%2Fetc%2Fpasswd", status: 404 },
  { name: "two slashes in front", path: "//etc/passwd", status: 404 },
  { name: "the folder itself", path: "/runs/.", status: 404 },
  { name: "an encoded dot", path: "/runs/%2e", status: 404 },
  { name: "the link to the newest run", path: "/runs/latest", status: 404, field: "id" },
  { name: "a link that leads out", path: "/runs/20260101-000000-link", status: 404 },
  { name: "a file of a run", path: `/runs/${RUN}%2fconfig.json`, status: 404 },
  { name: "a file as a sample", path: `/runs/${RUN}/samples/..%2fconfig.json`, status: 404 },
  { name: "an optimization outside", path: "/optimizations/..%2f..%2fsecret", status: 404 },
  { name: "events outside", path: "/runs/..%2f..%2fsecret/events", status: 404 },
  { name: "a path to compare", path: `/compare?a=../secret&b=${RUN}`, status: 400, field: "a" },
  { name: "a NUL byte", path: "/runs/a%00.json", status: 404 },
  { name: "a NUL byte in a query", path: "/compare?a=%00&b=%00", status: 400, field: "a" },
  { name: "line ends in an id", path: "/runs/a%0d%0aSet-Cookie:%20x=1", status: 404 },
  { name: "HTML in an id", path: "/runs/%3Cscript%3Ealert(1)%3C%2Fscript%3E", status: 404 },
  { name: "HTML in an address", path: "//%3Cimg%20src=x%20onerror=alert(1)%3E", status: 404 },
  { name: "an id of 3,000 characters", path: `/runs/${up("a", 3000)}`, status: 404 },
  { name: "a prototype's name", path: "/runs/__proto__", status: 404 },
  { name: "a prototype in a query", path: "/runs?__proto__=1", status: 400, field: "__proto__" },
  { name: "a constructor in a query", path: "/runs?constructor=1", status: 400 },
  { name: "bad percent-encoding", path: "/runs/%zz%", status: 404 },
  { name: "half a surrogate", path: "/runs/%ed%a0%80", status: 404 },
  { name: "bad percent-encoding in a query", path: `/runs/${RUN}/samples?q=%zz%`, status: 200 },
  { name: "negative paging", path: `/runs/${RUN}/samples?offset=-1`, status: 400, field: "offset" },
  { name: "NaN paging", path: `/runs/${RUN}/samples?limit=NaN`, status: 400, field: "limit" },
  { name: "infinite paging", path: `/runs/${RUN}/samples?limit=1e309`, status: 400 },
  { name: "paging in hexadecimal", path: `/runs/${RUN}/samples?limit=0x10`, status: 400 },
  { name: "a fraction of a page", path: `/runs/${RUN}/samples?limit=1.5`, status: 400 },
  { name: "a page of everything", path: `/runs/${RUN}/samples?limit=201`, status: 400 },
  { name: "a page of nothing", path: `/runs/${RUN}/samples?limit=0`, status: 400 },
  { name: "a page far behind", path: `/runs/${RUN}/samples?offset=99999999`, status: 200 },
  { name: "an empty number", path: `/runs/${RUN}/samples?limit=`, status: 200 },
  { name: "nobody to compare with", path: `/compare?a=${RUN}&b=`, status: 400, field: "b" },
  { name: "a parameter twice", path: "/runs?limit=1&limit=2", status: 400, field: "limit" },
  { name: "an outcome that is none", path: `/runs/${RUN}/samples?outcome=x`, status: 400 },
  { name: "a parameter of nobody", path: "/leaderboard?$where=1", status: 400, field: "$where" },
  { name: "a parameter to a plain address", path: "/../../metrics?x=1", status: 400, field: "x" },
  { name: "a search that backtracks", path: `/runs/${RUN}/samples?q=(a%2B)%2B$`, status: 200 },
  {
    name: "a search of 300 characters",
    path: `/runs/${RUN}/samples?q=${up("a", 300)}`,
    status: 400,
  },
  { name: "a huge query", path: `/runs?experiment=${up("a", 5000)}`, status: 414 },
  { name: "many parameters", path: `/runs?${up("a=1&", 1500)}`, status: 414 },
  {
    name: "a huge body",
    path: "/runs",
    init: { method: "POST", body: "x", headers: { "content-length": "99999999999" } },
    status: 413,
  },
  {
    name: "a body's length that is none",
    path: "/runs",
    init: { headers: { "content-length": "-1e" } },
    status: 413,
  },
  { name: "a method of its own", path: "/runs", init: { method: "PROPFIND" }, status: 405 },
  { name: "an attempt to delete", path: `/runs/${RUN}`, init: { method: "DELETE" }, status: 405 },
  { name: "a method to nowhere", path: "/none", init: { method: "POST" }, status: 404 },
  {
    name: "a method by header",
    path: "/runs",
    init: { headers: { "x-http-method-override": "DELETE" } },
    status: 200,
  },
  ...["evil.test", "localhost.evil.test", "localhost:80@evil.test", "127.0.0.1.nip.io", "", " "]
    .map((host): Hostile => ({
      name: `the Host ${JSON.stringify(host)}`,
      path: "/leaderboard",
      init: { headers: { host } },
      status: 421,
      field: "Host",
    })),
  {
    name: "a foreign name on a health check",
    path: "/../../healthz",
    init: { headers: { host: "evil.test:8090" } },
    status: 421,
  },
  {
    name: "an ETag that goes on for ever",
    path: "/leaderboard",
    init: { headers: { "if-none-match": up('W/"x", ', 5000) } },
    status: 200,
  },
  {
    name: "an encoding that is none",
    path: "/leaderboard",
    init: { headers: { "accept-encoding": up("gzip;q=,;;,", 1000) } },
    status: 200,
  },
];

function projectWithSecret(): ArchiveProject {
  const project = archiveProject();
  project.addRun({ id: RUN });
  project.write("evals/secret.json", JSON.stringify(SECRET));
  project.write("outside/config.json", JSON.stringify(SECRET));
  symlinkSync(RUN, join(project.runsDir, "latest"), "dir");
  symlinkSync(join(project.root, "outside"), join(project.runsDir, "20260101-000000-link"), "dir");
  return project;
}

Deno.test(`${REQUESTS.length} hostile requests: no file outside, no 500, still alive`, async (t) => {
  using project = projectWithSecret();
  const handler = project.handler();
  for (const { name, path, init, status, field } of REQUESTS) {
    await t.step(name, async () => {
      const address = path.startsWith("//") ? path : `${API_ROOT}${path}`;
      const response = await handler(new Request(`http://localhost:8090${address}`, init));
      const text = await response.text();
      assert.equal(response.status, status, text);
      assert.ok(!text.includes(SECRET) && !text.includes("root:"), text);
      assert.match(response.headers.get("content-type") ?? "", /^application\/json/);
      assert.equal(response.headers.get("set-cookie"), null);
      if (status < 400) return;
      const { error } = JSON.parse(text);
      assert.match(error.message, /^Cannot /);
      assert.ok(error.message.length < 600, error.message);
      if (field !== undefined) assert.equal(error.field, field);
    });
  }
  assert.deepEqual(project.reports, []);
  assert.equal((await project.get(`${API_ROOT}/runs/${RUN}`)).status, 200);
});
