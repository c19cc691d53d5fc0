// Values that come in clusters -> size and sum of each cluster. The intervals and tests of this room
// need no more of them.

export interface Cluster {
  readonly n: number;
  readonly sum: number;
}

/** Size and sum of each cluster, in the order of their first values. */
export function sumsByCluster(values: readonly number[], clusters: readonly string[]): Cluster[] {
  const found = new Map<string, { n: number; sum: number }>();
  values.forEach((value, at) => {
    const name = clusters[at]!;
    const cluster = found.get(name);
    if (cluster === undefined) {
      found.set(name, { n: 1, sum: value });
    } else {
      cluster.n++;
      cluster.sum += value;
    }
  });
  return [...found.values()];
}
