// A table of answers as small models write them, then what must hold for any text at all: cut off
// anywhere, hostile, or random. Every row compares the whole result; run by `deno test`.

import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { type Analysis, LABEL_FIELDS, type Outcome, type ParseResult } from "./analysis.ts";
import { parseResponse } from "./parse.ts";

type Want = Partial<Omit<Analysis, "raw_response">> | Exclude<Outcome, "scored">;

interface Row {
  readonly name: string;
  readonly text: string;
  readonly finishReason?: string | null;
  readonly want: Want;
}

const FULL = {
  root_cause: "oom_killed",
  severity: "critical",
  component: "payment-api",
  summary: "The container hit its memory limit.",
  action_needed: "increase_memory",
};
const JSON_FULL = JSON.stringify(FULL);
const JSON_PRETTY = JSON.stringify(FULL, null, 2);
const LINES_FULL = `Root cause: oom_killed
Severity: critical
Component: payment-api
Summary: The container hit its memory limit.
Action needed: increase_memory`;
const DRAFT = `{"root_cause": "unknown", "severity": "low"}`;
const OOM = { root_cause: "oom_killed" };
const PAIR = { root_cause: "oom_killed", severity: "critical" };

const JSON_ROWS: Row[] = [
  { name: "plain", text: JSON_FULL, want: FULL },
  { name: "fenced", text: "```json\n" + JSON_PRETTY + "\n```", want: FULL },
  { name: "fence in capitals, CRLF", text: "```JSON\r\n" + JSON_FULL + "\r\n```\r\n", want: FULL },
  { name: "tilde fence", text: "~~~\n" + JSON_FULL + "\n~~~", want: FULL },
  { name: "unclosed fence", text: "```json\n" + JSON_PRETTY, want: FULL },
  { name: "longer fence", text: "`````json\n" + JSON_FULL + "\n`````", want: FULL },
  {
    name: "prose before and after",
    text: `Sure! Here is what I found {so far}:\n${JSON_FULL}\nLet me know if it's {"fine"}.`,
    want: FULL,
  },
  {
    name: "an open brace in the prose before",
    text: `The log says {code 137 "and more:\n\n${JSON_FULL}`,
    want: FULL,
  },
  {
    name: "no closing brace before a closing fence and prose",
    text: '```json\n{"root_cause": "oom_killed", "severity": "critical"\n```\nThat\'s "it".',
    want: PAIR,
  },
  {
    name: "single quotes, trailing comma",
    text: "{'root_cause': 'oom_killed', 'severity': 'critical',}",
    want: PAIR,
  },
  {
    // Known limit: jsonrepair turns the apostrophe into a double quote.
    name: "an apostrophe and braces inside single quotes",
    text: "{'root_cause': 'oom_killed', 'summary': 'the pod's {limit} was hit'}",
    want: { ...OOM, summary: 'the pod"s {limit} was hit' },
  },
  {
    name: "comments",
    text: '{\n  // the cause\'s label\n  "root_cause": "oom_killed", /* how bad */\n' +
      '  "severity": "critical" // end\n}',
    want: PAIR,
  },
  {
    name: "comments that only lines can read",
    text: '{\n  "root_cause": "oom_killed", # the label\n  "severity": "critical" # "bad"\n}',
    want: PAIR,
  },
  {
    name: "Python words",
    text: "{'root_cause': 'oom_killed', 'component': None, 'action_needed': True}",
    want: { ...OOM, action_needed: "true" },
  },
  {
    name: "unquoted keys and values",
    text: "{root_cause: oom_killed, severity: critical}",
    want: PAIR,
  },
  {
    name: "smart quotes",
    text: "{“root_cause”: “oom_killed”, “severity”: “critical”}",
    want: PAIR,
  },
  {
    name: "missing commas",
    text: '{"root_cause": "oom_killed"\n "severity": "critical"}',
    want: PAIR,
  },
  {
    name: "quotes inside a string",
    text: '{"root_cause": "oom_killed", "summary": "the "api" pod } died"}',
    want: { ...OOM, summary: 'the "api" pod } died' },
  },
  {
    name: "quotes inside a string that no repair can tell",
    text: '{"root_cause":"oom_killed","summary":"it said "no", then died","severity":"critical"}',
    want: { ...PAIR, summary: '"it said "no", then died"' },
  },
  {
    name: "an equals sign for a colon",
    text: '{"root_cause" = "oom_killed", "severity" = "critical"}',
    want: PAIR,
  },
  {
    name: "escaped as a string",
    text: '{\\n  \\"root_cause\\": \\"oom_killed\\",\\n  \\"severity\\": \\"critical\\"\\n}',
    want: PAIR,
  },
  {
    name: "without braces",
    text: '"root_cause": "oom_killed", "severity": "critical"',
    want: PAIR,
  },
  {
    name: "escaped newline in a summary",
    text: '{"root_cause": "oom_killed", "summary": "first\\nsecond"}',
    want: { ...OOM, summary: "first\nsecond" },
  },
  {
    name: "raw newline in a summary",
    text: '{"root_cause": "oom_killed", "summary": "first\nsecond"}',
    want: { ...OOM, summary: "first\nsecond" },
  },
  { name: "nested one level", text: `{"analysis": ${JSON_FULL}}`, want: FULL },
  {
    name: "nested beside a summary",
    text: '{"summary": "died", "result": {"root_cause": "oom_killed", "summary": "inner"}}',
    want: { ...OOM, summary: "died" },
  },
  { name: "nested in a list", text: `{"results": [${DRAFT}, ${JSON_FULL}]}`, want: FULL },
  { name: "array of objects", text: `[${JSON_FULL}, ${DRAFT}]`, want: FULL },
  {
    name: "lists, numbers and null as values",
    text: '{"root_cause": ["oom_killed", "leak"], "severity": 3, "component": null,' +
      ' "summary": ["died", "twice"], "action_needed": {"x": 1}}',
    want: { root_cause: "oom_killed", severity: "3", summary: "died, twice" },
  },
  {
    name: "camel, kebab and spaced keys",
    text: '{"rootCause": "oom_killed", "severity-level": "critical", "Affected Component": "a",' +
      ' "actionNeeded": "none"}',
    want: { ...PAIR, component: "a", action_needed: "none" },
  },
  {
    name: "an alias never beats the name that was asked for",
    text: '{"root_cause": "oom_killed", "cause": "The limit", "description": "d", "summary": "s"}',
    want: { ...OOM, summary: "s" },
  },
  { name: "draft, then complete", text: `Step 1: ${DRAFT}\nFinal: ${JSON_FULL}`, want: FULL },
  { name: "complete, then a fragment", text: `${JSON_FULL}\nIn short: ${DRAFT}`, want: FULL },
  {
    name: "of two equally complete the last",
    text: `${DRAFT}\n\n{"root_cause": "oom_killed", "severity": "critical"}`,
    want: PAIR,
  },
  {
    name: "prompt's placeholders, then the answer",
    text: '{"root_cause": "<label>", "severity": "<one of low, high>", "summary": "..."}\n' +
      '{"root_cause": "oom_killed"}',
    want: OOM,
  },
  {
    name: "cut off in a label",
    text: '{"root_cause": "oom_killed", "severity": "crit',
    want: OOM,
  },
  {
    name: "cut off in an unquoted label",
    text: "{root_cause: oom_killed, severity: crit",
    want: OOM,
  },
  {
    name: "cut off in a summary",
    text: '{"root_cause": "oom_killed", "summary": "The container h',
    finishReason: "length",
    want: { ...OOM, summary: "The container h" },
  },
  {
    name: "cut off in an escape",
    text: '{"root_cause": "oom_killed", "summary": "caf\\u00',
    want: { ...OOM, summary: "caf" },
  },
  { name: "cut off in the first label", text: '{\n  "root_cause": "oom_k', want: "truncated" },
  { name: "cut off in the first key", text: '```json\n{\n  "root_', want: "truncated" },
  {
    name: "an endless summary",
    text: `{"root_cause": "oom_killed", "severity": "critical", "summary": "${"ha ".repeat(9000)}`,
    want: { ...PAIR, summary: "ha ".repeat(9000).slice(0, 20_000 - 65).trim() },
  },
  { name: "strangers' fields", text: '{"status": "ok", "code": 1}', want: "unparseable" },
  { name: "a summary alone", text: '{"summary": "It died."}', want: "unparseable" },
  { name: "nothing but nulls", text: '{"root_cause": null, "severity": ""}', want: "unparseable" },
];

const LINE_ROWS: Row[] = [
  { name: "plain lines", text: LINES_FULL, want: FULL },
  { name: "capitals", text: "ROOT CAUSE: OOM_KILLED\nSEVERITY: CRITICAL", want: PAIR },
  { name: "keys as in JSON", text: "root_cause: oom_killed\nseverity=critical", want: PAIR },
  { name: "dash bullets", text: LINES_FULL.replace(/^/gm, "- "), want: FULL },
  { name: "star bullets and quote", text: LINES_FULL.replace(/^/gm, "> * "), want: FULL },
  { name: "dot bullets", text: LINES_FULL.replace(/^/gm, "  • "), want: FULL },
  { name: "numbers", text: "1. Root cause: oom_killed\n2) Severity: critical", want: PAIR },
  {
    name: "bold with the colon inside",
    text: LINES_FULL.replace(/^(.*?):/gm, "**$1:**"),
    want: FULL,
  },
  {
    name: "bold with the colon outside",
    text: LINES_FULL.replace(/^(.*?): (.*)/gm, "**$1**: **$2**"),
    want: FULL,
  },
  { name: "whole lines bold", text: LINES_FULL.replace(/^.*$/gm, "- **$&**"), want: FULL },
  {
    name: "bold numbers",
    text: "**1. Root Cause:** `oom_killed`\n\n**2. Severity:** _critical_",
    want: PAIR,
  },
  { name: "underlines", text: "__Root cause__ - oom_killed\n__Severity__ – critical", want: PAIR },
  {
    name: "headings with the value below",
    text: "## Root Cause\noom_killed\n\n### 2. Severity\n\n- Critical\n\n## Summary\n\nIt died.\n" +
      "Twice.\n\nMore text.",
    want: { ...PAIR, summary: "It died. Twice." },
  },
  {
    name: "a title that is an alias",
    text: "# Root Cause Analysis\nHere is what happened.\n\n" + LINES_FULL,
    want: FULL,
  },
  { name: "value in a fence below", text: "Root cause:\n```\noom_killed\n```", want: OOM },
  {
    name: "table",
    text: "| Field | Value |\n|---|---|\n" +
      LINES_FULL.replace(/^(.*?): (.*)/gm, "| **$1** | $2 |"),
    want: FULL,
  },
  {
    // Known limit: a value is looked for beside or below its label, not in a column.
    name: "table with the fields as columns",
    text: "| Root cause | Severity |\n|:---|---|\n| oom_killed | critical |",
    want: "unparseable",
  },
  { name: "full-width colon", text: "Root cause：oom_killed\nSeverity： critical", want: PAIR },
  {
    name: "one line with commas",
    text: "Root cause: oom_killed, Severity: critical, Component: payment-api",
    want: { ...PAIR, component: "payment-api" },
  },
  {
    name: "one line with bars",
    text: "root_cause: oom_killed | severity: critical | summary: It died | action_needed: none",
    want: { ...PAIR, summary: "It died", action_needed: "none" },
  },
  {
    name: "one line with semicolons",
    text: "**Root cause:** oom_killed; **Severity:** critical; **Action:** none",
    want: { ...PAIR, action_needed: "none" },
  },
  {
    name: "prose with colons in a summary",
    text: "Root cause: oom_killed\nSummary: It died, cause: timeout, level: high. Severity: low\n" +
      "Severity: critical",
    want: { ...PAIR, summary: "It died, cause: timeout, level: high" },
  },
  {
    name: "a wrapped summary",
    text: "Summary: It died\n  because of its limit,\n  cause: timeout\nRoot cause: oom_killed",
    want: { ...OOM, summary: "It died because of its limit," },
  },
  {
    name: "a summary in bullets",
    text: "Root cause: oom_killed\nSummary:\n- It died.\n- It came back.\nSeverity: critical",
    want: { ...PAIR, summary: "It died. It came back." },
  },
  {
    name: "remarks after labels",
    text: "Root cause: oom_killed (the container exceeded its limit)\n" +
      "Action needed: **increase_memory** - the limit is too low.",
    want: { ...OOM, action_needed: "increase_memory" },
  },
  {
    name: "remarks after labels of one word or of several",
    text: "Root cause: OOM killed – the limit was hit\nSeverity: critical (exit code 137)\n" +
      "Action needed: none - it restarted",
    want: { ...PAIR, action_needed: "none" },
  },
  {
    name: "labels in the brackets of the prompt",
    text: "Root cause: <oom_killed>\nSeverity: <critical>\nComponent: <payment-api>",
    want: { ...PAIR, component: "payment-api" },
  },
  {
    name: "the prompt's brackets said again",
    text: "Root cause: <one of the root causes>\nSeverity: <one of the severities>\n" +
      "Summary: <one sentence of at most 20 words>\nAction needed: <one of the actions>",
    want: "unparseable",
  },
  {
    name: "remarks in field names",
    text: "Root cause (label): oom_killed\nSeverity (low | critical): critical",
    want: PAIR,
  },
  {
    name: "marks and full stops around values",
    text: "Root cause: `oom_killed`.\nSeverity: 'Critical'.\nComponent: `payment-api`.",
    want: { ...PAIR, component: "payment-api" },
  },
  {
    name: "placeholders",
    text: "Root cause: <label>\nSeverity: ...\nComponent: <name>\nAction needed: N/A",
    want: { action_needed: "n_a" },
  },
  {
    name: "YAML with a folded block",
    text:
      "```yaml\nroot_cause: oom_killed\nsummary: >\n  It died\n  twice.\nseverity: critical\n```",
    want: { ...PAIR, summary: "It died twice." },
  },
  {
    name: "the example again, then the answer",
    text: "Root cause: dns_failure\nSeverity: low\n\nRoot cause: oom_killed\nSeverity: critical",
    want: PAIR,
  },
  {
    name: "the answer, then one field again",
    text: `${LINES_FULL}\n\nRoot cause: memory\n`,
    want: FULL,
  },
  {
    name: "a label that ends where the model was stopped",
    text: "Root cause: oom_killed\nSeverity: crit",
    finishReason: "length",
    want: OOM,
  },
  { name: "braceless JSON cut off", text: '"root_cause": "oom_k', want: "unparseable" },
  {
    name: "labels in the middle of prose",
    text: "We see an error level: high, and the root cause: a timeout.\nThe severity is critical.",
    want: "unparseable",
  },
];

// What Qwen2.5-Coder 0.5B really answered.
const REAL_ROWS: Row[] = [
  {
    name: "a log line said again, then some labels",
    text: "Analyze the logs provided:\n\n[2026-11-24T06:14:29.981Z] llm/llama-server " +
      "(pod=llama-server-7c9d5b6f4-8xkzn, node=node-2)\n0.00.393.054 E ggml_aligned_malloc: " +
      "insufficient memory (attempted to allocate 8797.50 MB)\n\nSeverity: error\n" +
      "Component: llm_server\nAction needed: fix_configuration",
    want: { severity: "error", component: "llm_server", action_needed: "fix_configuration" },
  },
  {
    name: "a log line said again and nothing else",
    text: "Analyze these logs:\n[2026-11-24T06:17:04.943Z] kube-system/kube-apiserver " +
      "(pod=kube-apiserver-node-1, node=node-1)\nE1124 06:17:04.943605   13391 options.go:205] " +
      "The manifest file is empty, ignoring.",
    want: "unparseable",
  },
  {
    name: "a log line in JSON said again",
    text: 'The line is {"level":"error","ts":"2026-11-24T06:16:27Z","msg":"no default route"}.',
    want: "unparseable",
  },
  {
    name: "labels as sentences",
    text: "Root cause: No connection to the DNS server.\nSeverity: critical.\nComponent: loki.\n" +
      "Summary: The loki server cannot be reached.\nAction needed: Fix the DNS configuration.",
    want: {
      root_cause: "no_connection_to_the_dns_server",
      severity: "critical",
      component: "loki",
      summary: "The loki server cannot be reached.",
      action_needed: "fix_the_dns_configuration",
    },
  },
  {
    name: "a summary that runs into the lines of the log",
    text: "Root cause: No configuration file found in type config.ScrapeConfig\nSeverity: error\n" +
      "Component: log_analyzer\nSummary: Error loading config yaml: unmarshal errors:\n" +
      "  line 10: field kubernetes_sd_configs not found\nAction needed: fix_configuration",
    want: {
      root_cause: "no_configuration_file_found_in_type_config_scrapeconfig",
      severity: "error",
      component: "log_analyzer",
      summary: "Error loading config yaml: unmarshal errors: line 10: field " +
        "kubernetes_sd_configs not found",
      action_needed: "fix_configuration",
    },
  },
  {
    name: "one label alone",
    text: "Action needed: fix_access",
    want: { action_needed: "fix_access" },
  },
];

const OUTCOME_ROWS: Row[] = [
  { name: "no text", text: "", want: "empty" },
  { name: "space", text: " \n\t\u00a0\n", finishReason: "length", want: "empty" },
  { name: "a closed think block", text: "<think>\nRoot cause: x\n</think>\n", want: "empty" },
  {
    name: "an answer after thinking",
    text: `<think>Root cause: dns, maybe ${JSON_FULL.replace("oom", "io")}</think>\n${DRAFT}`,
    want: { root_cause: "unknown", severity: "low" },
  },
  {
    name: "an answer before and after thinking",
    text: "Root cause: oom_killed\n<THINKING>\nSeverity: low\n</THINKING>\nSeverity: critical",
    want: PAIR,
  },
  {
    name: "thinking without its opening tag",
    text: "Severity: low\nRoot cause: dns\nAction: none</think>\nRoot cause: oom_killed",
    want: OOM,
  },
  { name: "an answer before a stray closing tag", text: `${JSON_FULL}</think>`, want: FULL },
  {
    name: "unclosed thinking, stopped",
    text: "<think>\nRoot cause: oom_killed",
    finishReason: "length",
    want: "truncated",
  },
  {
    name: "unclosed thinking, ended by the model",
    text: `<think>\n${JSON_FULL}`,
    finishReason: "stop",
    want: "unparseable",
  },
  { name: "unclosed thinking, reason unknown", text: "<think>\nHm", want: "truncated" },
  { name: "I'm sorry", text: "I'm sorry, but I can't help with that.", want: "refused" },
  { name: "I cannot", text: "I cannot assist with this request.", want: "refused" },
  {
    name: "as an AI",
    text: "As an AI language model, I can’t access your cluster.",
    want: "refused",
  },
  { name: "I'm unable", text: "\n> I’m unable to help here.", want: "refused" },
  {
    name: "a regret beside a label",
    text: "I'm sorry, but I can't be certain.\nRoot cause: oom_killed",
    want: OOM,
  },
  {
    name: "a refusal far into the answer",
    text: `${"The logs show many things. ".repeat(10)}I cannot assist further.`,
    want: "unparseable",
  },
  {
    name: "prose that was stopped",
    text: "The container seems to",
    finishReason: "length",
    want: "truncated",
  },
  { name: "prose", text: "The container seems to be out of memory.", want: "unparseable" },
  { name: "a lone brace in prose", text: "Use {braces", want: "unparseable" },
  { name: "an open object", text: "Here you go:\n{", want: "truncated" },
];

function resultOf(text: string, want: Want): ParseResult {
  if (typeof want === "string") return { outcome: want, analysis: null };
  const missing = {
    root_cause: null,
    severity: null,
    component: null,
    summary: null,
    action_needed: null,
  };
  return { outcome: "scored", analysis: { ...missing, ...want, raw_response: text } };
}

for (
  const { name, text, finishReason = null, want } of [
    ...JSON_ROWS,
    ...LINE_ROWS,
    ...REAL_ROWS,
    ...OUTCOME_ROWS,
  ]
) {
  Deno.test(`parseResponse() reads: ${name}`, () => {
    deepEqual(parseResponse(text, { finishReason }), resultOf(text, want));
  });
}

function assertWholeLabels(text: string) {
  const { analysis } = parseResponse(text);
  if (analysis === null) return;
  for (const field of LABEL_FIELDS) {
    ok(analysis[field] === null || analysis[field] === FULL[field], `${field} in ${text}`);
  }
}

const JSON_FORMS = {
  "one line": JSON_FULL,
  "pretty": JSON_PRETTY,
  "fenced": "Here:\n```json\n" + JSON_PRETTY,
  "nested": `{"analysis": ${JSON_PRETTY}}`,
  "single quotes": JSON_FULL.replaceAll('"', "'"),
  "unquoted": JSON_FULL.replaceAll('"', "").replace("its memory limit.", "it"),
  "quotes in the summary": JSON_FULL.replace("hit its", 'said "no", then hit "its" own,'),
  "no braces": JSON_PRETTY.replace(/^\{\n|\n\}$/g, ""),
};

for (const [name, text] of Object.entries(JSON_FORMS)) {
  Deno.test(`parseResponse() keeps no half label of JSON cut off anywhere: ${name}`, () => {
    for (let end = 0; end <= text.length; end++) assertWholeLabels(text.slice(0, end));
  });
}

Deno.test("parseResponse() keeps no half label of lines when the model was stopped", () => {
  for (let end = 0; end < LINES_FULL.length; end++) {
    const text = LINES_FULL.slice(0, end);
    const { analysis } = parseResponse(text, { finishReason: "length" });
    for (const field of LABEL_FIELDS) {
      const label = analysis?.[field] ?? null;
      ok(label === null || label === FULL[field], `${field} in ${text}`);
    }
    parseResponse(text);
  }
});

// No assertion on time: with quadratic code these take minutes.
const HOSTILE = [
  "{[",
  "**",
  "{",
  '{"',
  '{"a":',
  "{'a' ",
  '"',
  "<think>",
  "</think>",
  "| ",
  "\n#",
  "\nb",
];
HOSTILE.push(
  "Severity: ",
  "Severity:\n",
  "Summary: a\n",
  "[x](",
  "\\",
  " ",
  "`",
  ", ",
  '{"cause":1,',
);

for (const unit of HOSTILE) {
  Deno.test(`parseResponse() survives 1 MB of ${JSON.stringify(unit)}`, () => {
    const text = unit.repeat(500_000 / unit.length);
    parseResponse(`${text}\nSummary: x${text}`);
  });
}

Deno.test("parseResponse() never throws and keeps the text byte for byte", () => {
  const junk = fc.array(
    fc.oneof(
      fc.constantFrom(
        ...HOSTILE,
        "root_cause",
        "Severity:",
        "null",
        "```",
        "}",
        "]",
        "//",
        "\uD800",
      ),
      fc.string({ unit: "binary", maxLength: 8 }),
    ),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(junk, fc.constantFrom("length", "stop", null), (parts, finishReason) => {
      const text = parts.join("");
      const result = parseResponse(text, { finishReason });
      equal(result.analysis === null, result.outcome !== "scored");
      if (result.analysis !== null) equal(result.analysis.raw_response, text);
    }),
    { seed: 11, numRuns: 200 },
  );
});

Deno.test("parseResponse() of what is no text: empty", () => {
  for (const text of [undefined, null, 5, {}, ["Root cause: x"]]) {
    const found = parseResponse(text as unknown as string);
    deepEqual(found, { outcome: "empty", analysis: null });
  }
});
