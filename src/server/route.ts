// What a route of the API is: its address, what it takes, what it gives, and when its answer is
// another one. Routing, checks of queries and OpenAPI all come from this one table.

import type * as z from "zod";
import { quote, suggestion } from "../faults.ts";
import { ApiError } from "./api_error.ts";
import type { Archive, Snapshot } from "./archive.ts";

/** What a route is given. Names in the path are texts from outside: look them up in a list. */
export interface RouteInput<Q> {
  readonly archive: Archive;
  readonly snapshot: Snapshot;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Q;
}

export interface Route<S extends z.ZodObject = z.ZodObject, A extends z.ZodType = z.ZodType> {
  /** Below the API's root, with `{name}` for a name. */
  readonly path: string;
  readonly summary: string;
  readonly query: S;
  readonly answer: A;
  /**
   * What the answer depends on beside the request: as long as it is the same text, the answer is the
   * one that was made before.
   */
  readonly version: (input: RouteInput<z.output<S>>) => string;
  readonly make: (
    input: RouteInput<z.output<S>>,
  ) => z.input<A> | Promise<z.input<A>>;
}

/** A route, its types held together. */
export function route<S extends z.ZodObject, A extends z.ZodType>(spec: Route<S, A>): Route {
  return spec as unknown as Route;
}

/**
 * The entry of a list that a name from outside means.
 *
 * @throws {ApiError} 404 with the nearest name
 */
export function listed<T extends { readonly run_id: string }>(
  list: readonly T[],
  id: string,
  kind: string,
): T {
  const found = list.find(({ run_id }) => run_id === id);
  if (found) return found;
  const near = suggestion(id.slice(0, 100), list.slice(0, 5).map(({ run_id }) => run_id));
  throw new ApiError("not_found", `Cannot find ${kind} ${quote(id)}${near}`, { field: "id" });
}
