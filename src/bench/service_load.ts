// The production service under more clients than its model has slots: who is answered, who is turned
// away, whether answers are mixed up, memory, and what SIGTERM in the middle costs. Prints a table.
//
//   deno run --allow-all src/bench/service_load.ts ./logeval [clients] [seconds a call]
//
// Loki and the model are fakes on this machine; each client asks for a log line of its own, and the
// model speaks of the line that it is shown. Linux only: the memory comes from /proc.

import { readFileSync } from "node:fs";
import { startFakeLoki } from "../testing/fake_loki.ts";
import { startFakeServer } from "../testing/fake_server.ts";

const SLOTS = 4;
const QUEUED = 64;
const REPEATS = 100;
/** Of the first entry, epoch milliseconds. */
const START = Date.UTC(2026, 0, 9, 14);
const [binary = "./logeval", ...numbers] = Deno.args;
const [clients = 200, seconds = 2] = numbers.map(Number);

await using loki = startFakeLoki(Array.from({ length: clients }, (_, at) => ({
  ns: BigInt(START + at) * 1_000_000n,
  labels: { namespace: `team-${at}`, pod: "web-0", container: "web", node: "node-1" },
  line: `error: ${"request failed ".repeat(20)} marker-${at} end`,
})));
let calls = 0;
let delay_ms = seconds * 1000;
await using model = startFakeServer(({ body }) => {
  calls++;
  const marker = /marker-\d+/.exec(JSON.stringify(body))?.[0] ?? "none";
  return { kind: "answer", text: `Root cause: ${marker}`, delay_ms };
});

const child = new Deno.Command(binary, {
  args: ["analyze", "--listen", "127.0.0.1:0"],
  env: {
    LOG_ANALYZER_LOKI_URL: loki.url,
    LOG_ANALYZER_LLM_URL: model.url,
    LOG_ANALYZER_LLM_MODEL: "fake-1b",
    LOG_ANALYZER_MAX_CONCURRENT: String(SLOTS),
    LOG_ANALYZER_MAX_QUEUED: String(QUEUED),
    LOG_ANALYZER_SHUTDOWN_GRACE_S: String(Math.ceil(seconds * (QUEUED / SLOTS + 2))),
  },
  stdout: "piped",
  stderr: "inherit",
}).spawn();
const log = child.stdout.pipeThrough(new TextDecoderStream());
const started = Promise.withResolvers<string>();
const logged = readLog();
const url = await started.promise;

print("", `${clients} clients, ${SLOTS} slots of ${seconds} s, ${QUEUED} may wait`);
await ask(0);
const idle = residentMb();
print("memory after the first answer", `${idle.toFixed(0)} MB`);

await round("each asks once", (at) => ask(at));
print("memory", `${residentMb().toFixed(0)} MB`);
await round("each comes again until it is answered", askUntilAnswered);
print("memory", `${residentMb().toFixed(0)} MB, most ${peakMb().toFixed(0)} MB`);

delay_ms = 0;
for (let pass = 1; pass <= 3; pass++) {
  await round(`${REPEATS} times each, of a model at once`, askRepeatedly, clients / 4);
  print("memory", `${residentMb().toFixed(0)} MB`);
}
delay_ms = seconds * 1000;

await round("SIGTERM while the first calls run", async (at) => {
  if (at === 0) {
    setTimeout(() => child.kill("SIGTERM"), seconds * 1000 * 1.5);
  }
  return await ask(at);
});
const { code } = await child.status;
print("exit code after SIGTERM", String(code));
print("lines in its log", String(await logged));

interface Outcome {
  readonly status: number;
  /** Whether the answer speaks of the client's own line, and of no other. */
  readonly own: boolean;
  /** Turned away before. */
  readonly refused: number;
  readonly ms: number;
}

async function round(
  name: string,
  client: (at: number) => Promise<Outcome | Outcome[]>,
  count = clients,
): Promise<void> {
  const begin = performance.now();
  const cpu = cpuSeconds();
  calls = 0;
  const outcomes = await Promise.allSettled(Array.from({ length: count }, (_, at) => client(at)));
  const done = outcomes.flatMap((outcome) => outcome.status === "fulfilled" ? outcome.value : []);
  const lost = outcomes.filter(({ status }) => status === "rejected").length;
  const answered = done.filter(({ status }) => status === 200);
  const refused = done.filter(({ status }) => status === 503);
  const sum = (of: readonly Outcome[], value: (outcome: Outcome) => number) =>
    of.reduce((total, outcome) => total + value(outcome), 0);
  print(
    name,
    [
      `${answered.length} answered`,
      `${answered.filter(({ own }) => !own).length} mixed up`,
      `${refused.length + sum(answered, (outcome) => outcome.refused)} times 503 ` +
      `(the slowest after ${Math.max(0, ...refused.map(({ ms }) => ms)).toFixed(0)} ms)`,
      `${done.length - answered.length - refused.length} with another status`,
      `${lost} lost`,
      `${calls} calls, at most ${model.maxInFlight} at the model`,
      `${((performance.now() - begin) / 1000).toFixed(1)} s, ${
        (cpuSeconds() - cpu).toFixed(1)
      } s CPU`,
    ].join(", "),
  );
}

async function askUntilAnswered(at: number): Promise<Outcome> {
  for (let refused = 0;; refused++) {
    const outcome = await ask(at);
    if (outcome.status !== 503) return { ...outcome, refused };
    await new Promise((resolve) => setTimeout(resolve, 1000 + 10 * at));
  }
}

async function askRepeatedly(at: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let time = 0; time < REPEATS; time++) outcomes.push(await ask(at));
  return outcomes;
}

async function ask(at: number): Promise<Outcome> {
  const begin = performance.now();
  const range = {
    start: new Date(START).toISOString(),
    end: new Date(START + 3.6e6).toISOString(),
  };
  const response = await fetch(`${url}/v1/analyze`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      time_range: range,
      filters: { namespace: `team-${at}`, log_filter: `marker-${at} end` },
    }),
  });
  const text = await response.text();
  const markers = new Set(text.match(/marker-\d+/g));
  return {
    status: response.status,
    own: markers.size === 1 && markers.has(`marker-${at}`) && JSON.parse(text).log_count === 1,
    refused: 0,
    ms: performance.now() - begin,
  };
}

/** Counts the lines until the log ends; all of them have to be JSON. */
async function readLog(): Promise<number> {
  let lines = 0;
  let rest = "";
  for await (const piece of log) {
    const whole = (rest + piece).split("\n");
    rest = whole.pop() ?? "";
    for (const line of whole) {
      lines++;
      const { message, url } = JSON.parse(line);
      if (message === "listening") started.resolve(url);
    }
  }
  return lines;
}

/** Seconds of CPU that the service has used; `NaN` once it has ended. */
function cpuSeconds(): number {
  try {
    const fields = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1]!.split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return NaN;
  }
}

function residentMb(): number {
  return statusMb("VmRSS");
}

function peakMb(): number {
  return statusMb("VmHWM");
}

function statusMb(field: string): number {
  const text = readFileSync(`/proc/${child.pid}/status`, "utf8");
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(text)?.[1]) / 1024;
}

function print(what: string, figure: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${what.padEnd(38)}  ${figure}\n`));
}
