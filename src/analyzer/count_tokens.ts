// Tokens of a text, counted by the server that will read it.

import { decodeJson, valueAt } from "./json_value.ts";
import { authorization } from "./openai.ts";
import { type ProbeOptions, sideUrls } from "./preflight.ts";

/**
 * Asks llama-server's `/tokenize`.
 *
 * @returns `null` when the server cannot say: it has no `/tokenize`, or another one
 * @throws {UsageError} when the endpoint is no http(s) URL or the key cannot stand in a header
 * @throws the signal's reason when `signal` is aborted
 */
export async function countTokens(
  endpoint: string,
  text: string,
  { fetch = globalThis.fetch, signal, apiKey }: Omit<ProbeOptions, "monotonic">,
): Promise<number | null> {
  const headers = { "content-type": "application/json", ...authorization(apiKey) };
  const body = JSON.stringify({ content: text, add_special: true });
  try {
    const url = sideUrls(endpoint).tokenize;
    const response = await fetch(url, { method: "POST", headers, body, signal });
    const tokens = valueAt(decodeJson(await response.text()), "tokens");
    return response.ok && Array.isArray(tokens) ? tokens.length : null;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof TypeError) return null;
    throw error;
  }
}
