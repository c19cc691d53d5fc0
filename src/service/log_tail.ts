// The end of a text that may be long, endless or no text at all: takes bytes as they come, keeps the
// newest lines. Pure, and bounded: what it holds does not grow with what it is given.

/** Characters kept; more than the largest context of a model that is run beside a cluster. */
const MOST_CHARS = 2 * 1024 * 1024;
/** Characters kept of one line, from its start. */
const MOST_LINE_CHARS = 64 * 1024;
/** A text has next to none of what is no character: more than this share of it is no text. */
const MOST_NOISE = 0.1;
const NOISE_SAMPLE_CHARS = 64 * 1024;

export interface TailLimits {
  readonly mostChars?: number;
  readonly mostLineChars?: number;
}

/** What is left of a text. */
export interface Tail {
  /** The newest lines, oldest first, without line feeds and without blank lines. */
  readonly lines: readonly string[];
  /** Lines of the whole text, the blank ones not counted. */
  readonly total: number;
  /** Whether it looks like a file of some other kind: an archive, a picture. */
  readonly binary: boolean;
}

export interface LogTail {
  push(bytes: Uint8Array): void;
  /** Takes the last line, also one without a line feed. */
  end(): Tail;
}

/**
 * Returns an empty tail. Bytes are UTF-8, or UTF-16 where they say so as PowerShell's do; what cannot
 * be decoded becomes `�`.
 */
export function logTail(
  { mostChars = MOST_CHARS, mostLineChars = MOST_LINE_CHARS }: TailLimits = {},
): LogTail {
  let decoder: TextDecoder | null = null;
  let partial = "";
  let lines: string[] = [];
  let first = 0;
  let chars = 0;
  let total = 0;

  function add(line: string): void {
    if (!/\S/.test(line)) return;
    total++;
    lines.push(line);
    chars += line.length;
    while (chars > mostChars && first < lines.length - 1) chars -= lines[first++]!.length;
    if (first > 10_000) {
      lines = lines.slice(first);
      first = 0;
    }
  }

  function take(text: string): void {
    const pieces = text.split("\n");
    const last = pieces.pop()!;
    for (const piece of pieces) {
      add(longer(partial, piece));
      partial = "";
    }
    partial = longer(partial, last);
  }

  function longer(line: string, piece: string): string {
    return line.length >= mostLineChars ? line : (line + piece).slice(0, mostLineChars);
  }

  return {
    push(bytes) {
      decoder ??= new TextDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : "utf-8");
      take(decoder.decode(bytes, { stream: true }));
    },
    end() {
      take(decoder?.decode() ?? "");
      add(partial);
      partial = "";
      const kept = lines.slice(first);
      return { lines: kept, total, binary: isNoise(kept.join("\n").slice(0, NOISE_SAMPLE_CHARS)) };
    },
  };
}

function isNoise(text: string): boolean {
  // Colours and carriage returns are no noise.
  // deno-lint-ignore no-control-regex
  const noise = text.match(/[\u0000-\u0008\u000b\u000c\u000e-\u001a\u001c-\u001f\ufffd]/g);
  return (noise?.length ?? 0) > MOST_NOISE * text.length;
}
