import type { PageRoute } from "./page_route.ts";
export const OPTIMIZATION_PAGES: readonly PageRoute[] = [];
