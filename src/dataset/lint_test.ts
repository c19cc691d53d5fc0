// Every rule of the lint, one at a time, then faults planted in the shipped split.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { lintDatasets, type LintFinding } from "./lint.ts";
import { parseRows } from "./load.ts";
import { parseTaxonomy } from "./taxonomy.ts";
import { signatureHash } from "./template.ts";

const TAXONOMY = parseTaxonomy(
  readFileSync("evals/datasets/labels.yaml", "utf8"),
  "labels.yaml",
);

type Row = Record<string, unknown> & { log_line: string };

const ROW: Row = {
  timestamp: 1795500577620,
  namespace: "llm",
  pod: "llama-0",
  container: "llama",
  node: "node-1",
  log_line: "model not found after 20 ms",
  root_cause: "missing_file",
  severity: "error",
  component: "llama_server",
  summary: "The model was not found.",
  action_needed: "provide_resource",
};
const OTHER: Row = { ...ROW, log_line: "lookup of loki failed", root_cause: "dns_failure" };
const THIRD: Row = { ...ROW, log_line: "deadline exceeded", root_cause: "timeout" };

function lint(files: Readonly<Record<string, readonly Row[]>>, taxonomy: typeof TAXONOMY | null) {
  return lintDatasets(
    Object.entries(files).map(([file, rows]) => ({
      rows: parseRows(JSON.stringify(rows), file),
      taxonomy,
    })),
  );
}

/** Findings as `level rule file number`, `file *` for the whole file. */
function brief(findings: readonly LintFinding[]): string[] {
  return findings.map(({ level, rule, file, sample }) =>
    `${level} ${rule} ${file} ${/^sample (\d+)(?: \([0-9a-f#]+\))?$/.exec(sample)?.[1] ?? "*"}`
  );
}

interface Case {
  readonly name: string;
  readonly files: Readonly<Record<string, readonly Row[]>>;
  readonly taxonomy?: null;
  readonly want: readonly string[];
  /** Parts of the first finding's message and remedy. */
  readonly says?: readonly [message: RegExp, remedy: RegExp];
}

const signed = (row: Row) => ({ ...row, signature_hash: signatureHash(row.log_line) });

const CASES: readonly Case[] = [
  { name: "nothing where nothing is wrong", files: { a: [ROW, OTHER, THIRD] }, want: [] },
  {
    name: "every wrong field of a row, and what is wrong with the others",
    files: {
      a: [
        ROW,
        { ...OTHER, timestamp: "today", node: 3 },
        { ...THIRD, root_cause: "tim" },
        ROW,
      ],
      b: [{ ...ROW, timestamp: 2 }],
    },
    want: [
      "error invalid_field a 2",
      "error invalid_field a 2",
      "error unknown_label a 3",
      "error duplicate_sample a 4",
      "error leak b 1",
      "warning one_sided_root_cause a 3",
    ],
    says: [/^timestamp "today" is not a number$/, /^mend it at line 1, or remove the sample/],
  },
  {
    name: "a file without one sound row",
    files: { a: [{ log_line: "x" }], b: [ROW] },
    want: [...Array(10).fill("error invalid_field a 1"), "warning one_sided_root_cause b 1"],
  },
  {
    name: "a label outside the taxonomy, with the nearest",
    files: { a: [OTHER, { ...ROW, root_cause: "mising_file" }] },
    want: ["error unknown_label a 2"],
    says: [/^root_cause "mising_file" is not in labels.yaml$/, /^take "missing_file", or define/],
  },
  {
    name: "a label with nothing near, in each field",
    files: { a: [{ ...ROW, severity: "xxxxxxxx", component: "yyyyyyyyy", action_needed: "z" }] },
    want: Array(3).fill("error unknown_label a 1"),
    says: [/^severity/, /^take one of its severities, or define "xxxxxxxx" there$/],
  },
  {
    name: "no unknown labels without a taxonomy",
    files: { a: [{ ...ROW, root_cause: "whatever" }] },
    taxonomy: null,
    want: [],
  },
  {
    name: "the odd one of a message, by what most have",
    files: {
      a: [
        { ...ROW, action_needed: "none" },
        { ...ROW, timestamp: 1 },
        {
          ...ROW,
          timestamp: 2,
          log_line: "model not found after 3 ms",
          summary: "It is gone now.",
        },
      ],
    },
    want: ["error conflicting_labels a 1"],
    says: [
      /^action_needed "none", not "provide_resource" as sample 2 \(\w+\) has it/,
      /same labels/,
    ],
  },
  {
    name: "no conflict in what program it is, between containers",
    files: { a: [ROW, { ...ROW, container: "log-analyzer", component: "log_analyzer" }] },
    want: [],
  },
  {
    name: "the odd container of a message, once, as a warning",
    files: {
      a: [
        ROW,
        { ...ROW, container: "other", timestamp: 1, severity: "warn", action_needed: "none" },
        { ...ROW, container: "other", timestamp: 2, severity: "warn", action_needed: "none" },
        { ...ROW, timestamp: 3, log_line: "model not found after 3 ms" },
        { ...ROW, timestamp: 4 },
        { ...ROW, container: "third", timestamp: 5, component: "loki" },
      ],
    },
    taxonomy: null,
    want: ["warning conflicting_containers a 2"],
    says: [
      /^severity "warn", not "error"; action_needed "none", not "provide_resource" as sample 1 \(\w+\) has it for the same message of container "llama"$/,
      /^give both the same labels, unless/,
    ],
  },
  {
    name: "a conflict within a container as that alone",
    files: {
      a: [ROW, { ...ROW, timestamp: 1 }, { ...ROW, timestamp: 2, severity: "warn" }, {
        ...ROW,
        container: "other",
      }],
    },
    want: ["error conflicting_labels a 3"],
  },
  {
    name: "every repeat of a sample",
    files: { a: [ROW, OTHER, ROW, { ...ROW, summary: "Other words for it." }] },
    want: ["error duplicate_sample a 3", "error duplicate_sample a 4"],
    says: [/^the same input as sample 1 \(\w{16}\)$/, /remove/],
  },
  {
    name: "empty lines once, though they look alike",
    files: {
      "a": [{ ...ROW, log_line: " \n", signature_hash: "x" }, {
        ...ROW,
        log_line: "",
        severity: "info",
      }],
      "b": [{ ...ROW, log_line: "" }],
    },
    want: ["error empty_log_line a 1", "error empty_log_line a 2", "error empty_log_line b 1"],
  },
  {
    name: "summaries that say nothing",
    files: { a: [{ ...ROW, summary: " " }, { ...OTHER, summary: "DNS failed" }] },
    want: ["warning empty_summary a 1", "warning short_summary a 2"],
  },
  {
    name: "a signature that is not that of its line",
    files: { a: [signed(ROW), signed(OTHER), { ...THIRD, signature_hash: "0123456789abcdef" }] },
    want: ["warning signature_hash a 3"],
    says: [/^signature_hash "0123456789abcdef" is not/, /set it to "[0-9a-f]{16}"/],
  },
  {
    name: "another scheme of signatures once",
    files: {
      a: [ROW, OTHER, THIRD].map((row, at) => ({ ...row, signature_hash: `v1:${at}` })),
    },
    want: ["warning signature_scheme a *"],
    says: [/another scheme than ours in 3 of 3 samples/, /nothing, if another program/],
  },
  {
    name: "a label that is not snake_case, once for all its samples",
    files: {
      a: [{ ...ROW, component: "Llama Server" }, { ...OTHER, component: "Llama Server" }],
    },
    taxonomy: null,
    want: ["warning label_style a 1"],
    says: [/^component "Llama Server" \(2 samples\) is not snake_case$/, /lower case/],
  },
  {
    name: "a message in two files once, a root cause in one",
    files: {
      "d-train.json": [ROW, OTHER],
      "d-validation.json": [{ ...ROW, log_line: "model not found after 7 ms" }, {
        ...ROW,
        log_line: "model not found after 8 ms",
      }],
    },
    want: ["error leak d-validation.json 1", "warning one_sided_root_cause d-train.json 2"],
    says: [
      /^the same message is in d-train.json at sample 1 \(\w+\) \(1 there, 2 here\)$/,
      /split/,
    ],
  },
  {
    name: "no leak between the whole and what was split from it",
    files: { "x/d.json": [ROW, OTHER], "x/d-train.json": [ROW], "x/d-validation.json": [OTHER] },
    want: [
      "warning one_sided_root_cause x/d-train.json 1",
      "warning one_sided_root_cause x/d-validation.json 1",
    ],
  },
];

for (const { name, files, taxonomy = TAXONOMY, want, says } of CASES) {
  Deno.test(`lintDatasets() finds ${name}`, () => {
    const findings = lint(files, taxonomy);
    assert.deepEqual(brief(findings), want);
    if (says === undefined) return;
    assert.match(findings[0]?.message ?? "", says[0]);
    assert.match(findings[0]?.remedy ?? "", says[1]);
  });
}

const [TRAIN, VALIDATION] = ["golden-v1-train.json", "golden-v1-validation.json"] as const;

function shipped(file: string): Row[] {
  return JSON.parse(readFileSync(`evals/datasets/${file}`, "utf8"));
}

Deno.test("lintDatasets() finds every line of JSONL that is none, by its number", () => {
  const text = `${JSON.stringify(ROW)}\n{"timestamp": 1,\n\n${JSON.stringify(ROW)}\nx\n`;
  const findings = lintDatasets([{ rows: parseRows(text, "a.jsonl"), taxonomy: TAXONOMY }]);
  assert.deepEqual(brief(findings), [
    "error broken_line a.jsonl 2",
    "error broken_line a.jsonl 4",
    "error duplicate_sample a.jsonl 3",
  ]);
  assert.match(findings[0]!.message, /^the line is no JSON: /);
  assert.match(findings[1]!.remedy, /^mend it at line 5, /);
});

Deno.test("lintDatasets() finds nothing in the shipped files", () => {
  assert.deepEqual(lint({ "golden-v1.json": shipped("golden-v1.json") }, TAXONOMY), []);
  assert.deepEqual(
    lint({ [TRAIN]: shipped(TRAIN), [VALIDATION]: shipped(VALIDATION) }, TAXONOMY),
    [],
  );
});

Deno.test("lintDatasets() finds faults planted in the shipped split, a wrong type and eight more", () => {
  const [train, validation] = [shipped(TRAIN), shipped(VALIDATION)];
  const number = (rows: readonly Row[], row: Row) => rows.indexOf(row) + 1;
  // Each fault hits a sample of its own, and none but the one meant.
  const alone = (rows: readonly Row[]) =>
    [...Map.groupBy(rows, (row) => row["signature_hash"]).values()]
      .flatMap((group) =>
        group.length === 1 && group[0]!["root_cause"] === "no_fault" ? group : []
      );
  const [unknown, unsummed, repeated, copied, mistyped] = alone(train) as [Row, Row, Row, Row, Row];
  const [missigned, empty] = alone(validation) as [Row, Row];
  unknown["component"] = "no_such_component";
  unsummed["summary"] = "";
  mistyped["timestamp"] = "2026-11-24";
  missigned["signature_hash"] = signatureHash("another line");
  empty.log_line = "";
  const duplicate = { ...repeated };
  train.push(duplicate);
  const leaked = { ...copied, timestamp: 1 };
  validation.push(leaked);
  const pair = [
    ...Map.groupBy(train.slice(0, -1), (row) => `${row["container"]} ${row["signature_hash"]}`)
      .values(),
  ].find(({ length }) => length === 2)!;
  const conflicting = pair[1]!;
  conflicting["severity"] = conflicting["severity"] === "info" ? "warn" : "info";
  const lonely = train.filter((row) => row["root_cause"] === "application_bug");
  for (const row of validation) {
    if (row["root_cause"] === "application_bug") row["root_cause"] = "unknown";
  }

  assert.deepEqual(
    brief(lint({ [TRAIN]: train, [VALIDATION]: validation }, TAXONOMY)).sort(),
    [
      `error unknown_label ${TRAIN} ${number(train, unknown)}`,
      `error invalid_field ${TRAIN} ${number(train, mistyped)}`,
      `error conflicting_labels ${TRAIN} ${number(train, conflicting)}`,
      `error duplicate_sample ${TRAIN} ${number(train, duplicate)}`,
      `error empty_log_line ${VALIDATION} ${number(validation, empty)}`,
      `warning empty_summary ${TRAIN} ${number(train, unsummed)}`,
      `error leak ${VALIDATION} ${number(validation, leaked)}`,
      `warning signature_hash ${VALIDATION} ${number(validation, missigned)}`,
      `warning one_sided_root_cause ${TRAIN} ${number(train, lonely[0]!)}`,
    ].sort(),
  );
});
