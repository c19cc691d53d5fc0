// `logeval analyze --listen`: what a start refuses, and the end.

import assert from "node:assert/strict";
import { startFakeLoki } from "../testing/fake_loki.ts";
import { type FakeServer, startFakeServer } from "../testing/fake_server.ts";
import { type Environment, listening } from "../testing/listening_service.ts";
import { ANSWER, BODY, ENTRY, storedOf } from "../testing/service_fixtures.ts";
import { type TempProject, tempProject } from "../testing/temp_project.ts";
import type { CliContext } from "./context.ts";

/** A prompt of the project's own; the default is one of the program. */
const V1: Environment = { LOG_ANALYZER_ANALYZE_PROMPT_ID: "k8s_log_analysis_v1" };

function post(url: string, body: unknown): Promise<Response> {
  return fetch(`${url}/v1/analyze`, { method: "POST", body: JSON.stringify(body) });
}

Deno.test("the first signal drains, and the exit code is 0; nothing secret is in the log", async () => {
  using project = tempProject();
  const [asked, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await using model = startFakeServer(async () => {
    asked.resolve();
    await answer.promise;
    return ANSWER;
  });
  await using loki = startFakeLoki(storedOf([ENTRY]));
  const started = listening(project, services(model, loki.url));
  const url = await started.url;
  const response = post(url, BODY);
  await asked.promise;
  started.stop();
  const ready = await fetch(`${url}/ready`);
  assert.deepEqual([ready.status, (await ready.json()).status], [503, "draining"]);
  answer.resolve();
  assert.equal((await (await response).json()).analysis, ANSWER);
  assert.equal(await started.code, 0);
  const lines = started.lines();
  assert.deepEqual(
    lines.map(({ message, status }) => [message, status].filter(Boolean).join(" ")),
    [
      "listening",
      "draining: no further analyses are taken",
      "request 503",
      "request 200",
      "stopped",
    ],
  );
  assert.equal(lines.at(-1).drained, true);
  assert.ok(!started.log().includes("secret"));
});

for (const [name, env] of [["second signal", {}], ["end of the grace", { S: "0.01" }]] as const) {
  Deno.test(`the ${name} ends what is in flight with 503`, async () => {
    using project = tempProject();
    const asked = Promise.withResolvers<void>();
    await using model = startFakeServer(() => {
      asked.resolve();
      return { kind: "hang" };
    });
    await using loki = startFakeLoki(storedOf([ENTRY]));
    const grace = "S" in env ? { LOG_ANALYZER_SHUTDOWN_GRACE_S: env.S } : {};
    const started = listening(project, { ...services(model, loki.url), ...grace });
    const response = post(await started.url, BODY);
    await asked.promise;
    started.stop();
    if (!("S" in env)) started.abort();
    assert.equal((await response).status, 503);
    await (await response).body?.cancel();
    assert.equal(await started.code, 0);
    assert.equal(started.lines().at(-1).drained, false);
    await model.idle();
  });
}

function services(model: FakeServer, lokiUrl: string): Environment {
  return {
    LOG_ANALYZER_LOKI_URL: lokiUrl.replace("//", "//user:secret@"),
    LOG_ANALYZER_LLM_URL: model.url,
    LOG_ANALYZER_LLM_API_KEY: "secret-key",
  };
}

const REFUSED: readonly {
  readonly name: string;
  readonly env?: Environment;
  readonly listen?: string;
  readonly prepare?: (project: TempProject) => void;
  readonly code: number;
  readonly message: RegExp;
}[] = [
  {
    name: "an address that is none",
    listen: "8000",
    code: 2,
    message: /^Cannot listen on "8000": it is no HOST:PORT/,
  },
  { name: "a port that is none", listen: "[::1]:65536", code: 2, message: /no HOST:PORT/ },
  {
    name: "a setting with a slip in its name",
    env: { LOG_ANALYZER_LOKI_ULR: "http://loki" },
    code: 2,
    message: /LOG_ANALYZER_LOKI_ULR +is no setting; did you mean LOG_ANALYZER_LOKI_URL\?/,
  },
  {
    name: "a prompt that is not there",
    env: { LOG_ANALYZER_ANALYZE_PROMPT_ID: "k8s_log_analysis_v0" },
    code: 2,
    message: /^Cannot use prompt "k8s_log_analysis_v0".*did you mean/,
  },
  {
    name: "a folder of prompts that is not there",
    env: { LOG_ANALYZER_PROMPTS_DIR: "nowhere" },
    code: 2,
    message: /^Cannot read the prompts in .*nowhere: it does not exist/,
  },
  {
    name: "a broken prompt",
    env: V1,
    prepare: (project) =>
      project.edit("prompt_templates/k8s_log_analysis_v1.yaml", "{{ logs }}", "{{ lines }}"),
    code: 2,
    message: /lines }} is no declared input's name/,
  },
  {
    name: "a prompt that does not verify",
    env: V1,
    prepare: (project) => {
      const file = "prompt_templates/k8s_log_analysis_v1.yaml";
      const rendered = `provenance:\n  rendered: {one_line: "sha256:0"}\n`;
      project.write(file, `${project.read(file)}${rendered}`);
    },
    code: 2,
    message: /sends something else than what was measured/,
  },
  {
    name: "a prompt that asks for what the service has not",
    env: V1,
    prepare: (project) =>
      project.edit("prompt_templates/k8s_log_analysis_v1.yaml", "[logs]", "[logs, cluster]"),
    code: 2,
    message: /the service has no value for its required input cluster/,
  },
  {
    name: "labels that are not there",
    env: { LOG_ANALYZER_TAXONOMY: "nowhere.yaml" },
    code: 2,
    message: /^Cannot read labels nowhere.yaml: it does not exist/,
  },
  {
    name: "broken labels",
    env: { LOG_ANALYZER_TAXONOMY: "evals/datasets/README.md" },
    code: 3,
    message: /^Cannot read evals\/datasets\/README.md at line 3/,
  },
];

for (const { name, env = {}, listen = "127.0.0.1:0", prepare, code, message } of REFUSED) {
  Deno.test(`a start with ${name} fails and says why`, async () => {
    using project = tempProject();
    prepare?.(project);
    const result = await listening(project, env, { listen }).ended;
    assert.equal(result.code, code, result.stderr);
    assert.match(result.stderr, message);
  });
}

const ANSWERING: readonly (readonly [
  name: string,
  env: Environment,
  changes: Partial<CliContext>,
  id: string,
  verdict: string,
])[] = [
  [
    "without a folder of prompts: the default of the program",
    {},
    { cwd: "/" },
    "k8s_log_analysis_v2",
    "verified",
  ],
  [
    "in a project that lacks the default: that of the program",
    {},
    {},
    "k8s_log_analysis_v2",
    "verified",
  ],
  [
    "a prompt of the project that is asked for: it, with a warning",
    V1,
    {},
    "k8s_log_analysis_v1",
    "unrecorded",
  ],
];

for (const [name, env, changes, id, verdict] of ANSWERING) {
  Deno.test(name, async () => {
    using project = tempProject();
    const started = listening(project, env, changes);
    const { prompts } = await (await fetch(`${await started.url}/prompts`)).json();
    const [active] = prompts.filter(({ active }: { readonly active: boolean }) => active);
    assert.deepEqual([active.id, active.verdict], [id, verdict]);
    started.stop();
    assert.equal(await started.code, 0);
    const warned = started.lines().some(({ level }) => level === "warning");
    assert.equal(warned, verdict !== "verified");
  });
}
