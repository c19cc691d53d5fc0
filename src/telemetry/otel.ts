// Traces and metrics, when the environment asks for them: decides, loads what sends them only then,
// and ends it in bounded time. Called at the edge by every command that works or serves.

import type { Context, Meter, Tracer } from "@opentelemetry/api";
import { messageOf } from "../errors.ts";
import { readOtelSettings } from "./settings.ts";
import type { Instruments } from "./spans.ts";

/** How long the last export may take, in milliseconds. */
const GRACE_MS = 3000;

/**
 * What a command reports to, until `shutdown`.
 *
 * - `tracer`, `meter`, `captureContent`, `inject` are what a `LogAnalyzer` takes; each of the first
 *   two is `undefined` when its signal is not exported. `inSpan` takes the tracer as it is.
 * - A server honours the trace of its caller with `extract`:
 *   `inSpan(telemetry?.tracer, name, attributes, work, { kind: SERVER, parent: telemetry?.extract(request.headers) })`.
 *   Spans that begin inside of `work`, also after an `await`, are its children.
 * - The id for a log line is `span?.spanContext().traceId`.
 */
export interface Telemetry extends Instruments {
  readonly tracer: Tracer | undefined;
  readonly meter: Meter | undefined;
  readonly captureContent: boolean;
  /** Headers for a request that is made now, inside of a span; none when `OTEL_PROPAGATORS` is none. */
  readonly inject: () => Record<string, string>;
  /** The trace that a request belongs to, by its `traceparent`; without one an empty context. */
  readonly extract: (headers: Headers) => Context;
  /** Sends what is left, for 3 s at most. Never throws; what could not be sent is told. */
  readonly shutdown: () => Promise<void>;
}

export interface TelemetryOptions {
  /** `service.version`. `service.name` is `logeval` unless OTEL_SERVICE_NAME says otherwise. */
  readonly version: string;
  /**
   * Told on one line what is wrong: a setting that cannot be used, at once; a collector that cannot be
   * reached, when it begins. A command prints it, a service logs it.
   */
  readonly warn: (message: string) => void;
  /** Limit of `shutdown` in milliseconds; 3000 by default. */
  readonly graceMs?: number;
}

/**
 * Starts to trace and to measure when an OTLP endpoint is set (`OTEL_EXPORTER_OTLP_ENDPOINT` or a
 * signal's own) and nothing switches it off.
 *
 * @returns `null` when nothing is exported; nothing was loaded then. Never throws.
 */
export async function startTelemetry(
  env: (name: string) => string | undefined,
  { version, warn, graceMs = GRACE_MS }: TelemetryOptions,
): Promise<Telemetry | null> {
  const settings = readOtelSettings(env, warn);
  if (settings === null) return null;
  const { startSdk } = await import("./sdk.ts");
  try {
    return startSdk(settings, { version, warn, graceMs });
  } catch (error) {
    warn(`cannot start telemetry: ${messageOf(error)}`);
    return null;
  }
}
