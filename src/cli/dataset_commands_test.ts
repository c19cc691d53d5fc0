// The dataset commands on files: what they write, print and return.

import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataError, UsageError } from "../errors.ts";
import { scriptedClock } from "../testing/scripted_clock.ts";
import type { CliContext } from "./context.ts";
import { datasetLintCommand } from "./dataset_lint.ts";
import { datasetSplitCommand } from "./dataset_split.ts";
import { datasetStatsCommand } from "./dataset_stats.ts";

const SHIPPED = "evals/datasets";
const GOLDEN = readFileSync(`${SHIPPED}/golden-v1.json`, "utf8");
const LABELS = readFileSync(`${SHIPPED}/labels.yaml`, "utf8");

interface Folder {
  readonly context: CliContext;
  stdout: string;
  stderr: string;
  write(file: string, text: string): void;
  read(file: string): string;
  files(): string[];
}

function withFolder(name: string, test: (folder: Folder) => Promise<void>): void {
  Deno.test(name, async () => {
    const cwd = mkdtempSync(join(tmpdir(), "logeval-dataset-"));
    const never = new AbortController().signal;
    const folder: Folder = {
      stdout: "",
      stderr: "",
      write: (file, text) => writeFileSync(join(cwd, file), text),
      read: (file) => readFileSync(join(cwd, file), "utf8"),
      files: () => readdirSync(join(cwd, "data")).sort(),
      context: {
        stdin: { isTerminal: () => true, bytes: () => assert.fail("nothing reads stdin") },
        cwd,
        stdout: (text) => folder.stdout += text,
        stderr: (text) => folder.stderr += text,
        stderrColumns: null,
        colors: { stdout: false, stderr: false },
        env: () => undefined,
        envNames: () => [],
        clock: scriptedClock(),
        now: () => 0,
        serve: () => {
          throw new Error("nothing here serves");
        },
        denoVersion: "test",
        unread: new AbortController().signal,
        stop: never,
        abort: never,
      },
    };
    try {
      mkdirSync(join(cwd, "data"));
      folder.write("data/golden-v1.json", GOLDEN);
      folder.write("data/labels.yaml", LABELS);
      await test(folder);
    } finally {
      rmSync(cwd, { recursive: true });
    }
  });
}

withFolder("dataset split writes the two files that are shipped", async (folder) => {
  assert.equal(await datasetSplitCommand(folder.context, "data/golden-v1.json", {}), 0);
  for (const side of ["train", "validation"]) {
    const name = `golden-v1-${side}.json`;
    assert.equal(folder.read(`data/${name}`), readFileSync(`${SHIPPED}/${name}`, "utf8"));
  }
  assert.deepEqual(folder.files(), [
    "golden-v1-train.json",
    "golden-v1-validation.json",
    "golden-v1.json",
    "labels.yaml",
  ]);
  assert.match(folder.stdout, /^ {2}root cause +train +validation\n {2}no_fault +8 +7\n/);
  assert.match(folder.stdout, /\n {2}samples +60 +55\n$/);
  assert.match(
    folder.stderr,
    /^\ndata\/golden-v1-train\.json\ndata\/golden-v1-validation\.json\nnext: logeval dataset lint data/,
  );
});

withFolder("dataset split keeps fields, takes sizes and a seed", async (folder) => {
  const sizes = { train: 30, validation: 20 };
  await datasetSplitCommand(folder.context, "data/golden-v1.json", { ...sizes, seed: 5 });
  const train = folder.read("data/golden-v1-train.json");
  assert.equal(JSON.parse(train).length, 30);
  const rows: unknown[] = JSON.parse(GOLDEN);
  for (const row of JSON.parse(train)) {
    assert.ok(rows.some((other) => JSON.stringify(other) === JSON.stringify(row)));
  }
  assert.match(
    folder.stdout,
    /left out\n[^]*\n {2}samples +30 +20 +65\n\n65 samples of 115 in nei/,
  );
  await datasetSplitCommand(folder.context, "data/golden-v1.json", { ...sizes, seed: 5 });
  assert.equal(folder.read("data/golden-v1-train.json"), train);
  await datasetSplitCommand(folder.context, "data/golden-v1.json", { ...sizes, seed: 6 });
  assert.notEqual(folder.read("data/golden-v1-train.json"), train);
});

withFolder("dataset split with one size gives the rest to the other side", async (folder) => {
  await datasetSplitCommand(folder.context, "data/golden-v1.json", { validation: 40 });
  assert.match(folder.stdout, /\n {2}samples +75 +40\n$/);
});

withFolder("dataset split makes JSONL of JSONL", async (folder) => {
  const lines = JSON.parse(GOLDEN).map((row: unknown) => JSON.stringify(row)) as string[];
  folder.write("data/lines.jsonl", lines.join("\n"));
  await datasetSplitCommand(folder.context, "data/lines.jsonl", {});
  const train = folder.read("data/lines-train.jsonl");
  assert.ok(train.endsWith("}\n"));
  assert.equal(train.trimEnd().split("\n").length, 60);
  assert.ok(train.trimEnd().split("\n").every((line) => lines.includes(line)));
});

withFolder("dataset split says when the messages do not allow the sizes", async (folder) => {
  const rows: unknown[] = JSON.parse(GOLDEN);
  const repeat = (row: unknown, from: number) =>
    [1, 2, 3].map((at) => ({ ...row as object, timestamp: from + at }));
  folder.write("data/d.json", JSON.stringify([...repeat(rows[0], 0), ...repeat(rows[1], 10)]));
  assert.equal(
    await datasetSplitCommand(folder.context, "data/d.json", { train: 4, validation: 2 }),
    0,
  );
  assert.match(
    folder.stdout,
    /samples +3 +3\n\nnot exact: 4 and 2 were asked for, but samples of /,
  );
});

withFolder("dataset split refuses what it cannot do, and writes nothing", async (folder) => {
  const [first] = JSON.parse(GOLDEN);
  folder.write("data/one.json", JSON.stringify([first]));
  folder.write("data/same.json", JSON.stringify([first, { ...first, timestamp: 1 }]));
  const before = folder.files();
  const golden = "data/golden-v1.json";
  const refusals = [
    [
      golden,
      { train: 100, validation: 16 },
      UsageError,
      /with --train 100 and --validation 16: it/,
    ],
    [
      golden,
      { train: 115 },
      UsageError,
      /^Cannot split \S+ with --train 115: it has 115 samples, none is left for validation$/,
    ],
    [golden, { validation: 200 }, UsageError, /200: it has 115 samples, none is left for train$/],
    ["data/one.json", {}, DataError, /it has one sample/],
    ["data/same.json", {}, DataError, /all its samples share one message/],
    ["data/none.json", {}, DataError, /^Cannot read dataset "data\/none.json": it does not exist$/],
  ] as const;
  for (const [file, options, type, message] of refusals) {
    await assert.rejects(datasetSplitCommand(folder.context, file, options), (error) => {
      assert.ok(error instanceof type);
      assert.match(error.message, message);
      return true;
    });
  }
  assert.deepEqual(folder.files(), before);
});

withFolder("dataset split leaves no half of a split behind", async (folder) => {
  mkdirSync(join(folder.context.cwd, "data/golden-v1-validation.json.tmp"));
  await assert.rejects(
    datasetSplitCommand(folder.context, "data/golden-v1.json", {}),
    /Cannot write \S+train.json and \S+validation.json: it is a folder/,
  );
  assert.ok(!existsSync(join(folder.context.cwd, "data/golden-v1-train.json")));
});

withFolder("dataset lint of clean files says so", async (folder) => {
  await datasetSplitCommand(folder.context, "data/golden-v1.json", {});
  folder.stdout = "";
  const files = ["data/golden-v1-train.json", "data/golden-v1-validation.json"];
  assert.equal(await datasetLintCommand(folder.context, files), 0);
  assert.equal(folder.stdout, "2 files, 115 samples: clean\n");
  assert.equal(await datasetLintCommand(folder.context, [files[0]!, `./${files[0]}`]), 0);
  assert.match(folder.stdout, /\n1 file, 60 samples: clean\n$/);
});

withFolder("dataset lint prints every finding and a count, exit 3 on errors", async (folder) => {
  const rows = JSON.parse(GOLDEN);
  rows[0].severity = "fatal";
  rows[1].summary = "";
  folder.write("data/d.json", JSON.stringify(rows));
  assert.equal(await datasetLintCommand(folder.context, ["data/d.json"]), 3);
  assert.match(
    folder.stdout,
    /^error unknown_label: data\/d\.json, sample 1 \(\w{16}\)\n {2}severity "fatal" is not in labels\.yaml\n {2}→ .+\n\nwarning empty_summary: data\/d\.json, sample 2 \(\w{16}\)\n {2}summary is empty\n {2}→ .+\n\n1 file, 115 samples: 1 error, 1 warning\n$/,
  );
  folder.stdout = "";
  assert.equal(await datasetLintCommand(folder.context, ["data/d.json"], { json: true }), 3);
  const { findings, ...counts } = JSON.parse(folder.stdout);
  assert.deepEqual(counts, { files: ["data/d.json"], samples: 115, errors: 1, warnings: 1 });
  const keys = Object.keys(findings[0]).join(" ");
  assert.equal(keys, "level rule file sample message remedy");
});

withFolder("dataset lint of warnings alone is exit 0", async (folder) => {
  const rows = JSON.parse(GOLDEN);
  rows[1].summary = "";
  folder.write("data/d.json", JSON.stringify(rows));
  assert.equal(await datasetLintCommand(folder.context, ["data/d.json"]), 0);
  assert.match(folder.stdout, /: 1 warning\n$/);
});

withFolder("dataset lint finds wrong types beside all else", async (folder) => {
  const rows = JSON.parse(GOLDEN);
  rows[2].timestamp = "today";
  folder.write("data/typed.json", JSON.stringify(rows, null, 2));
  folder.write("data/broken.json", "[");
  const files = ["data/typed.json", "data/broken.json", "data/golden-v1.json"];
  assert.equal(await datasetLintCommand(folder.context, files), 3);
  assert.match(
    folder.stdout,
    /error invalid_field: data\/typed\.json, sample 3\n {2}timestamp "today" is not a number\n {2}→ mend/,
  );
  assert.match(folder.stdout, /error unusable_file: data\/broken\.json\n {2}Cannot read dataset/);
  assert.match(folder.stdout, /3 files, 230 samples: \d+ errors\n$/);
  folder.stdout = "";
  await datasetLintCommand(folder.context, ["data/typed.json"], { json: true });
  const { samples, findings } = JSON.parse(folder.stdout);
  assert.deepEqual([samples, findings.length, findings[0].sample], [115, 1, "sample 3"]);
});

withFolder("dataset lint names a labels.yaml that cannot be used, and goes on", async (folder) => {
  folder.write("data/labels.yaml", LABELS.replace("components:", "component:"));
  const rows = JSON.parse(GOLDEN);
  rows[1].summary = "";
  folder.write("data/d.json", JSON.stringify(rows));
  assert.equal(await datasetLintCommand(folder.context, ["data/d.json", "data/golden-v1.json"]), 3);
  assert.match(
    folder.stdout,
    /^error unusable_labels: data\/labels\.yaml\n {2}Cannot use labels data\/labels.yaml: 2 faults\n/,
  );
  assert.match(folder.stdout, /\nwarning empty_summary: data\/d\.json, sample 2 /);
  assert.equal(folder.stdout.match(/unusable_labels/g)?.length, 1);
});

withFolder("dataset lint without a labels.yaml says what stands for it", async (folder) => {
  const rows = JSON.parse(GOLDEN);
  rows[0].root_cause = "own_label";
  folder.write("d.json", JSON.stringify(rows));
  assert.equal(await datasetLintCommand(folder.context, ["d.json"]), 0);
  assert.equal(
    folder.stderr,
    "note: no labels.yaml; the labels that d.json uses stand as the taxonomy\n",
  );
});

withFolder("dataset stats draws counts within 90 columns, or gives JSON", async (folder) => {
  assert.equal(await datasetStatsCommand(folder.context, "data/golden-v1.json", {}), 0);
  const lines = folder.stdout.split("\n");
  assert.ok(lines.every((line) => line.length <= 90));
  assert.match(folder.stdout, /115 samples, 95 templates; 38 samples share a template/);
  assert.match(folder.stdout, /\n {2}tokens \(characters \/ 4\) +5 +66 +208 +313\n/);
  assert.match(folder.stdout, /\n {2}no_fault +15 +13\.0 % +14 {2}█{24}\n/);
  folder.stdout = "";
  await datasetStatsCommand(folder.context, "data/golden-v1.json", { json: true });
  const stats = JSON.parse(folder.stdout);
  assert.deepEqual([stats.n, stats.templates, stats.root_causes.length], [115, 95, 21]);
  folder.write("data/one.json", JSON.stringify(JSON.parse(GOLDEN).slice(0, 1)));
  folder.stdout = "";
  await datasetStatsCommand(folder.context, "data/one.json", {});
  assert.match(
    folder.stdout,
    /\n {2}1 sample, 1 template; 0 samples share a template with another\n/,
  );
});
