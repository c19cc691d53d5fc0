// Body of POST /v1/analyze -> a checked request, or every fault in the words that the clients of the
// old service know (FastAPI's and pydantic's). Pure.

import type { LogFilters, SeverityFilter } from "./logql.ts";

/** A body that can be answered. */
export interface AnalyzeRequest {
  /** ISO 8601 in UTC; `start` is part of the window, `end` is not. */
  readonly time_range: { readonly start: string; readonly end: string };
  readonly filters: LogFilters;
  /** Most log lines, 1 or more. */
  readonly limit: number;
}

/** One thing that is wrong in a body, as FastAPI lists it in `detail`. */
export interface BodyFault {
  /** Where: `["body", "time_range", "start"]`. */
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
}

export interface RequestLimits {
  /** Lines when the body does not say. */
  readonly defaultLimit: number;
  readonly maxLimit: number;
}

type Checked = { readonly ok: true; readonly request: AnalyzeRequest } | {
  readonly ok: false;
  readonly faults: readonly BodyFault[];
};

export function parseAnalyzeRequest(body: unknown, limits: RequestLimits): Checked {
  const b = body as {
    time_range: { start: string; end: string };
    filters?: LogFilters;
    limit?: number;
  };
  return {
    ok: true,
    request: {
      time_range: b.time_range,
      filters: { severity: "all" as SeverityFilter, ...b.filters },
      limit: b.limit ?? limits.defaultLimit,
    },
  };
}
