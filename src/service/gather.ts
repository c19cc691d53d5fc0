// The first half of every analysis: the body is read and checked, a place is taken, Loki is asked, and
// as many of its lines are kept as the model has room for. After it the answer can begin.

import type { Span } from "@opentelemetry/api";
import type { LogEntry } from "../analyzer/analysis.ts";
import type { AnalyzeContext, LogAnalyzer } from "../analyzer/analyzer.ts";
import type { Clock } from "../analyzer/retry.ts";
import type { Taxonomy } from "../dataset/taxonomy.ts";
import { ATTRIBUTE, SPAN } from "../telemetry/names.ts";
import { serverAddress } from "../telemetry/server_address.ts";
import { CLIENT, inSpan, type Instruments } from "../telemetry/spans.ts";
import { type AnalyzeRequest, parseAnalyzeRequest } from "./analyze_request.ts";
import { analyzeContext, type AnalyzerOf } from "./analyzers.ts";
import { readJson } from "./body.ts";
import type { Call } from "./call.ts";
import { shortened } from "./fit_context.ts";
import { type LokiClient, LokiError } from "./loki.ts";
import type { Fit } from "./model_context.ts";
import type { Prompts } from "./prompts.ts";
import { comeAgain, ServiceError } from "./service_error.ts";
import type { ServiceMetrics } from "./service_metrics.ts";
import type { ServiceSettings } from "./settings.ts";
import type { Place, Slots } from "./slots.ts";

export interface GatherDeps {
  readonly prompts: Prompts;
  readonly taxonomy: Taxonomy;
  readonly analyzerOf: AnalyzerOf;
  readonly fit: Fit;
  readonly settings: ServiceSettings;
  readonly loki: LokiClient;
  readonly slots: Slots;
  /** Bounds what bodies take in memory: each is being read at one of these. */
  readonly readers: Slots;
  readonly metrics: ServiceMetrics;
  readonly clock: Pick<Clock, "monotonic">;
  readonly telemetry: Pick<Instruments, "tracer"> | null;
}

/** What is to be analyzed. Disposing it gives the place to others. */
export interface Gathered extends Disposable {
  readonly request: AnalyzeRequest;
  /** Oldest first, at least one, none longer than the limit. */
  readonly entries: readonly LogEntry[];
  /** Older ones that the model has no room for. */
  readonly leftOut: number;
  /** Of the prompt that answers now, and stays this request's when another one is taken up. */
  readonly analyzer: LogAnalyzer;
  /** What the prompt is told besides the logs. */
  readonly context: AnalyzeContext;
  readonly place: Place;
}

/**
 * @throws {ServiceError} 413, 422, 503 without a free place, 404 without logs
 * @throws {LokiError}
 * @throws the reason of the call's signal
 */
export async function gather(call: Call, deps: GatherDeps): Promise<Gathered> {
  const { settings, slots } = deps;
  const { default_limit: defaultLimit, max_limit: maxLimit } = settings;
  const body = await readBody(call, deps);
  const checked = parseAnalyzeRequest(body, { defaultLimit, maxLimit });
  if (!checked.ok) throw new ServiceError(422, checked.faults);
  const { request, ignored } = checked;
  if (ignored.length > 0) call.note({ ignored: ignored.slice(0, MOST_IGNORED).map(nameOf) });
  const place = slots.enter();
  if (place === null) {
    const { atModel, taken } = slots;
    throw comeAgain(
      `Cannot take a further request: at the model ${atModel}, waiting ${taken - atModel}`,
    );
  }
  try {
    const found = (await queryLoki(call, request, deps))
      .map((entry) => shortened(entry, settings.max_log_chars));
    call.note({ entries: found.length });
    if (found.length === 0) {
      throw new ServiceError(404, "No logs found for the given time range and filters");
    }
    call.stage = "model";
    const { template } = deps.prompts.current().active;
    const analyzer = deps.analyzerOf(template);
    const context = analyzeContext(request, found, deps.taxonomy);
    const { entries, cut } = await deps.fit(found, { analyzer, context, signal: call.signal });
    call.note({ prompt: template.id, entries: entries.length, left_out: cut || undefined });
    return {
      request,
      entries,
      leftOut: cut,
      analyzer,
      context,
      place,
      [Symbol.dispose]: () => place[Symbol.dispose](),
    };
  } catch (error) {
    place[Symbol.dispose]();
    throw error;
  }
}

/** Most names of fields that a line of the log repeats, and most characters of one. */
const MOST_IGNORED = 10;
const LONGEST_NAME = 50;

function nameOf(field: string): string {
  return field.length > LONGEST_NAME ? `${field.slice(0, LONGEST_NAME)}…` : field;
}

async function readBody(call: Call, { readers, settings }: GatherDeps): Promise<unknown> {
  using reader = readers.enter();
  if (reader === null) {
    throw comeAgain(
      `Cannot take a further request: ${readers.taken} have not sent all of their body`,
    );
  }
  return await readJson(call.request, settings.max_body_bytes, call.signal);
}

function queryLoki(
  call: Call,
  { time_range, filters, limit }: AnalyzeRequest,
  { loki, metrics, clock, settings, telemetry }: GatherDeps,
): Promise<readonly LogEntry[]> {
  const { signal } = call;
  const query = {
    filters,
    start: Date.parse(time_range.start),
    end: Date.parse(time_range.end),
    limit,
  };
  call.stage = "loki";
  const work = async (span?: Span) => {
    const started = clock.monotonic();
    let result = "ended early";
    try {
      const entries = await loki.query(query, { signal });
      result = "ok";
      span?.setAttribute(ATTRIBUTE.logCount, entries.length);
      return entries;
    } catch (error) {
      if (error instanceof LokiError) result = error.kind;
      throw error;
    } finally {
      const ms = clock.monotonic() - started;
      metrics.loki(result, ms);
      call.note({ loki_ms: Math.round(ms) });
    }
  };
  const attributes = serverAddress(settings.loki_url);
  return inSpan(telemetry?.tracer, SPAN.queryLoki, attributes, work, { kind: CLIENT });
}
