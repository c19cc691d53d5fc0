// Linear equations of a few hundred unknowns.

/**
 * x of `matrix x = right`, by elimination with the largest pivot of each column first.
 *
 * @param matrix n rows of n, regular; changed to no use
 * @param right n values
 */
export function solveLinear(matrix: Float64Array[], right: ArrayLike<number>): Float64Array {
  const n = matrix.length;
  const x = Float64Array.from(right);
  for (let at = 0; at < n; at++) {
    let best = at;
    for (let row = at + 1; row < n; row++) {
      if (Math.abs(matrix[row]![at]!) > Math.abs(matrix[best]![at]!)) best = row;
    }
    [matrix[at], matrix[best]] = [matrix[best]!, matrix[at]!];
    [x[at], x[best]] = [x[best]!, x[at]!];
    const pivot = matrix[at]!;
    for (let row = at + 1; row < n; row++) {
      const values = matrix[row]!;
      const factor = values[at]! / pivot[at]!;
      if (factor === 0) continue;
      for (let column = at; column < n; column++) values[column]! -= factor * pivot[column]!;
      x[row]! -= factor * x[at]!;
    }
  }
  for (let at = n - 1; at >= 0; at--) {
    const values = matrix[at]!;
    for (let column = at + 1; column < n; column++) x[at]! -= values[column]! * x[column]!;
    x[at]! /= values[at]!;
  }
  return x;
}
