// Content hashes that anybody can recompute: SHA-256 of RFC 8785 canonical JSON.

import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

/**
 * The identity of a JSON value.
 *
 * @returns `sha256:` and 64 hex digits of the SHA-256 of the value's canonical JSON (RFC 8785):
 * neither key order nor white space of a file changes it.
 */
export function hashOf(value: unknown): string {
  return `sha256:${createHash("sha256").update(canonicalJson(value)).digest("hex")}`;
}

/**
 * The identity of a list of JSON values, without the text of the whole list in memory.
 *
 * @returns `sha256:` and 64 hex digits of the SHA-256 of JSON Lines: the canonical JSON of each value
 * and a line feed
 */
export function hashOfAll(values: Iterable<unknown>): string {
  const hash = createHash("sha256");
  for (const value of values) hash.update(`${canonicalJson(value)}\n`);
  return `sha256:${hash.digest("hex")}`;
}

// RFC 8785 has no form for half a surrogate pair, which a damaged log line may hold: such a text is
// hashed with U+FFFD in its place, as every UTF-8 encoder writes it.
function canonicalJson(value: unknown): string {
  try {
    return canonicalize(value) ?? "null";
  } catch {
    const text = JSON.stringify(
      value,
      (_, part) => typeof part === "string" ? part.toWellFormed() : part,
    );
    return canonicalize(JSON.parse(text)) ?? "null";
  }
}

/** A hash as people read it: the algorithm and the first six hex digits. */
export function shortHash(hash: string): string {
  return hash.length > 13 ? `${hash.slice(0, 13)}…` : hash;
}
