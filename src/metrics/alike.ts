// The interval of a mean difference where every cluster differs by the same: no spread was seen, and
// yet other clusters might have differed otherwise.

/** The chance that either bound leaves the truth out: half of 5 %. */
const TAIL = 0.025;

/**
 * The 95 % interval of the mean of differences in -1..1, when all of `clusters` clusters have the mean
 * `difference`. Were less than a share q of all clusters like that, so many in a row had a chance under
 * 2.5 %; the others can be anything, at worst -1 or 1:
 *
 *     q difference -+ (1 - q),  q = 0.025^(1 / clusters)
 *
 * It excludes 0 only where more than half must be alike, from 6 clusters on; there the sign flips have
 * p = 2^(1 - clusters) < 0.05 as well.
 *
 * @param clusters above 0
 * @returns within -1..1, holds `difference`; 3 clusters of +1: -0.42 to 1, 55 of them: 0.87 to 1
 * @see Clopper & Pearson, "The Use of Confidence or Fiducial Limits", 1934 (q, for all of n);
 * Hanley & Lippman-Hand, "If Nothing Goes Wrong, Is Everything All Right?", 1983
 */
export function alikeInterval(difference: number, clusters: number): [number, number] {
  const share = TAIL ** (1 / clusters);
  return [share * difference - (1 - share), share * difference + (1 - share)];
}
