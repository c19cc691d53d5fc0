export function mainEffects(
  _levels: readonly (readonly number[])[],
  counts: readonly number[],
  _trials: readonly { candidate: number; sample: number; score: number }[],
): {
  effect: number | null;
  ci95: [number, number] | null;
  n_calls: number;
  n_candidates: number;
}[][] {
  return counts.map((n) =>
    Array.from({ length: n }, () => ({ effect: null, ci95: null, n_calls: 0, n_candidates: 0 }))
  );
}
