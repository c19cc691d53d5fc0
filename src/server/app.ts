// The whole server as a function from a request to a response: guards in front, routes from the
// table, every error as JSON. Listening is somebody else's.

import { type Context, Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { Clock } from "../analyzer/retry.ts";
import { DataError, messageOf, UsageError } from "../errors.ts";
import { quote, suggestion } from "../faults.ts";
import { oneLine } from "../format.ts";
import { AnswerCache, answerOf, JSON_TYPE, respond } from "./answers.ts";
import { ApiError, errorResponse } from "./api_error.ts";
import type { Archive, Snapshot } from "./archive.ts";
import { EVENTS_TYPE, eventStreams } from "./events.ts";
import { API_ROOT, openApi, type PlainRoute } from "./openapi.ts";
import { addPages, errorPage, PAGE_PATHS, wantsPage } from "./page/pages.ts";
import { PROMETHEUS_TYPE, prometheusText } from "./prometheus.ts";
import { queryReader } from "./query.ts";
import { listed } from "./route.ts";
import { ROUTES } from "./routes.ts";
import { optimizationRow } from "./rows_optimizations.ts";
import { runRow } from "./rows_runs.ts";
import { checkHost, checkSize, checkToken, type HostCheck } from "./security.ts";
import * as z from "zod";

export interface AppDeps {
  readonly archive: Archive;
  /** Of the program. */
  readonly version: string;
  /** Asked for everywhere but at /healthz, see `checkToken`; `null` asks for none. */
  readonly token: string | null;
  readonly allowedHost: HostCheck;
  readonly clock: Clock;
  /** Ends all streams of events. */
  readonly stop: AbortSignal;
  /** Takes the cause of a bug, for the server's own log. */
  readonly report: (text: string) => void;
  /** Milliseconds between two looks at a running experiment (500 by default). */
  readonly pollMs?: number;
}

const YAML_TYPE = "text/yaml; charset=utf-8";

export type Handler = (request: Request) => Response | Promise<Response>;

const PLAIN_ROUTES: readonly PlainRoute[] = [
  {
    path: `${API_ROOT}/events`,
    summary: "A server-sent event `changed` for a run or an optimization that starts or ends",
    type: EVENTS_TYPE,
  },
  {
    path: `${API_ROOT}/runs/{id}/events`,
    summary: "Progress of a run as server-sent events, until it has ended",
    type: EVENTS_TYPE,
  },
  {
    path: `${API_ROOT}/optimizations/{id}/events`,
    summary: "Progress of an optimization as server-sent events, until it has ended",
    type: EVENTS_TYPE,
  },
  {
    path: `${API_ROOT}/optimizations/{id}/winner.yaml`,
    summary: "The winner's prompt; 404 while there is none",
    type: "text/yaml",
  },
  {
    path: `${API_ROOT}/openapi.json`,
    summary: "This description",
    type: "application/json",
  },
  {
    path: "/metrics",
    summary: "The standing of every experiment, for Prometheus",
    type: "text/plain",
  },
  {
    path: "/healthz",
    summary: "Whether the server answers; no token needed",
    type: "application/json",
  },
  { path: "/readyz", summary: "Whether the runs can be read", type: "application/json" },
];

/** Every address, with `{name}` for a name. */
export const PATHS: readonly string[] = [
  ...ROUTES.map(({ path }) => `${API_ROOT}${path}`),
  ...PLAIN_ROUTES.map(({ path }) => path),
];

/** Makes the server's handler. */
export function createApp(deps: AppDeps): Handler {
  const { archive, version, token, allowedHost } = deps;
  const app = new Hono();
  const cache = new AnswerCache();
  const stream = eventStreams({ ...deps, pollMs: deps.pollMs ?? 500 });
  const noQuery = queryReader(z.strictObject({}));

  app.use(secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", "data:"],
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
    xFrameOptions: "DENY",
    // It speaks plain HTTP; TLS and its promises are the proxy's.
    strictTransportSecurity: false,
  }));
  app.use(async (c, next) => {
    checkSize(c.req.raw);
    checkHost(c.req.raw, allowedHost);
    if (c.req.path !== "/healthz") checkToken(c.req.raw, token);
    await next();
  });

  const refuse = (c: Context, error: ApiError) =>
    // A page would load its style sheet, for which a browser asks for the token again.
    wantsPage(c) && error.code !== "unauthorized"
      ? errorPage(error, version)
      : errorResponse(error);
  const queryOf = (c: Context) => new URL(c.req.url).searchParams;
  const plain = (path: string, handle: (c: Context) => Response | Promise<Response>) =>
    app.get(honoPath(path), (c) => {
      noQuery(queryOf(c));
      return handle(c);
    });

  for (const route of ROUTES) {
    const read = queryReader(route.query);
    app.get(honoPath(`${API_ROOT}${route.path}`), async (c) => {
      const query = read(queryOf(c));
      const params = c.req.param();
      const input = { archive, snapshot: await freshOf(archive), params, query };
      const key = `${route.path} ${route.version(input)} ${JSON.stringify([params, query])}`;
      const answer = await cache.get(
        key,
        async () => answerOf(`${JSON.stringify(await route.make(input))}\n`, JSON_TYPE),
      );
      return await respond(c.req.raw, answer);
    });
  }
  plain(`${API_ROOT}/events`, async (c) => {
    await freshOf(archive);
    return await stream(c, "changed", async () => {
      // Where the runs cannot be read any more the stream ends, and who asks again is told why.
      const snapshot = await freshOf(archive).catch(() => null);
      return snapshot && { row: { standing: snapshot.standing }, running: true };
    });
  });
  plain(`${API_ROOT}/runs/{id}/events`, async (c) => {
    let run = listed((await freshOf(archive)).runs, c.req.param("id") ?? "", "run");
    return await stream(c, "progress", () => {
      const found = archive.lookAgain(run);
      if (found === null) return null;
      run = found;
      return { row: runRow(found), running: found.status === "running" };
    });
  });
  plain(`${API_ROOT}/optimizations/{id}/events`, async (c) => {
    const { optimizations } = await freshOf(archive);
    let optimization = listed(optimizations, c.req.param("id") ?? "", "optimization");
    return await stream(c, "progress", async () => {
      const found = await archive.lookAgainAt(optimization);
      if (found === null) return null;
      optimization = found;
      return { row: optimizationRow(found), running: found.status === "running" };
    });
  });
  plain(`${API_ROOT}/optimizations/{id}/winner.yaml`, async (c) => {
    const { optimizations } = await freshOf(archive);
    const found = listed(optimizations, c.req.param("id") ?? "", "optimization");
    const { winner } = await archive.optimization(found);
    if (winner === null) {
      throw new ApiError(
        "not_found",
        `Cannot find winner.yaml in ${found.run_id}: the optimization is ${found.status}`,
        { field: "id" },
      );
    }
    return await respond(c.req.raw, answerOf(winner, YAML_TYPE));
  });
  plain(`${API_ROOT}/openapi.json`, async (c) => {
    const answer = await cache.get("openapi", () => {
      const document = openApi(ROUTES, PLAIN_ROUTES, { version, secured: token !== null });
      return answerOf(`${JSON.stringify(document, null, 2)}\n`, JSON_TYPE);
    });
    return await respond(c.req.raw, answer);
  });
  plain("/metrics", async (c) => {
    const snapshot = await freshOf(archive);
    const answer = await cache.get(
      `metrics ${snapshot.version}`,
      async () => answerOf(await prometheusText(snapshot, version), PROMETHEUS_TYPE),
    );
    return await respond(c.req.raw, answer);
  });
  plain("/healthz", (c) => c.json({ status: "ok", version }));
  plain("/readyz", async (c) => {
    const { runs, optimizations } = await freshOf(archive);
    return c.json({ status: "ready", runs: runs.length, optimizations: optimizations.length });
  });

  addPages(app, { archive, version, fresh: () => freshOf(archive) });

  for (const path of [...PATHS, ...PAGE_PATHS]) {
    app.all(honoPath(path), (c) => {
      throw new ApiError("method_not_allowed", `Cannot ${c.req.method} here: it is read-only`, {
        headers: { allow: "GET, HEAD" },
      });
    });
  }
  app.notFound((c) => {
    const near = suggestion(c.req.path.slice(0, 100), PATHS);
    const hint = near.startsWith("; did") ? near : `; see ${API_ROOT}/openapi.json`;
    if (wantsPage(c)) {
      const page = c.req.path.replace(/\/+$/, "");
      // Never in front of a name: `//name` would lead to another server.
      if (PAGE_PATHS.includes(page)) return c.redirect(`${page}${new URL(c.req.url).search}`, 301);
      return refuse(c, new ApiError("not_found", `Cannot find ${quote(c.req.path)}`));
    }
    return errorResponse(
      new ApiError("not_found", `Cannot find ${quote(c.req.path)}${hint}`, { field: "path" }),
    );
  });
  app.onError((error, c) => refuse(c, toApiError(error, c, deps)));
  return (request) => app.fetch(request);
}

function honoPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ":$1");
}

async function freshOf(archive: Archive): Promise<Snapshot> {
  try {
    return await archive.fresh();
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new ApiError("unavailable", archive.withoutRoot(error.message));
  }
}

function toApiError(error: unknown, c: Context, { archive, report }: AppDeps): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof DataError || error instanceof UsageError) {
    return new ApiError("damaged", oneLine(archive.withoutRoot(error.message), 400));
  }
  const cause = error instanceof Error ? error.stack ?? error.message : messageOf(error);
  report(`bug: ${c.req.method} ${oneLine(c.req.url, 200)}\n${cause}\n`);
  return new ApiError("bug", "Cannot answer: a bug; the server's log holds its cause");
}
