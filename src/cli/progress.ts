// The progress of a long command: a state, functions that draw it as one line, and a display that
// redraws the line on a terminal or prints one every ten per cent elsewhere.

import { formatDuration, formatScore } from "../format.ts";

export interface Progress {
  readonly total: number;
  /** Done in all, those from an earlier session included. */
  readonly done: number;
  /** Done in this session: what the rate is made of. */
  readonly doneNow: number;
  readonly failed: number;
  readonly unreadable: number;
  /** Sum of the overall scores of the answered samples. */
  readonly scoreSum: number;
  /** Milliseconds of this session. */
  readonly elapsedMs: number;
}

/** How one finished sample changes the progress. */
export function advance(
  progress: Progress,
  { outcome, score }: { readonly outcome: string; readonly score: number | null },
): Progress {
  return {
    ...progress,
    done: progress.done + 1,
    doneNow: progress.doneNow + 1,
    failed: progress.failed + (outcome === "failed" ? 1 : 0),
    unreadable: progress.unreadable + (outcome === "failed" || outcome === "scored" ? 0 : 1),
    scoreSum: progress.scoreSum + (score ?? 0),
  };
}

/** Draws a progress as one line of at most `width` characters, with a bar when there is room. */
export function renderProgress(progress: Progress, width: number): string {
  const { done, doneNow, total, failed, unreadable, scoreSum, elapsedMs } = progress;
  const rate = elapsedMs > 0 ? doneNow / (elapsedMs / 1000) : 0;
  const eta = rate > 0 ? formatEta((total - done) / rate) : "–";
  const answered = done - failed;
  const figures = [
    `${rate >= 100 ? rate.toFixed(0) : rate.toFixed(1)}/s`,
    `ETA ${eta}`,
    `score ${formatScore(answered > 0 ? scoreSum / answered : null, 2)}`,
    ...(unreadable > 0 ? [`${unreadable} unreadable`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ].join("  ");
  const count = `${String(done).padStart(String(total).length)}/${total}`;
  const room = Math.min(30, width - count.length - figures.length - 6);
  const bar = room >= 10 ? `${renderBar(total > 0 ? done / total : 1, room)}  ` : "";
  return ` ${count}  ${bar}${figures}`.slice(0, Math.max(width, 0));
}

/** A bar of `width` blocks, full at 1. */
export function renderBar(share: number, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width);
  return "█".repeat(filled) + "░".repeat(width - filled);
}

/** How much of something is done. */
interface Share {
  readonly total: number;
  readonly done: number;
}

/** Shows a progress as it changes. */
export interface ProgressDisplay<T extends Share> {
  update(progress: T): void;
  /** Takes the line away, so that something else can be printed. */
  clear(): void;
  /** Ends the display; the last line is taken away on a terminal. */
  [Symbol.dispose](): void;
}

const REDRAW_MS = 100;

/**
 * @param columns width of the terminal, `null` when the output is none: a line every ten per cent
 * then, and no escapes
 * @param render draws a progress as one line of at most `width` characters
 * @param now milliseconds that only go forward
 */
export function progressDisplay<T extends Share>(
  write: (text: string) => void,
  columns: number | null,
  render: (progress: T, width: number) => string,
  now: () => number,
): ProgressDisplay<T> {
  return columns === null
    ? plainDisplay(write, render)
    : terminalDisplay(write, columns, render, now);
}

function terminalDisplay<T extends Share>(
  write: (text: string) => void,
  columns: number,
  render: (progress: T, width: number) => string,
  now: () => number,
): ProgressDisplay<T> {
  let drawnAt = -Infinity;
  const clear = () => write("\r\x1b[2K");
  return {
    update(progress) {
      if (now() - drawnAt < REDRAW_MS && progress.done < progress.total) return;
      drawnAt = now();
      write(`\r\x1b[2K${render(progress, columns - 1)}`);
    },
    clear,
    [Symbol.dispose]: clear,
  };
}

function plainDisplay<T extends Share>(
  write: (text: string) => void,
  render: (progress: T, width: number) => string,
): ProgressDisplay<T> {
  let shown: number | null = null;
  return {
    update(progress) {
      const tenth = Math.floor(10 * progress.done / Math.max(1, progress.total));
      const first = shown === null;
      if (first || tenth > (shown ?? 0)) {
        shown = tenth;
        // The first update tells where a resumed run stands, not what it has done.
        if (!first) write(`${renderShare(progress)} ${render(progress, 79)}\n`);
      }
    },
    clear() {},
    [Symbol.dispose]() {},
  };
}

function renderShare({ done, total }: Share): string {
  return `${String(Math.floor(100 * done / Math.max(1, total))).padStart(3)} %`;
}

/** Seconds as people wait for them. */
export function formatEta(seconds: number): string {
  return seconds < 59.5 ? `${Math.round(seconds)} s` : formatDuration(seconds * 1000);
}
