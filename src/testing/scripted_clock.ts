// A clock for tests: its sleep ends at once and is written down, its time moves only by sleeps and
// by `advance`. Taken by whatever takes a `Clock`.

import type { Clock } from "../analyzer/retry.ts";

export interface ScriptedClock extends Clock {
  /** Every sleep, in milliseconds, in order. */
  readonly waits: readonly number[];
  advance(ms: number): void;
}

/** @param random What `random()` gives each time; 0 takes all jitter away. */
export function scriptedClock(random = 0): ScriptedClock {
  const waits: number[] = [];
  let time = 0;
  return {
    waits,
    advance: (ms) => {
      time += ms;
    },
    monotonic: () => time,
    random: () => random,
    sleep: (ms, { signal }) => {
      if (signal.aborted) return Promise.reject(signal.reason);
      waits.push(ms);
      time += ms;
      return Promise.resolve();
    },
  };
}
