import * as z from "zod";
import { pageRoute } from "./page_route.ts";
export const comparePage = pageRoute({
  path: "/compare",
  view: "Compare",
  query: z.strictObject({}),
  version: () => "",
  make: () => ({ template: "compare", title: "c", data: {} }),
});
