// The server over a thousand runs: time to the first leaderboard, latency of the next ones at a fixed
// rate, memory before and after. Prints a table.
//
//   deno run --allow-all src/bench/serve_load.ts ./logeval [requests] [a second] [experiments]
//
// The runs are copies of one of the embedded model, in a temporary folder, shared out among the
// experiments. Latency counts from the moment at which a request was due, so that a server that
// stops for a while is not excused. Linux only: the memory comes from /proc.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PROJECT_FILES } from "../cli/project_files.ts";
import { percentile } from "../metrics/percentile.ts";

const RUNS = 1000;
/** Connections that are kept open, as Grafana and browsers keep theirs. */
const CONNECTIONS = 32;
const LEADERBOARD = "/api/v1/leaderboard";
const [binaryPath = "./logeval", ...numbers] = Deno.args;
const [requests = 20_000, rate = 1000, experiments = 25] = numbers.map(Number);
const binary = Deno.realPathSync(binaryPath);
const project = mkdtempSync(join(tmpdir(), "logeval-load-"));

try {
  for (const [file, text] of Object.entries(PROJECT_FILES)) write(file, text);
  const { success } = await new Deno.Command(binary, {
    args: ["run", "embedded-v1"],
    cwd: project,
    stdout: "null",
    stderr: "null",
  }).output();
  if (!success) throw new Error("the run that is copied failed");
  copyRuns();
  await measure();
} finally {
  rmSync(project, { recursive: true });
}

/** Copies the one run until there are enough, a minute apart, each a little worse. */
function copyRuns(): void {
  const runs = join(project, "evals/experiments/runs");
  const [first = ""] = [...Deno.readDirSync(runs)].map(({ name }) => name)
    .filter((name) => name !== "latest" && !name.startsWith("."));
  const text = (file: string) => readFileSync(join(runs, first, file), "utf8");
  const [config, metrics, results] = [
    text("config.json"),
    text("metrics.json"),
    text("results.jsonl"),
  ];
  const mean = Number(JSON.parse(metrics).overall.mean);
  for (let at = 0; at < RUNS; at++) {
    const started_at = new Date(Date.UTC(2026, 0, 1) + at * 60_000).toISOString();
    const experiment_id = `experiment-${at % experiments}`;
    const stamp = started_at.slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
    const run_id = `${stamp}-${experiment_id}`;
    const names = { run_id, experiment_id };
    const folder = `evals/experiments/runs/${run_id}`;
    write(`${folder}/config.json`, JSON.stringify({ ...JSON.parse(config), ...names, started_at }));
    const parsed = JSON.parse(metrics);
    parsed.overall.mean = mean * (1 - at / RUNS / 10);
    write(`${folder}/metrics.json`, JSON.stringify({ ...parsed, ...names }));
    write(`${folder}/results.jsonl`, results);
  }
}

async function measure(): Promise<void> {
  const child = new Deno.Command(binary, {
    args: ["serve", "--port", "0"],
    cwd: project,
    stdout: "null",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  try {
    const url = await addressOf(child);
    const idle = cpuSeconds(child.pid);
    const started = performance.now();
    await (await fetch(`${url}${LEADERBOARD}`)).body?.cancel();
    print(
      `first leaderboard of ${RUNS} runs`,
      `${ms(performance.now() - started)}, ${(cpuSeconds(child.pid) - idle).toFixed(1)} s CPU`,
    );
    for (const path of [LEADERBOARD, `${LEADERBOARD}?superseded=true`]) {
      await measurePath(child.pid, url, path);
    }
  } finally {
    child.kill("SIGINT");
    await child.status;
  }
}

async function measurePath(pid: number, url: string, path: string): Promise<void> {
  const { rows } = await (await fetch(`${url}${path}`)).json();
  await load(url, path, Math.min(requests, 2 * rate));
  const [memory, cpu] = [residentMb(pid), cpuSeconds(pid)];
  const { latencies, seconds } = await load(url, path, requests);
  const each = (share: number) => ms(percentile(latencies, share) ?? NaN);
  print(
    `${rows.length} rows, ${requests} requests, ${(requests / seconds).toFixed(0)} a second`,
    `median ${each(0.5)}, p99 ${each(0.99)}, longest ${each(1)}, ` +
      `${requests - latencies.length} failed, ` +
      `${((cpuSeconds(pid) - cpu) / requests * 1e6).toFixed(0)} us CPU each, ` +
      `memory ${memory.toFixed(0)} -> ${residentMb(pid).toFixed(0)} MB`,
  );
}

async function addressOf(child: Deno.ChildProcess): Promise<string> {
  let story = "";
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    story += text;
    if (story.includes("Ctrl-C")) return story.split("\n")[0]!;
  }
  throw new Error(`it did not listen: ${story}`);
}

/** Sends requests at the rate and reads every answer. */
async function load(url: string, path: string, count: number) {
  const latencies: number[] = [];
  const started = performance.now();
  let next = 0;
  const connection = async () => {
    const client = await connect(url);
    while (next < count) {
      const due = started + next++ / rate * 1000;
      const early = due - performance.now();
      if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
      if (await client.get(path) === 200) latencies.push(performance.now() - due);
    }
    client.close();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  return { latencies, seconds: (performance.now() - started) / 1000 };
}

/** A client that costs next to nothing: it reads bytes to their count and does not unpack them. */
async function connect(url: string) {
  const { hostname, port, host } = new URL(url);
  const conn = await Deno.connect({ hostname, port: Number(port) });
  const chunk = new Uint8Array(1 << 18);
  const decoder = new TextDecoder();
  return {
    close: () => conn.close(),
    async get(path: string): Promise<number> {
      const head = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAccept-Encoding: gzip\r\n\r\n`;
      await conn.write(new TextEncoder().encode(head));
      let text = "";
      let got = 0;
      let whole = Infinity;
      while (got < whole) {
        const count = await conn.read(chunk);
        if (count === null) throw new Error("the server hung up");
        got += count;
        if (whole < Infinity) continue;
        text += decoder.decode(chunk.subarray(0, count));
        const end = text.indexOf("\r\n\r\n");
        const length = /content-length: (\d+)/i.exec(text)?.[1];
        if (end >= 0) whole = end + 4 + Number(length);
      }
      return Number(text.slice(9, 12));
    },
  };
}

/** Seconds of CPU that a process has used. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function residentMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`;
}

function write(file: string, text: string): void {
  mkdirSync(dirname(join(project, file)), { recursive: true });
  writeFileSync(join(project, file), text);
}

function print(what: string, figure: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${what.padEnd(52)}  ${figure}\n`));
}
