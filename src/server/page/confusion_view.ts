// Which root causes were taken for which -> the cells of the matrix and its worst pairs. Pure.

import type { RunMetrics } from "../../harness/run_files.ts";
import { mostConfused } from "../../harness/run_terms.ts";
import { runUrl } from "./words.ts";

/** Columns that are no label stand apart. */
const APART = ["unreadable", "outside labels"];
const WORST = 8;

export interface ConfusionView {
  readonly columns: readonly { readonly name: string; readonly gap: boolean }[];
  readonly rows: readonly {
    readonly name: string;
    readonly cells: readonly {
      readonly kind: string;
      readonly text: string;
      readonly title: string;
    }[];
  }[];
  readonly worst: readonly {
    readonly expected: string;
    readonly said: string;
    readonly count: number;
    readonly of: number;
    readonly url: string;
  }[];
}

/** Root causes that occur or were said; the most frequent first. */
export function confusionView(
  run: string,
  confusion: RunMetrics["confusion"],
): ConfusionView {
  const { labels, counts, unreadable, outside } = confusion;
  const expected = labels.map((_, row) =>
    sum(counts[row] ?? []) + (unreadable[row] ?? 0) + (outside[row] ?? 0)
  );
  const said = labels.map((_, column) => sum(counts.map((row) => row[column] ?? 0)));
  const order = labels.map((_, at) => at)
    .filter((at) => expected[at]! + said[at]! > 0)
    .sort((a, b) => expected[b]! - expected[a]! || a - b);
  const rows = order.filter((at) => expected[at]! > 0);
  return {
    columns: [
      ...order.map((at) => ({ name: labels[at]!, gap: false })),
      ...APART.map((name, at) => ({ name, gap: at === 0 })),
    ],
    rows: rows.map((row) => ({
      name: labels[row]!,
      cells: [
        ...order.map((column) => cell(labels[row]!, labels[column]!, counts[row]?.[column] ?? 0)),
        ...[unreadable, outside].map((found, at) => {
          const { kind, ...rest } = cell(labels[row]!, APART[at]!, found[row] ?? 0);
          return { ...rest, kind: `${at === 0 ? "gap " : ""}${kind}`.trim() };
        }),
      ],
    })),
    worst: mostConfused(confusion, WORST).map(({ expected: label, said, count }) => ({
      expected: label,
      said,
      count,
      of: expected[labels.indexOf(label)] ?? 0,
      url: `${runUrl(run)}?${new URLSearchParams({
        root_cause: label,
        wrong: "root_cause",
      })}#samples`,
    })),
  };
}

function cell(expected: string, said: string, count: number) {
  if (count === 0) return { kind: "", text: "", title: "" };
  const kind = expected === said
    ? count > 4 ? "dg hi" : "dg"
    : count > 2
    ? "e3"
    : count > 1
    ? "e2"
    : "e1";
  return { kind, text: String(count), title: `${expected} read as ${said}: ${count}` };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
