// `logeval analyze` on pipes, files and models as they come: what it prints, tells and returns.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import type { Clock } from "../analyzer/retry.ts";
import {
  type FakeScript,
  type FakeStep,
  FAULTS,
  LLAMA_SIDE,
  startFakeServer,
  status,
} from "../testing/fake_server.ts";
import { chatEvents, chatStream, CUT, packetStream } from "../testing/fake_stream.ts";
import { scriptedClock } from "../testing/scripted_clock.ts";
import { type CliResult, type TempProject, tempProject } from "../testing/temp_project.ts";
import type { CliContext } from "./context.ts";

const ANSWER = JSON.stringify({
  root_cause: "connection_failed",
  severity: "error",
  component: "log_analyzer",
  summary: "The service could not reach Loki.",
  action_needed: "restore_service",
});
const READABLE = `root cause  connection_failed
severity    error
component   log_analyzer
summary     The service could not reach Loki.
action      restore_service
`;

/** Nobody counts tokens; the context is that of `llama-server -c 8192`. */
const SIDE: Readonly<Record<string, FakeStep>> = {
  ...LLAMA_SIDE,
  "/props": status(200, { default_generation_settings: { n_ctx: 8192 }, total_slots: 1 }),
};

/** Time in which nothing takes so long that a person wonders. */
const QUICK: Clock = {
  ...scriptedClock(),
  sleep: (_ms, { signal }) =>
    new Promise((_, reject) => {
      if (signal.aborted) reject(signal.reason);
      signal.addEventListener("abort", () => reject(signal.reason));
    }),
};

function pipe(...chunks: readonly (string | Uint8Array)[]): CliContext["stdin"] {
  return {
    isTerminal: () => false,
    bytes: async function* () {
      const encoder = new TextEncoder();
      for (const chunk of chunks) yield typeof chunk === "string" ? encoder.encode(chunk) : chunk;
    },
  };
}

interface Setup {
  readonly args?: readonly string[];
  readonly context?: Partial<CliContext>;
  readonly script?: readonly FakeStep[] | FakeScript;
  readonly side?: Readonly<Record<string, FakeStep>>;
  readonly prepare?: (project: TempProject) => void;
}

/** Runs it against a fake server; `prompts` are the user messages that the server got. */
async function analyze(
  { args = ["-"], context = {}, script = [ANSWER], side = SIDE, prepare }: Setup,
): Promise<CliResult & { readonly prompts: readonly string[] }> {
  using project = tempProject();
  await using server = startFakeServer(script, { side });
  prepare?.(project);
  const result = await project.cli(["analyze", ...args], {
    clock: QUICK,
    env: (name) => name === "LOG_ANALYZER_LLM_URL" ? server.url : undefined,
    ...context,
  });
  const prompts = server.requests.map(({ body }) =>
    (body as { messages: { content: string }[] }).messages.at(-1)?.content ?? ""
  );
  const untold = (text: string) => text.replaceAll(server.url, "URL");
  return { ...result, stderr: untold(result.stderr), prompts };
}

const LINE = "2026-11-24T06:19:08.417Z E cannot reach Loki";

Deno.test("analyze - prints the fields and tells the story on stderr", async () => {
  const { code, stdout, stderr, prompts } = await analyze({ context: { stdin: pipe(LINE) } });
  assert.equal(code, 0, stderr);
  assert.equal(stdout, READABLE);
  assert.match(stderr, /^asking the model at URL about 1 line\nk8s_log_analysis_v2 {2}0\.0 ms\n$/);
  assert.match(
    prompts[0] ?? "",
    /^Logs:\n\[2026-11-24T06:19:08\.417Z\] unknown\/unknown \(pod=unknown, node=unknown\)\n2026-11-24T06:19:08.417Z E cannot reach Loki\n/,
  );
});

Deno.test("analyze works in a folder that is no project, with nothing set", async () => {
  const cwd = mkdtempSync(`${tmpdir()}/logeval-empty-`);
  try {
    const { code, stdout } = await analyze({ context: { stdin: pipe(LINE), cwd } });
    assert.deepEqual({ code, stdout }, { code: 0, stdout: READABLE });
  } finally {
    rmSync(cwd, { recursive: true });
  }
});

Deno.test("analyze reads a pipe without - as well, and a file", async () => {
  const piped = await analyze({ args: [], context: { stdin: pipe(LINE) } });
  const read = await analyze({
    args: ["web.log"],
    prepare: (project) => project.write("web.log", LINE),
  });
  assert.equal(piped.stdout, READABLE);
  assert.equal(read.stdout, READABLE);
  assert.deepEqual(read.prompts, piped.prompts);
});

Deno.test("analyze --json prints one document and no more", async () => {
  const answer: FakeStep = {
    kind: "answer",
    text: ANSWER,
    model: "fake-1b",
    usage: { prompt_tokens: 1812, completion_tokens: 64 },
  };
  const { code, stdout } = await analyze({
    args: ["-", "--json"],
    script: [answer],
    context: { stdin: pipe(`${LINE}\n\n\tat x\n`) },
  });
  assert.equal(code, 0);
  const { prompt, ...document } = JSON.parse(stdout);
  assert.deepEqual(document, {
    ...JSON.parse(ANSWER),
    raw_response: ANSWER,
    outcome: "scored",
    finish_reason: "stop",
    model: "fake-1b",
    latency_ms: 0,
    tokens: { prompt: 1812, completion: 64, cached: null },
    lines: 2,
    cut: 0,
  });
  assert.equal(prompt.id, "k8s_log_analysis_v2");
  assert.match(`${prompt.template_hash} ${prompt.rendered_hash}`, /^sha256:\w{64} sha256:\w{64}$/);
});

Deno.test("analyze --stream prints the text as it is generated", async () => {
  const heard: string[] = [];
  const { code } = await analyze({
    args: ["-", "--stream"],
    script: [chatStream(["Root cause: ", "time\x1b[2Jout"])],
    context: { stdin: pipe(LINE), stdout: (text) => heard.push(text) },
  });
  assert.equal(code, 0);
  assert.deepEqual(heard, ["Root cause: ", "time�[2Jout", "\n"]);
});

Deno.test("analyze renders a sample to the bytes that a run sends", async () => {
  using project = tempProject();
  await using server = startFakeServer([ANSWER, ANSWER], { side: SIDE });
  const [sample] = JSON.parse(project.read("evals/datasets/golden-v1.json"));
  for (const prompt of ["k8s_log_analysis_v1", "k8s_log_analysis_v2"]) {
    const analyzed = await project.cli(
      ["analyze", "-", "--json", "--prompt", prompt, "--model-url", server.url],
      { stdin: pipe(JSON.stringify(sample)), clock: QUICK },
    );
    const rendered = await project.cli(["prompt", "render", prompt, "--json"]);
    const hashes = [JSON.parse(analyzed.stdout).prompt, JSON.parse(rendered.stdout)]
      .map(({ template_hash, rendered_hash }) => ({ template_hash, rendered_hash }));
    assert.deepEqual(hashes[0], hashes[1]);
  }
});

const EMPTY = /^Cannot analyze what comes in: it is empty\n {2}look at the command before the pipe/;
const PROSE = "I see some logs and like them.";
const manyLines = `${LINE}\n`.repeat(1000);

function sideWithContext(n_ctx: number): Readonly<Record<string, FakeStep>> {
  return { ...SIDE, "/props": status(200, { default_generation_settings: { n_ctx } }) };
}

const ROWS: readonly (Setup & {
  readonly name: string;
  readonly stdin?: CliContext["stdin"];
  readonly env?: Readonly<Record<string, string>>;
  readonly code: number;
  readonly prints?: string | RegExp;
  readonly tells?: string | RegExp;
  readonly sends?: RegExp;
})[] = [
  { name: "nothing comes in", stdin: pipe(), code: 3, prints: "", tells: EMPTY },
  { name: "only blank lines come in", stdin: pipe("\n \r\n\t\n"), code: 3, tells: EMPTY },
  {
    name: "the file is empty",
    args: ["web.log"],
    prepare: (project) => project.write("web.log", ""),
    code: 3,
    tells: /^Cannot analyze web.log: it is empty\n/,
  },
  {
    name: "the file is not there",
    args: ["web.log"],
    code: 3,
    tells: "Cannot read logs web.log: it does not exist\n",
  },
  {
    name: "the file is a folder",
    args: ["evals"],
    code: 3,
    tells: "Cannot read logs evals: it is a folder\n",
  },
  {
    name: "the file is an archive",
    stdin: pipe(Uint8Array.from({ length: 5000 }, (_, at) => (at * 7919) % 251)),
    code: 3,
    tells: /^Cannot analyze what comes in: it is no text\n {2}unpack it first: gzip -dc/,
  },
  {
    name: "a person sits at the terminal",
    args: [],
    code: 2,
    tells: /^Cannot tell what to analyze: .*\n {2}kubectl logs deploy\/web \| logeval analyze -\n/,
  },
  {
    name: "a file and Loki are given",
    args: ["web.log", "--since", "1h", "--limit", "3"],
    code: 2,
    tells: /^Cannot use --since, --limit with web\.log: only Loki is asked so\n/,
  },
  {
    name: "--since is no time",
    args: ["--since", "soon"],
    code: 2,
    tells: /It is not a time such as 90s, 15m, 1h30m or 2d\n/,
  },
  {
    name: "--listen is given with something else",
    args: ["--listen", "127.0.0.1:8000", "--json"],
    code: 2,
    tells: /cannot be used with option/,
  },
  {
    name: "--stream is given with --json",
    args: ["-", "--json", "--stream"],
    code: 2,
    tells: /cannot be used with option/,
  },
  {
    name: "the model is down",
    args: ["-", "--model-url", "http://127.0.0.1:2"],
    stdin: pipe(LINE),
    code: 4,
    prints: "",
    tells:
      /^Cannot reach the model at http:\/\/127\.0\.0\.1:2: connection refused\n {2}start one: {5}llama-server .* 8080\n$/,
  },
  {
    name: "the model is down, as --json",
    args: ["-", "--json", "--model-url", "http://127.0.0.1:2"],
    stdin: pipe(LINE),
    code: 4,
    prints: "",
    tells: /^\{"error":\{"code":"model","message":"Cannot reach/,
  },
  {
    name: "--model-url is no URL",
    args: ["-", "--model-url", "localhost:8080"],
    stdin: pipe(LINE),
    code: 2,
    tells: /^Cannot use the model endpoint "localhost:8080": it is no http or https URL\n/,
  },
  {
    name: "the prompt is not there",
    args: ["-", "--prompt", "k8s_v9"],
    stdin: pipe(LINE),
    code: 2,
    tells: /^Cannot find prompt "k8s_v9"/,
  },
  {
    name: "a variable is misspelt",
    stdin: pipe(LINE),
    env: { LOG_ANALYZER_LLM_ULR: "http://127.0.0.1:2", HOME: "/" },
    code: 2,
    tells:
      /^Cannot use the environment: 1 fault\n {4}LOG_ANALYZER_LLM_ULR {2}is no setting.*LOG_ANALYZER_LLM_URL/,
  },
  {
    name: "a variable is set to what it cannot be",
    stdin: pipe(LINE),
    env: { LOG_ANALYZER_LLM_TIMEOUT_S: "soon" },
    code: 2,
    tells:
      /^Cannot use the environment: 1 fault\n {4}LOG_ANALYZER_LLM_TIMEOUT_S {2}"soon" is not a/,
  },
  {
    name: "the key is wrong",
    stdin: pipe(LINE),
    script: [FAULTS.unauthorized],
    code: 4,
    tells: /401: Invalid API Key\n {2}LOG_ANALYZER_LLM_API_KEY holds the server's key\n$/,
  },
  {
    name: "the answer holds no field",
    stdin: pipe(LINE),
    script: [PROSE],
    code: 4,
    prints: `${PROSE}\n`,
    tells: /\nCannot read the answer as an analysis: no field is in it\n {2}the model's own words/,
  },
  {
    name: "the answer is empty",
    stdin: pipe(LINE),
    script: [""],
    code: 4,
    prints: "\n",
    tells: /: it is empty\n/,
  },
  {
    name: "the answer is cut off",
    stdin: pipe(LINE),
    script: [{ kind: "answer", text: "Well, let me", finish_reason: "length" }],
    code: 4,
    prints: "Well, let me\n",
    tells: /: it was cut off before its first field\n/,
  },
  {
    name: "the answer is cut off behind its first field",
    stdin: pipe(LINE),
    script: [{
      kind: "answer",
      text: "Root cause: connection_failed\nSeverity: ",
      finish_reason: "length",
      usage: { prompt_tokens: 1812, completion_tokens: 9 },
    }],
    code: 0,
    prints: /^root cause {2}connection_failed\nseverity {4}–\n/,
    tells: /\nnote: the answer was cut off at 9 tokens: fields may be missing\n {2}the prompt's/,
  },
  {
    name: "the answer is cut off behind its first field, and its tokens are not told",
    args: ["-", "--stream"],
    stdin: pipe(LINE),
    script: [chatStream(["Root cause: timeout\nSev"], { finish_reason: "length" })],
    code: 0,
    prints: "Root cause: timeout\nSev\n",
    tells: /\nnote: the answer was cut off: fields may be missing\n/,
  },
  {
    name: "the stream breaks off",
    args: ["-", "--stream"],
    stdin: pipe(LINE),
    script: [packetStream([...chatEvents(["Root ", "cause"]).slice(0, 2), CUT])],
    code: 4,
    prints: "Root \n",
    tells: /the answer broke off\n$/,
  },
  {
    name: "an answer holds some fields",
    stdin: pipe(LINE),
    script: ["Severity: error"],
    code: 0,
    prints: "root cause  –\nseverity    error\ncomponent   –\nsummary     –\naction      –\n",
  },
  {
    name: "colours, CRLF, invalid UTF-8 and no final newline come in",
    stdin: pipe("\x1b[31mERROR\x1b[0m a\r\n", new Uint8Array([0x62, 0xff]), " and more"),
    code: 0,
    sends: /\)\nERROR a\n\[.*\)\nb� and more\n/,
  },
  {
    name: "kubectl logs --timestamps --prefix comes in",
    stdin: pipe(
      "[pod/web-1/web] 2026-11-24T06:19:08.417000000Z panic\n" +
        "[pod/web-1/web] 2026-11-24T06:19:08.418000000Z \tat x\n",
    ),
    args: ["-", "--namespace", "shop", "--node", "node-1"],
    code: 0,
    sends:
      /\[2026-11-24T06:19:08\.417Z\] shop\/web \(pod=web-1, node=node-1\)\npanic\n\tat x\n\nAnalyze/,
  },
  {
    name: "more comes in than the context holds",
    stdin: pipe(manyLines, "2026-11-24T06:19:08.417Z E the last"),
    code: 0,
    tells:
      /^note: the newest \d+ of 1,001 lines fit into the model's context of 8,192 tokens\nasking the model at URL about \d+ lines\n/,
    sends: /E the last\n\nAnalyze/,
  },
  {
    name: "the server does not say its context",
    stdin: pipe(manyLines),
    side: {},
    code: 4,
    script: ["no"],
    tells: /context of 4,096 tokens, assumed because the server does not say\n/,
  },
  {
    name: "one line of 5 MB comes in",
    stdin: pipe("E boom ", ...Array(80).fill("x".repeat(65_536)), "\n"),
    code: 0,
    tells: /^note: of 1 entry only the start is shown to the model\n/,
    sends: /\nE boom x+… \[cut: \d+ characters\]\n/,
  },
  {
    name: "even the prompt does not fit, which the server says",
    stdin: pipe(LINE),
    side: sideWithContext(512),
    script: [FAULTS.context],
    code: 4,
    tells: /the server's context only 2048\n {2}Raise the server's -c/,
  },
];
for (const { name, stdin, env, code, prints, tells, sends, ...setup } of ROWS) {
  Deno.test(`analyze: ${name}`, async () => {
    const context = {
      ...(stdin === undefined ? {} : { stdin }),
      ...(env === undefined ? {} : {
        env: (name: string) => env[name],
        envNames: () => Object.keys(env),
      }),
    };
    const got = await analyze({ ...setup, context });
    assert.equal(got.code, code, got.stderr);
    holds(got.stdout, prints);
    holds(got.stderr, tells);
    if (sends !== undefined) assert.match(got.prompts[0] ?? "", sends);
    if (code === 2 || code === 3) assert.deepEqual(got.prompts, []);
  });
}

function holds(text: string, want: string | RegExp | undefined): void {
  if (typeof want === "string") assert.equal(text, want);
  else if (want !== undefined) assert.match(text, want);
}

Deno.test("analyze asks /tokenize and keeps as many lines as fit", async () => {
  const side = {
    ...sideWithContext(4096),
    "/tokenize": status(200, { tokens: Array(3832).fill(1) }),
  };
  const all = await analyze({ context: { stdin: pipe(manyLines) }, side });
  assert.match(all.stderr, /^asking the model at URL about 1,000 lines\n/);
  const over = { ...side, "/tokenize": status(200, { tokens: Array(3833).fill(1) }) };
  const none = await analyze({ context: { stdin: pipe(manyLines) }, side: over });
  assert.match(none.stderr, /^note: the newest 1 of 1,000 lines fit/);
});

Deno.test("analyze takes 200,000 lines in a moment", async () => {
  const block = `${LINE}\n`.repeat(2000);
  const started = performance.now();
  const { code, stderr } = await analyze({ context: { stdin: pipe(...Array(100).fill(block)) } });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /of 200,000 lines/);
  assert.ok(performance.now() - started < 5000);
});

/** A pipe that gives a line and never ends. */
function endless(onRead: () => void): CliContext["stdin"] {
  return {
    isTerminal: () => false,
    bytes: async function* () {
      yield new TextEncoder().encode(`${LINE}\n`);
      onRead();
      await new Promise(() => {});
    },
  };
}

Deno.test("analyze says that it waits, and Ctrl-C analyzes what came", async () => {
  const stop = new AbortController();
  const stdin = endless(() => stop.abort(new Error("interrupted")));
  const { code, stdout, stderr } = await analyze({
    context: { stdin, stop: stop.signal, clock: scriptedClock() },
  });
  assert.equal(code, 0, stderr);
  assert.equal(stdout, READABLE);
  assert.match(stderr, /^waiting for the end of the input; Ctrl-C analyzes what came, twice/);
});

Deno.test("analyze ends with 130 when Ctrl-C comes before the first line", async () => {
  const stop = AbortSignal.abort(new Error("interrupted"));
  const { code, prompts } = await analyze({ context: { stdin: endless(() => {}), stop } });
  assert.equal(code, 130);
  assert.deepEqual(prompts, []);
});

Deno.test("analyze --stream ends its call, and says nothing, when nobody reads any more", async () => {
  const unread = new AbortController();
  const { code, stderr } = await analyze({
    args: ["-", "--stream"],
    script: [{
      kind: "stream",
      packets: async function* () {
        yield* chatEvents(["Root", " cause"]).slice(0, 2);
        await new Promise((resolve) => unread.signal.addEventListener("abort", resolve));
        throw CUT;
      },
    }],
    context: {
      stdin: pipe(LINE),
      stdout: () => unread.abort(new Error("broken pipe")),
      unread: unread.signal,
    },
  });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^asking the model at URL about 1 line\n$/);
});

for (const twice of [false, true]) {
  const when = twice ? "the second Ctrl-C" : "Ctrl-C";
  Deno.test(`analyze ends with 130 when ${when} comes while the model is asked`, async () => {
    const stop = new AbortController();
    const abort = new AbortController();
    const last = twice ? abort : stop;
    const stdin = endless(() => stop.abort(new Error("once")));
    const { code, stdout, stderr } = await analyze({
      args: [twice ? "-" : "web.log"],
      prepare: (project) => project.write("web.log", LINE),
      script: () => {
        last.abort(new Error("interrupted"));
        return { kind: "hang" };
      },
      context: { stdin, stop: stop.signal, abort: abort.signal },
    });
    assert.equal(code, 130, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, /stopped: the answer was not waited for\n$/);
  });
}

for (const [late, code] of [[false, 0], [true, 130]] as const) {
  const when = late ? "long after" : "with";
  Deno.test(`analyze ends with ${code} when Ctrl-C comes ${when} the end of the pipe`, async () => {
    const stop = new AbortController();
    let time = 0;
    const result = await analyze({
      script: () => {
        if (late) time = 5000;
        stop.abort(new Error("interrupted"));
        return late ? { kind: "hang" } : ANSWER;
      },
      context: {
        stdin: pipe(LINE),
        stop: stop.signal,
        clock: { ...QUICK, monotonic: () => time },
      },
    });
    assert.equal(result.code, code, result.stderr);
  });
}
