// The service as a function from a request to a response: one line in the log and one observation for
// each request, errors in one shape, and an end that loses nothing.

import { Hono } from "hono";
import type { Clock } from "../analyzer/retry.ts";
import type { Taxonomy } from "../dataset/taxonomy.ts";
import { ATTRIBUTE } from "../telemetry/names.ts";
import type { Telemetry } from "../telemetry/otel.ts";
import { inSpan, type Instruments, markFailed, SERVER } from "../telemetry/spans.ts";
import { analyzers } from "./analyzers.ts";
import { type Call, openCall, shuttingDown } from "./call.ts";
import type { LokiClient } from "./loki.ts";
import { fitToModel } from "./model_context.ts";
import type { Prompts } from "./prompts.ts";
import { requestSpan } from "./request_span.ts";
import { serviceRoutes } from "./routes.ts";
import { errorResponse, failureFields, ServiceError, serviceErrorOf } from "./service_error.ts";
import type { LogLevel, ServiceLog } from "./service_log.ts";
import { createMetrics } from "./service_metrics.ts";
import type { ServiceSettings } from "./settings.ts";
import { createSlots } from "./slots.ts";
import { traceIdOf } from "./trace_id.ts";

export interface ServiceDeps {
  readonly settings: ServiceSettings;
  readonly loki: LokiClient;
  readonly prompts: Prompts;
  readonly taxonomy: Taxonomy;
  readonly log: ServiceLog;
  readonly clock: Clock;
  /** Of the program. */
  readonly version: string;
  /** `null` when nothing is to be traced or measured. */
  readonly telemetry: Pick<Telemetry, keyof Instruments | "extract"> | null;
  /** Aborted: what is still in flight is answered with 503. */
  readonly abort: AbortSignal;
}

/** Limit for a body of a few hundred bytes, whose client may be far away. Milliseconds. */
const BODY_MS = 10_000;
/** Bodies that may be read at once beyond the places: one takes its place only when it is read. */
const MORE_READERS = 16;

export interface Service {
  /** Never rejects. */
  fetch(request: Request): Promise<Response>;
  /** Takes no further analysis and is no longer ready; resolves when all that are in flight ended. */
  drain(): Promise<void>;
}

export function createService(deps: ServiceDeps): Service {
  const { settings, log, clock, telemetry } = deps;
  const { max_concurrent: concurrent, max_queued: queued } = settings;
  const slots = createSlots({ concurrent, queued });
  const readers = createSlots({ concurrent: concurrent + queued + MORE_READERS, queued: 0 });
  const deadlineMs = settings.deadline_s * 1000;
  const limits = { bodyMs: Math.min(BODY_MS, deadlineMs), deadlineMs };
  const metrics = createMetrics(deps.version, slots);
  const analyzerOf = analyzers(settings, deps.taxonomy, { clock, telemetry });
  const open = new Map<Call, Promise<void>>();
  let draining = false;
  const routes = serviceRoutes({
    ...deps,
    slots,
    readers,
    metrics,
    analyzerOf,
    fit: fitToModel(settings, clock),
    isDraining: () => draining,
  });

  const app = new Hono<{ Bindings: { readonly call: Call } }>();
  app.use(({ env, req }, next) => {
    if (pathOf(req.url) !== null) return next();
    const host = req.header("host") ?? "";
    env.call.note({ host: host.slice(0, LONGEST_REPEATED) });
    throw new ServiceError(400, "Cannot read the request's address: its Host header is no host");
  });
  for (const { method, path, handle } of routes) {
    app.on(method, path, (c) => handle(c.env.call));
    app.all(path, () => {
      const allow = method === "GET" ? "GET, HEAD" : method;
      throw new ServiceError(405, "Method Not Allowed", { headers: { allow } });
    });
  }
  app.notFound(() => errorResponse(new ServiceError(404, "Not Found")));
  app.onError((error, { env }) => {
    env.call.note(failureFields(error));
    return errorResponse(serviceErrorOf(error));
  });

  /** Answers one request; its line and its figures come when the last of it is through. */
  async function serve(request: Request, respond: (response: Response) => void): Promise<void> {
    const started = clock.monotonic();
    const pathname = pathOf(request.url);
    // Once it is answered, a request of Deno's has no headers any more.
    const traceparent = request.headers.get("traceparent");
    const route = routes.find(({ path }) => path === pathname);
    const path = pathname?.slice(0, LONGEST_REPEATED) ?? null;
    const tracer = route?.quiet ? undefined : telemetry?.tracer;
    const { name, attributes } = requestSpan({
      method: request.method,
      route: route?.path ?? null,
      path,
      scheme: SCHEME,
    });
    await inSpan(tracer, name, attributes, async (span) => {
      const call = openCall(request, limits);
      const done = Promise.withResolvers<void>();
      open.set(call, done.promise);
      try {
        const response = await app.fetch(request, { call });
        respond(response);
        await call.lasting;
        const status = call.endedAs ?? response.status;
        const ms = clock.monotonic() - started;
        metrics.request(route?.path ?? "other", status, ms);
        span?.setAttribute(ATTRIBUTE.httpStatus, response.status);
        if (span && status >= 500) markFailed(span, String(status));
        if (route?.quiet && status < 400) return;
        log(levelOf(status), "request", {
          method: request.method,
          path,
          status,
          ms: Math.round(ms),
          trace_id: span?.spanContext().traceId ??
            traceIdOf(traceparent, clock.random),
          span_id: span?.spanContext().spanId,
          ...call.notes,
        });
      } finally {
        call.close();
        open.delete(call);
        done.resolve();
      }
    }, { kind: SERVER, parent: tracer && telemetry?.extract(request.headers) });
  }

  deps.abort.addEventListener("abort", () => {
    for (const call of open.keys()) call.end(shuttingDown());
  }, { once: true });

  return {
    fetch: (request) =>
      new Promise((resolve) => {
        serve(request, resolve).catch((error) => {
          log("error", "bug", failureFields(error));
          resolve(errorResponse(new ServiceError(500, "Internal Server Error")));
        });
      }),
    async drain() {
      draining = true;
      // Nothing is lost yet, and a client that stalls would hold the end.
      for (const call of open.keys()) if (call.stage === "body") call.end(shuttingDown());
      await Promise.all(open.values());
    },
  };
}

/** The service itself speaks no TLS. */
const SCHEME = "http";
/** Most characters of what a client sent that a line of the log or a span repeats. */
const LONGEST_REPEATED = 200;

/** `null` when the Host header, which stands in the URL, makes it none. */
function pathOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).pathname : null;
}

function levelOf(status: number): LogLevel {
  // To be full, or to be asked to end, is no fault.
  if (status >= 500) return status === 503 ? "warning" : "error";
  return status >= 400 && status !== 404 ? "warning" : "info";
}
