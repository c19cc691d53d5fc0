// Log entries -> the newest of them whose prompt the model's server takes, so that a request for many
// lines is answered with as many as there is room for, and not with an error.

import type { LogEntry } from "../analyzer/analysis.ts";
import type { AnalyzeContext, LogAnalyzer } from "../analyzer/analyzer.ts";
import { countTokens } from "../analyzer/count_tokens.ts";
import { probeServer } from "../analyzer/preflight.ts";
import type { Clock } from "../analyzer/retry.ts";
import { CHAT_TEMPLATE_TOKENS, estimateTokens, fitContext, type Fitted } from "./fit_context.ts";
import type { ServiceSettings } from "./settings.ts";

/** How long what the server said of its context holds. */
const HOLDS_MS = 60_000;
const PATIENCE_MS = 2500;

export interface FitOptions {
  readonly analyzer: LogAnalyzer;
  readonly context: AnalyzeContext;
  readonly signal: AbortSignal;
}

export type Fit = (entries: readonly LogEntry[], options: FitOptions) => Promise<Fitted>;

/**
 * Makes the function that fits entries to the server's context. Where the server does not say how
 * large that is, all of them fit.
 */
export function fitToModel(
  { llm_url, llm_api_key: apiKey }: Pick<ServiceSettings, "llm_url" | "llm_api_key">,
  clock: Pick<Clock, "monotonic">,
): Fit {
  let asked: { readonly at: number; readonly n_ctx: Promise<number | null> } | null = null;

  function contextTokens(): Promise<number | null> {
    if (asked === null || clock.monotonic() - asked.at > HOLDS_MS) {
      // Asked for all requests that come meanwhile, so none of them may end it.
      asked = { at: clock.monotonic(), n_ctx: probe(llm_url, apiKey) };
    }
    return asked.n_ctx;
  }

  return async (entries, { analyzer, context, signal }) => {
    const whole = { entries, cut: 0, shortened: false };
    const n_ctx = await contextTokens();
    signal.throwIfAborted();
    if (n_ctx === null) return whole;
    const budget = n_ctx - analyzer.sampling.max_tokens - CHAT_TEMPLATE_TOKENS;
    const textOf = (some: readonly LogEntry[]) =>
      analyzer.buildPrompt(some, context).map(({ content }) => content).join("\n");
    // Rather too many than too few: what fits by it need not be counted.
    if (estimateTokens(textOf(entries)) <= budget) return whole;
    // Nothing is cut on a guess: what cannot be counted fits, and the server has the last word.
    const tokensOf = async (some: readonly LogEntry[]) =>
      await countTokens(llm_url, textOf(some), { signal, apiKey }) ?? 0;
    return await fitContext(entries, { budget, tokensOf });
  };
}

async function probe(endpoint: string, apiKey: string | undefined): Promise<number | null> {
  const late = new AbortController();
  const timer = setTimeout(
    () => late.abort(new DOMException("The time limit is reached", "TimeoutError")),
    PATIENCE_MS,
  );
  try {
    return (await probeServer(endpoint, { signal: late.signal, apiKey })).n_ctx;
  } catch {
    // The call of the model says what is wrong with its server.
    return null;
  } finally {
    clearTimeout(timer);
  }
}
