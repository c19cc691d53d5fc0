// How many requests are let in, and how many of them are at the model at a time: a bounded queue,
// first come, first served. Knows nothing of HTTP.

export interface SlotLimits {
  /** Requests at the model at a time, at least 1. */
  readonly concurrent: number;
  /** Further requests that are let in, 0 or more. */
  readonly queued: number;
}

/** A request that was let in; disposing it gives its place and its turn to others. */
export interface Place extends Disposable {
  /**
   * Resolves when the model has room, in the order of the calls.
   *
   * @throws the signal's reason when `signal` is aborted; the place in the queue is free at once
   */
  turn(signal: AbortSignal): Promise<void>;
}

export interface Slots {
  /** `null` when all places are taken. */
  enter(): Place | null;
  /** Places taken: waiting, at the model, and neither of them. */
  readonly taken: number;
  readonly waiting: number;
  readonly atModel: number;
}

/**
 * Makes `concurrent + queued` places. A request takes its place before any work is done for it, so
 * that work, memory and waits are bounded as a whole and not only at the model.
 */
export function createSlots({ concurrent, queued }: SlotLimits): Slots {
  // A set keeps the order in which they came, and lets one leave from the middle at no cost.
  const queue = new Set<() => void>();
  let taken = 0;
  let atModel = 0;

  function next(): void {
    for (const start of queue) {
      if (atModel >= concurrent) return;
      queue.delete(start);
      atModel++;
      start();
    }
  }

  function enter(): Place | null {
    if (taken >= concurrent + queued) return null;
    taken++;
    let state: "in" | "at model" | "left" = "in";
    return {
      turn: (signal) =>
        new Promise((resolve, reject) => {
          signal.throwIfAborted();
          const leave = () => {
            queue.delete(start);
            reject(signal.reason);
          };
          const start = () => {
            signal.removeEventListener("abort", leave);
            state = "at model";
            resolve();
          };
          signal.addEventListener("abort", leave, { once: true });
          queue.add(start);
          next();
        }),
      [Symbol.dispose]() {
        if (state === "left") return;
        if (state === "at model") atModel--;
        state = "left";
        taken--;
        next();
      },
    };
  }

  return {
    enter,
    get taken() {
      return taken;
    },
    get waiting() {
      return queue.size;
    },
    get atModel() {
      return atModel;
    },
  };
}
