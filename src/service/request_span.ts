// The span of a request, by the HTTP conventions of OpenTelemetry.

import type { Attributes } from "@opentelemetry/api";
import { ATTRIBUTE } from "../telemetry/names.ts";

export interface RequestFacts {
  readonly method: string;
  /** The route that answers, `null` when none fits: a name made of any path would have no bounds. */
  readonly route: string | null;
  /** `null` when the request's address is none. */
  readonly path: string | null;
  /** As the request came in: `http` behind a proxy that ends TLS. */
  readonly scheme: string;
}

/** Returns the name of the span and what is known of the request at its start. */
export function requestSpan(
  { method, route, path, scheme }: RequestFacts,
): { readonly name: string; readonly attributes: Attributes } {
  return {
    name: route === null ? method : `${method} ${route}`,
    attributes: {
      [ATTRIBUTE.httpMethod]: method,
      [ATTRIBUTE.urlScheme]: scheme,
      ...(path === null ? {} : { [ATTRIBUTE.urlPath]: path }),
      ...(route === null ? {} : { [ATTRIBUTE.httpRoute]: route }),
    },
  };
}
