// What a command gets from the outside world, so that it can be run in a test with none of it.

import type { Clock } from "../analyzer/retry.ts";

export interface CliContext {
  readonly cwd: string;
  readonly stdin: Stdin;
  /**
   * The answer. Nothing else goes there. That its reader went away is no error.
   *
   * @throws {DataError} when it cannot be written, such as to a full disk
   */
  readonly stdout: (text: string) => void;
  /** The story: progress, warnings, errors, the next step. Never throws. */
  readonly stderr: (text: string) => void;
  /** Aborted once the reader of stdout has gone: what is only printed is not worth a call any more. */
  readonly unread: AbortSignal;
  /** Width of the terminal behind stderr, `null` when it is none. */
  readonly stderrColumns: number | null;
  /** Whether to colour each of the two. */
  readonly colors: { readonly stdout: boolean; readonly stderr: boolean };
  readonly env: (name: string) => string | undefined;
  /** Names of all variables, so that one with a slip in its name is seen. */
  readonly envNames: () => readonly string[];
  readonly clock: Clock;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly denoVersion: string;
  /**
   * Listens and hands requests to `handler`.
   *
   * @throws the system's error when it cannot
   */
  readonly serve: (
    handler: (request: Request) => Response | Promise<Response>,
    address: { readonly host: string; readonly port: number },
  ) => Listening;
  /**
   * Aborted by the first Ctrl-C: start nothing more. Asked for by commands that wait for a model or
   * for requests, and by no other: Ctrl-C ends the process until then.
   */
  readonly stop: AbortSignal;
  /** Aborted by the second Ctrl-C: drop what is in flight. */
  readonly abort: AbortSignal;
}

/** What comes in through a pipe, for the commands that read it. */
export interface Stdin {
  /** Whether a person sits there and nothing will come by itself. */
  readonly isTerminal: () => boolean;
  readonly bytes: () => AsyncIterable<Uint8Array>;
}

/** A server that listens. */
export interface Listening {
  /** The one that it got, when any was asked for. */
  readonly port: number;
  /** Takes no further request; resolves when those in flight are through. */
  close(): Promise<void>;
}

/** Exit codes, the same for every command. */
export const EXIT = {
  ok: 0,
  bug: 1,
  usage: 2,
  data: 3,
  model: 4,
  gate: 5,
  interrupted: 130,
} as const;
