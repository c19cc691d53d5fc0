// Numbers as people read them; the only place that rounds. Unknown is an en dash, never 0.

export const UNKNOWN = "–";

/** A score with three decimals. */
export function formatScore(value: number | null, digits = 3): string {
  return value === null ? UNKNOWN : value.toFixed(digits);
}

/** An interval of scores: `0.551 to 0.673`. */
export function formatInterval(interval: readonly [number, number] | null): string {
  return interval === null ? UNKNOWN : `${formatScore(interval[0])} to ${formatScore(interval[1])}`;
}

/** A difference with its sign: `+0.071`, `−0.020`. */
export function formatDifference(value: number | null, digits = 3): string {
  if (value === null) return UNKNOWN;
  const text = Math.abs(value).toFixed(digits);
  return Number(text) === 0 ? `±${text}` : `${value < 0 ? "−" : "+"}${text}`;
}

/** An interval of differences: `+0.021 to +0.121`. */
export function formatDifferences(interval: readonly [number, number] | null): string {
  if (interval === null) return UNKNOWN;
  return `${formatDifference(interval[0])} to ${formatDifference(interval[1])}`;
}

/** A probability: `0.031`, `< 0.001`. */
export function formatP(p: number | null): string {
  if (p === null) return UNKNOWN;
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}

/** A share as per cent: `2.6 %`, `71 %` without decimals. */
export function formatPercent(share: number | null, digits = 1): string {
  return share === null ? UNKNOWN : `${(100 * share).toFixed(digits)} %`;
}

/** Milliseconds in the unit that fits: `350 ms`, `1.9 s`, `4 min 5 s`, `2 h 10 min`. */
export function formatDuration(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return UNKNOWN;
  if (ms < 999.5) return ms < 10 ? `${ms.toFixed(1)} ms` : `${ms.toFixed(0)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A count with its noun: `1 sample`, `115 samples`. */
export function formatCount(count: number, noun: string): string {
  return `${groupDigits(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** A whole number with commas. `toLocaleString` would load all of Intl, 10 ms at start-up. */
export function groupDigits(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Text on one line of at most `length` characters, control characters made visible as spaces. */
export function oneLine(text: string, length: number): string {
  // deno-lint-ignore no-control-regex
  const flat = text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ").trim();
  const characters = [...flat];
  return characters.length > length ? `${characters.slice(0, length - 1).join("")}…` : flat;
}

/** Controls that reorder the text around them as escapes (`\u202e`), so that it reads as it is. */
export function withoutReordering(text: string): string {
  return text.replace(
    /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Text as a terminal may get it: control characters but line feeds and tabs become `�`. */
export function printable(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "�");
}
