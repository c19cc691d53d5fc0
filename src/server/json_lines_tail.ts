// A growing JSON Lines file, read from where the last reading ended.

import { closeSync, fstatSync, openSync, readSync } from "node:fs";

const CHUNK = 1 << 20;

/** Folds the lines of a file into a state, each line once. */
export class JsonLinesTail<S> {
  readonly #file: string;
  readonly #start: () => S;
  readonly #fold: (state: S, line: unknown) => void;
  #state: S;
  #inode = 0;
  #offset = 0;
  #rest = new Uint8Array(0);

  /**
   * @param start the state of an empty file
   * @param fold takes a line, parsed; `undefined` for one that is no JSON
   */
  constructor(file: string, start: () => S, fold: (state: S, line: unknown) => void) {
    this.#file = file;
    this.#start = start;
    this.#fold = fold;
    this.#state = start();
  }

  /** What all whole lines come to; that of an empty file when there is none. */
  read(): S {
    let file: number;
    try {
      file = openSync(this.#file, "r");
    } catch {
      this.#restart(0);
      return this.#state;
    }
    try {
      const { ino, size } = fstatSync(file);
      // A resumed run replaces its file without the calls that failed.
      if (ino !== this.#inode || size < this.#offset) this.#restart(ino);
      while (this.#offset < size) {
        const chunk = new Uint8Array(Math.min(CHUNK, size - this.#offset));
        const count = readSync(file, chunk, 0, chunk.length, this.#offset);
        if (count === 0) break;
        this.#offset += count;
        this.#take(chunk.subarray(0, count));
      }
    } finally {
      closeSync(file);
    }
    return this.#state;
  }

  #restart(inode: number): void {
    this.#inode = inode;
    this.#offset = 0;
    this.#rest = new Uint8Array(0);
    this.#state = this.#start();
  }

  #take(chunk: Uint8Array): void {
    const end = chunk.lastIndexOf(10);
    const whole = end < 0 ? [] : [this.#rest, chunk.subarray(0, end)];
    this.#rest = joined(end < 0 ? [this.#rest, chunk] : [chunk.subarray(end + 1)]);
    if (whole.length === 0) return;
    for (const line of new TextDecoder().decode(joined(whole)).split("\n")) {
      this.#fold(this.#state, parsed(line));
    }
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
