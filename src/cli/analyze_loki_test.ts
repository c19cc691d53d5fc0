// `logeval analyze` on a Loki that answers, has nothing, or fails.

import assert from "node:assert/strict";
import { startFakeServer, status } from "../testing/fake_server.ts";
import { type FakeLogEntry, LOKI_FAULTS, startFakeLoki } from "../testing/fake_loki.ts";
import { tempProject } from "../testing/temp_project.ts";

const CONTEXT = status(200, { default_generation_settings: { n_ctx: 8192 } });
/** The fake project's clock says 14:30. */
const NOW = "2026-01-09T14:30:00Z";
const LABELS = { namespace: "llm", pod: "llama-0", container: "llama-server", node: "node-1" };

function entry(time: string, line: string, labels = LABELS): FakeLogEntry {
  return { ns: BigInt(Date.parse(time)) * 1_000_000n, labels, line };
}

const ENTRIES = [
  entry("2026-01-09T13:00:00Z", "E too old"),
  entry("2026-01-09T14:00:00Z", "I listening"),
  entry("2026-01-09T14:10:00Z", "E bind failed"),
  entry("2026-01-09T14:20:00Z", "E bind failed again"),
  entry("2026-01-09T14:20:00Z", "E elsewhere", { ...LABELS, namespace: "shop" }),
];

async function analyze(args: readonly string[], fault?: keyof typeof LOKI_FAULTS) {
  using project = tempProject();
  await using model = startFakeServer(["Severity: error"], { side: { "/props": CONTEXT } });
  await using loki = startFakeLoki(ENTRIES, {
    fault: () => fault === undefined ? undefined : LOKI_FAULTS[fault],
  });
  const all = ["analyze", "--loki", loki.url, "--model-url", model.url, ...args];
  const result = await project.cli(all, { now: () => Date.parse(NOW) });
  const [asked] = model.requests;
  const prompt = (asked?.body as { messages: { content: string }[] } | undefined)?.messages.at(-1);
  return { ...result, prompt: prompt?.content ?? "", query: loki.queries[0]?.get("query") };
}

Deno.test("analyze --loki asks for the last hour of a namespace", async () => {
  const { code, stderr, prompt } = await analyze(["--namespace", "llm"]);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^3 lines from Loki at http:\/\/127\.0\.0\.1:\d+\nasking the model/);
  assert.match(
    prompt,
    /^Logs:\n\[2026-01-09T14:00:00\.000Z\] llm\/llama-server \(pod=llama-0, node=node-1\)\nI listening\n/,
  );
  assert.ok(!/too old|elsewhere/.test(prompt));
});

Deno.test("analyze --loki hands on every filter, and takes the newest lines", async () => {
  const filters = ["--pod", "llama-.*", "--container", "llama-server", "--node", "node-1"];
  const { code, stderr, query, prompt } = await analyze(
    [...filters, "--severity", "error", "--filter", "BIND", "--since", "2h", "--limit", "1"],
  );
  assert.equal(code, 0, stderr);
  assert.match(query ?? "", /pod=~"llama-\.\*", container="llama-server", node="node-1"/);
  assert.match(query ?? "", /\(\?i\)BIND/);
  assert.match(prompt, /\nE bind failed again\n/);
  assert.ok(!prompt.includes("bind failed\n"));
});

const NOTHING: readonly { readonly args: readonly string[]; readonly hint: string }[] = [
  { args: ["--since", "1m"], hint: "ask for more of the past with --since 24h" },
  {
    args: ["--namespace", "nowhere"],
    hint: "ask for more of the past with --since 24h, or check or leave out --namespace",
  },
  {
    args: ["--since", "2d", "--pod", "web-.*", "--severity", "error", "--filter", "x"],
    hint: "check or leave out --pod, --severity, --filter",
  },
];

for (const { args, hint } of NOTHING) {
  Deno.test(`analyze --loki says what to do when no line fits ${args.join(" ")}`, async () => {
    const { code, stderr } = await analyze(args);
    assert.equal(code, 3);
    const [said, next] = stderr.split("\n  ");
    assert.match(said ?? "", /^Cannot analyze what Loki at .* has: no line fits$/);
    assert.equal(next, `${hint}\n`);
  });
}

for (const fault of ["parse_error", "rate_limited", "bad_gateway", "login_page"] as const) {
  Deno.test(`analyze --loki says why of a Loki with ${fault}`, async () => {
    const { code, stdout, stderr } = await analyze(["--namespace", "llm"], fault);
    assert.equal(code, 3, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, /^Cannot read logs from Loki at http:\/\/127\.0\.0\.1:\d+: /);
  });
}

Deno.test("analyze --since asks the Loki of the environment", async () => {
  using project = tempProject();
  await using loki = startFakeLoki([]);
  const env = (name: string) => name === "LOG_ANALYZER_LOKI_URL" ? loki.url : undefined;
  const { code } = await project.cli(["analyze", "--since", "1h30m"], { env });
  assert.equal(code, 3);
  const [query] = loki.queries;
  assert.equal(Number(query?.get("end")) - Number(query?.get("start")), 90 * 60 * 1e9);
});
