// `logeval serve`: the project's runs over HTTP, read-only, until Ctrl-C.

import { UsageError } from "../errors.ts";
import { formatCount } from "../format.ts";
import { findProject, RUNS_DIR } from "../harness/project.ts";
import { createApp } from "../server/app.ts";
import { openArchive } from "../server/archive.ts";
import { API_ROOT } from "../server/openapi.ts";
import { bracketed, hostCheck, isLoopback } from "../server/security.ts";
import { VERSION } from "../version.ts";
import { type CliContext, EXIT } from "./context.ts";
import { aborted, listenOn } from "./listening.ts";

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly tokenEnv?: string;
  /** `false` with --no-auth. */
  readonly auth: boolean;
  readonly allowHost?: readonly string[];
}

/** Characters of a token: 64 bits when they are hexadecimal and random. */
const SHORTEST_TOKEN = 16;

/** How long requests in flight may take once the server is to end. */
const GRACE_MS = 3000;

/**
 * Serves until the context's `stop`. Its end is that of a server that was asked to end, so the exit
 * code is 0: nothing was cut short, and a supervisor's SIGTERM is no failure.
 */
export async function serveCommand(context: CliContext, options: ServeOptions): Promise<number> {
  const { host, port } = options;
  const token = tokenOf(options, context.env);
  const root = findProject(context.cwd);
  const handler = createApp({
    archive: openArchive(root, context.now),
    version: VERSION,
    token,
    allowedHost: hostCheck(host, options.allowHost ?? []),
    clock: context.clock,
    stop: context.stop,
    report: context.stderr,
  });
  const server = listenOn(
    context,
    handler,
    { host, port },
    "--port takes another one, --port 0 a free one",
  );
  const url = `http://${bracketed(host)}:${server.port}`;
  context.stderr(`${url}\n  serves ${root}/${RUNS_DIR}, read-only, ${accessOf(options)}\n`);
  context.stderr(`  ${url}${API_ROOT}/leaderboard\n  ${url}${API_ROOT}/openapi.json\n`);
  context.stderr(`  ${url}/metrics\n  Ctrl-C ends it\n`);
  await aborted(context.stop);
  const grace = context.clock.sleep(GRACE_MS, { signal: context.abort }).catch(() => {});
  await Promise.race([server.close(), grace]);
  context.stderr("stopped\n");
  return EXIT.ok;
}

/** @throws {UsageError} when other machines could ask without anybody having decided so */
function tokenOf(
  { host, tokenEnv, auth }: ServeOptions,
  env: CliContext["env"],
): string | null {
  if (tokenEnv !== undefined) {
    const token = (env(tokenEnv) ?? "").trim();
    if (token.length < SHORTEST_TOKEN) {
      const fault = token === ""
        ? "it is not set"
        : `it has ${formatCount(token.length, "character")}, and fewer than ${SHORTEST_TOKEN} ` +
          "can be guessed";
      throw new UsageError(`Cannot take the token from ${tokenEnv}: ${fault}`, {
        hint: `export ${tokenEnv}="$(openssl rand -hex 32)"`,
      });
    }
    if (/\s/.test(token) || !/^[\x21-\x7e]+$/.test(token)) {
      throw new UsageError(
        `Cannot take the token from ${tokenEnv}: a header cannot hold all of its characters`,
      );
    }
    return token;
  }
  if (auth && !isLoopback(host)) {
    throw new UsageError(`Cannot serve on ${host} without a token: other machines reach it`, {
      hint: "--token-env NAME asks for the token in that variable, --no-auth lets everybody read",
    });
  }
  return null;
}

function accessOf({ host, tokenEnv }: ServeOptions): string {
  if (tokenEnv !== undefined) return `with the token of ${tokenEnv}`;
  return isLoopback(host) ? "to this machine" : "to everybody who reaches it";
}
