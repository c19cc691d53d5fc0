// `parseAnalyzeRequest`: what clients of the old service send, well and badly. The expected types and
// most messages are those of pydantic 2.13 for the same bodies.

import assert from "node:assert/strict";
import { type AnalyzeRequest, parseAnalyzeRequest } from "./analyze_request.ts";

const LIMITS = { defaultLimit: 15, maxLimit: 200 };
const WINDOW = { start: "2026-11-24T06:00:00Z", end: "2026-11-24T07:00:00Z" };

function parse(body: unknown): AnalyzeRequest {
  const parsed = parseAnalyzeRequest(body, LIMITS);
  if (!parsed.ok) assert.fail(JSON.stringify(parsed.faults));
  return parsed.request;
}

function ignoredOf(body: unknown): readonly string[] {
  const parsed = parseAnalyzeRequest(body, LIMITS);
  return parsed.ok ? parsed.ignored : assert.fail(JSON.stringify(parsed.faults));
}

/** Faults as `place type: message`. */
function faultsOf(body: unknown): string[] {
  const parsed = parseAnalyzeRequest(body, LIMITS);
  if (parsed.ok) assert.fail("no fault");
  return parsed.faults.map(({ loc, type, msg }) => `${loc.join(".")} ${type}: ${msg}`);
}

Deno.test("the least body asks for 15 lines of everything", () => {
  assert.deepEqual(parse({ time_range: WINDOW }), {
    time_range: { start: "2026-11-24T06:00:00.000Z", end: "2026-11-24T07:00:00.000Z" },
    filters: { severity: "all" },
    limit: 15,
  });
});

Deno.test("every filter is taken as it is, fields that nobody knows are passed over and told", () => {
  const filters = {
    namespace: "llm",
    pod: "llama-.*",
    container: "llama",
    node: "n1",
    severity: "error",
    log_filter: " oom ",
  } as const;
  const body = {
    time_range: { ...WINDOW, zone: "CET" },
    filters: { ...filters, app: 1 },
    limit: 200,
  };
  assert.deepEqual(parse({ ...body, model: "x" }), { ...parse(body), filters, limit: 200 });
  assert.deepEqual(ignoredOf({ ...body, model: "x" }), ["model", "time_range.zone", "filters.app"]);
  assert.deepEqual(ignoredOf({ time_range: WINDOW, filters, limit: 1 }), []);
  assert.deepEqual(ignoredOf({ time_range: WINDOW, filters: null }), []);
  const slip = { time_range: WINDOW, filters: { namespac: "llm", __proto__: { pod: "x" } } };
  assert.deepEqual(ignoredOf(slip), ["filters.namespac"]);
});

Deno.test("filters that are empty or null are not given", () => {
  const keys = ["namespace", "pod", "container", "node", "severity", "log_filter"];
  for (const value of ["", null]) {
    const filters = Object.fromEntries(keys.map((key) => [key, value]));
    assert.deepEqual(parse({ time_range: WINDOW, filters }).filters, { severity: "all" });
  }
  assert.deepEqual(parse({ time_range: WINDOW, filters: null }).filters, { severity: "all" });
  assert.equal(parse({ time_range: WINDOW, limit: null }).limit, 15);
});

const TIMES: readonly (readonly [given: string, start: string])[] = [
  ["2026-11-24T06:00:00Z", "2026-11-24T06:00:00.000Z"],
  ["2026-11-24t06:00:00z", "2026-11-24T06:00:00.000Z"],
  ["2026-11-24T06:00:00", "2026-11-24T06:00:00.000Z"],
  ["2026-11-24 06:00", "2026-11-24T06:00:00.000Z"],
  ["2026-11-24_06:00:00Z", "2026-11-24T06:00:00.000Z"],
  ["2026-11-24", "2026-11-24T00:00:00.000Z"],
  ["2026-11-24T06:00:00+01:00", "2026-11-24T05:00:00.000Z"],
  ["2026-11-24T06:00:00-0330", "2026-11-24T09:30:00.000Z"],
  ["2026-11-24T06:00:00\u221201:00", "2026-11-24T07:00:00.000Z"],
  ["2026-11-24T06:00:00.5Z", "2026-11-24T06:00:00.500Z"],
  ["2026-11-24T06:00:00,5Z", "2026-11-24T06:00:00.500Z"],
  ["2026-11-24T06:00:00.123456+00:00", "2026-11-24T06:00:00.123Z"],
  ["2026-11-24T06:00:00.123999999Z", "2026-11-24T06:00:00.123Z"],
  ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"],
  ["1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"],
];
for (const [given, start] of TIMES) {
  Deno.test(`a window from ${given}`, () => {
    assert.equal(
      parse({ time_range: { start: given, end: "2026-12-01" } }).time_range.start,
      start,
    );
  });
}

Deno.test("a window of microseconds loses nothing", () => {
  const time_range = { start: "2026-11-24T06:00:00.000100Z", end: "2026-11-24T06:00:00.000900Z" };
  assert.deepEqual(parse({ time_range }).time_range, {
    start: "2026-11-24T06:00:00.000Z",
    end: "2026-11-24T06:00:00.001Z",
  });
});

const NO_TIMES: readonly unknown[] = [
  "",
  "yesterday",
  "now-1h",
  "1795500000",
  "20261124T060000Z",
  "2026-02-30T00:00:00Z",
  "2026-13-01",
  "2026-11-24T24:00:00Z",
  "2026-11-24T06:00:60Z",
  "2026-11-24T06",
  "2026-11-24T06:00:00 Z",
  "2026-11-24T06:00:00+01",
  "2026-11-24T06:00:00+25:00",
  " 2026-11-24T06:00:00Z",
  "2026-11-24T06:00:00Z\n",
  1795500000,
  true,
  null,
  [],
  {},
];
for (const given of NO_TIMES) {
  Deno.test(`no window from ${JSON.stringify(given)}`, () => {
    const type = typeof given === "string" ? "datetime_from_date_parsing" : "datetime_type";
    assert.deepEqual(faultsOf({ time_range: { ...WINDOW, start: given } }), [
      `body.time_range.start ${type}: Input should be a valid datetime in ISO 8601, such as 2026-11-24T06:00:00Z`,
    ]);
  });
}

const LIMITS_GIVEN: readonly (readonly [given: unknown, limit: number])[] = [
  [1, 1],
  [200, 200],
  [15.0, 15],
  ["20", 20],
  [" +20 ", 20],
  ["20.0", 20],
];
for (const [given, limit] of LIMITS_GIVEN) {
  Deno.test(`a limit of ${JSON.stringify(given)}`, () => {
    assert.equal(parse({ time_range: WINDOW, limit: given }).limit, limit);
  });
}

const NO_OBJECT =
  "model_attributes_type: Input should be a valid dictionary or object to extract fields from";

const FAULTS: readonly (readonly [title: string, body: unknown, faults: readonly string[]])[] = [
  ["no body", null, ["body missing: Field required"]],
  ["a list", [], [`body ${NO_OBJECT}`]],
  ["a text", "x", [`body ${NO_OBJECT}`]],
  ["an empty object", {}, ["body.time_range missing: Field required"]],
  ["a window that is null", { time_range: null }, [`body.time_range ${NO_OBJECT}`]],
  ["a window in words", { time_range: "1h" }, [`body.time_range ${NO_OBJECT}`]],
  [
    "an empty window",
    { time_range: {} },
    [
      "body.time_range.start missing: Field required",
      "body.time_range.end missing: Field required",
    ],
  ],
  [
    "a window that ends where it starts",
    { time_range: { start: WINDOW.start, end: WINDOW.start } },
    ["body.time_range value_error: Value error, end must be after start"],
  ],
  [
    "a window backwards, by its zone",
    { time_range: { start: "2026-11-24T06:00:00Z", end: "2026-11-24T06:30:00+01:00" } },
    ["body.time_range value_error: Value error, end must be after start"],
  ],
  [
    "years that Loki's nanoseconds do not hold",
    { time_range: { start: "1969-12-31T23:59:59Z", end: "2262-01-01T00:00:00.1Z" } },
    ["start", "end"].map((key) =>
      `body.time_range.${key} value_error: Value error, the year must be from 1970 to 2261`
    ),
  ],
  ["filters in a list", { time_range: WINDOW, filters: [] }, [`body.filters ${NO_OBJECT}`]],
  [
    "filters of other types",
    { time_range: WINDOW, filters: { namespace: 1, node: ["a"], log_filter: false, severity: 3 } },
    [
      "body.filters.severity literal_error: Input should be 'info', 'error' or 'all'",
      "body.filters.namespace string_type: Input should be a valid string",
      "body.filters.node string_type: Input should be a valid string",
      "body.filters.log_filter string_type: Input should be a valid string",
    ],
  ],
  [
    "a severity in capitals",
    { time_range: WINDOW, filters: { severity: "ERROR" } },
    ["body.filters.severity literal_error: Input should be 'info', 'error' or 'all'"],
  ],
  [
    "a pod that looks ahead",
    { time_range: WINDOW, filters: { pod: "(?!loki).*" } },
    [
      "body.filters.pod value_error: Value error, not a regular expression of RE2: " +
      "invalid or unsupported Perl syntax: `(?!`",
    ],
  ],
  [
    "a limit of 0",
    { time_range: WINDOW, limit: 0 },
    ["body.limit greater_than_equal: Input should be greater than or equal to 1"],
  ],
  [
    "a limit of 201",
    { time_range: WINDOW, limit: 201 },
    ["body.limit less_than_equal: Input should be less than or equal to 200"],
  ],
  [
    "half a line",
    { time_range: WINDOW, limit: 15.5 },
    [
      "body.limit int_from_float: Input should be a valid integer, got a number with a fractional part",
    ],
  ],
  [
    "a limit in words",
    { time_range: WINDOW, limit: "many" },
    [
      "body.limit int_parsing: Input should be a valid integer, unable to parse string as an integer",
    ],
  ],
  ["a list of limits", { time_range: WINDOW, limit: [1] }, [
    "body.limit int_type: Input should be a valid integer",
  ]],
  [
    "everything wrong at once",
    { time_range: { start: "x" }, filters: { pod: "[" }, limit: -1 },
    [
      "body.time_range.start datetime_from_date_parsing: Input should be a valid datetime in ISO 8601, such as 2026-11-24T06:00:00Z",
      "body.time_range.end missing: Field required",
      "body.filters.pod value_error: Value error, not a regular expression of RE2: missing closing ]: `[`",
      "body.limit greater_than_equal: Input should be greater than or equal to 1",
    ],
  ],
  [
    "names of JavaScript's own",
    JSON.parse('{"__proto__": {"time_range": {}}, "constructor": 1}'),
    ["body.time_range missing: Field required"],
  ],
];
for (const [title, body, faults] of FAULTS) {
  Deno.test(`refused: ${title}`, () => assert.deepEqual(faultsOf(body), faults));
}
