// The one rule for rust, in charts and on the page: what scores below a floor on evidence. Pure.

/** Whether a score lies below one of the floors with its whole interval. */
export function isBelowFloor(
  { mean, ci95 }: {
    readonly mean: number | null;
    readonly ci95: readonly [number, number] | null;
  },
  floors: readonly (number | null)[],
): boolean {
  const most = ci95?.[1] ?? mean;
  return most !== null && floors.some((floor) => floor !== null && most < floor - 1e-9);
}
