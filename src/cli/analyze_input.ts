// The logs that are to be analyzed, read from a pipe, a file or Loki.

import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import type { LogEntry } from "../analyzer/analysis.ts";
import { DataError, systemFault } from "../errors.ts";
import { formatCount } from "../format.ts";
import type { LogFilters } from "../service/logql.ts";
import { lokiClient, LokiError } from "../service/loki.ts";
import { parseLogLines } from "../service/log_lines.ts";
import { logTail, type Tail } from "../service/log_tail.ts";
import type { ServiceSettings } from "../service/settings.ts";
import type { AnalyzeOptions, LogSource } from "./analyze.ts";
import type { CliContext } from "./context.ts";

export interface AnalyzeInput {
  /** Oldest first, at least one. */
  readonly entries: readonly LogEntry[];
  /** Of how many lines each entry was made. */
  readonly lineCounts: readonly number[];
  /** Lines that there were, those that memory did not hold as well. */
  readonly lines: number;
  /** ISO 8601. */
  readonly time_range: { readonly start: string; readonly end: string };
  /** Ends what follows: Ctrl-C, or the second one where the first ended the reading. */
  readonly signal: AbortSignal;
}

const DAY_MS = 86_400_000;
const DEFAULT_SINCE_MS = 3_600_000;
/** When a person begins to wonder. */
const WONDER_MS = 3000;
/** A Ctrl-C so soon after the end of a pipe was meant for the command that wrote into it. */
const TOGETHER_MS = 300;
const LOKI_RETRIES = 2;

/**
 * Reads them.
 *
 * @returns `null` when Ctrl-C came before the first line
 * @throws {DataError} when there are none, or they cannot be read
 */
export async function readLogs(
  context: CliContext,
  source: LogSource,
  options: AnalyzeOptions,
  settings: ServiceSettings,
): Promise<AnalyzeInput | null> {
  if (source.kind === "loki") return await fromLoki(context, options, settings);
  const name = source.kind === "pipe" ? "what comes in" : source.path;
  const { tail, signal } = source.kind === "pipe" ? await readPipe(context) : {
    tail: await readFile(resolve(context.cwd, source.path), name),
    signal: AbortSignal.any([context.stop, context.abort]),
  };
  if (tail.binary) {
    throw new DataError(`Cannot analyze ${name}: it is no text`, {
      hint: "unpack it first: gzip -dc web.log.gz | logeval analyze -",
    });
  }
  const { namespace, pod, container, node } = options;
  const known = { namespace, pod, container, node, timestamp: context.now() };
  const { entries, lineCounts } = parseLogLines(tail.lines, known);
  const [first, last] = [entries[0], entries.at(-1)];
  if (first === undefined || last === undefined) {
    if (context.stop.aborted) return null;
    throw new DataError(`Cannot analyze ${name}: it is empty`, {
      hint: source.kind === "pipe"
        ? "look at the command before the pipe; kubectl logs --previous has the container before " +
          "its restart"
        : "a file with one log line a line is asked for",
    });
  }
  const time_range = { start: iso(first.timestamp), end: iso(last.timestamp) };
  return { entries, lineCounts, lines: tail.total, time_range, signal };
}

async function readPipe(
  context: CliContext,
): Promise<{ readonly tail: Tail; readonly signal: AbortSignal }> {
  const { stdin, stop, clock, stderr } = context;
  const tail = logTail();
  const ended = new AbortController();
  const wondering = clock.sleep(WONDER_MS, { signal: AbortSignal.any([ended.signal, stop]) })
    .then(
      () => stderr("waiting for the end of the input; Ctrl-C analyzes what came, twice ends it\n"),
      () => {},
    );
  try {
    for await (const bytes of until(stop, stdin.bytes())) tail.push(bytes);
  } catch (cause) {
    throw new DataError(`Cannot read what comes in: ${systemFault(cause)}`, { cause });
  } finally {
    ended.abort();
    await wondering;
  }
  return { tail: tail.end(), signal: afterPipe(context) };
}

// A terminal sends Ctrl-C to every command of a pipe: that the writer ended may be seen first.
function afterPipe({ stop, abort, clock }: CliContext): AbortSignal {
  if (stop.aborted) return abort;
  const ended = clock.monotonic();
  const later = new AbortController();
  stop.addEventListener("abort", () => {
    if (clock.monotonic() - ended > TOGETHER_MS) later.abort(stop.reason);
  }, { once: true });
  return AbortSignal.any([later.signal, abort]);
}

/** What a source gives before `stop` is aborted. */
async function* until<T>(stop: AbortSignal, source: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  const stopped = new Promise<null>((resolve) => {
    if (stop.aborted) resolve(null);
    else stop.addEventListener("abort", () => resolve(null), { once: true });
  });
  while (true) {
    // A read in flight cannot be called back; the process ends before it does.
    const next = await Promise.race([iterator.next(), stopped]);
    if (next === null || next.done) return;
    yield next.value;
  }
}

async function readFile(path: string, name: string): Promise<Tail> {
  const tail = logTail();
  try {
    for await (const bytes of createReadStream(path)) tail.push(bytes);
  } catch (cause) {
    throw new DataError(`Cannot read logs ${name}: ${systemFault(cause)}`, { cause });
  }
  return tail.end();
}

async function fromLoki(
  { clock, now, stop, abort, stderr }: CliContext,
  options: AnalyzeOptions,
  settings: ServiceSettings,
): Promise<AnalyzeInput> {
  const { loki: url = settings.loki_url, since = DEFAULT_SINCE_MS } = options;
  const { default_limit, loki_timeout_s, loki_tenant } = settings;
  const end = now();
  const query = {
    filters: filtersOf(options),
    start: end - since,
    end,
    limit: options.limit ?? default_limit,
  };
  const signal = AbortSignal.any([stop, abort]);
  const client = lokiClient({
    url,
    timeoutMs: loki_timeout_s * 1000,
    retries: LOKI_RETRIES,
    clock,
    ...(loki_tenant === undefined ? {} : { tenant: loki_tenant }),
  });
  const entries = await client.query(query, { signal }).catch((cause) => {
    if (!(cause instanceof LokiError)) throw cause;
    const hint = cause.hint === undefined ? {} : { hint: cause.hint };
    throw new DataError(cause.message, { cause, ...hint });
  });
  if (entries.length === 0) {
    throw new DataError(`Cannot analyze what Loki at ${url} has: no line fits`, {
      hint: hintFor(query.filters, since),
    });
  }
  stderr(`${formatCount(entries.length, "line")} from Loki at ${url}\n`);
  const time_range = { start: iso(query.start), end: iso(query.end) };
  const lineCounts = entries.map(() => 1);
  return { entries, lineCounts, lines: entries.length, time_range, signal };
}

/** What to try when no line fits: a filter is as likely a cause as the time. */
function hintFor({ severity, log_filter, ...labels }: LogFilters, since: number): string {
  const given = [
    ...Object.keys(labels),
    ...(severity === "all" ? [] : ["severity"]),
    ...(log_filter === undefined ? [] : ["filter"]),
  ].map((name) => `--${name}`);
  const ways = [
    ...(since < DAY_MS ? ["ask for more of the past with --since 24h"] : []),
    ...(given.length > 0 ? [`check or leave out ${given.join(", ")}`] : []),
  ];
  return ways.join(", or ") || "ask for more of the past with a longer --since";
}

function filtersOf(options: AnalyzeOptions): LogFilters {
  const { namespace, pod, container, node, severity = "all", filter } = options;
  return {
    severity,
    ...(namespace === undefined ? {} : { namespace }),
    ...(pod === undefined ? {} : { pod }),
    ...(container === undefined ? {} : { container }),
    ...(node === undefined ? {} : { node }),
    ...(filter === undefined ? {} : { log_filter: filter }),
  };
}

function iso(timestamp: number): string {
  return new Date(timestamp).toISOString();
}
