// A sample's span: a trace of its own that is linked with the run's, so that the trace id of a record
// leads to it and a run of 20,000 samples is no trace that a back end refuses. Scores are its events.

import type { Attributes, Link, Span, Tracer } from "@opentelemetry/api";
import { ATTRIBUTE, EVENT, SPAN } from "../telemetry/names.ts";
import { inSpan, markFailed } from "../telemetry/spans.ts";
import type { SampleRecord } from "./run_files.ts";

/** Where the samples of a run are told. */
export interface SampleTracing {
  readonly tracer: Tracer;
  /** The span of the run. */
  readonly links: readonly Link[];
  /** The same for every sample. */
  readonly attributes: Attributes;
}

/** What the samples of a run or a search are told with; `undefined` when it has no span. */
export function sampleTracing(
  tracer: Tracer | undefined,
  span: Span | undefined,
  runId: string,
): SampleTracing | undefined {
  if (tracer === undefined || span === undefined) return undefined;
  return {
    tracer,
    links: [{ context: span.spanContext() }],
    attributes: { [ATTRIBUTE.runId]: runId },
  };
}

/**
 * Makes a record in a span of its own.
 *
 * @returns the record, with its trace id when the trace is recorded
 */
export function inSampleSpan(
  { tracer, links, attributes }: SampleTracing,
  answer: () => Promise<SampleRecord>,
): Promise<SampleRecord> {
  return inSpan(tracer, SPAN.sample, attributes, async (span) => {
    const record = await answer();
    if (!span?.isRecording()) return record;
    span.setAttributes({
      [ATTRIBUTE.sampleId]: record.id,
      [ATTRIBUTE.repeat]: record.repeat,
      [ATTRIBUTE.outcome]: record.outcome,
    });
    if (record.error !== null) markFailed(span, record.error.kind);
    for (const [name, value] of Object.entries(record.scores ?? {})) {
      span.addEvent(EVENT.evaluation, evaluation(name, value));
    }
    return { ...record, trace_id: span.spanContext().traceId };
  }, { root: true, links });
}

/** Scores that are 1 for right and 0 for wrong; the others are shares, which neither pass nor fail. */
const RIGHT_OR_WRONG = ["root_cause", "severity", "action"];

function evaluation(name: string, value: number): Attributes {
  return {
    [ATTRIBUTE.evaluationName]: name,
    [ATTRIBUTE.evaluationValue]: value,
    ...(RIGHT_OR_WRONG.includes(name)
      ? { [ATTRIBUTE.evaluationLabel]: value === 1 ? "pass" : "fail" }
      : {}),
  };
}
