// An OTLP collector for tests: a real HTTP server on loopback that keeps the spans and metrics it is
// sent as JSON, in a form that reads easily, or that does not answer as a collector should.

interface OtlpValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: number | string;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values: readonly OtlpValue[] };
}

interface OtlpAttribute {
  readonly key: string;
  readonly value: OtlpValue;
}

export type Values = Readonly<Record<string, unknown>>;

export interface SunkSpan {
  readonly name: string;
  /** 1 internal, 2 server, 3 client. */
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  /** `null` for the first span of a trace. */
  readonly parentSpanId: string | null;
  readonly attributes: Values;
  readonly events: readonly { readonly name: string; readonly attributes: Values }[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  /** 0 unset, 2 error. */
  readonly status: number;
  readonly statusMessage: string | null;
  readonly milliseconds: number;
  readonly resource: Values;
}

export interface SunkHistogram {
  readonly name: string;
  readonly unit: string;
  readonly attributes: Values;
  readonly count: number;
  readonly sum: number;
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
}

export interface OtlpRequest {
  readonly path: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

export interface OtlpSink {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  readonly requests: readonly OtlpRequest[];
  /** Of all requests so far that were JSON. */
  spans(): SunkSpan[];
  /** Of the last export of metrics, which holds all values so far. */
  histograms(): SunkHistogram[];
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Listens; `answer` is the status of every answer or of the next, or `hang`: none comes until the sink
 * is closed. An answer other than 200 asks for a quick retry.
 */
export function otlpSink(answer: number | (() => number) | "hang" = 200): OtlpSink {
  const requests: OtlpRequest[] = [];
  const closing = Promise.withResolvers<void>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const zipped = request.headers.get("content-encoding") === "gzip";
      const sent = request.body && zipped
        ? request.body.pipeThrough(new DecompressionStream("gzip"))
        : request.body;
      const body = await new Response(sent).bytes();
      requests.push({ path: new URL(request.url).pathname, headers: request.headers, body });
      if (answer !== "hang") {
        const status = typeof answer === "number" ? answer : answer();
        return Response.json({}, { status, headers: { "retry-after": "0.01" } });
      }
      await closing.promise;
      return new Response(null, { status: 503 });
    },
  );
  const bodies = (path: string) =>
    requests.filter((request) =>
      request.path === path && request.headers.get("content-type") === "application/json"
    ).map(({ body }) => JSON.parse(new TextDecoder().decode(body)));
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    spans: () =>
      bodies("/v1/traces").flatMap(({ resourceSpans }) => resourceSpans.flatMap(readSpans)),
    histograms: () => (bodies("/v1/metrics").at(-1)?.resourceMetrics ?? []).flatMap(readHistograms),
    async [Symbol.asyncDispose]() {
      closing.resolve();
      await server.shutdown();
    },
  };
}

// deno-lint-ignore no-explicit-any
function readSpans({ resource, scopeSpans }: any): SunkSpan[] {
  // deno-lint-ignore no-explicit-any
  return scopeSpans.flatMap(({ spans }: any) => spans).map((span: any) => ({
    name: span.name,
    kind: span.kind,
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId ?? null,
    attributes: valuesOf(span.attributes),
    // deno-lint-ignore no-explicit-any
    events: (span.events ?? []).map((event: any) => ({
      name: event.name,
      attributes: valuesOf(event.attributes),
    })),
    // deno-lint-ignore no-explicit-any
    links: (span.links ?? []).map(({ traceId, spanId }: any) => ({ traceId, spanId })),
    status: span.status?.code ?? 0,
    statusMessage: span.status?.message ?? null,
    milliseconds: (Number(span.endTimeUnixNano) - Number(span.startTimeUnixNano)) / 1e6,
    resource: valuesOf(resource.attributes),
  }));
}

// deno-lint-ignore no-explicit-any
function readHistograms({ scopeMetrics }: any): SunkHistogram[] {
  // deno-lint-ignore no-explicit-any
  return scopeMetrics.flatMap(({ metrics }: any) => metrics).flatMap((metric: any) =>
    // deno-lint-ignore no-explicit-any
    (metric.histogram?.dataPoints ?? []).map((point: any) => ({
      name: metric.name,
      unit: metric.unit,
      attributes: valuesOf(point.attributes),
      count: Number(point.count),
      sum: point.sum,
      bounds: point.explicitBounds,
      counts: point.bucketCounts.map(Number),
    }))
  );
}

/** An environment that sends JSON to a sink. */
export function sinkEnv(
  url: string,
  more: Readonly<Record<string, string>> = {},
): (name: string) => string | undefined {
  const variables: Readonly<Record<string, string>> = {
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    ...more,
  };
  return (name) => variables[name];
}

function valuesOf(attributes: readonly OtlpAttribute[] = []): Values {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));
}

function plain(value: OtlpValue): unknown {
  if (value.arrayValue !== undefined) return value.arrayValue.values.map(plain);
  if (value.intValue !== undefined) return Number(value.intValue);
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? null;
}
