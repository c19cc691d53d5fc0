// The description of the API: routes and their zod schemas -> an OpenAPI 3.1 document. Pure.

import * as z from "zod";
import { ErrorBody } from "./api_error.ts";
import type { Route } from "./route.ts";

export const API_ROOT = "/api/v1";

/** Addresses that are no JSON and stand beside the table of routes. */
export interface PlainRoute {
  readonly path: string;
  readonly summary: string;
  readonly type: string;
}

const SECURITY_SCHEMES = {
  token: { type: "http", scheme: "bearer" },
  password: {
    type: "http",
    scheme: "basic",
    description: "Any user, the token as the password; for browsers",
  },
};

/** Makes the document; `secured` says that a token is asked for. */
export function openApi(
  routes: readonly Route[],
  plain: readonly PlainRoute[],
  { version, secured }: { readonly version: string; readonly secured: boolean },
): Record<string, unknown> {
  const json = routes.map(({ path, summary, query, answer }) => [
    `${API_ROOT}${path}`,
    operation(path, summary, query, {
      "application/json": { schema: schemaOf(answer, "output") },
    }),
  ]);
  const others = plain.map(({ path, summary, type }) => [
    path,
    operation(path, summary, z.strictObject({}), { [type]: { schema: { type: "string" } } }),
  ]);
  return {
    openapi: "3.1.0",
    info: {
      title: "logeval",
      version,
      description: "Read-only. Lists are in `rows`, flat, with unrounded numbers; unknown is null.",
    },
    ...(secured ? { security: [{ token: [] }, { password: [] }] } : {}),
    paths: Object.fromEntries([...json, ...others]),
    components: {
      schemas: { Error: schemaOf(ErrorBody, "output") },
      ...(secured ? { securitySchemes: SECURITY_SCHEMES } : {}),
    },
  };
}

function operation(
  path: string,
  summary: string,
  query: z.ZodObject,
  content: Record<string, unknown>,
) {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const { properties = {}, required = [] } = schemaOf(query, "input") as {
    properties?: Record<string, { description?: string }>;
    required?: string[];
  };
  const asked = Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: "query",
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
  }));
  return {
    get: {
      summary,
      operationId: path.replace(/^\//, "").replace(/\W+/g, "_").replace(/_$/, ""),
      parameters: [...names, ...asked],
      responses: {
        "200": { description: summary, content },
        default: {
          description: "Why there is no answer",
          content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
        },
      },
    },
  };
}

function schemaOf(schema: z.ZodType, io: "input" | "output"): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    // A readonly type of ours, not a field that clients may not write.
    override: ({ jsonSchema }) => delete jsonSchema.readOnly,
  });
  return rest;
}
