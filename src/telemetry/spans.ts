// Work in a span: what runs inside is its child, an error ends it with a status. Without a tracer
// nothing is made and nothing waits. Needs only the types of OpenTelemetry.

import type { Attributes, Context, Link, Span, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import type { Meter, Tracer } from "./api_types.ts";
import { ATTRIBUTE } from "./names.ts";

/** What an analyzer or a run reports to. Whatever is left out is not reported. */
export interface Instruments {
  /** Gets the spans. */
  readonly tracer?: Tracer | undefined;
  /** Gets durations and tokens. */
  readonly meter?: Meter | undefined;
  /** Whether spans hold the text of prompts and answers; they do not by default. */
  readonly captureContent?: boolean | undefined;
  /** The headers that carry the active span to the server of a request, such as `traceparent`. */
  readonly inject?: (() => Record<string, string>) | undefined;
}

export interface SpanOptions {
  readonly kind?: SpanKind;
  /** A span from elsewhere, as `Telemetry.extract` gives it; else the active one is the parent. */
  readonly parent?: Context | undefined;
  /** Begins a trace of its own. */
  readonly root?: boolean;
  readonly links?: readonly Link[];
}

// The numbers behind OpenTelemetry's enums, so that its package is not loaded for them.
/** The kind of a span around a request to a server. */
export const CLIENT: SpanKind.CLIENT = 2;
/** The kind of a span around the answer to a request. */
export const SERVER: SpanKind.SERVER = 1;
const ERROR: SpanStatusCode.ERROR = 2;

/**
 * Does work in a span, which is the active one meanwhile and ends with it, also when it ends later.
 *
 * @param work gets the span; `undefined` without a tracer
 * @returns what `work` returns
 * @throws what `work` throws, after it was noted
 */
export function inSpan<T>(
  tracer: Tracer | undefined,
  name: string,
  attributes: Attributes | undefined,
  work: (span: Span | undefined) => T,
  { kind, root, links, parent }: SpanOptions = {},
): T {
  if (tracer === undefined) return work(undefined);
  const options = {
    ...(attributes === undefined ? {} : { attributes }),
    ...(kind === undefined ? {} : { kind }),
    ...(root === undefined ? {} : { root }),
    ...(links === undefined ? {} : { links: [...links] }),
  };
  const inside = (span: Span): T => {
    let result: T;
    try {
      result = work(span);
    } catch (error) {
      noteError(span, error);
      span.end();
      throw error;
    }
    if (!(result instanceof Promise)) {
      span.end();
      return result;
    }
    return result.catch((error) => {
      noteError(span, error);
      throw error;
    }).finally(() => span.end()) as T;
  };
  return parent === undefined
    ? tracer.startActiveSpan(name, options, inside)
    : tracer.startActiveSpan(name, options, parent, inside);
}

/** Marks a span as failed. By the kind alone: a message may repeat log text. */
export function markFailed(span: Span, errorType: string): void {
  span.setAttribute(ATTRIBUTE.errorType, errorType);
  span.setStatus({ code: ERROR });
}

/** `error.type` of what was thrown: the kind of our own errors, else the name. */
export function errorTypeOf(error: unknown): string {
  if (!(error instanceof Error)) return "_OTHER";
  return "kind" in error && typeof error.kind === "string" ? error.kind : error.name;
}

function noteError(span: Span, error: unknown): void {
  markFailed(span, errorTypeOf(error));
}
