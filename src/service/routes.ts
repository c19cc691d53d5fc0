// Every address of the service, in the order in which `/` lists them.

import { analyzeRoute } from "./analyze_route.ts";
import type { AskDeps } from "./ask_model.ts";
import { type Call, shuttingDown } from "./call.ts";
import type { GatherDeps } from "./gather.ts";
import type { PromptSet } from "./prompts.ts";
import { readiness } from "./readiness.ts";
import { streamRoute } from "./stream_route.ts";

export interface Route {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly handle: (call: Call) => Response | Promise<Response>;
  /** Asked every few seconds by machines: no trace, and a line in the log only when it fails. */
  readonly quiet?: boolean;
}

export interface RouteDeps extends GatherDeps, AskDeps {
  readonly version: string;
  readonly isDraining: () => boolean;
}

export function serviceRoutes(deps: RouteDeps): readonly Route[] {
  const { version, prompts, loki, metrics, isDraining } = deps;
  const analysis = (
    path: string,
    handle: (call: Call, deps: GatherDeps & AskDeps) => Promise<Response>,
  ): Route => ({
    method: "POST",
    path,
    handle: (call) => {
      if (isDraining()) throw shuttingDown();
      return handle(call, deps);
    },
  });
  const view = (path: string, handle: Route["handle"]): Route => ({ method: "GET", path, handle });
  const probe = (path: string, handle: Route["handle"]) => ({ ...view(path, handle), quiet: true });

  const routes: readonly Route[] = [
    analysis("/v1/analyze", analyzeRoute),
    analysis("/v1/analyze/stream", streamRoute),
    view("/", () => {
      const endpoints = routes.map(({ method, path }) => `${method} ${path}`);
      return Response.json({ service: "log-analyzer", version, endpoints });
    }),
    probe("/health", () => Response.json({ status: "ok", version })),
    probe("/ready", () => {
      return readiness({ draining: isDraining(), loki, prompts: prompts.current() });
    }),
    view("/prompts", () => Response.json(promptList(prompts.current()))),
    probe("/metrics", async () => {
      const { text, type } = await metrics.scrape(prompts.current());
      return new Response(text, { headers: { "content-type": type } });
    }),
  ];
  return routes;
}

function promptList({ all, active, fault }: PromptSet) {
  return {
    prompts: all.map((prompt) => ({
      id: prompt.template.id,
      template_hash: prompt.template_hash,
      description: prompt.template.description,
      verdict: prompt.verdict,
      active: prompt === active,
    })),
    fault,
  };
}
