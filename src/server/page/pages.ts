// The pages on the server's router: rendered once a change, sent with ETag, every refusal as a page.

import type { Context, Hono } from "hono";
import { METRIC_VERSION } from "../../metrics/score.ts";
import { AnswerCache, answerOf, respond } from "../answers.ts";
import type { ApiError } from "../api_error.ts";
import type { Archive, Snapshot } from "../archive.ts";
import { queryReader } from "../query.ts";
import { ASSET_URLS, ASSETS } from "./assets.ts";
import { type PageContent, type ViewName, VIEWS } from "./page_route.ts";
import { PAGE_ROUTES } from "./page_routes.ts";
import { renderPage } from "./templates.ts";

const HTML_TYPE = "text/html; charset=utf-8";

interface PagesDeps {
  readonly archive: Archive;
  readonly version: string;
  readonly fresh: () => Promise<Snapshot>;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/** Paths of pages and of what they load, with `{name}` for a name. */
export const PAGE_PATHS: readonly string[] = [
  ...PAGE_ROUTES.map(({ path }) => path),
  ...ASSETS.keys(),
];

/** Adds the pages; errors are thrown, `errorPage` shows them. */
export function addPages(
  app: Hono,
  { archive, version, fresh, now = Date.now }: PagesDeps,
): void {
  const cache = new AnswerCache();
  for (const [path, asset] of ASSETS) app.get(path, (c) => respond(c.req.raw, asset));
  for (const { path, view, query, follows, version: versionOf, make } of PAGE_ROUTES) {
    const read = queryReader(query);
    app.get(path.replace(/\{(\w+)\}/g, ":$1"), async (c) => {
      const values = read(queryOf(c, Object.keys(query.shape)));
      const params = c.req.param() as Record<string, string>;
      const thisYear = new Date(now()).getUTCFullYear();
      const input = { archive, snapshot: await fresh(), params, query: values, thisYear };
      const key = `${path} ${versionOf(input)} ${JSON.stringify([params, values, thisYear])}`;
      const answer = await cache.get(
        key,
        async () => {
          const standing = follows ? input.snapshot.standing : "";
          return answerOf(inFrame(await make(input), { view, version, standing }), HTML_TYPE);
        },
      );
      return await respond(c.req.raw, answer);
    });
  }
}

/** Whether a refusal is to be read by a person: a browser asks for HTML, and for no part of the API. */
export function wantsPage(c: Context): boolean {
  return !c.req.path.startsWith("/api/") && c.req.method === "GET" &&
    (c.req.header("accept") ?? "").includes("text/html");
}

/** A refusal as a page. */
export function errorPage({ message, status, headers }: ApiError, version: string): Response {
  const content: PageContent = {
    template: "error",
    title: String(status),
    data: { error: { message, status } },
  };
  return new Response(inFrame(content, { view: null, version, standing: "" }), {
    status,
    headers: { "content-type": HTML_TYPE, "cache-control": "no-store", ...headers },
  });
}

/** What the page takes: what else stands in a link, such as where it was found, is not its business. */
function queryOf(c: Context, known: readonly string[]): URLSearchParams {
  return new URLSearchParams(
    [...new URL(c.req.url).searchParams].filter(([name]) => known.includes(name)),
  );
}

function inFrame(
  { template, title, context = "", data }: PageContent,
  { view, version, standing }: {
    readonly view: ViewName | null;
    readonly version: string;
    /** Of a page that follows; empty for others. */
    readonly standing: string;
  },
) {
  return renderPage(template, {
    ...data,
    title,
    context,
    version,
    standing,
    metric: METRIC_VERSION,
    assets: ASSET_URLS,
    nav: VIEWS.map((item) => ({ ...item, on: item.name === view })),
  });
}
