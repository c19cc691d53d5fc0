// How much of a run's wall time is ours: the program against a server that waits 200 ms a call with
// 4 slots, and 20,000 samples against one that does not wait. Prints a table.
//
//   deno run --allow-all src/bench/run_speed.ts ./logeval
//
// Linux only: the peak memory comes from /proc.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PROJECT_FILES } from "../cli/project_files.ts";

interface Measured {
  readonly seconds: number;
  readonly peakMb: number;
}

const binary = Deno.realPathSync(Deno.args[0] ?? "./logeval");
const golden = JSON.parse(PROJECT_FILES["evals/datasets/golden-v1.json"] ?? "[]");
const project = mkdtempSync(join(tmpdir(), "logeval-speed-"));

try {
  for (const [file, text] of Object.entries(PROJECT_FILES)) write(file, text);
  const many = Array.from({ length: 20_000 }, (_, at) => ({
    ...golden[at % golden.length],
    timestamp: golden[at % golden.length].timestamp + at,
  }));
  write("many.jsonl", many.map((sample) => JSON.stringify(sample)).join("\n"));

  const waits = await withServer(4, 200, (url) => measure(["--model", url, "--concurrency", "4"]));
  const ideal = Math.ceil(golden.length / 4) * 0.2;
  print(
    `${golden.length} samples, 200 ms a call, 4 slots: ${waits.seconds.toFixed(2)} s, ` +
      `${(waits.seconds / ideal).toFixed(3)} x the ideal ${ideal.toFixed(1)} s, ` +
      `${waits.peakMb.toFixed(0)} MB`,
  );

  const fast = await withServer(
    16,
    0,
    (url) => measure(["--model", url, "--dataset", "many.jsonl", "--concurrency", "16"]),
  );
  print(
    `${many.length} samples, 0 ms a call: ${fast.seconds.toFixed(2)} s, ` +
      `${(many.length / fast.seconds).toFixed(0)} a second, ${fast.peakMb.toFixed(0)} MB`,
  );
} finally {
  rmSync(project, { recursive: true });
}

function write(file: string, text: string): void {
  mkdirSync(dirname(join(project, file)), { recursive: true });
  writeFileSync(join(project, file), text);
}

async function withServer<T>(
  slots: number,
  delayMs: number,
  use: (url: string) => Promise<T>,
): Promise<T> {
  const script = new URL("./model_server.ts", import.meta.url).pathname;
  const server = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-net", script, String(slots), String(delayMs)],
    stdout: "piped",
  }).spawn();
  try {
    const reader = server.stdout.getReader();
    const first = await reader.read();
    reader.releaseLock();
    return await use(new TextDecoder().decode(first.value).trim());
  } finally {
    server.kill();
    await server.stdout.cancel();
    await server.status;
  }
}

async function measure(args: readonly string[]): Promise<Measured> {
  const started = performance.now();
  const child = new Deno.Command(binary, {
    args: ["run", "baseline-v1", "--json", ...args],
    cwd: project,
    stdout: "null",
    stderr: "null",
  }).spawn();
  let peakMb = 0;
  const poll = setInterval(() => peakMb = Math.max(peakMb, peakMemory(child.pid)), 20);
  const { code } = await child.status;
  clearInterval(poll);
  if (code !== 0) throw new Error(`the run ended with code ${code}`);
  return { seconds: (performance.now() - started) / 1000, peakMb };
}

function peakMemory(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(status.match(/VmHWM:\s+(\d+) kB/)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

function print(line: string): void {
  // deno-lint-ignore no-console
  console.log(line);
}
