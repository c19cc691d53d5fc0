// What is measured is what is deployed: whichever way a sample takes to the model, the same bytes go
// there, and the answer is read alike.

import assert from "node:assert/strict";
import { BUILTIN_PROMPTS } from "../analyzer/builtin_prompts.ts";
import { systemClock } from "../analyzer/retry.ts";
import { RUNS_DIR } from "../harness/project.ts";
import type { SampleRecord } from "../harness/run_files.ts";
import {
  allowedLabels,
  LogAnalyzer,
  type LogEntry,
  parsePromptTemplate,
  parseTaxonomy,
  taxonomyVariables,
} from "../mod.ts";
import { type FakeLogEntry, startFakeLoki } from "../testing/fake_loki.ts";
import { type FakeStep, LLAMA_SIDE, startFakeServer, status } from "../testing/fake_server.ts";
import { listening } from "../testing/listening_service.ts";
import { ANSWER, storedOf } from "../testing/service_fixtures.ts";
import { tempProject } from "../testing/temp_project.ts";

/** A context that holds every prompt, by anybody's estimate. */
const ROOMY: Readonly<Record<string, FakeStep>> = {
  ...LLAMA_SIDE,
  "/props": status(200, { default_generation_settings: { n_ctx: 32_768 }, total_slots: 4 }),
};
/** An answer of each kind; which one depends on the request alone. */
const ANSWERS: readonly FakeStep[] = [
  ANSWER,
  '{"root_cause": "Port conflict", "severity": "ERROR", "component": "api", "summary": "No port."}',
  { kind: "answer", text: "Root cause: timeout\nSeverity: ", finish_reason: "length" },
  "I have no idea.",
];
const MODEL = "llama-3.2-3b-instruct";
const FIELDS = ["root_cause", "severity", "component", "summary", "action_needed"] as const;

/** What a way to the model makes of one sample. */
interface Heard {
  readonly rendered_hash: string;
  readonly outcome: string;
  /** The parsed fields, `null` where the answer holds none. */
  readonly fields: Readonly<Record<string, unknown>> | null;
}

function heard(
  { rendered_hash }: { readonly rendered_hash: string },
  outcome: string,
  analysis: object | null,
): Heard {
  const fields = new Map(Object.entries(analysis ?? {}));
  return {
    rendered_hash,
    outcome,
    fields: outcome === "scored"
      ? Object.fromEntries(FIELDS.map((field) => [field, fields.get(field)]))
      : null,
  };
}

for (
  const [experiment, prompt] of [
    ["baseline-v1", "k8s_log_analysis_v1"],
    ["json-schema-v1", "k8s_log_analysis_json_v1"],
    ["optimized-v2", "k8s_log_analysis_v2"],
  ] as const
) {
  Deno.test(`run, service, pipe and library send the same bytes and read alike: ${prompt}`, async () => {
    using project = tempProject({ samples: 8 });
    const file = `prompt_templates/${prompt}.yaml`;
    if (experiment === "optimized-v2") {
      project.write(file, BUILTIN_PROMPTS.get(prompt) ?? "");
      const baseline = project.read("evals/experiments/configs/baseline-v1.yaml");
      project.write(
        `evals/experiments/configs/${experiment}.yaml`,
        baseline.replaceAll("baseline-v1", experiment).replaceAll("k8s_log_analysis_v1", prompt),
      );
    }
    const bodyOf = ({ body }: { readonly body: unknown }) => JSON.stringify(body);
    await using model = startFakeServer(
      (request) => ANSWERS[bodyOf(request).length % ANSWERS.length]!,
      { side: ROOMY },
    );
    const ran = await project.cli(["run", experiment, "--model", model.url], {
      clock: systemClock(),
    });
    assert.equal(ran.code, 0, ran.stderr);
    const records: SampleRecord[] = project.read(`${RUNS_DIR}/${project.runs()[0]}/results.jsonl`)
      .trim().split("\n").map((line) => JSON.parse(line));
    const asked = model.requests.map(bodyOf);

    const entries = records.map(({ input: { log_line, ...entry } }): LogEntry => ({
      ...entry,
      message: log_line,
    }));
    // One at a time: some samples have their time in common.
    const stored: FakeLogEntry[] = [];
    await using loki = startFakeLoki(stored);
    const started = listening(project, {
      LOG_ANALYZER_LOKI_URL: loki.url,
      LOG_ANALYZER_LLM_URL: model.url,
      LOG_ANALYZER_LLM_MODEL: MODEL,
      LOG_ANALYZER_ANALYZE_PROMPT_ID: prompt,
    });
    const url = await started.url;
    const taxonomy = parseTaxonomy(project.read("evals/datasets/labels.yaml"), "labels.yaml");
    const library = new LogAnalyzer({
      llmUrl: model.url,
      modelName: MODEL,
      promptTemplate: parsePromptTemplate(project.read(file), file).template,
      allowedLabels: allowedLabels(taxonomy),
    });

    async function fromService(entry: LogEntry): Promise<Heard> {
      stored.splice(0, 1, ...storedOf([entry]));
      const { timestamp, namespace } = entry;
      const [start, end] = [timestamp, timestamp + 1].map((time) => new Date(time).toISOString());
      const body = { time_range: { start, end }, filters: { namespace } };
      const request = { method: "POST", body: JSON.stringify(body) };
      const { prompt, outcome, result } = await (await fetch(`${url}/v1/analyze`, request)).json();
      return heard(prompt, outcome, result);
    }

    async function fromPipe({ message: log_line, ...entry }: LogEntry): Promise<Heard> {
      const line = new TextEncoder().encode(JSON.stringify({ ...entry, log_line }));
      const options = ["--prompt", prompt, "--model-url", model.url, "--model", MODEL];
      const { stdout } = await project.cli(["analyze", "-", "--json", ...options], {
        stdin: {
          isTerminal: () => false,
          bytes: async function* () {
            yield line;
          },
        },
      });
      const document = JSON.parse(stdout);
      return heard(document.prompt, document.outcome, document);
    }

    async function fromLibrary(entry: LogEntry): Promise<Heard> {
      const time = new Date(entry.timestamp).toISOString();
      const { prompt, outcome, analysis } = await library.analyze([entry], {
        ...taxonomyVariables(taxonomy),
        namespace: entry.namespace,
        time_range: { start: time, end: time },
      });
      return heard(prompt, outcome, analysis);
    }

    for (const [at, { rendered_hash, outcome, predicted }] of records.entries()) {
      const want = heard({ rendered_hash: rendered_hash ?? "" }, outcome, predicted);
      for (const ask of [fromService, fromPipe, fromLibrary]) {
        assert.deepEqual(await ask(entries[at]!), want, ask.name);
        assert.ok(asked.includes(bodyOf(model.requests.at(-1)!)), ask.name);
      }
    }
    assert.equal(model.requests.length, 4 * records.length);
    assert.ok(new Set(records.map(({ outcome }) => outcome)).size > 1, "answers of several kinds");
    started.stop();
    assert.equal(await started.code, 0);
  });
}
