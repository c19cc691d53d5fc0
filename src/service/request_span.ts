// The one place where the service's spans start. Without telemetry there are none, and nothing is
// paid for them.

import {
  context,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
} from "@opentelemetry/api";

/** The part of the program's telemetry that the service needs. */
export interface Tracing {
  readonly tracer: Tracer;
}

/** Runs work in a span of its own, below the span that is active. */
export type InSpan = <T>(name: string, work: (span?: Span) => Promise<T>) => Promise<T>;

export function inSpanOf(tracing: Tracing | null): InSpan {
  if (tracing === null) return (_, work) => work();
  return (name, work) =>
    tracing.tracer.startActiveSpan(name, { kind: SpanKind.CLIENT }, (span) => ended(span, work));
}

/**
 * Runs work in the span of a request, which continues the caller's trace when its headers name one
 * (W3C `traceparent`).
 */
export function inRequestSpan<T>(
  tracing: Tracing | null,
  request: Request,
  route: string,
  work: (span?: Span) => Promise<T>,
): Promise<T> {
  if (tracing === null) return work();
  const headers = Object.fromEntries(request.headers);
  const attributes = { "http.request.method": request.method, "http.route": route };
  return tracing.tracer.startActiveSpan(
    `${request.method} ${route}`,
    { kind: SpanKind.SERVER, attributes },
    propagation.extract(context.active(), headers),
    (span) => ended(span, work),
  );
}

/** The ids of a span as the log names them. */
export function traceIds(span: Span | undefined) {
  const known = span?.spanContext();
  return { trace_id: known?.traceId, span_id: known?.spanId };
}

async function ended<T>(span: Span, work: (span: Span) => Promise<T>): Promise<T> {
  try {
    return await work(span);
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}
