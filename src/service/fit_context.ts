// Log entries -> the newest of them that a model's context holds. Pure: the tokens of a prompt are
// counted by the caller.

import type { LogEntry } from "../analyzer/analysis.ts";

/** What a chat template adds to the messages: roles, separators, a date. */
export const CHAT_TEMPLATE_TOKENS = 64;

/** A message is not shortened to less than this; the server has the last word. */
const LEAST_CHARS = 200;
/** No text has more characters a token, so that what is longer need not be counted. */
const MOST_CHARS_PER_TOKEN = 16;

export interface Context {
  /** Most tokens of a prompt. */
  readonly budget: number;
  /** Tokens of the prompt with these entries; grows with them. */
  readonly tokensOf: (entries: readonly LogEntry[]) => number | Promise<number>;
}

/** What fits. */
export interface Fitted {
  /** The newest, oldest first; at least one where there was one. */
  readonly entries: readonly LogEntry[];
  /** Older entries that were left out. */
  readonly cut: number;
}

/** Returns the newest entries that fit. One that is too long for itself is shortened. */
export async function fitContext(
  entries: readonly LogEntry[],
  { budget, tokensOf }: Context,
): Promise<Fitted> {
  const fits = async (some: readonly LogEntry[]) => await tokensOf(some) <= budget;
  const newest = (count: number) => entries.slice(entries.length - count);
  const most = Math.max(1, countWithin(entries, budget * MOST_CHARS_PER_TOKEN));
  const count = await greatest(1, most, 1, (count) => fits(newest(count)));
  const kept = newest(count);
  const cut = entries.length - kept.length;
  const [only] = kept;
  if (kept.length !== 1 || only === undefined || await fits(kept)) {
    return { entries: kept, cut };
  }
  const length = only.message.length;
  const step = Math.max(16, Math.floor(length / 64));
  const chars = await greatest(
    Math.min(LEAST_CHARS, length),
    length,
    step,
    (chars) => fits([shortened(only, chars)]),
  );
  return { entries: [shortened(only, chars)], cut };
}

/** An entry whose message has at most so many characters, and says so where it had more. */
export function shortened(entry: LogEntry, mostChars: number): LogEntry {
  const { message } = entry;
  if (message.length <= mostChars) return entry;
  // Never half of a surrogate pair, which no UTF-8 can carry.
  const head = message.slice(0, mostChars).replace(/[\ud800-\udbff]$/, "");
  return { ...entry, message: `${head}… [cut: ${message.length} characters]` };
}

/**
 * Tokens of a text where nobody can count them, rather too many than too few: a digit is one, as for
 * Qwen, and other text has 2.5 bytes a token. Of captured log lines one in twenty has more, by 3 %.
 */
export function estimateTokens(text: string): number {
  const digits = text.match(/\d/g)?.length ?? 0;
  const bytes = new TextEncoder().encode(text).length;
  return Math.ceil(digits + (bytes - digits) / 2.5);
}

function countWithin(entries: readonly LogEntry[], chars: number): number {
  let count = 0;
  let sum = 0;
  while (count < entries.length && sum <= chars) {
    sum += entries[entries.length - 1 - count]!.message.length;
    count++;
  }
  return count;
}

/**
 * The greatest number that holds, to within `step`: `most` at once where it does, `least` also where
 * none does.
 */
async function greatest(
  least: number,
  most: number,
  step: number,
  holds: (value: number) => Promise<boolean>,
): Promise<number> {
  if (most <= least || await holds(most)) return most;
  let [low, high] = [least, most];
  while (high - low > step) {
    const middle = Math.floor((low + high) / 2);
    if (await holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}
