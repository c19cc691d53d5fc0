// `logeval analyze --listen` in a project of a test's own, on a free port of loopback.

import { systemClock } from "../analyzer/retry.ts";
import type { CliContext } from "../cli/context.ts";
import type { TempProject } from "./temp_project.ts";

export type Environment = Readonly<Record<string, string>>;

const ENV: Environment = {
  LOG_ANALYZER_LOKI_URL: "http://user:secret@127.0.0.1:9",
  LOG_ANALYZER_LLM_URL: "http://127.0.0.1:9",
  LOG_ANALYZER_LLM_MODEL: "fake-1b",
};

/** Starts it in a project; `url` comes once it listens. */
export function listening(
  project: TempProject,
  env: Environment,
  { listen = "127.0.0.1:0", ...changes }: Partial<CliContext> & { readonly listen?: string } = {},
) {
  const [stop, abort] = [new AbortController(), new AbortController()];
  const listens = Promise.withResolvers<string>();
  let log = "";
  const all = { ...ENV, ...env };
  const ended = project.cli(["analyze", "--listen", listen], {
    stdout: (text) => log += text,
    env: (name) => all[name],
    envNames: () => Object.keys(all),
    clock: systemClock(),
    stop: stop.signal,
    abort: abort.signal,
    serve: (handler, { host, port }) => {
      const server = Deno.serve({ hostname: host, port, onListen: () => {} }, handler);
      listens.resolve(`http://127.0.0.1:${server.addr.port}`);
      return { port: server.addr.port, close: () => server.shutdown() };
    },
    ...changes,
  });
  return {
    url: listens.promise,
    ended,
    code: ended.then(({ code }) => code),
    stop: () => stop.abort(),
    abort: () => abort.abort(),
    lines: () => log.trim().split("\n").map((line) => JSON.parse(line)),
    log: () => log,
  };
}
