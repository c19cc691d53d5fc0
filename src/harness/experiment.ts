// Experiment YAML -> a checked experiment with every default filled, or one error that lists all
// its faults. Reads no other file: whether the files it names exist is checked by `prepare.ts`.

import * as z from "zod";
import { SamplingSettings } from "../analyzer/sampling.ts";
import { UsageError } from "../errors.ts";
import { describeFaults, type Fault, faultsOf } from "../faults.ts";
import { parseYaml, type YamlSource } from "../yaml_source.ts";

const Endpoint = z.string().superRefine((text, context) => {
  const fault = endpointFault(text);
  if (fault !== null) context.addIssue({ code: "custom", message: fault });
});

// Not quoted in the message: whoever pastes the key itself must not find it in a log.
const VariableName = z.string().superRefine((text, context) => {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(text)) return;
  context.addIssue({
    code: "custom",
    message: "is no name of an environment variable; the key itself never stands in a file",
    params: { secret: true },
  });
});

const ExperimentFile = z.strictObject({
  experiment_id: z.string().regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
    "is not a name of letters, digits, '.', '_' and '-' (at most 100)",
  ),
  description: z.string().default(""),
  dataset: z.strictObject({
    path: z.string().min(1),
    labels: z.string().min(1).optional(),
  }),
  model: z.strictObject({
    provider: z.enum(["openai", "embedded"]).default("openai"),
    endpoint: Endpoint.optional(),
    name: z.string().min(1),
    api_key_env: VariableName.optional(),
  }),
  llm_config: SamplingSettings.default({}),
  prompt: z.strictObject({
    id: z.string().min(1),
    path: z.string().min(1).optional(),
  }),
  execution: z.strictObject({
    concurrency: z.int().min(1).max(256).default(4),
    retries: z.int().min(0).max(10).default(2),
    timeout_s: z.number().min(0.001).max(3600).default(180),
    seed: z.int().default(0),
    repeats: z.int().min(1).max(100).default(1),
  }).prefault({}),
});

/** An experiment with every default filled; paths relative to the project root. */
export type Experiment = Readonly<z.output<typeof ExperimentFile>>;

export interface ExperimentSource {
  readonly experiment: Experiment;
  readonly yaml: YamlSource;
}

/**
 * Reads an experiment's YAML text.
 *
 * @param name the file's name for messages
 * @param stem the name under which the experiment was asked for, which its id must equal; `null`
 * when it was asked for by path
 * @param fileFaults finds what is wrong with the files that the experiment names; it is called with
 * whatever of their paths is readable, so that these faults are listed together with the others
 * @throws {UsageError} with every fault and its line
 */
export function parseExperiment(
  text: string,
  name: string,
  stem: string | null,
  fileFaults: (files: NamedFiles, yaml: YamlSource) => readonly Fault[] = () => [],
): ExperimentSource {
  const yaml = parseYaml(text, name);
  const parsed = ExperimentFile.safeParse(yaml.value);
  const faults: Fault[] = parsed.success
    ? crossFaults(parsed.data, yaml, stem)
    : faultsOf(parsed.error, ExperimentFile, yaml.value, yaml.lineOf);
  faults.push(...fileFaults(namedFiles(yaml), yaml));
  if (parsed.success && faults.length === 0) return { experiment: parsed.data, yaml };
  faults.sort((a, b) => Number(a.at ?? 0) - Number(b.at ?? 0));
  throw new UsageError(describeFaults(`Cannot use ${name}`, faults));
}

/** What is wrong with a model's address, `null` when nothing is. */
export function endpointFault(text: string): string | null {
  if (!URL.canParse(text)) return "is not a URL such as http://localhost:8080";
  const url = new URL(text);
  if (!/^https?:$/.test(url.protocol)) return "is not an http or https URL";
  if (url.username || url.password) return "holds a password; name a variable in model.api_key_env";
  return null;
}

/** Paths of the files that an experiment names, as far as they are strings. */
export interface NamedFiles {
  readonly dataset: string | null;
  readonly labels: string | null;
  readonly prompt: string | null;
  readonly promptId: string | null;
}

function namedFiles({ document }: YamlSource): NamedFiles {
  const text = (...path: string[]) => {
    const value = document.getIn(path);
    return typeof value === "string" ? value : null;
  };
  return {
    dataset: text("dataset", "path"),
    labels: text("dataset", "labels"),
    prompt: text("prompt", "path"),
    promptId: text("prompt", "id"),
  };
}

function crossFaults(
  { experiment_id, model }: Experiment,
  yaml: YamlSource,
  stem: string | null,
): Fault[] {
  const faults: Fault[] = [];
  if (stem !== null && experiment_id !== stem) {
    faults.push({
      at: yaml.lineOf(["experiment_id"]),
      field: "experiment_id",
      message: `${JSON.stringify(experiment_id)} is not the file's name, ${JSON.stringify(stem)}`,
    });
  }
  if (model.provider === "openai" && model.endpoint === undefined) {
    faults.push({
      at: yaml.lineOf(["model"]),
      field: "model.endpoint",
      message: "is missing; without a server use provider: embedded",
    });
  }
  return faults;
}
