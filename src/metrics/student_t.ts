// Student's t distribution for real degrees of freedom. Takes a point or a probability; the
// intervals are built on it.

/**
 * P(T <= t) for Student's t with `df` degrees of freedom: with `x = df / (df + t^2)` the tail beyond
 * |t| is `I_x(df/2, 1/2) / 2`, I being the regularised incomplete beta function.
 *
 * @param df any real number above 0
 * @returns 0..1; within 1e-9 of `scipy.stats.t.cdf`
 */
export function studentTCdf(t: number, df: number): number {
  return t < 0 ? upperTail(-t, df) : 1 - upperTail(t, df);
}

/**
 * The t with `studentTCdf(t, df) = p`.
 *
 * @param p 0..1; the ends give -Infinity and Infinity
 * @param df any real number above 0; the fewer, the farther out
 * @returns within 1e-9 of `scipy.stats.t.ppf`, relative where |t| > 1
 */
export function studentTQuantile(p: number, df: number): number {
  if (p < 0.5) return -studentTQuantile(1 - p, df);
  if (p === 0.5) return 0;
  const tail = 1 - p;
  if (tail === 0) return Infinity;
  let low = 0;
  let high = 1;
  while (upperTail(high, df) > tail) [low, high] = [high, 2 * high];
  // Newton's step where it stays between the two, else the middle.
  let t = (low + high) / 2;
  for (let step = 0; step < 200; step++) {
    const excess = upperTail(t, df) - tail;
    if (excess > 0) low = t;
    else high = t;
    const newton = t + excess / density(t, df);
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - t) <= 1e-15 * t) return next;
    t = next;
  }
  return t;
}

/** P(T > t) for t >= 0. */
function upperTail(t: number, df: number): number {
  if (t === Infinity) return 0;
  const square = t * t / df; // x = 1 / (1 + square)
  const [a, b] = [df / 2, 0.5];
  const logFront = b * Math.log(square) - (a + b) * Math.log1p(square) - logBeta(a, b);
  const x = 1 / (1 + square);
  // The fraction converges fast on this side of (a + 1) / (a + b + 2), else I_x = 1 - I_(1-x).
  if (x < (a + 1) / (a + b + 2)) return Math.exp(logFront) * betaFraction(x, a, b) / a / 2;
  if (square === 0) return 0.5;
  return 0.5 - Math.exp(logFront) * betaFraction(square / (1 + square), b, a) / b / 2;
}

function density(t: number, df: number): number {
  const log = -(df + 1) / 2 * Math.log1p(t * t / df) - logBeta(df / 2, 0.5) - Math.log(df) / 2;
  return Math.exp(log);
}

/**
 * The continued fraction of `I_x(a, b)`, by Lentz's method.
 *
 * @see Press et al., "Numerical Recipes", 3rd edition, 6.4
 */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const away = (value: number) => Math.abs(value) < tiny ? tiny : value;
  let c = 1;
  let d = 1 / away(1 - (a + b) * x / (a + 1));
  let fraction = d;
  for (let m = 1; m < 10_000; m++) {
    const even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= d * c;
    const odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return fraction;
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

// Lanczos with g = 7 and 9 terms, as Godfrey computed them.
const LANCZOS = [
  0.99999999999980993,
  676.5203681218851,
  -1259.1392167224028,
  771.32342877765313,
  -176.61502916214059,
  12.507343278686905,
  -0.13857109526572012,
  9.9843695780195716e-6,
  1.5056327351493116e-7,
] as const;

/** ln of the gamma function for x > 0. */
function logGamma(x: number): number {
  const shifted = x + 6.5;
  let series = LANCZOS[0] as number;
  for (let at = 1; at < LANCZOS.length; at++) series += LANCZOS[at]! / (x + at - 1);
  return Math.log(2 * Math.PI) / 2 + (x - 0.5) * Math.log(shifted) - shifted + Math.log(series);
}
