// OpenTelemetry's types under names of ours, for what others import. They are inferred because
// `deno doc --lint` takes a type of another package for a private one of this (denoland/deno#27364).

/** OpenTelemetry's `Tracer`: `trace.getTracer(name)` of `@opentelemetry/api` gives one. */
export type Tracer = typeof import("@opentelemetry/api") extends
  { trace: { getTracer(name: string): infer Found } } ? Found : never;

/** OpenTelemetry's `Meter`: `metrics.getMeter(name)` of `@opentelemetry/api` gives one. */
export type Meter = typeof import("@opentelemetry/api") extends
  { metrics: { getMeter(name: string): infer Found } } ? Found : never;
