// Answers as bytes, made once a change: with their ETag, and gzip'd once when somebody takes that.

import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

/** An answer ready to be sent. */
export interface Answer {
  readonly type: string;
  readonly etag: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** `null` when it is too short to be worth it. */
  readonly gzipped: () => Promise<Uint8Array<ArrayBuffer>> | null;
}

export const JSON_TYPE = "application/json; charset=utf-8";
const SHORTEST_GZIPPED = 1024;
const MOST_ANSWERS = 256;
const MOST_BYTES = 64 * 1024 * 1024;

/** Makes an answer from its text. */
export function answerOf(text: string, type: string): Answer {
  const bytes = new TextEncoder().encode(text);
  const hash = createHash("sha256").update(bytes).digest("base64url").slice(0, 22);
  let zipped: Promise<Uint8Array<ArrayBuffer>> | null = null;
  return {
    type,
    // Weak: plain and gzip'd bytes share it.
    etag: `W/"${hash}"`,
    bytes,
    gzipped: () => bytes.length < SHORTEST_GZIPPED ? null : zipped ??= zip(bytes),
  };
}

async function zip(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await promisify(gzip)(bytes));
}

/** Keeps the answers that were asked for last, at most 256 of them and 64 MB. */
export class AnswerCache {
  readonly #answers = new Map<string, Promise<Answer>>();
  readonly #sizes = new Map<string, number>();
  #total = 0;

  /** The answer under a key, made when there is none; a failure is not kept. */
  async get(key: string, make: () => Answer | Promise<Answer>): Promise<Answer> {
    const known = this.#answers.get(key);
    if (known !== undefined) {
      this.#answers.delete(key);
      this.#answers.set(key, known);
      return await known;
    }
    const made = (async () => await make())();
    this.#answers.set(key, made);
    try {
      const answer = await made;
      // Room for the gzip'd bytes is counted in.
      if (this.#answers.get(key) === made) this.#count(key, answer.bytes.length * 1.25);
      return answer;
    } catch (error) {
      this.#forget(key);
      throw error;
    }
  }

  #count(key: string, size: number): void {
    this.#sizes.set(key, size);
    this.#total += size;
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= MOST_ANSWERS && this.#total <= MOST_BYTES) return;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    this.#answers.delete(key);
    this.#total -= this.#sizes.get(key) ?? 0;
    this.#sizes.delete(key);
  }
}

/** Sends an answer: 304 when the client has it, gzip'd when it takes that. */
export async function respond(request: Request, answer: Answer): Promise<Response> {
  const headers: Record<string, string> = {
    "content-type": answer.type,
    "etag": answer.etag,
    "cache-control": "private, no-cache",
    "vary": "Accept-Encoding, Authorization",
  };
  if (hasIt(request.headers.get("if-none-match"), answer.etag)) {
    return new Response(null, { status: 304, headers });
  }
  const zipped = takesGzip(request.headers.get("accept-encoding")) ? answer.gzipped() : null;
  const bytes = zipped === null ? answer.bytes : await zipped;
  if (zipped !== null) headers["content-encoding"] = "gzip";
  // Said, so that HEAD says it too.
  headers["content-length"] = String(bytes.length);
  return new Response(bytes, { headers });
}

function hasIt(header: string | null, etag: string): boolean {
  if (header === null) return false;
  const opaque = etag.replace(/^W\//, "");
  return header.split(",").some((tag) => {
    const text = tag.trim();
    return text === "*" || text.replace(/^W\//, "") === opaque;
  });
}

function takesGzip(header: string | null): boolean {
  if (header === null) return false;
  return header.split(",").some((part) => {
    const [name = "", ...settings] = part.split(";").map((word) => word.trim());
    return /^(gzip|\*)$/i.test(name) && !settings.some((word) => /^q=0(\.0*)?$/i.test(word));
  });
}
