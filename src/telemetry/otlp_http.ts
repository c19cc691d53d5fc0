// Sends what the SDK collects by fetch. OpenTelemetry's own HTTP exporters go through node:http, which
// in Deno 2.7 can end the process with an uncaught error while a collector cannot be resolved.

import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import type { ISerializer } from "@opentelemetry/otlp-transformer";
import { messageOf } from "../errors.ts";
import type { OtlpTarget } from "./settings.ts";

/** What span processors and metric readers hand their data to. */
export interface OtlpExporter<Items> {
  export(items: Items, done: (result: ExportResult) => void): void;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

export interface OtlpExporterOptions {
  /** What is sent, in a word: `traces`. */
  readonly what: string;
  /** Aborted: what is being sent is given up. */
  readonly closing: AbortSignal;
  /** Told of the first export of a row that failed. */
  readonly warn: (message: string) => void;
}

/** A response's answer in the serializers' words: some of what was sent was not taken. */
interface Response {
  readonly partialSuccess?: {
    readonly rejectedSpans?: number | string | null;
    readonly rejectedDataPoints?: number | string | null;
    readonly errorMessage?: string | null;
  } | null;
}

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 5000;
/** Statuses after which the same request may succeed, by the OTLP specification. */
const RETRIABLE = [429, 502, 503, 504];

/** Returns an exporter that posts to a target, again while it may help and time is left. */
export function otlpExporter<Items>(
  target: OtlpTarget,
  serializer: ISerializer<Items, Response>,
  { what, closing, warn }: OtlpExporterOptions,
): OtlpExporter<Items> {
  const pending = new Set<Promise<void>>();
  let failing = false;

  async function send(items: Items): Promise<void> {
    const bytes = serializer.serializeRequest(items);
    if (bytes === undefined) throw new Error("it could not be written as OTLP");
    const answer = await post(target, bytes, closing);
    const rejected = rejection(serializer, answer);
    if (rejected !== null) throw new Error(rejected);
  }

  function tell(error: unknown): void {
    if (!failing) warn(`cannot send ${what} to ${target.url}: ${messageOf(error)}`);
    failing = true;
  }

  return {
    export(items, done) {
      const sending = send(items).then(() => {
        failing = false;
        done({ code: ExportResultCode.SUCCESS });
      }, (error) => {
        tell(error);
        done({ code: ExportResultCode.FAILED, error });
      }).finally(() => pending.delete(sending));
      pending.add(sending);
    },
    async forceFlush() {
      await Promise.all(pending);
    },
    async shutdown() {
      await Promise.all(pending);
    },
  };
}

/** Posts until it is taken, refused, or the target's time is over; the answer's bytes. */
async function post(
  target: OtlpTarget,
  bytes: Uint8Array,
  closing: AbortSignal,
): Promise<Uint8Array> {
  const timeout = AbortSignal.timeout(target.timeoutMs);
  const signal = AbortSignal.any([timeout, closing]);
  const body = target.gzip ? await gzip(bytes) : bytes;
  const headers = {
    ...target.headers,
    "content-type": target.protocol === "http/json" ? "application/json" : "application/x-protobuf",
    ...(target.gzip ? { "content-encoding": "gzip" } : {}),
  };
  let fault = "no answer";
  for (let wait = FIRST_WAIT_MS;; wait = Math.min(wait * 1.5, LONGEST_WAIT_MS)) {
    let waitMs = wait * (0.8 + 0.4 * Math.random());
    try {
      signal.throwIfAborted();
      const response = await fetch(target.url, {
        method: "POST",
        headers,
        body: body as Uint8Array<ArrayBuffer>,
        signal,
      });
      const answer = await response.bytes();
      if (response.ok) return answer;
      fault = `${response.status} ${response.statusText}`.trim();
      if (!RETRIABLE.includes(response.status)) throw new Refused(fault);
      const seconds = Number(response.headers.get("retry-after"));
      if (seconds > 0) waitMs = seconds * 1000;
    } catch (error) {
      if (error instanceof Refused) throw error;
      if (signal.aborted) throw new Error(fault);
      fault = reasonOf(error);
    }
    if (!await slept(waitMs, signal)) throw new Error(fault);
  }
}

class Refused extends Error {}

/** @returns whether the whole time has passed */
function slept(ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", wake);
      resolve(true);
    }, ms);
    signal.addEventListener("abort", wake, { once: true });
    if (signal.aborted) wake();
  });
}

async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  const source = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  return await new globalThis.Response(source.pipeThrough(new CompressionStream("gzip"))).bytes();
}

/** What a collector said of data that it did not take; an answer that nobody can read says nothing. */
function rejection<Items>(
  serializer: ISerializer<Items, Response>,
  answer: Uint8Array,
): string | null {
  try {
    const { partialSuccess } = serializer.deserializeResponse(answer);
    const count = Number(partialSuccess?.rejectedSpans ?? partialSuccess?.rejectedDataPoints ?? 0);
    return count > 0 ? `${count} were not taken: ${partialSuccess?.errorMessage ?? ""}` : null;
  } catch {
    return null;
  }
}

/** The runtime's words: in the message or in its cause, behind an address that is said anyway. */
function reasonOf(error: unknown): string {
  let innermost = error;
  while (innermost instanceof Error && innermost.cause instanceof Error) {
    innermost = innermost.cause;
  }
  return messageOf(innermost).replace(/^error sending request .*?\): /, "");
}
