// What changes as server-sent events: one whenever it did, until there is no more to come or the
// client has left.

import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import type { Clock } from "../analyzer/retry.ts";
import { ApiError } from "./api_error.ts";

export const EVENTS_TYPE = "text/event-stream";

/** Clients that may listen at a time. */
const MOST_LISTENERS = 64;
const HEARTBEAT_MS = 15_000;

/** What a stream shows at one moment. */
export interface Moment {
  /** Sent as JSON when it is another text than before. */
  readonly row: unknown;
  /** Whether more will come. */
  readonly running: boolean;
}

export interface EventsDeps {
  readonly clock: Clock;
  /** Ends all streams. */
  readonly stop: AbortSignal;
  /** Milliseconds between two looks. */
  readonly pollMs: number;
}

/** Answers with what `look` sees, as events of that name; `look` gives `null` when it is gone. */
export type EventStream = (
  c: Context,
  event: string,
  look: () => Moment | null | Promise<Moment | null>,
) => Response | Promise<Response>;

/** Makes the streams of one server, which share the limit on listeners. */
export function eventStreams({ clock, stop, pollMs }: EventsDeps): EventStream {
  let listeners = 0;
  return (c, event, look) => {
    if (c.req.method === "HEAD") return c.body(null, 200, { "content-type": EVENTS_TYPE });
    if (listeners >= MOST_LISTENERS) {
      throw new ApiError("too_many", `Cannot add a listener: there are ${MOST_LISTENERS} already`, {
        headers: { "retry-after": "10" },
      });
    }
    listeners++;
    return streamSSE(c, async (stream) => {
      const left = new AbortController();
      stream.onAbort(() => left.abort());
      const signal = AbortSignal.any([left.signal, stop]);
      let sent = "";
      let silentMs = 0;
      try {
        while (!signal.aborted) {
          const moment = await look();
          const data = JSON.stringify(moment?.row ?? null);
          if (moment === null || !moment.running) {
            await stream.writeSSE({ event: "end", data });
            return;
          }
          if (data !== sent) await stream.writeSSE({ event, data });
          else if (silentMs >= HEARTBEAT_MS) await stream.write(": nothing new\n\n");
          silentMs = data !== sent || silentMs >= HEARTBEAT_MS ? 0 : silentMs + pollMs;
          sent = data;
          await clock.sleep(pollMs, { signal }).catch(() => {});
        }
      } finally {
        listeners--;
      }
    });
  };
}
