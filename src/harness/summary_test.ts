import assert from "node:assert/strict";
import { identifySamples } from "../dataset/sample.ts";
import { testConfig, testRecord } from "../testing/run_fixtures.ts";
import type { SampleRecord } from "./run_files.ts";
import { computeMetrics } from "./run_metrics.ts";
import { noiseLine, repeatCommand } from "./run_terms.ts";
import { renderSummary } from "./summary.ts";
import { worstAnswers } from "./worst_answers.ts";

const { input, expected, scores } = testRecord("");
const FLOOR = scores!;

function summaryOf(records: readonly SampleRecord[], config = testConfig()): string {
  const samples = identifySamples(
    records.map((record) => ({ ...record.input, ...record.expected })),
  );
  const named = records.map((record, at) => ({ ...record, id: samples[at]!.id }));
  const dataset = { ...config.dataset, n: samples.length };
  const metrics = computeMetrics({ ...config, dataset }, samples, named, {
    most_common: FLOOR,
    embedded: FLOOR,
  }, 1000);
  const worst = worstAnswers(10);
  named.forEach(worst.add);
  return renderSummary(config, metrics, named, worst.list());
}

const NO_SD = {
  overall: null,
  root_cause: null,
  action: null,
  severity: null,
  summary_rouge_l: null,
  component_f1: null,
};
const zero = { ...FLOOR, overall: 0, root_cause: 0 };

Deno.test("renderSummary() tells what was expected and what was said", () => {
  const text = summaryOf([
    testRecord("a", { input: { ...input, log_line: "first" } }),
    testRecord("b", {
      input: { ...input, log_line: "second" },
      predicted: { ...expected, root_cause: "dns_failure" },
      scores: zero,
    }),
  ]);
  assert.match(text, /^# a: overall 0\.500\n/);
  assert.match(text, /\| root_cause \| timeout \| dns_failure \| wrong \|/);
  assert.match(text, /\n {4}second\n/);
  assert.ok(!text.includes("    first\n"), "a right answer is not among the worst");
  assert.match(text, /\| run \| 20260109-143000-a \|/);
  assert.match(text, /```sh\nlogeval run a\n```/);
});

Deno.test("renderSummary() lets no log line or answer break out of its place", () => {
  const hostile = "``` </details> | <script>x</script> \u001b[31m\n# heading";
  const text = summaryOf([
    testRecord("a", {
      input: { ...input, log_line: hostile, namespace: "a|b\n# c" },
      outcome: "unparseable",
      predicted: null,
      scores: zero,
      raw_response: `${hostile}\n\n## more`,
    }),
  ]);
  assert.ok(!/^# (heading|c)|^## more/m.test(text));
  assert.match(text, /\| a\\\|b # c \|/);
  assert.match(text, /^ {4}``` <\/details> \| <script>x<\/script> {2}\[31m # heading$/m);
  assert.ok(!text.includes("\u001b"));
});

Deno.test("renderSummary() stays under 60 kB for any dataset", () => {
  const records = Array.from({ length: 3000 }, (_, at) =>
    testRecord("", {
      input: {
        ...input,
        log_line: `${"x".repeat(5000)} ${at}`,
        namespace: `ns-${at}-${"n".repeat(200)}`,
      },
      expected: {
        ...expected,
        root_cause: `cause_${at}_${"c".repeat(500)}`,
        summary: "s".repeat(5000),
      },
      predicted: null,
      outcome: "unparseable",
      scores: zero,
      raw_response: "y".repeat(20_000),
    }));
  const bytes = new TextEncoder().encode(summaryOf(records)).length;
  assert.ok(bytes < 60_000, `${bytes} bytes`);
});

Deno.test("renderSummary() says first what is wrong with the run", () => {
  const config = testConfig({ changed: ["model"] });
  const text = summaryOf([
    testRecord("a"),
    testRecord("b", {
      input: { ...input, log_line: "other" },
      outcome: "failed",
      predicted: null,
      scores: null,
      error: { kind: "timeout", message: "no answer within 180 s", status: null },
    }),
  ], config);
  const head = text.slice(0, text.indexOf("| score"));
  assert.match(head, /> \*\*Partial:\*\* coverage 50\.0 % \(1 failed\)/);
  assert.match(head, /> 1 x no answer within 180 s/);
  assert.match(head, /> \*\*Changed:\*\* model differ/);
});

Deno.test("renderSummary() has one column for what is right in a namespace, and names a parent run", () => {
  const text = summaryOf([testRecord("a")], testConfig({ parent_run_id: "20260108-120000-a" }));
  assert.match(text, /\| root cause \| n \| overall \| precision \| recall \| F1 \| action \|/);
  assert.match(
    text,
    /\| namespace \| n \| overall \| root cause right \| action \| [^]*\n\| llm \| 1 \| 1\.000 \| 1\.00 \|/,
  );
  assert.match(
    text,
    /^# a: .*\n\n> \*\*Rescored:\*\* the answers of 20260108-120000-a, scored anew/,
  );
});

Deno.test("noiseLine() counts in one and many", () => {
  const noise = { repeats: 2, changed: 0, changed_by_field: {}, sd: NO_SD };
  assert.equal(noiseLine({ ...noise, n: 1 }), "0.0 % of 1 sample changed between 2 repeats");
  assert.equal(noiseLine({ ...noise, n: 5 }), "0.0 % of 5 samples changed between 2 repeats");
});

Deno.test("repeatCommand() is the command line that makes the same calls", () => {
  const config = testConfig({ changed: ["model", "limit", "dataset"] });
  assert.equal(
    repeatCommand({ ...config, execution: { ...config.execution, limit: 5, repeats: 2 } }),
    "logeval run a --model http://localhost:8080 --dataset d.json --limit 5 --repeats 2",
  );
  // The experiment's file asks for more.
  assert.equal(repeatCommand(testConfig({ changed: ["repeats"] })), "logeval run a --repeats 1");
});
