// Small words that several views share. Pure.

import { formatPercent, groupDigits, UNKNOWN } from "../../format.ts";

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** `24 Nov 11:36` of an ISO time, UTC; `24 Nov 2025 11:36` unless that is `thisYear`. */
export function shortTime(iso: string | null, thisYear: number): string {
  const day = shortDate(iso, thisYear);
  return day === UNKNOWN ? UNKNOWN : `${day} ${iso!.slice(11, 16)}`;
}

/** `24 Nov` of an ISO time, UTC; `24 Nov 2025` unless that is `thisYear`. */
export function shortDate(iso: string | null, thisYear: number): string {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)T/.exec(iso ?? "") ?? [];
  if (month === undefined || day === undefined) return UNKNOWN;
  const date = `${Number(day)} ${MONTHS[Number(month) - 1] ?? "?"}`;
  return Number(year) === thisYear ? date : `${date} ${year}`;
}

/** The first digits of a hash. */
export function shortHash(hash: string): string {
  return hash.replace(/^sha256:/, "").slice(0, 6);
}

/** `golden-v1` of `evals/datasets/golden-v1.json`. */
export function datasetName(path: string): string {
  return path.split("/").at(-1)?.replace(/\.json$/, "") ?? path;
}

/** `0`, or a share in per cent. */
export function rate(share: number | null): string {
  return share === 0 ? "0" : formatPercent(share);
}

/** `a, b and c` */
export function listWords(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** `two` up to twelve, else digits. */
export function countWord(count: number): string {
  const words = "no one two three four five six seven eight nine ten eleven twelve".split(" ");
  return words[count] ?? groupDigits(count);
}

export function sentence(text: string): string {
  return text === "" ? "" : `${capital(text)}${/[.!?]$/.test(text) ? "" : "."}`;
}

/** The first letter large. */
export function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

export const runUrl = (run: string) => `/runs/${encodeURIComponent(run)}`;

export function sampleUrl(run: string, sample: string, repeat = 1): string {
  const query = repeat === 1 ? "" : `?repeat=${repeat}`;
  return `${runUrl(run)}/samples/${encodeURIComponent(sample)}${query}`;
}

export const optimizationUrl = (id: string) => `/optimizations/${encodeURIComponent(id)}`;

export function compareUrl(a: string, b: string): string {
  return `/compare?${new URLSearchParams({ a, b })}`;
}
