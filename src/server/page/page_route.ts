// What a page is: its address, what it takes, what its template shows, and when it is another one.

import type * as z from "zod";
import type { RouteInput } from "../route.ts";
import type { PageTemplate } from "./templates.ts";

/** The views of the navigation. */
export const VIEWS = [
  { name: "Leaderboard", url: "/" },
  { name: "Runs", url: "/runs" },
  { name: "Compare", url: "/compare" },
  { name: "Optimizations", url: "/optimizations" },
] as const;
export type ViewName = typeof VIEWS[number]["name"];

/** A page that is made but not rendered yet. */
export interface PageContent {
  readonly template: PageTemplate;
  readonly title: string;
  /** Said on the right of the navigation. */
  readonly context?: string;
  /** What the template shows. */
  readonly data: object;
}

/** What a page is made from. */
export interface PageInput<Q> extends RouteInput<Q> {
  /** The present one, UTC: dates of others say theirs. */
  readonly thisYear: number;
}

export interface PageRoute<S extends z.ZodObject = z.ZodObject> {
  /** With `{name}` for a name. */
  readonly path: string;
  readonly view: ViewName;
  readonly query: S;
  /** Whether an open page takes in new runs and results. */
  readonly follows?: boolean;
  /** What the page depends on beside its address. */
  readonly version: (input: PageInput<z.output<S>>) => string;
  readonly make: (input: PageInput<z.output<S>>) => PageContent | Promise<PageContent>;
}

/** A page, its types held together. */
export function pageRoute<S extends z.ZodObject>(spec: PageRoute<S>): PageRoute {
  return spec as unknown as PageRoute;
}
