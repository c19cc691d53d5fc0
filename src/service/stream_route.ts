// POST /v1/analyze/stream: a head with window and logs as soon as Loki has answered, then the model's
// text as it is generated. What goes wrong before the head is a status; after it, a last line that
// starts with `[error STATUS]`. The body then ends as it should: broken off, it would take that line
// and text before it along, which Deno's server has not sent yet. An answer that cannot be read, or was
// cut off, ends with a line that says so.

import type { AnalyzeResult } from "../analyzer/analyzer.ts";
import { renderLogEntry } from "../analyzer/log_entry.ts";
import { type AskDeps, askModel } from "./ask_model.ts";
import type { Call } from "./call.ts";
import { gather, type GatherDeps, type Gathered } from "./gather.ts";
import { CLIENT_LEFT, failureFields, ServiceError, serviceErrorOf } from "./service_error.ts";

const HEADERS = {
  "content-type": "text/plain; charset=utf-8",
  // Compressed or collected on its way, the text would come in one piece at the end.
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
};

export async function streamRoute(call: Call, deps: GatherDeps & AskDeps): Promise<Response> {
  const gathered = await gather(call, deps);
  const { readable, writable } = new TextEncoderStream();
  call.lasting = write(writable.getWriter(), call, gathered, deps);
  return new Response(readable, { headers: HEADERS });
}

/** How long a client may take for what is left once the model has ended. */
const LAST_BYTES_MS = 60_000;

/** Never rejects: the failure of an answer that has begun is the answer's and the log's business. */
async function write(
  writer: WritableStreamDefaultWriter<string>,
  call: Call,
  gathered: Gathered,
  deps: AskDeps,
): Promise<void> {
  writer.closed.catch(() => call.end(new ServiceError(CLIENT_LEFT, "the client left")));
  // A write that fails shows in `closed`.
  const tell = (text: string) => void writer.write(text).catch(() => {});
  try {
    using _place = gathered;
    tell(streamHead(gathered));
    tell(`\n${streamFoot(await askModel(call, gathered, deps, tell))}`);
  } catch (error) {
    const { status, message } = serviceErrorOf(error);
    call.endedAs = status;
    call.note(failureFields(error));
    tell(`\n[error ${status}] ${message}\n`);
  }
  const late = setTimeout(() => void writer.abort().catch(() => {}), LAST_BYTES_MS);
  await writer.close().catch(() => {});
  clearTimeout(late);
}

/** What stands before the model's text. */
export function streamHead(
  { request: { time_range }, entries, leftOut }: Pick<Gathered, "request" | "entries" | "leftOut">,
): string {
  const rest = leftOut === 0
    ? ""
    : ` (the newest; the model has no room for ${leftOut} older ones)`;
  return `Window: ${time_range.start} to ${time_range.end}\n` +
    `Logs: ${entries.length}${rest}\n\n` +
    `${entries.map(renderLogEntry).join("\n")}\n\nAnalysis:\n`;
}

/** What stands behind the model's text: nothing when it can be read and is whole. */
export function streamFoot(
  { outcome, completion: { finish_reason } }: {
    readonly outcome: AnalyzeResult["outcome"];
    readonly completion: Pick<AnalyzeResult["completion"], "finish_reason">;
  },
): string {
  const cutOff = finish_reason === "length" ? "[cut off]\n" : "";
  return outcome === "scored" ? cutOff : `${cutOff}[outcome ${outcome}]\n`;
}
