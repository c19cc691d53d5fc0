import assert from "node:assert/strict";
import { type OtelSettings, type OtlpTarget, readOtelSettings } from "./settings.ts";

const ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT";
const BASE = { [ENDPOINT]: "http://c:4318" };
const TRACES = target("http://c:4318/v1/traces");
const METRICS = target("http://c:4318/v1/metrics");

function target(url: string, more: Partial<OtlpTarget> = {}): OtlpTarget {
  return { url, protocol: "http/protobuf", headers: {}, timeoutMs: 10_000, gzip: false, ...more };
}

interface Case {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  /** What must be in the settings; `null` for none. */
  readonly want: Partial<OtelSettings> | null;
  /** Parts of the warnings, in their order. */
  readonly warns?: readonly string[];
}

const CASES: readonly Case[] = [
  { name: "nothing is set", env: {}, want: null },
  { name: "an empty value is not set", env: { [ENDPOINT]: " " }, want: null },
  { name: "other variables alone", env: { OTEL_SERVICE_NAME: "x" }, want: null },
  {
    name: "one endpoint is both signals'",
    env: BASE,
    want: {
      traces: TRACES,
      metrics: METRICS,
      sampler: { kind: "always_on", ratio: 1, parentBased: true },
      propagators: ["tracecontext", "baggage"],
      batch: {},
      reader: {},
      captureContent: false,
    },
  },
  {
    name: "an endpoint with a path and a slash",
    env: { [ENDPOINT]: "https://c/otlp/", OTEL_METRICS_EXPORTER: "none" },
    want: { traces: target("https://c/otlp/v1/traces"), metrics: null },
  },
  {
    name: "a signal's own endpoint is taken as it is, the other signal is off",
    env: { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "http://m/in" },
    want: { traces: null, metrics: target("http://m/in") },
  },
  {
    name: "a signal's own protocol",
    env: {
      ...BASE,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: "http/protobuf",
    },
    want: {
      traces: target("http://c:4318/v1/traces", { protocol: "http/json" }),
      metrics: METRICS,
    },
  },
  { name: "the SDK is disabled", env: { ...BASE, OTEL_SDK_DISABLED: "TRUE" }, want: null },
  {
    name: "both exporters are none",
    env: { ...BASE, OTEL_TRACES_EXPORTER: "none", OTEL_METRICS_EXPORTER: "none" },
    want: null,
  },
  {
    name: "grpc",
    env: { ...BASE, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" },
    want: null,
    warns: [
      'no traces are sent: OTEL_EXPORTER_OTLP_PROTOCOL is "grpc", there are http/protobuf',
      'no metrics are sent: OTEL_EXPORTER_OTLP_PROTOCOL is "grpc"',
    ],
  },
  {
    name: "an exporter that we do not have",
    env: { ...BASE, OTEL_TRACES_EXPORTER: "zipkin" },
    want: { traces: null, metrics: METRICS },
    warns: ['no traces are sent: OTEL_TRACES_EXPORTER is "zipkin", there are otlp and none'],
  },
  {
    name: "endpoints that are none",
    env: { [ENDPOINT]: "collector:4318", OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "nonsense" },
    want: null,
    warns: [
      `no traces are sent: ${ENDPOINT} is "collector:4318", which is no http or https URL`,
      'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT is "nonsense"',
    ],
  },
  {
    name: "a tenth of the traces",
    env: {
      ...BASE,
      OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
      OTEL_TRACES_SAMPLER_ARG: "0.1",
    },
    want: { sampler: { kind: "traceidratio", ratio: 0.1, parentBased: true } },
  },
  {
    name: "no traces, whatever the caller says",
    env: { ...BASE, OTEL_TRACES_SAMPLER: "always_off" },
    want: { sampler: { kind: "always_off", ratio: 1, parentBased: false } },
  },
  {
    name: "a sampler that we do not have",
    env: { ...BASE, OTEL_TRACES_SAMPLER: "xray" },
    want: { sampler: { kind: "always_on", ratio: 1, parentBased: true } },
    warns: ['OTEL_TRACES_SAMPLER is "xray", which is passed over; there are always_on'],
  },
  {
    name: "a ratio that is none",
    env: { ...BASE, OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "10%" },
    want: { sampler: { kind: "traceidratio", ratio: 1, parentBased: false } },
    warns: ['OTEL_TRACES_SAMPLER_ARG is "10%", which is no number from 0 to 1'],
  },
  {
    name: "propagators",
    env: { ...BASE, OTEL_PROPAGATORS: "b3, tracecontext" },
    want: { propagators: ["tracecontext"] },
    warns: ['OTEL_PROPAGATORS has "b3", which is passed over'],
  },
  { name: "no propagator", env: { ...BASE, OTEL_PROPAGATORS: "none" }, want: { propagators: [] } },
  {
    name: "numbers",
    env: {
      ...BASE,
      OTEL_BSP_MAX_QUEUE_SIZE: "9000",
      OTEL_BSP_SCHEDULE_DELAY: "-1",
      OTEL_METRIC_EXPORT_INTERVAL: "1000",
      OTEL_SPAN_EVENT_COUNT_LIMIT: "many",
    },
    want: { batch: { maxQueueSize: 9000 }, reader: { exportIntervalMillis: 1000 }, spanLimits: {} },
    warns: ['OTEL_BSP_SCHEDULE_DELAY is "-1"', 'OTEL_SPAN_EVENT_COUNT_LIMIT is "many"'],
  },
  {
    name: "headers, the signal's own before the common ones, and keys that are never repeated",
    env: {
      ...BASE,
      OTEL_EXPORTER_OTLP_HEADERS: "Authorization=Bearer%20a=b, X-Org = 1 ,,bad name=secret,e=",
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: "x-org=2,line=a%0Asecret",
      OTEL_METRICS_EXPORTER: "none",
    },
    want: { traces: { ...TRACES, headers: { authorization: "Bearer a=b", "x-org": "2" } } },
    warns: [
      'OTEL_EXPORTER_OTLP_HEADERS has a header that can not be sent: "bad name"',
      'OTEL_EXPORTER_OTLP_HEADERS has a header that can not be sent: "e"',
      'OTEL_EXPORTER_OTLP_TRACES_HEADERS has a header that can not be sent: "line"',
    ],
  },
  {
    name: "time limit, compression, temporality, certificates",
    env: {
      ...BASE,
      OTEL_EXPORTER_OTLP_TIMEOUT: "500",
      OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: "soon",
      OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: "gzip",
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "Delta",
      OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE: "/ca.pem",
    },
    want: {
      traces: { ...TRACES, timeoutMs: 500, gzip: true },
      metrics: METRICS,
      delta: true,
    },
    warns: [
      "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE is passed over; DENO_CERT names further certificates",
      'OTEL_EXPORTER_OTLP_METRICS_TIMEOUT is "soon"',
    ],
  },
  {
    name: "text in spans",
    env: { ...BASE, OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "true" },
    want: { captureContent: true },
  },
];

for (const { name, env, want, warns = [] } of CASES) {
  Deno.test(`readOtelSettings(): ${name}`, () => {
    const warnings: string[] = [];
    const settings = readOtelSettings((name) => env[name], (message) => warnings.push(message));
    if (want === null) assert.equal(settings, null);
    else {
      assert.notEqual(settings, null);
      for (const [field, value] of Object.entries(want)) {
        assert.deepEqual(settings?.[field as keyof OtelSettings], value, field);
      }
    }
    assert.equal(warnings.length, warns.length, warnings.join("\n"));
    warns.forEach((part, at) => assert.ok(warnings[at]?.includes(part), warnings[at]));
  });
}
