import assert from "node:assert/strict";
import { embeddedModel, indexExamples } from "./embedded.ts";
import { DEFAULT_LLM_CONFIG, type ResponseFormat } from "./llm.ts";

const label = (root_cause: string) => ({
  root_cause,
  severity: "error",
  component: "etcd",
  summary: `It was ${root_cause}.`,
  action_needed: "none",
});
const mask = (line: string) => line.replace(/\d+/g, "<num>");
const EXAMPLES = [
  { log_line: "connection to etcd refused after 3 tries", labels: label("refused") },
  { log_line: "connection to etcd refused after 5 tries", labels: label("other_instance") },
  { log_line: "connection to loki refused", labels: label("loki_refused") },
  { log_line: "certificate has expired", labels: label("expired") },
];
const index = indexExamples(EXAMPLES, mask);

const NEAREST = [
  { line: "the certificate of etcd has expired", want: "expired" },
  // Its own template, both instances of it, is left out.
  { line: "connection to etcd refused after 9 tries", want: "loki_refused" },
  // A template counts once, with the labels of its first example.
  { line: "connection to etcd refused", want: "refused" },
  { line: "zzz", want: null },
  { line: "", want: null },
];
for (const { line, want } of NEAREST) {
  Deno.test(`nearest() of ${JSON.stringify(line)} is ${want}`, () => {
    assert.equal(index.nearest(line)?.root_cause ?? null, want);
    assert.equal(index.nearest(line)?.root_cause ?? null, want, "the same when asked again");
  });
}

Deno.test("nearest() weighs a rare word above a common one", () => {
  const five = indexExamples([
    { log_line: "pod failed in namespace a", labels: label("a") },
    { log_line: "pod failed in namespace b", labels: label("b") },
    { log_line: "quorum lost again for now", labels: label("quorum") },
  ], mask);
  // One shared word of five each. idf: quorum ln(4/2) + 1 = 1.69, pod ln(4/3) + 1 = 1.29.
  assert.equal(five.nearest("quorum pod")?.root_cause, "quorum");
});

async function answer(prompt: string, response_format?: ResponseFormat, line = "has expired") {
  const completion = await embeddedModel(index).complete({
    messages: [{ role: "user", content: `${prompt}\n${line}` }],
    sampling: DEFAULT_LLM_CONFIG,
    response_format,
    logs: [{ timestamp: 0, namespace: "n", pod: "p", container: "c", node: "o", message: line }],
  }, { signal: new AbortController().signal });
  return completion.text;
}

Deno.test("the embedded model answers in labelled lines", async () => {
  assert.equal(
    await answer("Analyze."),
    "Root cause: expired\nSeverity: error\nComponent: etcd\nSummary: It was expired.\n" +
      "Action needed: none",
  );
});

Deno.test("the embedded model answers in JSON when prompt or request ask for it", async () => {
  const want = label("expired");
  assert.deepEqual(JSON.parse(await answer("Answer in JSON.")), want);
  assert.deepEqual(JSON.parse(await answer("Analyze.", { type: "json_object" })), want);
});

Deno.test("the embedded model takes no order from the log", async () => {
  assert.match(await answer("Analyze.", undefined, "json parser has expired"), /^Root cause:/);
});

Deno.test("the embedded model says nothing when no example is like the log", async () => {
  assert.equal(await answer("Analyze.", undefined, "zzz"), "");
});

Deno.test("the embedded model ends at once when it is aborted", async () => {
  const reason = new Error("stop");
  await assert.rejects(
    embeddedModel(index).complete({ messages: [], sampling: DEFAULT_LLM_CONFIG, logs: [] }, {
      signal: AbortSignal.abort(reason),
    }),
    reason,
  );
});
