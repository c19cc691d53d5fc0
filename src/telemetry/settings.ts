// The standard OTEL_* variables that decide whether and how we export. Service name and resource
// attributes are not among them: the SDK reads those by itself. Pure.

export type OtlpProtocol = "http/protobuf" | "http/json";

/** Where one signal goes, and how it is written. */
export interface OtlpTarget {
  readonly url: string;
  readonly protocol: OtlpProtocol;
  /** By name in lower case; they may hold keys. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of one export with all its attempts. */
  readonly timeoutMs: number;
  readonly gzip: boolean;
}

export interface SamplerSettings {
  readonly kind: "always_on" | "always_off" | "traceidratio";
  /** Of `traceidratio`, 0 to 1. */
  readonly ratio: number;
  /** Whether a span with a parent goes by its parent's decision. */
  readonly parentBased: boolean;
}

export interface OtelSettings {
  /** At least one of the two; `null` is off. */
  readonly traces: OtlpTarget | null;
  readonly metrics: OtlpTarget | null;
  readonly sampler: SamplerSettings;
  /** Whether a metric's value counts from its last export on instead of from the start. */
  readonly delta: boolean;
  readonly propagators: readonly ("tracecontext" | "baggage")[];
  /** What is set of the numbers, by the SDK's name. */
  readonly batch: Readonly<Partial<Record<keyof typeof BATCH, number>>>;
  readonly spanLimits: Readonly<Partial<Record<keyof typeof SPAN_LIMITS, number>>>;
  readonly reader: Readonly<Partial<Record<keyof typeof READER, number>>>;
  /** Whether prompts and answers may stand in spans. */
  readonly captureContent: boolean;
}

type Signal = "TRACES" | "METRICS";

const DEFAULT_TIMEOUT_MS = 10_000;
const BATCH = {
  scheduledDelayMillis: "OTEL_BSP_SCHEDULE_DELAY",
  exportTimeoutMillis: "OTEL_BSP_EXPORT_TIMEOUT",
  maxQueueSize: "OTEL_BSP_MAX_QUEUE_SIZE",
  maxExportBatchSize: "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
} as const;
const SPAN_LIMITS = {
  attributeValueLengthLimit: "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
  attributeCountLimit: "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
  eventCountLimit: "OTEL_SPAN_EVENT_COUNT_LIMIT",
  linkCountLimit: "OTEL_SPAN_LINK_COUNT_LIMIT",
} as const;
const READER = {
  exportIntervalMillis: "OTEL_METRIC_EXPORT_INTERVAL",
  exportTimeoutMillis: "OTEL_METRIC_EXPORT_TIMEOUT",
} as const;
const DEFAULT_SAMPLER: SamplerSettings = { kind: "always_on", ratio: 1, parentBased: true };

/**
 * Reads the variables. A value that cannot be used is told and passed over, as the specification has
 * it: nothing about telemetry ends a program.
 *
 * @param warn told what is wrong, with the variable and its value
 * @returns `null` when nothing is exported: no endpoint is set, or all is switched off
 */
export function readOtelSettings(
  env: (name: string) => string | undefined,
  warn: (message: string) => void,
): OtelSettings | null {
  // Empty is the same as not set.
  const read = (name: string) => env(name)?.trim() || undefined;
  const isTrue = (name: string) => read(name)?.toLowerCase() === "true";
  if (isTrue("OTEL_SDK_DISABLED")) return null;
  const traces = readTarget("TRACES", read, warn);
  const metrics = readTarget("METRICS", read, warn);
  if (traces === null && metrics === null) return null;
  return {
    traces,
    metrics,
    sampler: readSampler(read, warn),
    delta: /^(delta|lowmemory)$/i.test(
      read("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE") ?? "",
    ),
    propagators: readPropagators(read, warn),
    batch: readNumbers(BATCH, read, warn),
    spanLimits: readNumbers(SPAN_LIMITS, read, warn),
    reader: readNumbers(READER, read, warn),
    captureContent: isTrue("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"),
  };
}

type Read = (name: string) => string | undefined;
type Warn = (message: string) => void;

function readTarget(signal: Signal, read: Read, warn: Warn): OtlpTarget | null {
  const own = `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`;
  const common = "OTEL_EXPORTER_OTLP_ENDPOINT";
  const name = read(own) === undefined ? common : own;
  const endpoint = read(name);
  if (endpoint === undefined) return null;
  const exporterName = `OTEL_${signal}_EXPORTER`;
  const exporter = read(exporterName) ?? "otlp";
  if (exporter === "none") return null;
  const what = signal.toLowerCase();
  if (exporter !== "otlp") {
    warn(`no ${what} are sent: ${exporterName} is "${exporter}", there are otlp and none`);
    return null;
  }
  // A signal's own variable beats the common one.
  const setting = (suffix: string) =>
    [`OTEL_EXPORTER_OTLP_${signal}_${suffix}`, `OTEL_EXPORTER_OTLP_${suffix}`]
      .map((name) => ({ name, value: read(name) })).find(({ value }) => value !== undefined);
  const protocol = setting("PROTOCOL");
  const named = protocol?.value ?? "http/protobuf";
  if (named !== "http/protobuf" && named !== "http/json") {
    warn(
      `no ${what} are sent: ${protocol?.name} is "${named}", there are http/protobuf and http/json`,
    );
    return null;
  }
  const url = name === own ? endpoint : `${endpoint.replace(/\/+$/, "")}/v1/${what}`;
  if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : "")) {
    warn(`no ${what} are sent: ${name} is "${endpoint}", which is no http or https URL`);
    return null;
  }
  for (const suffix of ["CERTIFICATE", "CLIENT_CERTIFICATE", "CLIENT_KEY"]) {
    const unused = setting(suffix);
    if (unused) warn(`${unused.name} is passed over; DENO_CERT names further certificates`);
  }
  const timeout = setting("TIMEOUT");
  const timeoutMs = timeout && wholeNumber(timeout.name, timeout.value ?? "", warn);
  return {
    url,
    protocol: named,
    headers: {
      ...readHeaders("OTEL_EXPORTER_OTLP_HEADERS", read, warn),
      ...readHeaders(`OTEL_EXPORTER_OTLP_${signal}_HEADERS`, read, warn),
    },
    timeoutMs: timeoutMs ?? DEFAULT_TIMEOUT_MS,
    gzip: setting("COMPRESSION")?.value === "gzip",
  };
}

/** `name=value,name=value`, percent-encoded. Values are never repeated in a warning. */
function readHeaders(variable: string, read: Read, warn: Warn): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const pair of (read(variable) ?? "").split(",")) {
    if (pair.trim() === "") continue;
    const [name = "", ...rest] = pair.split("=");
    const value = decode(rest.join("=").trim());
    if (/^[\w!#$%&'*+.^`|~-]+$/.test(name.trim()) && /^[\x20-\x7e]+$/.test(value)) {
      headers[name.trim().toLowerCase()] = value;
    } else warn(`${variable} has a header that can not be sent: "${name.trim()}"`);
  }
  return headers;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function readSampler(read: Read, warn: Warn): SamplerSettings {
  const name = read("OTEL_TRACES_SAMPLER");
  if (name === undefined) return DEFAULT_SAMPLER;
  const kind = name.replace(/^parentbased_/, "");
  const known = ["always_on", "always_off", "traceidratio"] as const;
  const found = known.find((candidate) => candidate === kind);
  if (found === undefined) {
    const names = known.flatMap((each) => [each, `parentbased_${each}`]).join(", ");
    warn(`OTEL_TRACES_SAMPLER is "${name}", which is passed over; there are ${names}`);
    return DEFAULT_SAMPLER;
  }
  const argument = read("OTEL_TRACES_SAMPLER_ARG");
  const ratio = Number(argument ?? 1);
  const usable = ratio >= 0 && ratio <= 1;
  if (!usable) warn(`OTEL_TRACES_SAMPLER_ARG is "${argument}", which is no number from 0 to 1`);
  return { kind: found, ratio: usable ? ratio : 1, parentBased: kind !== name };
}

function readPropagators(read: Read, warn: Warn): OtelSettings["propagators"] {
  const names = (read("OTEL_PROPAGATORS") ?? "tracecontext,baggage").split(",");
  const wanted = new Set(names.map((name) => name.trim()).filter((name) => name !== ""));
  if (wanted.has("none")) return [];
  const known = ["tracecontext", "baggage"] as const;
  for (const name of wanted) {
    if ((known as readonly string[]).includes(name)) continue;
    warn(`OTEL_PROPAGATORS has "${name}", which is passed over; there are ${known.join(", ")}`);
  }
  return known.filter((name) => wanted.has(name));
}

function readNumbers<Field extends string>(
  variables: Readonly<Record<Field, string>>,
  read: Read,
  warn: Warn,
): Partial<Record<Field, number>> {
  const numbers: Partial<Record<Field, number>> = {};
  for (const [field, name] of Object.entries(variables) as [Field, string][]) {
    const text = read(name);
    if (text === undefined) continue;
    const value = wholeNumber(name, text, warn);
    if (value !== undefined) numbers[field] = value;
  }
  return numbers;
}

function wholeNumber(name: string, text: string, warn: Warn): number | undefined {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  warn(`${name} is "${text}", which is no whole number above 0`);
  return undefined;
}
