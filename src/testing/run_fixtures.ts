// A small run for tests: a valid config.json and a record that tests change where it matters.

import { hashOf } from "../hash.ts";
import type { RunConfig, SampleRecord } from "../harness/run_files.ts";

/** A complete configuration; `changes` are laid over its top level. */
export function testConfig(changes: Partial<RunConfig> = {}): RunConfig {
  return {
    schema_version: 1,
    run_id: "20260109-143000-a",
    experiment_id: "a",
    experiment_file: "evals/experiments/configs/a.yaml",
    description: "",
    started_at: "2026-01-09T14:30:00.000Z",
    parent_run_id: null,
    changed: [],
    dataset: {
      path: "d.json",
      hash: hashOf("d"),
      n: 1,
      total: 1,
      labels_path: null,
      labels_hash: hashOf("l"),
    },
    model: {
      provider: "openai",
      endpoint: "http://localhost:8080",
      name: "m",
      api_key_env: null,
      fingerprint: { model: "m", build: null, slots: 4, n_ctx: 2048 },
    },
    llm_config: {
      temperature: 0.3,
      max_tokens: 200,
      top_p: 0.95,
      frequency_penalty: 0,
      presence_penalty: 0,
      seed: null,
    },
    prompt: {
      id: "p",
      path: "p.yaml",
      version: "1",
      template_hash: hashOf("p"),
      text: "id: p\nversion: 1\ninputs: {required: [logs]}\nuser: '{{ logs }}'\n",
      variables: {},
    },
    execution: { concurrency: 4, retries: 2, timeout_s: 180, seed: 0, repeats: 1, limit: null },
    versions: { logeval: "0.1.0", deno: "2.9.6", metric: "1" },
    git_commit: null,
    ...changes,
  };
}

/** A scored record of one sample; `changes` are laid over it. */
export function testRecord(id: string, changes: Partial<SampleRecord> = {}): SampleRecord {
  const labels = {
    root_cause: "timeout",
    severity: "error",
    component: "etcd",
    summary: "It took too long.",
    action_needed: "none",
  };
  return {
    id,
    repeat: 1,
    outcome: "scored",
    input: {
      timestamp: 1795500577620,
      namespace: "llm",
      pod: "p",
      container: "c",
      node: "n",
      log_line: "took too long",
    },
    expected: labels,
    predicted: labels,
    scores: {
      overall: 1,
      root_cause: 1,
      severity: 1,
      action: 1,
      component_f1: 1,
      summary_rouge_l: 1,
    },
    latency_ms: 10,
    tokens: null,
    finish_reason: "stop",
    model: "m",
    attempts: 1,
    template_hash: hashOf("p"),
    rendered_hash: hashOf(id),
    metric_version: "1",
    raw_response: "Root cause: timeout",
    error: null,
    elapsed_ms: 10,
    ...changes,
  };
}
