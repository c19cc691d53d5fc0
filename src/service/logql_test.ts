// `logqlQuery`: the queries of real filters by hand, and ten thousand hostile ones by LogQL's grammar.

import assert from "node:assert/strict";
import fc from "fast-check";
import { RE2JS } from "re2js";
import { parseLogQuery } from "../testing/logql_query.ts";
import { ERROR_WORDS, INFO_WORDS, type LogFilters, logqlQuery, patternFault } from "./logql.ts";

const QUERIES: readonly (readonly [title: string, filters: Partial<LogFilters>, query: string])[] =
  [
    ["no filter", {}, '{container!="loki", namespace=~".+"}'],
    ["a namespace", { namespace: "llm" }, '{container!="loki", namespace="llm"}'],
    ["a pod", { pod: "llama-.*" }, '{container!="loki", pod=~"llama-.*"}'],
    ["any pod, also none", { pod: ".*" }, '{container!="loki", namespace=~".+", pod=~".*"}'],
    ["a pod or none", { pod: "a|" }, '{container!="loki", namespace=~".+", pod=~"a|"}'],
    ["a broken pod", { pod: "a)(" }, '{container!="loki", namespace=~".+", pod=~"a)("}'],
    ["any pod of a node", { pod: ".*", node: "n1" }, '{container!="loki", pod=~".*", node="n1"}'],
    ["a container", { container: "app" }, '{container!="loki", container="app"}'],
    ["Loki itself", { container: "loki" }, '{container!="loki", container="loki"}'],
    [
      "everything",
      { namespace: "a", pod: "b", container: "c", node: "d", log_filter: "e" },
      '{container!="loki", namespace="a", pod=~"b", container="c", node="d"} |~ "(?i)e"',
    ],
    [
      "a value that wants out",
      { namespace: '"} |= "secret' },
      String.raw`{container!="loki", namespace="\"} |= \"secret"}`,
    ],
    [
      "backslashes and backticks",
      { pod: "`\\d+`" },
      '{container!="loki", pod=~"`\\\\d+`"}',
    ],
    [
      "what no screen shows",
      { namespace: "\0\n\r\t\x1b\x7f\x85\u2028\ufeff" },
      String
        .raw`{container!="loki", namespace="\u0000\n\r\t\u001b\u007f\u0085\u2028\ufeff"}`,
    ],
    ["emoji", { node: "🔥é" }, '{container!="loki", node="🔥é"}'],
    ["half an emoji", { node: "\ud83d!" }, '{container!="loki", node="\ufffd!"}'],
    [
      "a text with signs of regular expressions",
      { namespace: "a", log_filter: "/api?x=(1|2)*[3]{4}^$.+\\" },
      String
        .raw`{container!="loki", namespace="a"} |~ "(?i)/api\\?x=\\(1\\|2\\)\\*\\[3\\]\\{4\\}\\^\\$\\.\\+\\\\"`,
    ],
  ];
for (const [title, filters, query] of QUERIES) {
  Deno.test(`logqlQuery() asks for ${title}`, () => {
    assert.equal(logqlQuery({ severity: "all", ...filters }), query);
  });
}

const LINES: readonly (readonly [line: string, severities: string])[] = [
  ["INFO:     Started server process [19049]", "info"],
  ['level=info msg="retry after error"', "info error"],
  ["\x1b[32mINFO\x1b[0m listening on :8080", "info"],
  ["\x1b[31mERROR\x1b[0m no such table", "error"],
  ['E1124 06:19:08.417 reconcile.go:1] "Unhandled" err="context canceled"', "error"],
  ['{"level":"Warning","msg":"disk is 91 % full"}', "error"],
  ['{"msg":"sync","err":"EOF"}', "error"],
  ["java.lang.NullPointerException: null", "error"],
  ["Last State: Terminated, Reason: OOMKilled", "error"],
  ["llama-server invoked oom-killer: gfp_mask=0x100cca", "error"],
  ["dial tcp 10.43.0.10:53: connect: connection refused", "error"],
  ["0.00.010.377 E srv start: couldn't bind HTTP server socket", "error"],
  // A known limit: a level of one letter.
  ["E1124 06:17:04.943605 13391 options.go:205] The manifest file is empty, ignoring.", ""],
  ["the room is warm enough to zoom", ""],
  ["GET /metrics 200 1ms", ""],
];
Deno.test("severity lets through the lines that hold one of its words, in any case", () => {
  for (const [line, severities] of LINES) {
    for (const severity of ["info", "error"] as const) {
      const { lineFilters } = parseLogQuery(logqlQuery({ severity }));
      assert.equal(lineFilters.length, 1);
      const through = RE2JS.compile(lineFilters[0]!.value).matcher(line).find();
      assert.equal(through, severities.split(" ").includes(severity), `${severity}: ${line}`);
    }
  }
});

const HOSTILE = [
  '"',
  '"}',
  '"} |= "x',
  '"} or {a="b',
  "\\",
  '\\"',
  "\\\\",
  "\\u0022",
  "`",
  "` | json",
  "\0",
  "\n",
  "\r\n",
  "\u2028",
  "\ufeff",
  "\ud83d",
  "\udd25",
  "🔥",
  "{{",
  "}}",
  "# comment",
  "(?i)",
  "\\Q",
  ")|(.*",
  ".*",
  "loki",
];

const Value = fc.oneof(
  { weight: 3, arbitrary: fc.array(fc.constantFrom(...HOSTILE), { maxLength: 6 }).map(joined) },
  { weight: 2, arbitrary: fc.string({ unit: "binary", minLength: 1, maxLength: 40 }) },
  {
    weight: 2,
    // Bare UTF-16 units, halves of pairs among them.
    arbitrary: fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 1, maxLength: 12 })
      .map((units) => String.fromCharCode(...units)),
  },
  { weight: 1, arbitrary: fc.stringMatching(/^[a-z]([-a-z.*+|\d]{0,20})$/) },
);

function joined(parts: readonly string[]): string {
  return parts.join("");
}

const Filters: fc.Arbitrary<LogFilters> = fc.record(
  {
    severity: fc.constantFrom("info", "error", "all"),
    namespace: Value,
    pod: Value,
    container: Value,
    node: Value,
    log_filter: Value,
  },
  { requiredKeys: ["severity"] },
);

/** Holds a query against its filters by Loki's grammar: nothing missing, nothing more, same values. */
function holds(filters: LogFilters): void {
  const { matchers, lineFilters } = parseLogQuery(logqlQuery(filters));
  const asked = [
    { label: "container", operator: "!=", value: "loki" },
    ...(["namespace", "pod", "container", "node"] as const).flatMap((label) => {
      const value = filters[label]?.toWellFormed();
      return value === undefined ? [] : { label, operator: label === "pod" ? "=~" : "=", value };
    }),
  ];
  const named = filters.namespace ?? filters.container ?? filters.node;
  if (named === undefined && matchers.length > asked.length) {
    const pod = filters.pod;
    assert.ok(pod === undefined || patternFault(pod) !== null || RE2JS.matches(pod, ""));
    asked.splice(1, 0, { label: "namespace", operator: "=~", value: ".+" });
  }
  assert.deepEqual(matchers, asked);

  const [first, ...rest] = filters.severity === "all" ? [undefined, ...lineFilters] : lineFilters;
  if (first !== undefined) {
    const words = filters.severity === "info" ? INFO_WORDS : ERROR_WORDS;
    assert.deepEqual(first, { operator: "|~", value: `(?i)${words.join("|")}` });
  }
  assert.equal(rest.length, filters.log_filter === undefined ? 0 : 1);
  if (filters.log_filter === undefined) return;
  const text = filters.log_filter.toWellFormed();
  assert.equal(rest[0]!.operator, "|~");
  assert.ok(rest[0]!.value.startsWith("(?i)"));
  assert.equal(rest[0]!.value.slice(4).replace(/\\([\\.+*?()|[\]{}^$])/g, "$1"), text);
  assert.ok(RE2JS.compile(rest[0]!.value).matches(text), "the text finds itself");
}

Deno.test("ten thousand hostile filters: each query parses and asks for no more than they do", () => {
  fc.assert(fc.property(Filters, holds), { numRuns: 10_000 });
});

Deno.test("a query holds ten thousand characters a filter", () => {
  for (const part of HOSTILE) {
    const value = part.repeat(Math.ceil(10_000 / part.length));
    holds({
      severity: "error",
      namespace: value,
      container: value,
      node: value,
      log_filter: value,
    });
  }
});

const PATTERNS: readonly (readonly [pattern: string, fault: string | null])[] = [
  ["llama-server-[0-9a-f]{5,10}-.*", null],
  ["(?i)API", null],
  ["\\p{Lu}+", null],
  ["[(?=]", null],
  ["\\Qa(b\\E", null],
  ["(?=a)b", "invalid or unsupported Perl syntax: `(?=`"],
  ["(a)\\1", "invalid escape sequence: `\\1`"],
  ["a)(b", "unexpected ): `a)(b`"],
  ["[a", "missing closing ]: `[a`"],
  ["a".repeat(10_001), "it is longer than 10000 characters"],
  ["*", "missing argument to repetition operator: `*`"],
];
for (const [pattern, fault] of PATTERNS) {
  Deno.test(`patternFault("${pattern.slice(0, 40)}")`, () =>
    assert.equal(patternFault(pattern), fault));
}
