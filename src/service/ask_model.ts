// The second half of every analysis: a turn at the model, then the same analyzer that is measured.

import type { AnalyzeResult } from "../analyzer/analyzer.ts";
import type { Clock } from "../analyzer/retry.ts";
import { LlmError } from "../errors.ts";
import type { Call } from "./call.ts";
import type { Gathered } from "./gather.ts";
import type { ServiceMetrics } from "./service_metrics.ts";

export interface AskDeps {
  readonly metrics: ServiceMetrics;
  readonly clock: Pick<Clock, "monotonic">;
}

/**
 * @param onText told each piece of the answer as it is generated
 * @throws {LlmError} when the model gave no completion
 * @throws the reason of the call's signal
 */
export async function askModel(
  call: Call,
  { entries, analyzer, context, place }: Gathered,
  { metrics, clock }: AskDeps,
  onText?: (text: string) => void,
): Promise<AnalyzeResult> {
  call.stage = "turn";
  const asked = clock.monotonic();
  await place.turn(call.signal);
  const started = clock.monotonic();
  call.stage = "model";
  call.note({ wait_ms: Math.round(started - asked) });
  try {
    const result = await analyzer.analyze(entries, { ...context, signal: call.signal, onText });
    const ms = clock.monotonic() - started;
    metrics.answer(result, ms);
    const { usage, attempts } = result.completion;
    call.note({
      outcome: result.outcome,
      attempts,
      prompt_tokens: usage?.prompt_tokens ?? null,
      completion_tokens: usage?.completion_tokens ?? null,
    });
    return result;
  } catch (error) {
    const kind = error instanceof LlmError ? error.kind : "ended early";
    metrics.modelFailed(kind, clock.monotonic() - started);
    throw error;
  } finally {
    call.note({ model_ms: Math.round(clock.monotonic() - started) });
    place[Symbol.dispose]();
  }
}
