// Why a connection failed, in plain words. Runtimes say it in a message or in a cause.

import { asString, valueAt } from "./json_value.ts";

const CONNECTION_FAULTS: readonly (readonly [RegExp, string])[] = [
  [/connection refused|ECONNREFUSED|actively refused/i, "connection refused"],
  [/dns error|failed to lookup|getaddrinfo|ENOTFOUND|EAI_AGAIN/i, "unknown host"],
  [
    /connection closed before|unexpected eof|socket hang up/i,
    "connection closed without an answer",
  ],
  [/connection reset|broken pipe|ECONNRESET|EPIPE|forcibly closed/i, "connection reset"],
  [/timed out|ETIMEDOUT/i, "connection timed out"],
  [/unreachable|EHOSTUNREACH|ENETUNREACH/i, "no route to the host"],
  [/InvalidContentType|corrupt message/i, "the server does not speak https: try http"],
  [/certificate|handshake/i, "the TLS certificate was not accepted"],
  [/invalid HTTP version/i, "the server does not speak HTTP"],
];

/** Says in plain words why `fetch` threw. Runtimes put the reason in the message or in a cause. */
export function connectionFault(error: unknown): string {
  const messages: string[] = [];
  const codes: string[] = [];
  for (let e = error; e instanceof Error && messages.length < 8; e = e.cause) {
    messages.push(e.message);
    codes.push(asString(valueAt(e, "code")) ?? "");
  }
  const all = [...messages, ...codes].join("\n");
  const known = CONNECTION_FAULTS.find(([pattern]) => pattern.test(all));
  if (known !== undefined) return known[1];
  const innermost = messages.at(-1) ?? String(error);
  return innermost.replace(/^error sending request .*?\): /, "");
}
