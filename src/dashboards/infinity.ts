// Queries of the Infinity data source, which asks the JSON API. The SDK has no builder for them.

import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";

/** The variable that holds the data source, so that the dashboard takes any of the right kind. */
export const INFINITY = { type: "yesoreyeram-infinity-datasource", uid: "${datasource}" } as const;

/** A column of the answer's rows: which key, under which name, as what. */
export interface Column {
  readonly selector: string;
  readonly text: string;
  readonly type: "string" | "number" | "boolean" | "timestamp";
}

export interface InfinitySpec {
  /** Below `/api/v1`. */
  readonly path: string;
  /** JSONata that picks the rows out of the answer. */
  readonly rows: string;
  readonly columns: readonly Column[];
  readonly params?: Readonly<Record<string, string>>;
  /** `timeseries` makes a series of each text and number. */
  readonly format?: "table" | "timeseries";
}

/** What Grafana stores of a query. */
export interface InfinityTarget {
  readonly refId: string;
  readonly datasource?: typeof INFINITY;
  readonly type: "json";
  readonly source: "url";
  readonly parser: "backend";
  readonly format: "table" | "timeseries";
  readonly url: string;
  readonly url_options: {
    readonly method: "GET";
    readonly data: "";
    readonly params: readonly { readonly key: string; readonly value: string }[];
  };
  readonly root_selector: string;
  readonly columns: readonly Column[];
  readonly filters: readonly [];
}

/** A query as it stands in a panel or a variable. */
export function infinityTarget(
  { path, rows, columns, params = {}, format = "table" }: InfinitySpec,
  refId = "A",
): InfinityTarget {
  return {
    refId,
    datasource: INFINITY,
    type: "json",
    source: "url",
    parser: "backend",
    format,
    url: `/api/v1${path}`,
    url_options: {
      method: "GET",
      data: "",
      params: Object.entries(params).map(([key, value]) => ({ key, value })),
    },
    // An array in any case: Infinity's JSONata takes a path without rows for an error.
    root_selector: `[${rows}]`,
    columns,
    filters: [],
  };
}

/** A query as the SDK takes it. */
export function infinity(spec: InfinitySpec): Builder<Dataquery> {
  return { build: () => infinityTarget(spec) as unknown as Dataquery };
}

/** The query of a variable; its columns are named `__text` and `__value`. */
export function infinityVariable(spec: InfinitySpec): Record<string, unknown> {
  return {
    queryType: "infinity",
    query: "",
    infinityQuery: infinityTarget(spec, "variable"),
  };
}

const columnOf = (type: Column["type"]) => (selector: string, text = selector): Column => ({
  selector,
  text,
  type,
});

export const string = columnOf("string");
export const number = columnOf("number");
export const timestamp = columnOf("timestamp");
