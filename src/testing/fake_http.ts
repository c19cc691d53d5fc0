// HTTP/1.1 on a plain connection, as much of it as the fake server speaks: requests are read, steps
// become the text of an answer.

import { decodeJson } from "../analyzer/json_value.ts";
import type { FakeAnswer, FakeRequest, FakeStep } from "./fake_server.ts";

/** The requests of one connection, in order; a client that leaves ends them. */
export async function* requestsOf(conn: Deno.Conn): AsyncGenerator<FakeRequest> {
  const chunk = new Uint8Array(65_536);
  let bytes = new Uint8Array(0);
  async function more(): Promise<boolean> {
    const count = await conn.read(chunk);
    if (count === null) return false;
    const longer = new Uint8Array(bytes.length + count);
    longer.set(bytes);
    longer.set(chunk.subarray(0, count), bytes.length);
    bytes = longer;
    return true;
  }
  const latin1 = new TextDecoder("latin1");
  while (true) {
    let headEnd: number;
    while ((headEnd = latin1.decode(bytes).indexOf("\r\n\r\n")) < 0) if (!await more()) return;
    const [first = "", ...lines] = latin1.decode(bytes.subarray(0, headEnd)).split("\r\n");
    const headers = new Headers(
      lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)]),
    );
    const end = headEnd + 4 + Number(headers.get("content-length") ?? 0);
    while (bytes.length < end) if (!await more()) return;
    const [method = "", path = ""] = first.split(" ");
    const text = new TextDecoder().decode(bytes.subarray(headEnd + 4, end));
    yield { method, path, headers, body: decodeJson(text) ?? text };
    bytes = bytes.slice(end);
  }
}

/** The whole answer of a step, head and body; a stream is written otherwise. */
export function responseText(step: FakeStep): string {
  if (typeof step === "string") return responseText({ kind: "answer", text: step });
  if (step.kind === "answer") return httpText(200, JSON.stringify(chatBody(step)), {});
  if (step.kind !== "status") return responseText("half of this is lost");
  const { status, body = "", headers = {} } = step;
  return httpText(status, typeof body === "string" ? body : JSON.stringify(body), headers);
}

function httpText(code: number, body: string, headers: Readonly<Record<string, string>>): string {
  const all = {
    "content-type": "application/json",
    "content-length": String(new TextEncoder().encode(body).length),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${code} Fake\r\n${lines.join("")}\r\n${body}`;
}

function chatBody(answer: FakeAnswer): Record<string, unknown> {
  const { text, reasoning, finish_reason = "stop", usage, timings } = answer;
  const message = { role: "assistant", content: text, reasoning_content: reasoning };
  return {
    id: "chatcmpl-fake",
    object: "chat.completion",
    choices: [{ index: 0, finish_reason, message }],
    model: answer.model,
    system_fingerprint: answer.system_fingerprint,
    usage,
    timings,
  };
}
