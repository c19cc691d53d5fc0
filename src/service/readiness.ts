// GET /ready: whether an analysis can be had. It asks Loki; a prompt that was not taken up is said,
// but the old one still answers.

import { messageOf } from "../errors.ts";
import type { LokiClient } from "./loki.ts";
import type { PromptSet } from "./prompts.ts";

/** Below the usual patience of a probe's configuration. */
const PATIENCE_MS = 3000;

export interface ReadinessInput {
  readonly draining: boolean;
  readonly loki: Pick<LokiClient, "ready">;
  readonly prompts: PromptSet;
}

/** 200 when ready, else 503; the body says of each part what is wrong with it, `null` for nothing. */
export async function readiness({ draining, loki, prompts }: ReadinessInput): Promise<Response> {
  const lokiFault = draining ? null : await faultOf(loki);
  const status = draining ? "draining" : lokiFault === null ? "ready" : "not ready";
  return Response.json({
    status,
    loki: lokiFault,
    prompt: { id: prompts.active.template.id, template_hash: prompts.active.template_hash },
    prompt_fault: prompts.fault,
  }, { status: status === "ready" ? 200 : 503 });
}

async function faultOf(loki: Pick<LokiClient, "ready">): Promise<string | null> {
  const late = new AbortController();
  const timer = setTimeout(
    () => late.abort(new Error(`no answer within ${PATIENCE_MS / 1000} s`)),
    PATIENCE_MS,
  );
  try {
    await loki.ready({ signal: late.signal });
    return null;
  } catch (error) {
    return messageOf(error);
  } finally {
    clearTimeout(timer);
  }
}
