// `logeval analyze --listen HOST:PORT`: the production service, until SIGTERM or Ctrl-C. Its log goes
// to stdout as JSON lines; a start that fails says why on stderr, like every command.

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { UsageError } from "../errors.ts";
import { bracketed } from "../server/security.ts";
import { createService, type ServiceDeps } from "../service/app.ts";
import { checkPrompt } from "../service/analyzers.ts";
import { lokiClient } from "../service/loki.ts";
import { openPrompts } from "../service/prompts.ts";
import { serviceLog } from "../service/service_log.ts";
import { readSettings, type ServiceSettings } from "../service/settings.ts";
import { startTelemetry } from "../telemetry/otel.ts";
import { VERSION } from "../version.ts";
import { analyzeTaxonomy } from "./analyze_prompt.ts";
import { type CliContext, EXIT } from "./context.ts";
import { aborted, listenOn } from "./listening.ts";

export interface ListenOptions {
  /** `HOST:PORT`, an IPv6 address in brackets, port 0 for a free one. */
  readonly listen: string;
}

/** How often Loki is asked again when it fails: a client waits. */
const LOKI_RETRIES = 1;
/** What requests get, once their calls are ended, to take the answer that says so. */
const LAST_WORDS_MS = 1000;

/**
 * Serves until the context's `stop`, then answers what is in flight. That end was asked for, so the
 * exit code is 0.
 *
 * @throws {UsageError} for settings, a prompt or an address that cannot be used
 * @throws {DataError} for a taxonomy that cannot be used
 */
export async function analyzeListen(context: CliContext, options: ListenOptions): Promise<number> {
  const { clock } = context;
  const address = addressOf(options.listen);
  const settings = readSettings(context.env, context.envNames());
  const log = serviceLog(context.stdout, context.now);
  const taxonomy = await analyzeTaxonomy(context, settings);
  const prompts = openPrompts({
    folder: promptFolder(settings, context),
    id: settings.analyze_prompt_id,
    check: (template) => checkPrompt(template, taxonomy),
    clock,
    log,
  });
  const telemetry = await startTelemetry(context.env, {
    version: VERSION,
    warn: (message) => log("warning", message),
  });
  const loki = lokiClient({
    url: settings.loki_url,
    timeoutMs: settings.loki_timeout_s * 1000,
    retries: LOKI_RETRIES,
    clock,
    ...(settings.loki_tenant === undefined ? {} : { tenant: settings.loki_tenant }),
  });
  const deps = { settings, loki, prompts, taxonomy, log, clock, version: VERSION, telemetry };
  try {
    return await serve(context, address, deps);
  } finally {
    await telemetry?.shutdown();
  }
}

async function serve(
  context: CliContext,
  address: { readonly host: string; readonly port: number },
  deps: Omit<ServiceDeps, "abort">,
): Promise<number> {
  const { settings, prompts, log, clock } = deps;
  const end = new AbortController();
  const service = createService({ ...deps, abort: end.signal });
  const server = listenOn(context, service.fetch, address, "--listen HOST:0 takes a free one");
  const { template, template_hash } = prompts.current().active;
  log("info", "listening", {
    url: `http://${bracketed(address.host)}:${server.port}`,
    version: VERSION,
    loki_url: withoutSecrets(settings.loki_url),
    llm_url: withoutSecrets(settings.llm_url),
    llm_model: settings.llm_model,
    prompt: template.id,
    template_hash,
  });

  await aborted(context.stop);
  log("info", "draining: no further analyses are taken");
  const graceMs = settings.shutdown_grace_s * 1000;
  const drained = await within(graceMs, service.drain(), clock, context.abort);
  if (!drained) log("warning", "the time to drain is over: what is in flight is ended");
  end.abort();
  await within(LAST_WORDS_MS, service.drain(), clock);
  await within(LAST_WORDS_MS, server.close(), clock);
  log("info", "stopped", { drained });
  return EXIT.ok;
}

/** Whether work was done in time and before `cut` was aborted. */
async function within(
  ms: number,
  work: Promise<void>,
  clock: CliContext["clock"],
  cut?: AbortSignal,
): Promise<boolean> {
  const done = new AbortController();
  const signals = cut === undefined ? [done.signal] : [done.signal, cut];
  const late = clock.sleep(ms, { signal: AbortSignal.any(signals) }).then(() => false, () => false);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    done.abort();
    await late;
  }
}

/** @throws {UsageError} */
function addressOf(listen: string) {
  const [, host, digits] = /^(\[[\da-f:.]+\]|[^\s:/[\]]+):(\d{1,5})$/i.exec(listen) ?? [];
  const port = Number(digits);
  if (host === undefined || port > 65_535) {
    throw new UsageError(`Cannot listen on "${listen}": it is no HOST:PORT`, {
      hint: "such as 127.0.0.1:8000, 0.0.0.0:8000 or [::1]:8000",
    });
  }
  return { host: host.replace(/^\[|\]$/g, ""), port };
}

/**
 * The folder of the settings; where nobody asked for one and there is none, the prompts of the binary.
 * So too where nobody asked for a prompt and the folder, one of a new project, lacks the default.
 */
function promptFolder(
  { prompts_dir, analyze_prompt_id }: ServiceSettings,
  { cwd, env }: CliContext,
): string | null {
  const folder = resolve(cwd, prompts_dir);
  if (env("LOG_ANALYZER_PROMPTS_DIR") !== undefined) return folder;
  const asked = env("LOG_ANALYZER_ANALYZE_PROMPT_ID") !== undefined;
  const needed = asked ? folder : join(folder, `${analyze_prompt_id}.yaml`);
  return existsSync(needed) ? folder : null;
}

function withoutSecrets(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
