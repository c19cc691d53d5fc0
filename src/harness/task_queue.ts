// In which order workers take their tasks: all from one line, or each from a part of its own.

/** Gives worker `worker`, from 0, its next task; `undefined` when there is none left for it. */
export interface TaskQueue<T> {
  readonly length: number;
  take(worker: number): T | undefined;
}

/** One line for all workers: tasks begin in their order. */
export function inOrder<T>(tasks: readonly T[]): TaskQueue<T> {
  let next = 0;
  return { length: tasks.length, take: () => tasks[next++] };
}

/**
 * A stretch of the tasks for each worker, so that a worker's tasks follow each other as neighbours do
 * in the list, whatever the others are at. A server with as many slots then finds in a slot what it
 * has just read there. A worker that is through takes from the end of the longest stretch.
 */
export function inStretches<T>(tasks: readonly T[], workers: number): TaskQueue<T> {
  const stretches = Array.from({ length: workers }, (_, worker) => ({
    from: Math.floor(tasks.length * worker / workers),
    to: Math.floor(tasks.length * (worker + 1) / workers),
  }));
  return {
    length: tasks.length,
    take(worker) {
      const own = stretches[worker];
      if (own && own.from < own.to) return tasks[own.from++];
      const longest = stretches.reduce((a, b) => b.to - b.from > a.to - a.from ? b : a);
      return longest.from < longest.to ? tasks[--longest.to] : undefined;
    },
  };
}
