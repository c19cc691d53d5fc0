// The program: gives the command line its real world, turns Ctrl-C into signals for commands that
// wait for a model, exits with its code. The only file that ends the process.

import type { CliContext } from "./cli/context.ts";
import { systemClock } from "./analyzer/retry.ts";
import { DataError, systemFault } from "./errors.ts";
import { VERSION } from "./version.ts";

const INTERRUPTED = 130;

if (import.meta.main) {
  const args = Deno.args;
  const context = realContext();
  if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
    try {
      context.stdout(`${VERSION}\n`);
      Deno.exit(0);
    } catch {
      // Why it cannot be written is told below, as for every command.
    }
  }
  const { runCli } = await import("./cli/cli.ts");
  Deno.exit(await runCli(args, context));
}

function realContext(): CliContext {
  let interrupts: Interrupts | null = null;
  const unread = new AbortController();
  const noColor = Boolean(Deno.env.get("NO_COLOR"));
  const stderrTerminal = Deno.stderr.isTerminal();
  return {
    cwd: Deno.cwd(),
    stdin: { isTerminal: () => Deno.stdin.isTerminal(), bytes: () => Deno.stdin.readable },
    stdout(text) {
      try {
        writeAll(Deno.stdout, text);
      } catch (cause) {
        // A reader that went away (`logeval … | head`) is no error.
        if (cause instanceof Deno.errors.BrokenPipe) return unread.abort(cause);
        throw new DataError(`Cannot write the answer to stdout: ${systemFault(cause)}`, { cause });
      }
    },
    stderr(text) {
      try {
        writeAll(Deno.stderr, text);
      } catch {
        // Nobody is left to be told, and the answer is worth more than its story.
      }
    },
    unread: unread.signal,
    stderrColumns: stderrTerminal ? terminalColumns() : null,
    colors: {
      stdout: Deno.stdout.isTerminal() && !noColor,
      stderr: stderrTerminal && !noColor,
    },
    env: (name) => Deno.env.get(name),
    envNames: () => Object.keys(Deno.env.toObject()),
    clock: systemClock(),
    now: Date.now,
    denoVersion: Deno.version.deno,
    serve: (handler, { host, port }) => {
      const server = Deno.serve({ hostname: host, port, onListen: () => {} }, handler);
      return { port: server.addr.port, close: () => server.shutdown() };
    },
    get stop() {
      return (interrupts ??= listenForInterrupts()).stop;
    },
    get abort() {
      return (interrupts ??= listenForInterrupts()).abort;
    },
  };
}

type Interrupts = Pick<CliContext, "stop" | "abort">;

/**
 * Takes Ctrl-C from the system. Only once a command asks for its signals: one that computes and never
 * waits would not hear of it, and is better ended at once, as the system does.
 */
function listenForInterrupts(): Interrupts {
  const stop = new AbortController();
  const abort = new AbortController();
  const interrupt = () => {
    if (!stop.signal.aborted) stop.abort(new Error("interrupted"));
    else if (!abort.signal.aborted) abort.abort(new Error("interrupted twice"));
    else Deno.exit(INTERRUPTED);
  };
  Deno.addSignalListener("SIGINT", interrupt);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", interrupt);
  return { stop: stop.signal, abort: abort.signal };
}

function terminalColumns(): number {
  try {
    return Deno.consoleSize().columns;
  } catch {
    return 80;
  }
}

function writeAll(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
}
