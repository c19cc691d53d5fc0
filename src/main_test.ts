// The program as a process of its own: what only shows there. Killed at five points of a run and
// resumed, it must end where an undisturbed run ends.

import assert from "node:assert/strict";
import { appendFileSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { type FakeScript, startFakeServer } from "./testing/fake_server.ts";
import { chatEvents, chatStream } from "./testing/fake_stream.ts";
import { type TempProject, tempProject } from "./testing/temp_project.ts";

const MAIN = new URL("./main.ts", import.meta.url).pathname;
const CONFIG = new URL("../deno.json", import.meta.url).pathname;
const SAMPLES = 12;
/** The label depends on the prompt, so that a swapped or doubled answer would show. */
const FAITHFUL: FakeScript = ({ body }) =>
  `Root cause: ${JSON.stringify(body).length % 2 ? "timeout" : "unknown"}\nSeverity: error`;

function start(project: TempProject, args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--config", CONFIG, "--allow-all", MAIN, ...args],
    cwd: project.root,
    stdout: "piped",
    stderr: "piped",
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).spawn();
}

async function finish(child: Deno.ChildProcess) {
  const { code, stdout, stderr } = await child.output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}

function comparable(text: string): unknown {
  const { run_id: _, wall_s: __, latency_ms: ___, ...rest } = JSON.parse(text);
  return rest;
}

interface KillPoint {
  readonly name: string;
  /** Kill when this many requests have come, none of them answered any more; null: let it end. */
  readonly after: number | null;
  /** What a crash at that moment leaves, beyond the kill itself. */
  readonly damage?: (folder: string) => void;
}

const KILL_POINTS: readonly KillPoint[] = [
  { name: "before the first answer", after: 0 },
  { name: "in the middle", after: 5 },
  {
    name: "within the writing of a line",
    after: 6,
    damage: (folder) => appendFileSync(`${folder}/results.jsonl`, '{"id":"3f9c","repeat":1,"ou'),
  },
  {
    name: "with the last line cut off",
    after: 8,
    damage(folder) {
      const file = `${folder}/results.jsonl`;
      truncateSync(file, readFileSync(file).length - 40);
    },
  },
  {
    name: "after the last answer, before metrics.json",
    after: null,
    damage(folder) {
      rmSync(`${folder}/metrics.json`);
      rmSync(`${folder}/summary.md`);
    },
  },
];

for (const { name, after, damage } of KILL_POINTS) {
  Deno.test(`a run killed ${name} is resumed to the same metrics`, async () => {
    using project = tempProject({ samples: SAMPLES });
    let child: Deno.ChildProcess | null = null;
    let killed = false;
    await using server = startFakeServer((request, index) => {
      if (after === null || killed || index < after) return FAITHFUL(request, index);
      if (index === after) child?.kill("SIGKILL");
      return { kind: "hang" };
    });
    const args = ["run", "baseline-v1", "--model", server.url, "--json"];
    child = start(project, args);
    await finish(child);
    killed = true;
    const [run = ""] = project.runs();
    damage?.(`${project.root}/evals/experiments/runs/${run}`);
    assert.equal(project.runs().length, 1);

    const resumed = await finish(start(project, [...args, "--resume"]));
    assert.equal(resumed.code, 0, resumed.stderr);
    const file = `evals/experiments/runs/${run}/results.jsonl`;
    const ids = project.read(file).trimEnd().split("\n").map((line) => JSON.parse(line).id);
    assert.equal(new Set(ids).size, SAMPLES, "no sample is missing");
    assert.equal(ids.length, SAMPLES, "none is there twice");

    const whole = await finish(start(project, args));
    assert.deepEqual(comparable(resumed.stdout), comparable(whole.stdout));
  });
}

Deno.test("SIGINT ends a run cleanly: exit 130, the answers stored, the way on named", async () => {
  using project = tempProject({ samples: SAMPLES });
  const stopping = Promise.withResolvers<void>();
  let child: Deno.ChildProcess | null = null;
  await using server = startFakeServer(async (request, index) => {
    if (index === 4) child?.kill("SIGINT");
    // Answered once the signal has arrived, so that the stop finds calls in flight.
    if (index >= 4) await stopping.promise;
    return FAITHFUL(request, index);
  });
  child = start(project, ["run", "baseline-v1", "--model", server.url]);
  let stderr = "";
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    stderr += text;
    if (stderr.includes("stopping:")) stopping.resolve();
  }
  await child.stdout.cancel();
  const { code } = await child.status;
  assert.equal(code, 130, stderr);
  const stored = server.requests.length;
  assert.ok(stored < SAMPLES);
  assert.match(
    stderr,
    new RegExp(
      `stopped\\. ${stored} of 12 answered\\.\ngo on with: logeval run baseline-v1 --model \\S+ --resume \\S+\n$`,
    ),
  );
});

/** Sends SIGINT once stderr matches, and waits for the end. */
async function interrupted(child: Deno.ChildProcess, when: RegExp) {
  const stdout = new Response(child.stdout).text();
  let stderr = "";
  let sent = false;
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    stderr += text;
    if (sent || !when.test(stderr)) continue;
    child.kill("SIGINT");
    sent = true;
  }
  return { ...await child.status, stdout: await stdout, stderr };
}

Deno.test("SIGINT ends a run of the embedded model, which never waits", async () => {
  using project = tempProject({ samples: 115 });
  const child = start(project, ["run", "embedded-v1", "--repeats", "300"]);
  const { code, signal, stderr } = await interrupted(child, /^embedded-v1 · 115 samples x 300/m);
  assert.deepEqual([code, signal], [130, null], stderr);
  assert.match(stderr, /\nstopped\. \d+ of 34500 answered\.\ngo on with: /);
});

Deno.test("SIGINT ends a command that only computes at once", async () => {
  using project = tempProject({ samples: 1 });
  const [row] = JSON.parse(project.read("evals/datasets/golden-v1.json"));
  // Each line a message of its own, to be compared with every line of the other file.
  const letters = (at: number) =>
    [...String(at)].map((digit) => "abcdefghij"[Number(digit)]).join("");
  const lines = (from: number) =>
    Array.from({ length: 12_000 }, (_, at) => {
      const words = Array.from({ length: 12 }, (_, word) =>
        letters((from + at * 7 + word * 31) % 997));
      return JSON.stringify({
        ...row,
        timestamp: at,
        log_line: `${words.join(" ")} ${letters(from + at)}`,
      });
    }).join("\n");
  project.write("own/a.jsonl", lines(1000));
  project.write("own/b.jsonl", lines(100_000));
  const child = start(project, ["dataset", "lint", "own/a.jsonl", "own/b.jsonl"]);
  const { signal, stdout, stderr } = await interrupted(child, /no own\/labels\.yaml.*b\.jsonl/);
  assert.equal(signal, "SIGINT", stderr);
  assert.equal(stdout, "");
});

/** Where the system can be asked for a disk that is full. */
const FULL = "/dev/full";
const HAS_FULL = await Deno.stat(FULL).then(() => true, () => false);

/** Runs it under a shell that sets up its output. */
async function shell(project: TempProject, args: readonly string[], output: string) {
  const words = [
    Deno.execPath(),
    "run",
    "--quiet",
    "--no-check",
    "--config",
    CONFIG,
    "--allow-all",
  ];
  const command = [...words, MAIN, ...args].map((word) => `'${word}'`).join(" ");
  return await finish(
    new Deno.Command("sh", {
      args: ["-c", `${command} ${output}`],
      cwd: project.root,
      stdout: "piped",
      stderr: "piped",
      stdin: "null",
      env: { NO_COLOR: "1" },
    }).spawn(),
  );
}

for (
  const { args, name = args.join(" ") } of [
    { args: ["--version"] },
    { args: ["run", "--help"] },
    { args: ["list"] },
    { args: ["run", "embedded-v1", "--json"] },
    { name: "analyze --stream", args: ["analyze", "web.log", "--stream"] },
  ]
) {
  Deno.test({
    name: `a full disk is told as one: ${name}`,
    ignore: !HAS_FULL,
    async fn() {
      using project = tempProject({ samples: 3 });
      await using server = startFakeServer([chatStream(["Root cause: ", "timeout"])]);
      project.write("web.log", "E boom\n");
      const asked = args[0] === "analyze" ? [...args, "--model-url", server.url] : args;
      const { code, stderr } = await shell(project, asked, `>${FULL}`);
      assert.equal(code, 3, stderr);
      assert.match(stderr, /Cannot write the answer to stdout: no space left on the disk/);
      assert.ok(!stderr.includes("unexpected error"), stderr);
    },
  });
}

Deno.test({
  name: "a story that cannot be written changes nothing",
  ignore: !HAS_FULL,
  async fn() {
    using project = tempProject({ samples: 3 });
    const { code, stdout } = await shell(project, ["run", "embedded-v1", "--json"], `2>${FULL}`);
    assert.equal(code, 0);
    assert.equal(JSON.parse(stdout).n, 3);
  },
});

Deno.test("analyze --stream lets go of the model when its reader goes away", async () => {
  using project = tempProject();
  project.write("web.log", "E boom\n");
  let whole = false;
  await using server = startFakeServer([{
    kind: "stream",
    packets: function* () {
      const [, word = ""] = chatEvents(["word "]);
      for (let words = 0; words < 50_000; words++) yield word;
      whole = true;
    },
  }]);
  const child = start(project, ["analyze", "web.log", "--stream", "--model-url", server.url]);
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  const [{ code }, stderr] = await Promise.all([child.status, new Response(child.stderr).text()]);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^asking the model at \S+ about 1 line\n$/);
  await server.idle();
  assert.equal(whole, false);
});

Deno.test("--version is fast and --json is one document on stdout", async () => {
  using project = tempProject({ samples: 3 });
  const version = await finish(start(project, ["--version"]));
  assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
  const run = await finish(start(project, ["run", "embedded-v1", "--json"]));
  assert.equal(JSON.parse(run.stdout).n, 3);
  assert.ok(!run.stdout.includes("\x1b") && !run.stderr.includes("\x1b"), "no escapes in pipes");
});
