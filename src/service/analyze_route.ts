// POST /v1/analyze: logs in, the model's text and its reading out, in one JSON object.

import type { Analysis, LogEntry } from "../analyzer/analysis.ts";
import { type AskDeps, askModel } from "./ask_model.ts";
import type { Call } from "./call.ts";
import { gather, type GatherDeps } from "./gather.ts";

export async function analyzeRoute(call: Call, deps: GatherDeps & AskDeps): Promise<Response> {
  using gathered = await gather(call, deps);
  const { completion, outcome, analysis, prompt } = await askModel(call, gathered, deps);
  return Response.json({
    log_count: gathered.entries.length,
    analysis: completion.text,
    logs: gathered.entries.map(logOf),
    logs_left_out: gathered.leftOut,
    outcome,
    finish_reason: completion.finish_reason,
    result: analysis === null ? null : fieldsOf(analysis),
    prompt,
  });
}

function logOf({ timestamp, namespace, container, pod, node, message }: LogEntry) {
  const time = new Date(timestamp).toISOString();
  return { time, source: `${namespace}/${container}`, pod, node, message };
}

/** The model's text stands in `analysis` already. */
function fieldsOf({ raw_response: _, ...fields }: Analysis) {
  return fields;
}
