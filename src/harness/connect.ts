// From an experiment's model settings to analyzers that reach it: key, a look at the server, one
// analyzer a prompt. Runs and searches come this way.

import { LogAnalyzer } from "../analyzer/analyzer.ts";
import { EMBEDDED_MODEL, embeddedModel, type ExampleIndex } from "../analyzer/embedded.ts";
import { probeServer, type ServerInfo } from "../analyzer/preflight.ts";
import type { PromptTemplate } from "../analyzer/prompt.ts";
import type { Clock } from "../analyzer/retry.ts";
import type { SamplingLayer } from "../analyzer/sampling.ts";
import { allowedLabels } from "../dataset/taxonomy.ts";
import { LlmError, UsageError } from "../errors.ts";
import { seededRandom } from "../random.ts";
import type { Instruments } from "../telemetry/spans.ts";
import type { PreparedRun } from "./prepare.ts";

const PROBE_TIMEOUT_MS = 2500;
const LOADING_POLL_MS = 500;

/** What reaching a model needs of the world. */
export interface ModelDeps {
  readonly clock: Clock;
  readonly env: (name: string) => string | undefined;
  /** What the work and its model calls report to. */
  readonly instruments?: Instruments | undefined;
}

export interface ConnectOptions {
  /** Ends the look at the server and the waits between attempts. */
  readonly stop: AbortSignal;
  /** Told once, while the server loads its model and has to be waited for. */
  readonly onWait: () => void;
}

/** A model that has been reached. */
export interface ModelConnection {
  /** What the server said of itself. */
  readonly fingerprint: ServerInfo;
  /** An analyzer that asks this model with this prompt; `config` beats the prompt's own settings. */
  analyzer(template: PromptTemplate, config: SamplingLayer): LogAnalyzer;
}

/**
 * Looks at an experiment's model.
 *
 * @param examples what the embedded model looks up; not called for a server
 * @throws {LlmError} when the server cannot be reached
 * @throws {UsageError} when the key's variable is not set
 */
export async function connectModel(
  { experiment, taxonomy }: Pick<PreparedRun, "experiment" | "taxonomy">,
  examples: () => ExampleIndex,
  deps: ModelDeps,
  options: ConnectOptions,
): Promise<ModelConnection> {
  const { model, execution } = experiment;
  const { instruments } = deps;
  const apiKey = readApiKey(experiment, deps);
  const fingerprint = await lookAtModel(experiment, apiKey, deps, options);
  const clock = waitingClock(deps.clock, execution.seed, options.stop);
  const embedded = model.provider === "embedded" ? { model: embeddedModel(examples()) } : {};
  return {
    fingerprint,
    analyzer: (promptTemplate, config) =>
      new LogAnalyzer({
        llmUrl: model.endpoint ?? "",
        modelName: model.name,
        promptTemplate,
        config,
        apiKey,
        allowedLabels: allowedLabels(taxonomy),
        retries: execution.retries,
        timeoutMs: execution.timeout_s * 1000,
        clock,
        provider: model.provider,
        tracer: instruments?.tracer,
        meter: instruments?.meter,
        captureContent: instruments?.captureContent,
        inject: instruments?.inject,
        ...embedded,
      }),
  };
}

/** Draws jitter from a seed, and ends a wait between attempts when the work is stopped. */
function waitingClock(clock: Clock, seed: number, stop: AbortSignal): Clock {
  return {
    monotonic: clock.monotonic,
    random: seededRandom(seed),
    sleep: (ms, { signal }) => clock.sleep(ms, { signal: AbortSignal.any([signal, stop]) }),
  };
}

function readApiKey(
  experiment: PreparedRun["experiment"],
  { env }: ModelDeps,
): string | undefined {
  const name = experiment.model.api_key_env;
  if (name === undefined || experiment.model.provider === "embedded") return undefined;
  const key = env(name);
  if (key) return key;
  throw new UsageError(
    `Cannot read the model's key: model.api_key_env names ${name}, which is not set`,
  );
}

async function lookAtModel(
  experiment: PreparedRun["experiment"],
  apiKey: string | undefined,
  { clock }: ModelDeps,
  { stop, onWait }: ConnectOptions,
): Promise<ServerInfo> {
  const { provider, endpoint } = experiment.model;
  if (provider === "embedded" || endpoint === undefined) {
    return { model: EMBEDDED_MODEL, build: null, slots: null, n_ctx: null };
  }
  const giveUp = clock.monotonic() + experiment.execution.timeout_s * 1000;
  for (let waited = false;; waited = true) {
    try {
      const signal = AbortSignal.any([stop, AbortSignal.timeout(PROBE_TIMEOUT_MS)]);
      return await probeServer(endpoint, { signal, apiKey });
    } catch (error) {
      if (error instanceof LlmError && error.kind === "unreachable") throw orWithout(error);
      const loading = error instanceof LlmError && error.kind === "server_error";
      if (!loading || clock.monotonic() > giveUp) throw error;
      if (!waited) onWait();
      await clock.sleep(LOADING_POLL_MS, { signal: stop });
    }
  }
}

/** The same error: an experiment, unlike a service, can do without a server. */
function orWithout({ message, hint, cause }: LlmError): LlmError {
  return new LlmError("unreachable", message, {
    hint: `${hint}\nor without:    logeval run embedded-v1`,
    cause,
  });
}
