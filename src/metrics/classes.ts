// Which labels are told apart: precision and recall of each, and what is taken for what.

export interface ClassScores {
  readonly label: string;
  /** Samples that have this label. */
  readonly n: number;
  /** Right ones of those predicted as this label, 0..1; `null` when it was never predicted. */
  readonly precision: number | null;
  /** Right ones of `n`, 0..1; `null` when `n` is 0. */
  readonly recall: number | null;
  /** `2 * right / (n + predicted)`, 0..1; `null` when `n` is 0. */
  readonly f1: number | null;
}

export interface Confusion {
  readonly labels: readonly string[];
  /** Rows are expected labels, columns predicted labels, both in the order of `labels`. */
  readonly counts: number[][];
  /** Per row: answers without a label. */
  readonly unreadable: number[];
  /** Per row: answers with a label that is none of `labels`. */
  readonly outside: number[];
}

/**
 * Precision, recall and F1 of each label, higher is better. An answer without a label, or with one
 * that is none of `labels`, is a miss of its expected label and counts as nobody's prediction.
 *
 * @param expected labels in the order of the samples
 * @param predicted as many; `null` for an answer without a label
 * @returns in the order of `labels`
 * @see scikit-learn's `precision_recall_fscore_support`, which has 0 for what is `null` here
 */
export function perClass(
  expected: readonly string[],
  predicted: readonly (string | null)[],
  labels: readonly string[],
): ClassScores[] {
  return labels.map((label) => {
    const n = expected.filter((other) => other === label).length;
    const given = predicted.filter((other) => other === label).length;
    const right = expected.filter((other, at) => other === label && predicted[at] === label).length;
    return {
      label,
      n,
      precision: given === 0 ? null : right / given,
      recall: n === 0 ? null : right / n,
      f1: n === 0 ? null : 2 * right / (n + given),
    };
  });
}

/**
 * Counts what was predicted for each expected label: a row's counts, `unreadable` and `outside` sum to
 * the samples that have its label. Samples with another label are in no row.
 *
 * @param predicted `null` for an answer without a label
 */
export function confusion(
  expected: readonly string[],
  predicted: readonly (string | null)[],
  labels: readonly string[],
): Confusion {
  const position = new Map(labels.map((label, at) => [label, at]));
  const counts = labels.map(() => labels.map(() => 0));
  const unreadable = labels.map(() => 0);
  const outside = labels.map(() => 0);
  expected.forEach((label, at) => {
    const row = position.get(label);
    if (row === undefined) return;
    const answer = predicted[at] ?? null;
    const column = answer === null ? undefined : position.get(answer);
    if (answer === null) unreadable[row]!++;
    else if (column === undefined) outside[row]!++;
    else counts[row]![column]!++;
  });
  return { labels, counts, unreadable, outside };
}
