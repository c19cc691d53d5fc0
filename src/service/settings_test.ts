// `readSettings` with the environments that people and Kubernetes make.

import assert from "node:assert/strict";
import { UsageError } from "../errors.ts";
import { readGivenSettings, readSettings } from "./settings.ts";

const LEAST = {
  LOG_ANALYZER_LOKI_URL: "http://loki.logging:3100",
  LOG_ANALYZER_LLM_URL: "http://llama-server.llm:8080",
  LOG_ANALYZER_LLM_MODEL: "llama-3.2-3b-instruct",
};

function read(variables: Readonly<Record<string, string>>) {
  return readSettings((name) => variables[name], Object.keys(variables));
}

function faultsOf(variables: Readonly<Record<string, string>>): string[] {
  try {
    read(variables);
  } catch (error) {
    assert.ok(error instanceof UsageError, String(error));
    const [first, ...lines] = error.message.split("\n");
    assert.match(first!, /^Cannot use the environment: \d+ faults?$/);
    return lines.map((line) => line.trim().replace(/ {2,}/, " ").replace(/^LOG_ANALYZER_/, ""));
  }
  return assert.fail("no fault");
}

Deno.test("readSettings() fills in what is not set", () => {
  assert.deepEqual(read(LEAST), {
    loki_url: "http://loki.logging:3100",
    loki_timeout_s: 20,
    llm_url: "http://llama-server.llm:8080",
    llm_model: "llama-3.2-3b-instruct",
    llm_timeout_s: 180,
    prompts_dir: "prompt_templates",
    analyze_prompt_id: "k8s_log_analysis_v2",
    default_limit: 15,
    max_limit: 200,
    max_body_bytes: 65_536,
    max_log_chars: 10_000,
    max_concurrent: 4,
    max_queued: 64,
    deadline_s: 300,
    shutdown_grace_s: 25,
  });
});

Deno.test("readSettings() takes what is set, without the line break of a mounted secret", () => {
  const settings = read({
    ...LEAST,
    LOG_ANALYZER_LOKI_URL: "https://reader:secret@gw/logs",
    LOG_ANALYZER_LOKI_TENANT: "team-a",
    LOG_ANALYZER_LOKI_TIMEOUT_S: "2.5",
    LOG_ANALYZER_LLM_API_KEY: "sk-1\n",
    LOG_ANALYZER_TAXONOMY: "/etc/logeval/taxonomy.yaml",
    LOG_ANALYZER_MAX_QUEUED: "0",
    LOG_ANALYZER_MAX_LIMIT: "",
  });
  assert.equal(settings.loki_url, "https://reader:secret@gw/logs");
  assert.equal(settings.loki_tenant, "team-a");
  assert.equal(settings.loki_timeout_s, 2.5);
  assert.equal(settings.llm_api_key, "sk-1");
  assert.equal(settings.taxonomy, "/etc/logeval/taxonomy.yaml");
  assert.equal(settings.max_queued, 0);
  assert.equal(settings.max_limit, 200);
});

Deno.test("readSettings() lists all that is missing", () => {
  assert.deepEqual(faultsOf({ LOG_ANALYZER_LLM_MODEL: " " }), [
    "LOKI_URL is not set; the root of Loki, such as http://loki.logging.svc.cluster.local:3100",
    "LLM_URL is not set; the model server, such as http://llama-server.llm.svc.cluster.local:8080",
    "LLM_MODEL is not set; the model to ask for, such as llama-3.2-3b-instruct",
  ]);
});

const FAULTS: readonly (readonly [name: string, value: string, fault: string])[] = [
  ["LOKI_TIMEOUT_S", "20s", '"20s" is not a number of seconds, such as 20'],
  ["LOKI_TIMEOUT_S", "0", '"0" is below 0.001'],
  ["DEADLINE_S", "1e3", '"1e3" is not a number of seconds, such as 20'],
  ["DEADLINE_S", "-5", '"-5" is not a number of seconds, such as 20'],
  ["DEADLINE_S", "Infinity", '"Infinity" is not a number of seconds, such as 20'],
  ["MAX_LIMIT", "many", '"many" is not a whole number, such as 20'],
  ["MAX_LIMIT", "20.5", '"20.5" is not a whole number, such as 20'],
  ["MAX_LIMIT", "0x10", '"0x10" is not a whole number, such as 20'],
  ["MAX_LIMIT", "6000", '"6000" is above 5000'],
  ["MAX_CONCURRENT", "0", '"0" is below 1'],
  ["LOKI_URL", "loki:3100", '"loki:3100" is no http or https URL such as http://loki.logging:3100'],
  ["LOKI_URL", "loki", '"loki" is no http or https URL such as http://loki.logging:3100'],
  [
    "LLM_URL",
    "http://me:secret@llm",
    '"http://…@llm" holds a password; a key is given in LOG_ANALYZER_LLM_API_KEY',
  ],
  [
    "LLM_API_KEY",
    "sk secret",
    "holds white space or a non-ASCII character; the value is not shown",
  ],
  ["LOKI_TENANT", "a b", '"a b" holds white space or a non-ASCII character'],
];
for (const [name, value, fault] of FAULTS) {
  Deno.test(`readSettings() says of ${name}=${value}: ${fault}`, () => {
    assert.deepEqual(faultsOf({ ...LEAST, [`LOG_ANALYZER_${name}`]: value }), [`${name} ${fault}`]);
  });
}

Deno.test("readSettings() lists every fault at once", () => {
  const faults = faultsOf({
    LOG_ANALYZER_LOKI_URLS: "http://loki",
    LOG_ANALYZER_LLM_URL: "http://llm",
    LOG_ANALYZER_LLM_MODEL: "m",
    LOG_ANALYZER_MAX_LIMIT: "many",
    LOG_ANALYZER_DEADLINE_S: "soon",
  });
  assert.deepEqual(faults.map((fault) => fault.split(" ")[0]), [
    "LOKI_URLS",
    "MAX_LIMIT",
    "DEADLINE_S",
    "LOKI_URL",
  ]);
  assert.match(faults[0]!, /^LOKI_URLS is no setting; did you mean LOG_ANALYZER_LOKI_URL\?$/);
});

Deno.test("readSettings() says when a request without a limit would have too many lines", () => {
  assert.deepEqual(faultsOf({ ...LEAST, LOG_ANALYZER_MAX_LIMIT: "10" }), [
    "DEFAULT_LIMIT 15 is above LOG_ANALYZER_MAX_LIMIT, 10",
  ]);
});

Deno.test("readSettings() passes over what Kubernetes says of the service", () => {
  const links = [
    "SERVICE_HOST",
    "SERVICE_PORT",
    "SERVICE_PORT_HTTP",
    "PORT",
    "PORT_8000_TCP",
    "PORT_8000_TCP_PROTO",
    "PORT_8000_TCP_PORT",
    "PORT_8000_TCP_ADDR",
    "METRICS_SERVICE_HOST",
    "METRICS_PORT_9090_TCP_ADDR",
  ];
  read({
    ...LEAST,
    ...Object.fromEntries(links.map((link) => [`LOG_ANALYZER_${link}`, "tcp://1"])),
  });
});

Deno.test("readGivenSettings() misses nothing, but takes no fault", () => {
  const given = readGivenSettings((name) => name.endsWith("_LLM_MODEL") ? "m" : undefined);
  assert.equal(given.llm_model, "m");
  assert.equal(given.llm_url, undefined);
  assert.equal(given.default_limit, 15);
  assert.throws(() => readGivenSettings(() => "many"), UsageError);
});
