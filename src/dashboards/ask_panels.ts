// Asks the API what Grafana would ask it for a dashboard: variables first, then every panel and
// annotation, rows picked by their JSONata. What Infinity's backend does, without Grafana.

import jsonata from "jsonata";
import type { InfinityTarget } from "./infinity.ts";

/** Answers a path with its query. */
export type Get = (path: string) => Promise<Response>;

/** One query and what it found. */
export interface Asked {
  /** Of the panel; `annotation NAME` or `variable NAME` for the others. */
  readonly title: string;
  readonly target: InfinityTarget;
  readonly path: string;
  /** JSONata, variables filled. */
  readonly selector: string;
  readonly rows: readonly Record<string, unknown>[];
  /** Status and body of a refusal; `null` for an answer. */
  readonly refusal: string | null;
  readonly transformations: readonly unknown[];
}

interface Panel {
  readonly title: string;
  readonly repeat?: string;
  readonly targets?: readonly InfinityTarget[];
  readonly transformations?: readonly unknown[];
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly annotations: {
    readonly list: readonly { readonly name: string; readonly target: InfinityTarget }[];
  };
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly type: string;
      readonly multi?: boolean;
      readonly query: { readonly infinityQuery: InfinityTarget };
    }[];
  };
}

type Values = Readonly<Record<string, string | readonly string[]>>;

/** Asks everything that the dashboard's JSON asks for, in its order. */
export async function askPanels(text: string, get: Get): Promise<Asked[]> {
  const { panels, annotations, templating } = JSON.parse(text) as Dashboard;
  const values: Record<string, string | readonly string[]> = {};
  const asked: Asked[] = [];
  const add = async (title: string, target: InfinityTarget, scope: Values, from?: Panel) => {
    const transformations = from?.transformations ?? [];
    const found = { title, target, transformations, ...await ask(target, scope, get) };
    asked.push(found);
    return found.rows;
  };
  for (const { name, type, multi, query } of templating.list) {
    if (type !== "query") continue;
    const rows = await add(`variable ${name}`, query.infinityQuery, values);
    const { columns } = query.infinityQuery;
    const selector = columns.find(({ text }) => text === "__value")?.selector ?? "";
    const options = [...new Set(rows.map((row) => String(row[selector])))];
    values[name] = multi ? options : options[0] ?? "";
  }
  for (const { name, target } of annotations.list) {
    await add(`annotation ${name}`, target, values);
  }
  for (const panel of panels) {
    const { title, repeat, targets = [] } = panel;
    for (const target of targets) {
      const scopes = repeat === undefined ? [values] : [values[repeat] ?? []].flat()
        .map((value) => ({ ...values, [repeat]: value }));
      for (const scope of scopes) await add(filled(title, scope), target, scope, panel);
    }
  }
  return asked;
}

async function ask(target: InfinityTarget, values: Values, get: Get) {
  const query = new URLSearchParams(
    target.url_options.params.map(({ key, value }) => [key, filled(value, values)]),
  );
  const path = filled(target.url, values) + (query.size === 0 ? "" : `?${query}`);
  const response = await get(path);
  const text = await response.text();
  const selector = filled(target.root_selector, values);
  if (!response.ok) {
    return { path, selector, rows: [], refusal: `${response.status} ${text.trim()}` };
  }
  const picked = await jsonata(selector).evaluate(JSON.parse(text));
  // Infinity takes an object for a row and nothing for no rows, as JSONata gives them.
  const rows: Record<string, unknown>[] = picked === undefined ? [] : [picked].flat();
  return { path, selector, rows, refusal: null };
}

/** Variables replaced as Grafana does it; other words with a dollar are JSONata's. */
function filled(text: string, values: Values): string {
  return text.replace(/\$\{(\w+)(?::(\w+))?\}|\$(\w+)/g, (whole, braced, format, bare) => {
    const value = values[braced ?? bare];
    if (value === undefined) {
      if (braced === undefined) return whole;
      throw new Error(`there is no variable ${whole}`);
    }
    if (format === "json") return JSON.stringify(value);
    const plain = typeof value === "string"
      ? value
      : value.length === 1
      ? value[0] ?? ""
      : `{${value.join(",")}}`;
    return format === "percentencode" ? encodeURIComponent(plain) : plain;
  });
}
