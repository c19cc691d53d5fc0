// Who may ask: names under which the server may be asked, the token, the size of a request. Pure.

import { Buffer } from "node:buffer";
import { createHash, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";
import { ApiError } from "./api_error.ts";

/** Longest address of a request, in characters. */
export const LONGEST_URL = 4096;
/** Largest body that is ignored quietly; nothing here reads one. */
const LARGEST_BODY = 65_536;

/** Names of this machine that other machines cannot be. */
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/** Whether a `--host` can be reached from this machine alone. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** Whether a `--host` means every address of the machine. */
function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || /^[0:]+$/.test(host);
}

/** Decides by the Host header whether a request is meant for this server. */
export type HostCheck = (hostname: string) => boolean;

/**
 * Guards against DNS rebinding, where a page of a foreign name has the browser ask this server:
 * only loopback names, the given host and further names pass. A server on every address also passes
 * bare IP addresses, which no foreign page can have as its name.
 *
 * @param host the address to listen on
 * @param names further names, such as that of a Kubernetes service
 */
export function hostCheck(host: string, names: readonly string[]): HostCheck {
  const known = new Set([...LOOPBACK, bracketed(host), ...names].map((name) => name.toLowerCase()));
  const anyAddress = isWildcard(host);
  return (hostname) => {
    const name = hostname.toLowerCase().replace(/\.$/, "");
    return known.has(name) || (anyAddress && isIP(name.replace(/^\[|\]$/g, "")) !== 0);
  };
}

/** An IPv6 address as it stands in a URL. */
export function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

/** What Deno says of a request that names no server. */
const NO_NAME = "localhost";

/** @throws {ApiError} 400 when a request names no server, 421 when it is meant for another one */
export function checkHost(request: Request, allowed: HostCheck): void {
  const header = request.headers.get("host");
  // Over HTTP/2, or with a whole address, the name stands in the address alone.
  if (header === null && new URL(request.url).hostname === NO_NAME) {
    throw new ApiError("bad_request", "Cannot answer a request without a Host header", {
      field: "Host",
    });
  }
  const name = header === null ? null : /^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i.exec(header)?.[1];
  const named = [new URL(request.url).hostname, ...(name === null ? [] : [name ?? ""])];
  if (named.every(allowed)) return;
  throw new ApiError(
    "wrong_host",
    "Cannot answer under this name: ask by localhost, or start the server with --allow-host NAME",
    { field: "Host" },
  );
}

/** @throws {ApiError} 414 for an address, 413 for a body that is too large */
export function checkSize(request: Request): void {
  if (request.url.length > LONGEST_URL) {
    throw new ApiError(
      "too_large",
      `Cannot read this address: it has more than ${LONGEST_URL} characters`,
      { status: 414 },
    );
  }
  const length = request.headers.get("content-length");
  if (length !== null && !(Number(length) <= LARGEST_BODY)) {
    throw new ApiError("too_large", "Cannot take a body: nothing here reads one");
  }
}

// Both, whoever asks: a browser answers the first for what a page loads as well.
const CHALLENGES = 'Basic realm="logeval", charset="UTF-8", Bearer realm="logeval"';

/**
 * Takes the token as `Authorization: Bearer`, or with HTTP Basic, which a browser can send, as the
 * password of any user.
 *
 * @param token `null` asks for none
 * @throws {ApiError} 401
 */
export function checkToken(request: Request, token: string | null): void {
  if (token === null) return;
  const given = givenToken(request.headers.get("authorization") ?? "");
  // Of the hashes, so that neither content nor length shows in the time it takes.
  if (timingSafeEqual(digest(given), digest(Buffer.from(token)))) return;
  throw new ApiError(
    "unauthorized",
    "Cannot answer without the token: give it as Authorization: Bearer …, or as the password of " +
      "any user",
    { field: "Authorization", headers: { "www-authenticate": CHALLENGES } },
  );
}

/** The bytes that a header gives as the token; none when it is malformed. */
function givenToken(header: string): Uint8Array {
  const [, scheme = "", text = ""] = /^(Bearer|Basic) +(\S+) *$/i.exec(header) ?? [];
  if (scheme.toLowerCase() === "bearer") return Buffer.from(text);
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return new Uint8Array();
  const pair = Buffer.from(text, "base64");
  const colon = pair.indexOf(":");
  return colon < 0 ? new Uint8Array() : pair.subarray(colon + 1);
}

function digest(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}
