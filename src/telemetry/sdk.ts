// OpenTelemetry's SDK as settings ask for it: providers, exporters, propagation, and an end in bounded
// time. The only file that loads its packages; loaded when something is exported.

import {
  context,
  diag,
  type DiagLogger,
  DiagLogLevel,
  ROOT_CONTEXT,
  type TextMapPropagator,
} from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  CompositePropagator,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from "@opentelemetry/core";
import {
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from "@opentelemetry/otlp-transformer";
import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from "@opentelemetry/resources";
import {
  AggregationTemporality,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { Telemetry, TelemetryOptions } from "./otel.ts";
import { otlpExporter } from "./otlp_http.ts";
import type { OtelSettings, SamplerSettings } from "./settings.ts";

const SCOPE = "logeval";

/** Starts what the settings ask for. Takes OpenTelemetry's global context until `shutdown`. */
export function startSdk(
  settings: OtelSettings,
  { version, warn, graceMs }: Required<TelemetryOptions>,
): Telemetry {
  // Spans dropped from a full queue, resource attributes that cannot be read.
  diag.setLogger(quietLogger(warn), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const resource = resourceOf(version);
  const closing = new AbortController();
  const export_ = { closing: closing.signal, warn };
  const tracing = startTraces(settings, resource, export_);
  const measuring = startMetrics(settings, resource, export_);
  const propagator = propagatorOf(settings.propagators);
  return {
    tracer: tracing?.getTracer(SCOPE, version),
    meter: measuring?.getMeter(SCOPE, version),
    captureContent: settings.captureContent,
    inject() {
      const headers: Record<string, string> = {};
      propagator.inject(context.active(), headers, SETTER);
      return headers;
    },
    extract: (headers) => propagator.extract(ROOT_CONTEXT, headers, GETTER),
    async shutdown() {
      const timer = setTimeout(() => closing.abort(), graceMs);
      await Promise.allSettled([tracing?.shutdown(), measuring?.shutdown()]);
      clearTimeout(timer);
      context.disable();
      diag.disable();
    },
  };
}

type ExportOptions = Pick<Parameters<typeof otlpExporter>[2], "closing" | "warn">;

function startTraces(
  { traces, sampler, batch, spanLimits }: OtelSettings,
  resource: Resource,
  options: ExportOptions,
): TracerProvider | undefined {
  if (traces === null) return undefined;
  const serializer = traces.protocol === "http/json"
    ? JsonTraceSerializer
    : ProtobufTraceSerializer;
  const exporter = otlpExporter(traces, serializer, { what: "traces", ...options });
  return new TracerProvider({
    resource,
    sampler: samplerOf(sampler),
    spanLimits,
    spanProcessors: [new BatchSpanProcessor({ exporter, ...batch })],
  });
}

function startMetrics(
  { metrics, reader, delta }: OtelSettings,
  resource: Resource,
  options: ExportOptions,
): MeterProvider | undefined {
  if (metrics === null) return undefined;
  const serializer = metrics.protocol === "http/json"
    ? JsonMetricsSerializer
    : ProtobufMetricsSerializer;
  const exporter = {
    ...otlpExporter(metrics, serializer, { what: "metrics", ...options }),
    // Right for counters and histograms, and there is nothing else.
    selectAggregationTemporality: () =>
      delta ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE,
  };
  return new MeterProvider({
    resource,
    readers: [new PeriodicExportingMetricReader({ exporter, ...reader })],
  });
}

/** No host and no process in it: asking for them needs a permission that the binary does not have. */
function resourceOf(version: string): Resource {
  return defaultResource()
    .merge(resourceFromAttributes({ "service.name": SCOPE, "service.version": version }))
    .merge(detectResources({ detectors: [serviceInstanceIdDetector, envDetector] }));
}

function samplerOf({ kind, ratio, parentBased }: SamplerSettings): Sampler {
  const root = kind === "traceidratio"
    ? new TraceIdRatioBasedSampler(ratio)
    : kind === "always_on"
    ? new AlwaysOnSampler()
    : new AlwaysOffSampler();
  return parentBased ? new ParentBasedSampler({ root }) : root;
}

const PROPAGATORS = {
  tracecontext: () => new W3CTraceContextPropagator(),
  baggage: () => new W3CBaggagePropagator(),
} as const;
const SETTER = {
  set: (headers: Record<string, string>, name: string, value: string) => {
    headers[name] = value;
  },
};
const GETTER = {
  get: (headers: Headers, name: string) => headers.get(name) ?? undefined,
  keys: (headers: Headers) => [...headers.keys()],
};

function propagatorOf(names: OtelSettings["propagators"]): TextMapPropagator {
  return new CompositePropagator({ propagators: names.map((name) => PROPAGATORS[name]()) });
}

/** The SDK's own warnings on one line. Failed exports are told in better words. */
function quietLogger(warn: (message: string) => void): DiagLogger {
  const silent = () => {};
  const say = (...words: readonly unknown[]) =>
    warn(words.filter((word) => typeof word === "string").join(": "));
  return { error: silent, warn: say, info: silent, debug: silent, verbose: silent };
}
