// Listening, for the commands that serve: why it cannot be done in words, and the wait for the end.

import { DataError, messageOf, UsageError } from "../errors.ts";
import { bracketed } from "../server/security.ts";
import type { CliContext, Listening } from "./context.ts";

/**
 * Listens.
 *
 * @param freePort what to do when another program has the port
 * @throws {UsageError} when it cannot
 */
export function listenOn(
  context: Pick<CliContext, "serve">,
  handler: Parameters<CliContext["serve"]>[0],
  address: { readonly host: string; readonly port: number },
  freePort: string,
): Listening {
  try {
    return context.serve(handler, address);
  } catch (cause) {
    const { host, port } = address;
    const where = `Cannot listen on ${bracketed(host)}:${port}`;
    switch ((cause as { code?: string }).code) {
      case "EADDRINUSE":
        throw new UsageError(`${where}: another program listens there`, { cause, hint: freePort });
      case "EADDRNOTAVAIL":
        throw new UsageError(`${where}: this machine has no such address`, { cause });
      case "EACCES":
        throw new UsageError(`${where}: permission denied`, { cause });
      default:
        if (!(cause instanceof Error) || cause instanceof DataError) throw cause;
        throw new UsageError(`${where}: ${messageOf(cause)}`, { cause });
    }
  }
}

/** Resolves when a signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
