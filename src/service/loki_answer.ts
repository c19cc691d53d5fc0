// The body of Loki's answer -> log entries, or what is wrong with it. Pure.

import * as z from "zod";
import type { LogEntry } from "../analyzer/analysis.ts";
import { asString, valueAt } from "../analyzer/json_value.ts";
import { quote } from "../faults.ts";

/** Entries oldest first, or why there are none. */
export type ReadStreams =
  | { readonly entries: readonly LogEntry[] }
  | { readonly entries: null; readonly fault: string };

/** Reads what Loki answered to a log query that goes backward in time. */
export function readStreams(answer: unknown): ReadStreams {
  const parsed = Answer.safeParse(answer);
  if (parsed.success) return { entries: entriesOf(parsed.data.data.result) };
  const words = wordsOf(answer);
  const fault = words === null
    ? `the answer is no list of log streams: ${shapeFault(parsed.error, answer)}`
    : `it answered without logs: ${words}`;
  return { entries: null, fault };
}

/** The message of an error body: Loki's own form, its gRPC gateway's, a proxy's. */
export function wordsOf(body: unknown): string | null {
  return asString(valueAt(body, "error")) ?? asString(valueAt(body, "message"));
}

/** What Loki answers for a log query; what else it says, such as `stats`, is passed over. */
const Answer = z.object({
  status: z.literal("success"),
  data: z.object({
    resultType: z.literal("streams"),
    result: z.array(z.object({
      stream: z.record(z.string(), z.string()),
      // A third element holds structured metadata.
      values: z.array(z.tuple([z.string().regex(/^-?\d{1,20}$/), z.string()], z.unknown())),
    })),
  }),
});

type Stream = z.output<typeof Answer>["data"]["result"][number];

function shapeFault(error: z.ZodError, answer: unknown): string {
  const [issue] = error.issues;
  const found = valueAt(answer, ...issue!.path as (string | number)[]);
  const place = issue!.path.join(".") || "it";
  return found === undefined ? `${place} is missing` : `${place} is ${quote(found)}`;
}

/** Oldest first. What has the same nanosecond keeps the order in which Loki took it in. */
function entriesOf(streams: readonly Stream[]): LogEntry[] {
  return streams
    .flatMap(({ stream, values }) =>
      // The query goes backward in time, so the last value of a stream is its first line.
      values.toReversed().map(([time, message]) => ({ time: BigInt(time), stream, message }))
    )
    .sort((a, b) => a.time < b.time ? -1 : a.time > b.time ? 1 : 0)
    .map(({ time, stream, message }) => ({
      timestamp: Number(time / 1_000_000n),
      namespace: stream["namespace"] || "unknown",
      pod: stream["pod"] || "unknown",
      container: stream["container"] || "unknown",
      node: stream["node"] || stream["node_name"] || "unknown",
      message,
    }));
}
