// Masks a log line to its template: times, numbers, addresses and ids become placeholders, words
// stay. Takes one raw line and gives the template, or the short hash of the template that groups
// lines of one message. Pure and linear in the length of the line.
import { createHash } from "node:crypto";

const raw = String.raw;
const CLOCK = raw`\d\d:\d\d:\d\d(?:[.,]\d+)?`;
const ZONE = raw`(?:Z| ?[+-]\d\d:?\d\d(?: UTC)?)?(?: m=[+-]\d+\.\d+)?`;
// Kubernetes makes pod names from few letters. Without a ReplicaSet's part, five of them could be a
// word: then a digit must stand before a letter.
const NAME = "[bcdfghjklmnpqrstvwxz2456789]";
const POD_SUFFIX = new RegExp(
  raw`-(?:(?=[a-z]*\d)${NAME}{8,10}(?:-${NAME}{5})?|(?=[a-z]*\d+[a-z])${NAME}{5})(?![a-z0-9])`,
  "g",
);
// A number after one of these is an HTTP status: it tells messages apart, so it stays.
const STATUS =
  raw`(?:[Ss]tatus(?: [Cc]ode)?|response_code|answered|HTTP\/[\w<>.]{1,5})[\\"': =]{1,3}`;

// Applied in order. The borders of `word` differ from \b: an underscore is no letter, and %22 of a
// URL is no number. They allow a rule one attempt a word, which keeps it linear.
const RULES: [RegExp, string][] = [
  [/^([IWEF])\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ /, "$1<time> <num> "], // klog header with thread id
  [/^\d+\.\d\d\.\d{3}\.\d{3} /, "<time> "], // llama-server, time since its start
  [word(raw`\d{4}[-/]\d\d[-/]\d\d(?:[T ]${CLOCK}${ZONE})?`), "<time>"],
  [word(CLOCK), "<time>"],
  [word(raw`1\d{9}\.\d+`), "<time>"], // epoch seconds
  [word("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", "gi"), "<uuid>"],
  [POD_SUFFIX, "-<pod>"],
  [/\b(sha\d{1,3}:)[0-9a-f]{7,}/g, "$1<hex>"],
  [word("0x[0-9a-f]+", "gi"), "<hex>"],
  [word(raw`(?=\d*[a-f])(?:[0-9a-f]{16,}|(?=[a-f]*\d)[0-9a-f]{6,15})`, "gi"), "<hex>"],
  [word(raw`(?=[a-z]*\d+[a-z])[a-z0-9]{20,}`), "<hex>"], // base-32 ids
  [word(raw`\d{1,3}(?:\.\d{1,3}){3}`), "<ip>"],
  [word("(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}", "gi"), "<ip>"],
  [word(raw`(?=[a-f:]{0,9}\d)(?:[0-9a-f]{1,4}:){1,6}(?::[0-9a-f]{1,4}){1,6}`, "gi"), "<ip>"],
  [word(raw`(?:\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|s|m|h|d))+`), "<dur>"],
  [word(raw`\d+(?:\.\d+)? ?(?:[kKMGTP]i?)?B`), "<size>"],
  [word(raw`(?!(?<=${STATUS})[1-5]\d\d(?!\d))\d+(?:\.\d+)*(?:e[+-]?\d+)?`), "<num>"],
];

/** Takes any log line, gives its template. Masking a template again changes nothing. */
export function maskTemplate(logLine: string): string {
  let line = logLine;
  for (const [pattern, placeholder] of RULES) line = line.replace(pattern, placeholder);
  return line;
}

/** Takes any log line, gives the first 16 hex digits of the SHA-256 of its template. */
export function signatureHash(logLine: string): string {
  return createHash("sha256").update(maskTemplate(logLine)).digest("hex").slice(0, 16);
}

function word(source: string, flags = "g"): RegExp {
  return new RegExp(`(?<![A-Za-z0-9%])(?:${source})(?![A-Za-z0-9])`, flags);
}
