// LOG_ANALYZER_* of an environment -> checked settings, or one error that lists every fault. Pure: the
// environment is an argument.

import * as z from "zod";
import { UsageError } from "../errors.ts";
import { describeFaults, type Fault, quote, suggestion } from "../faults.ts";

const PREFIX = "LOG_ANALYZER_";

const HttpUrl = z.string().superRefine((text, context) => {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return;
  fault(context, "is no http or https URL such as http://loki.logging:3100");
});

const ModelUrl = HttpUrl.superRefine((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.username || url?.password) {
    fault(context, "holds a password; a key is given in LOG_ANALYZER_LLM_API_KEY");
  }
});

const Secret = z.string().superRefine((text, context) => {
  if (/^[\x21-\x7e]+$/.test(text)) return;
  fault(context, "holds white space or a non-ASCII character; the value is not shown", {
    secret: true,
  });
});

const HeaderText = z.string().regex(/^[\x21-\x7e]+$/, "holds white space or a non-ASCII character");

const seconds = (most: number) => number("a number of seconds", /^\d+(\.\d+)?$/, 0.001, most);
const count = (least: number, most: number) => number("a whole number", /^\d+$/, least, most);

function number(what: string, form: RegExp, least: number, most: number) {
  return z.string().transform((text, context) => {
    const value = Number(text);
    if (!form.test(text)) fault(context, `is not ${what}, such as ${Math.min(20, most)}`);
    else if (value < least) fault(context, `is below ${least}`);
    else if (value > most) fault(context, `is above ${most}`);
    return value;
  });
}

function fault(
  context: z.RefinementCtx,
  message: string,
  params: Readonly<Record<string, unknown>> = {},
): void {
  context.addIssue({ code: "custom", message, params });
}

const Settings = z.object({
  /** Root of Loki; a user and a password in it are sent as basic authentication. */
  loki_url: HttpUrl,
  /** Sent to Loki as `X-Scope-OrgID`. */
  loki_tenant: HeaderText.optional(),
  /** Limit of one query, in seconds. */
  loki_timeout_s: seconds(3600).prefault("20"),
  /** Root of the model server, its `/v1`, or the whole URL of its chat completions. */
  llm_url: ModelUrl,
  llm_model: z.string(),
  llm_api_key: Secret.optional(),
  /** Limit of one call of the model, in seconds. */
  llm_timeout_s: seconds(3600).prefault("180"),
  /** Folder of prompt files; a change is taken up if none of them renders to other than it recorded. */
  prompts_dir: z.string().prefault("prompt_templates"),
  /** Which of them analyses; the built-in one has hashes of what it renders to, and is verified. */
  analyze_prompt_id: z.string().prefault("k8s_log_analysis_v2"),
  /** File of the labels that a prompt may name; the built-in ones when not given. */
  taxonomy: z.string().optional(),
  /** Log lines of a request that does not say. */
  default_limit: count(1, 5000).prefault("15"),
  /** Most log lines of a request. Loki itself gives no more than 5000. */
  max_limit: count(1, 5000).prefault("200"),
  /** Most bytes of a request's body. */
  max_body_bytes: count(1, 2 ** 30).prefault("65536"),
  /** Most characters of one log line; the rest of it is cut. */
  max_log_chars: count(1, 2 ** 30).prefault("10000"),
  /** Most calls of the model at the same time: the slots of its server. */
  max_concurrent: count(1, 10_000).prefault("4"),
  /** Most requests that wait for one. */
  max_queued: count(0, 100_000).prefault("64"),
  /** Limit of a whole request, its wait included, in seconds. */
  deadline_s: seconds(86_400).prefault("300"),
  /** How long requests may go on after SIGTERM, in seconds. */
  shutdown_grace_s: seconds(3600).prefault("25"),
});

type SettingName = keyof typeof Settings.shape;

/** What the service is told by its environment; each key is a variable `LOG_ANALYZER_…`. */
export type ServiceSettings = Readonly<z.output<typeof Settings>>;

/**
 * Reads the settings of the service.
 *
 * @param env the value of a variable; an empty one counts as not set, white space around it is cut
 * @param names all names of the environment, so that a misspelt one is found
 * @throws {UsageError} with every fault, its variable and what to do
 */
export function readSettings(
  env: (name: string) => string | undefined,
  names: readonly string[] = [],
): ServiceSettings {
  const { settings, faults } = read(env, names);
  for (const key of ["loki_url", "llm_url", "llm_model"] as const) {
    if (env(variable(key))?.trim()) continue;
    faults.push({ at: null, field: variable(key), message: `is not set; ${EXAMPLES[key]}` });
  }
  return orThrow(faults, settings as ServiceSettings);
}

/**
 * Reads what the environment says, for a command that can do without: what has no default and is not
 * set is `undefined`.
 *
 * @throws {UsageError} like {@linkcode readSettings}, but for nothing that is missing
 */
export function readGivenSettings(
  env: (name: string) => string | undefined,
  names: readonly string[] = [],
): GivenSettings {
  const { settings, faults } = read(env, names);
  return orThrow(faults, settings);
}

const Given = Settings.partial({ loki_url: true, llm_url: true, llm_model: true });

/** {@linkcode ServiceSettings} in which the addresses and the model may be missing. */
export type GivenSettings = Readonly<z.output<typeof Given>>;

const EXAMPLES = {
  loki_url: "the root of Loki, such as http://loki.logging.svc.cluster.local:3100",
  llm_url: "the model server, such as http://llama-server.llm.svc.cluster.local:8080",
  llm_model: "the model to ask for, such as llama-3.2-3b-instruct",
} as const;

function read(
  env: (name: string) => string | undefined,
  names: readonly string[],
): { settings: GivenSettings; faults: Fault[] } {
  const keys = Object.keys(Settings.shape) as SettingName[];
  const values: Partial<Record<SettingName, string>> = {};
  for (const key of keys) {
    const value = env(variable(key))?.trim();
    if (value) values[key] = value;
  }
  const known = keys.map(variable);
  const faults: Fault[] = names
    .filter((name) => name.startsWith(PREFIX) && !known.includes(name) && !SERVICE_LINKS.test(name))
    .map((name) => ({ at: null, field: name, message: `is no setting${suggestion(name, known)}` }));
  const parsed = Given.safeParse(values);
  for (const issue of parsed.error?.issues ?? []) {
    const key = issue.path[0] as SettingName;
    const secret = issue.code === "custom" && issue.params?.["secret"] === true;
    const message = secret ? issue.message : `${quote(values[key])} ${issue.message}`;
    faults.push({ at: null, field: variable(key), message });
  }
  const settings = parsed.data ?? ({} as GivenSettings);
  if (settings.default_limit > settings.max_limit) {
    faults.push({
      at: null,
      field: variable("default_limit"),
      message: `${settings.default_limit} is above ${variable("max_limit")}, ${settings.max_limit}`,
    });
  }
  return { settings, faults };
}

function orThrow<T>(faults: readonly Fault[], settings: T): T {
  if (faults.length === 0) return settings;
  throw new UsageError(describeFaults("Cannot use the environment", faults));
}

function variable(key: SettingName): string {
  return `${PREFIX}${key.toUpperCase()}`;
}

/**
 * What Kubernetes tells every pod of a Service whose name begins with `log-analyzer`, such as
 * LOG_ANALYZER_SERVICE_HOST and LOG_ANALYZER_PORT_8000_TCP_ADDR. Nobody set these.
 */
const SERVICE_LINKS =
  /^LOG_ANALYZER_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/;
