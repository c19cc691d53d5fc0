// Which server a client span asks, by the conventions of OpenTelemetry.

import type { Attributes } from "@opentelemetry/api";
import { ATTRIBUTE } from "./names.ts";

/** Host and port of a URL, also a port that it does not name; nothing for what is no URL. */
export function serverAddress(url: string): Attributes {
  if (!URL.canParse(url)) return {};
  const { protocol, hostname, port } = new URL(url);
  return {
    [ATTRIBUTE.serverAddress]: hostname.replace(/^\[|\]$/g, ""),
    [ATTRIBUTE.serverPort]: Number(port) || (protocol === "https:" ? 443 : 80),
  };
}
