// What the service counts, for Prometheus.

import prom from "prom-client";
import type { AnalyzeResult } from "../analyzer/analyzer.ts";
import type { Outcome } from "../analyzer/analysis.ts";
import type { PromptSet } from "./prompts.ts";
import type { Slots } from "./slots.ts";

/** From a refusal at once to a model on a CPU that a dozen clients wait for. Seconds. */
const BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320];

const OUTCOMES: readonly Outcome[] = ["scored", "unparseable", "truncated", "empty", "refused"];

export interface ServiceMetrics {
  request(route: string, status: number, ms: number): void;
  loki(result: string, ms: number): void;
  /** A model call that failed: by the kind of its error. */
  modelFailed(kind: string, ms: number): void;
  answer(result: AnalyzeResult, ms: number): void;
  /** The text for a scrape, and its content type. */
  scrape(prompts: PromptSet): Promise<{ readonly text: string; readonly type: string }>;
}

export function createMetrics(version: string, slots: Slots): ServiceMetrics {
  const registry = new prom.Registry();
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[]) =>
    new prom.Counter({ name: `log_analyzer_${name}`, help, labelNames, registers });
  const histogram = (name: string, help: string, labelNames: string[]) =>
    new prom.Histogram({
      name: `log_analyzer_${name}`,
      help,
      labelNames,
      buckets: BUCKETS,
      registers,
    });
  const gauge = (name: string, help: string, read: () => number) =>
    new prom.Gauge({
      name: `log_analyzer_${name}`,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  const info = (name: string, help: string, labelNames: string[]) =>
    new prom.Gauge({ name: `log_analyzer_${name}`, help, labelNames, registers });

  const requests = counter("requests_total", "Requests that were answered", ["route", "status"]);
  const durations = histogram("request_duration_seconds", "Until the last byte", ["route"]);
  const lokiDurations = histogram("loki_duration_seconds", "Queries to Loki", ["result"]);
  const modelDurations = histogram(
    "model_duration_seconds",
    "Calls of the model with all their attempts, without the wait for a turn",
    ["result"],
  );
  const tokens = counter("tokens_total", "Tokens as the model server counts them", ["kind"]);
  const outcomes = counter("outcomes_total", "What became of the model's answers", ["outcome"]);
  // A rate needs to see 0 before the first one.
  for (const outcome of OUTCOMES) outcomes.inc({ outcome }, 0);
  gauge("queued", "Requests that wait for their turn at the model", () => slots.waiting);
  gauge("model_in_flight", "Requests at the model", () => slots.atModel);
  gauge(
    "in_flight",
    "Requests that have a place: at Loki, waiting or at the model",
    () => slots.taken,
  );
  const promptInfo = info("prompt_info", "The prompt that answers; always 1", [
    "id",
    "template_hash",
    "verdict",
  ]);
  const promptFault = info(
    "prompt_fault",
    "1 while the prompts' files as they stand are not taken up, else 0",
    [],
  );
  info("build_info", "The program that answers; always 1", ["version"]).set({ version }, 1);

  return {
    request(route, status, ms) {
      requests.inc({ route, status: String(status) });
      durations.observe({ route }, ms / 1000);
    },
    loki: (result, ms) => lokiDurations.observe({ result }, ms / 1000),
    modelFailed: (kind, ms) => modelDurations.observe({ result: kind }, ms / 1000),
    answer({ outcome, completion: { usage } }, ms) {
      modelDurations.observe({ result: "ok" }, ms / 1000);
      outcomes.inc({ outcome });
      if (usage === null) return;
      tokens.inc({ kind: "prompt" }, usage.prompt_tokens);
      tokens.inc({ kind: "completion" }, usage.completion_tokens);
    },
    async scrape({ active: { template, template_hash, verdict }, fault }) {
      promptFault.set(fault === null ? 0 : 1);
      promptInfo.reset();
      promptInfo.set({ id: template.id, template_hash, verdict }, 1);
      return { text: await registry.metrics(), type: registry.contentType };
    },
  };
}
