// The service on a free port of loopback, with a model server and a Loki of the test's choice; what it
// logs is kept.

import type { LogEntry } from "../analyzer/analysis.ts";
import { parsePromptTemplate } from "../analyzer/prompt.ts";
import { templateHash } from "../analyzer/render.ts";
import { systemClock } from "../analyzer/retry.ts";
import { parseTaxonomy, type Taxonomy } from "../dataset/taxonomy.ts";
import { createService, type Service, type ServiceDeps } from "../service/app.ts";
import { type LokiClient, lokiClient } from "../service/loki.ts";
import { serviceLog } from "../service/service_log.ts";
import { readSettings } from "../service/settings.ts";
import type { FakeLogEntry } from "./fake_loki.ts";

export const TAXONOMY: Taxonomy = parseTaxonomy(
  "root_causes: {oom_killed: memory}\nseverities: {critical: bad}\ncomponents: {api: the api}\n" +
    "actions: {raise_memory: more}\n",
  "labels.yaml",
);

const PROMPT = `id: test_prompt
version: 1
description: For tests.
inputs: {required: [logs, namespace, time_range, root_causes]}
system: |
  Root causes:
  {{ root_causes }}
user: |
  {{ namespace }} from {{ time_range }}
  {{ logs }}
`;

export const { template: TEMPLATE } = parsePromptTemplate(PROMPT, "test_prompt.yaml");

/** An answer in the form that models are asked for. */
export const ANSWER = "Root cause: OOM killed\nSeverity: Critical\nSummary: Pod killed.";

export const ENTRY: LogEntry = {
  timestamp: Date.UTC(2026, 0, 9, 14, 0, 0, 250),
  namespace: "llm",
  pod: "llama-server-0",
  container: "llama-server",
  node: "node-1",
  message: "E srv start: couldn't bind HTTP server socket, port: 8080",
};

export const WINDOW = { start: "2026-01-09T14:00:00.000Z", end: "2026-01-09T15:00:00.000Z" };

/** A body that can be answered. */
export const BODY = { time_range: WINDOW, filters: { namespace: "llm" } };

/** A Loki that answers with these entries, whatever it is asked. */
export function lokiOf(entries: readonly LogEntry[]): LokiClient {
  return { query: () => Promise.resolve(entries), ready: () => Promise.resolve() };
}

/** The same entries as the fake Loki takes them. */
export function storedOf(entries: readonly LogEntry[]): FakeLogEntry[] {
  return entries.map(({ timestamp, message, ...labels }) => ({
    ns: BigInt(timestamp) * 1_000_000n,
    labels,
    line: message,
  }));
}

/** A Loki that fails with this error. */
export function failingLoki(error: Error): LokiClient {
  return { query: () => Promise.reject(error), ready: () => Promise.reject(error) };
}

export type LogLine = Readonly<Record<string, unknown>>;

export interface TestService extends AsyncDisposable {
  readonly url: string;
  readonly service: Service;
  readonly lines: readonly LogLine[];
  /** What it logged, as it stands in the pod's log. */
  readonly logText: string;
  /** Ends what is in flight. */
  abort(): void;
  post(body: unknown, options?: RequestInit & { readonly stream?: boolean }): Promise<Response>;
}

export interface TestServiceOptions extends Partial<Omit<ServiceDeps, "settings" | "abort">> {
  /** Of the model. */
  readonly llmUrl?: string;
  /** Of a Loki to be asked over HTTP, instead of `loki`. */
  readonly lokiUrl?: string;
  /** LOG_ANALYZER_* without the prefix. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a service; `await using` ends it. Attempts are repeated without a wait. */
export function startService(
  { llmUrl = "http://127.0.0.1:9", lokiUrl, env = {}, ...deps }: TestServiceOptions = {},
): TestService {
  const variables: Readonly<Record<string, string>> = {
    LOKI_URL: "http://127.0.0.1:9",
    LLM_URL: llmUrl,
    LLM_MODEL: "fake-1b",
    ...env,
  };
  let logText = "";
  const log = serviceLog((line) => logText += line, Date.now);
  const clock = { ...systemClock(), sleep: () => Promise.resolve() };
  const active = { template: TEMPLATE, template_hash: templateHash(TEMPLATE) };
  const set = { all: [{ ...active, verdict: "unrecorded" as const }], fault: null };
  const end = new AbortController();
  const service = createService({
    settings: readSettings((name) => variables[name.replace(/^LOG_ANALYZER_/, "")]),
    loki: lokiUrl === undefined
      ? lokiOf([ENTRY])
      : lokiClient({ url: lokiUrl, timeoutMs: 5000, retries: 0, clock }),
    prompts: { current: () => ({ ...set, active: set.all[0]! }) },
    taxonomy: TAXONOMY,
    log,
    clock,
    version: "1.2.3",
    telemetry: null,
    ...deps,
    abort: end.signal,
  });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    service.fetch,
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  return {
    url,
    service,
    get lines() {
      return logText.trim().split("\n").filter(Boolean).map((line) => JSON.parse(line));
    },
    get logText() {
      return logText;
    },
    abort: () => end.abort(),
    post: (body, { stream = false, ...init } = {}) =>
      fetch(`${url}/v1/analyze${stream ? "/stream" : ""}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: typeof body === "string" ? body : JSON.stringify(body),
        ...init,
      }),
    [Symbol.asyncDispose]: async () => {
      await service.drain();
      await server.shutdown();
    },
  };
}
