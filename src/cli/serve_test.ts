// `logeval serve`: what it refuses, what it says, and once over a real socket.

import assert from "node:assert/strict";
import { archiveProject, asSent } from "../testing/archive_fixtures.ts";
import { type TempProject, tempProject } from "../testing/temp_project.ts";
import type { CliContext } from "./context.ts";

const MAIN = new URL("../main.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

/** Takes the place of the network; `ask` is a client on this machine. */
function fakeNetwork() {
  let handler: Parameters<CliContext["serve"]>[0] | null = null;
  const stop = new AbortController();
  const listened = Promise.withResolvers<{ host: string; port: number }>();
  const context: Partial<CliContext> = {
    stop: stop.signal,
    serve(given, address) {
      handler = given;
      listened.resolve(address);
      return { port: address.port || 12345, close: () => Promise.resolve() };
    },
  };
  const ask = async (path: string, headers: Record<string, string> = {}) =>
    (await handler!(asSent(new Request(`http://localhost${path}`, { headers })))).status;
  return { context, stop, listened: listened.promise, ask };
}

/** The shortest that is taken. */
const TOKEN = "0123456789abcdef";

interface Access {
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Parts of the story. */
  readonly says: readonly RegExp[];
  /** Status of the leaderboard without a token. */
  readonly open: number;
}

const ACCESSES: readonly Access[] = [
  {
    name: "by default",
    args: [],
    says: [/^http:\/\/127\.0\.0\.1:8090\n/, /read-only, to this machine/, /\/api\/v1\/leaderboard/],
    open: 200,
  },
  {
    name: "on loopback with a token",
    args: ["--token-env", "TOKEN", "--port", "0"],
    env: { TOKEN: `${TOKEN}\n` },
    says: [/^http:\/\/127\.0\.0\.1:12345\n/, /with the token of TOKEN/],
    open: 401,
  },
  {
    name: "on all addresses with a token",
    args: ["--host", "0.0.0.0", "--token-env", "TOKEN"],
    env: { TOKEN },
    says: [/with the token of TOKEN/],
    open: 401,
  },
  {
    name: "on all addresses with --no-auth",
    args: ["--host", "::", "--no-auth"],
    says: [/^http:\/\/\[::\]:8090\n/, /to everybody who reaches it/],
    open: 200,
  },
];

for (const { name, args, env = {}, says, open } of ACCESSES) {
  Deno.test(`serve ${name}`, async () => {
    using project = tempProject();
    const { context, stop, listened, ask } = fakeNetwork();
    const running = project.cli(["serve", ...args], { ...context, env: (name) => env[name] });
    await listened;
    assert.equal(await ask("/api/v1/leaderboard"), open);
    assert.equal(await ask("/healthz"), 200);
    const token = { authorization: `Bearer ${TOKEN}` };
    assert.equal(await ask("/api/v1/leaderboard", token), 200);
    stop.abort();
    const { code, stdout, stderr } = await running;
    assert.deepEqual([code, stdout], [0, ""]);
    for (const part of [...says, /stopped\n$/]) assert.match(stderr, part);
  });
}

Deno.test("--allow-host adds names, one an option", async () => {
  using project = tempProject();
  const { context, stop, listened, ask } = fakeNetwork();
  const names = ["--allow-host", "logeval.llm.svc", "--allow-host", "logs.example"];
  const running = project.cli(["serve", ...names], context);
  await listened;
  for (const name of ["logeval.llm.svc", "logs.example:80", "localhost"]) {
    assert.equal(await ask("/healthz", { host: name }), 200, name);
  }
  assert.equal(await ask("/healthz", { host: "evil.test" }), 421);
  stop.abort();
  assert.equal((await running).code, 0);
});

interface Refusal {
  readonly args: readonly string[];
  readonly message: RegExp;
  /** What listening throws. */
  readonly fault?: { readonly code?: string; readonly message?: string };
}

const REFUSALS: readonly Refusal[] = [
  {
    args: ["--host", "0.0.0.0"],
    message: /^Cannot serve on 0\.0\.0\.0 without a token: .*\n.*--token-env NAME.*--no-auth/,
  },
  { args: ["--host", "example.test"], message: /^Cannot serve on example\.test without a token/ },
  { args: ["--host", "127.0.0.1.nip.io"], message: /without a token/ },
  { args: ["--token-env", "NONE"], message: /^Cannot take the token from NONE: it is not set/ },
  { args: ["--token-env", "SPACED"], message: /^Cannot take the token from SPACED: a header/ },
  {
    args: ["--token-env", "ONE"],
    message: /^Cannot take the token from ONE: it has 1 character, .*\n {2}.*openssl rand -hex 32/,
  },
  { args: ["--token-env", "SHORT"], message: /SHORT: it has 15 characters, and fewer than 16/ },
  { args: ["--port", "65536"], message: /not a port/ },
  { args: ["--port", "http"], message: /not a port/ },
  { args: ["--allow-host", "a:80"], message: /not a host name/ },
  {
    args: [],
    fault: { code: "EADDRINUSE" },
    message: /^Cannot listen on 127\.0\.0\.1:8090: another program listens there\n {2}--port/,
  },
  { args: [], fault: { code: "EADDRNOTAVAIL" }, message: /this machine has no such address/ },
  { args: ["--port", "80"], fault: { code: "EACCES" }, message: /:80: permission denied/ },
  { args: [], fault: { message: "no such name" }, message: /^Cannot listen .*: no such name/ },
];

for (const { args, fault, message } of REFUSALS) {
  Deno.test(`serve ${args.join(" ")} is refused: ${fault?.code ?? message.source}`, async () => {
    using project = tempProject();
    const { code, stderr } = await project.cli(["serve", ...args], {
      env: (name) => ({ SPACED: `${TOKEN} b`, ONE: "x", SHORT: TOKEN.slice(1) })[name],
      serve: () => {
        throw Object.assign(new Error(fault?.message ?? ""), fault);
      },
    });
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
  });
}

function start(root: TempProject["root"], args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--config", CONFIG, "--allow-all", MAIN, ...args],
    cwd: root,
    stdout: "null",
    stderr: "piped",
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).spawn();
}

Deno.test("over a real socket: answers, outlives slow and rude clients, ends on SIGINT with 0", async () => {
  using project = archiveProject();
  project.addRun({ id: "20260109-143000-a" });
  project.addRun({ id: "20260110-143000-b", metrics: null });
  const child = start(project.root, ["serve", "--port", "0"]);
  const lines = child.stderr.pipeThrough(new TextDecoderStream()).values();
  let story = "";
  while (!story.includes("Ctrl-C")) story += (await lines.next()).value ?? assert.fail(story);
  const url = story.split("\n")[0]!;
  const port = Number(new URL(url).port);
  const raw = async (text: string) => {
    using conn = await Deno.connect({ hostname: "127.0.0.1", port });
    await conn.write(new TextEncoder().encode(text));
    const bytes = new Uint8Array(4096);
    const count = await conn.read(bytes).catch(() => null);
    return new TextDecoder().decode(bytes.subarray(0, count ?? 0)).split("\r\n")[0];
  };

  // Half a request each, left open until the end.
  const slow: Deno.Conn[] = [];
  for (let at = 0; at < 20; at++) {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    await conn.write(new TextEncoder().encode("GET /api/v1/runs HTTP/1.1\r\nHost: loc"));
    slow.push(conn);
  }
  assert.match((await raw("GET / HTTP/1.1\r\nHost: evil.test\r\n\r\n"))!, / 421 /);
  assert.match((await raw("GET /metrics HTTP/1.1\r\n\r\n"))!, / 400 /);
  assert.match((await raw("GET http://evil.test/ HTTP/1.1\r\n\r\n"))!, / 421 /);
  assert.match(
    (await raw("GET http://evil.test/ HTTP/1.1\r\nHost: localhost\r\n\r\n"))!,
    / 4\d\d /,
  );
  assert.match(
    (await raw("GET /../../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n"))!,
    / 404 /,
  );
  assert.match(
    (await raw(`GET /${"a".repeat(70_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`))!,
    / 4\d\d /,
  );
  assert.doesNotMatch((await raw("\x16\x03\x01\x02\0\x01\0\x01\xfc\r\n\r\n")) ?? "", / [25]\d\d /);
  assert.doesNotMatch(
    (await raw("TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n")) ?? "",
    / [25]\d\d /,
  );

  const response = await fetch(`${url}/api/v1/runs`);
  assert.equal(response.headers.get("content-encoding"), null, "short, not worth it");
  assert.equal((await response.json()).total, 2);
  const running = await fetch(`${url}/api/v1/runs/20260110-143000-b/events`);
  const events = running.body!.getReader();
  const { value } = await events.read();
  assert.match(new TextDecoder().decode(value), /^event: progress\ndata: .*"status":"running"/);

  const second = await start(project.root, ["serve", "--port", String(port)]).output();
  assert.equal(second.code, 2);
  assert.match(new TextDecoder().decode(second.stderr), /another program listens there/);

  child.kill("SIGINT");
  for (let text; !(text = await lines.next()).done;) story += text.value;
  assert.deepEqual([(await child.status).code, story.split("\n").at(-2)], [0, "stopped"], story);
  while (!(await events.read()).done);
  for (const conn of slow) conn.close();
});
