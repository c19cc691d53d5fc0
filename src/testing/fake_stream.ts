// Streamed chat completions for the fake server, in the form in which llama-server sends them.

import type { FakeAnswer, FakeStream, Packet } from "./fake_server.ts";

/** What a stream holds besides its text. */
export interface StreamOptions extends Partial<Omit<FakeAnswer, "kind" | "text" | "reasoning">> {
  /** Thoughts before the text, a chunk each. */
  readonly thoughts?: readonly string[];
}

/** A good stream: an opening chunk, a chunk a piece, the finish, the usage on no choice, `[DONE]`. */
export function chatStream(pieces: readonly string[], options: StreamOptions = {}): FakeStream {
  return packetStream([...chatEvents(pieces, options), DONE]);
}

/** A stream of these packets, as they are; an `Error` breaks the connection off. */
export function packetStream(packets: readonly (Packet | Error)[]): FakeStream {
  return {
    kind: "stream",
    packets: function* () {
      for (const packet of packets) {
        if (packet instanceof Error) throw packet;
        yield packet;
      }
    },
  };
}

/** The last event of every stream. */
export const DONE = "data: [DONE]\n\n";

/** Breaks a stream off where it stands. */
export const CUT: Error = new Deno.errors.ConnectionAborted("the fake server cuts the stream off");

/** The events of {@linkcode chatStream} before `[DONE]`. */
export function chatEvents(
  pieces: readonly string[],
  { thoughts = [], finish_reason = "stop", usage, timings, model, system_fingerprint }:
    StreamOptions = {},
): string[] {
  const deltas = [
    { role: "assistant", content: null },
    ...thoughts.map((reasoning_content) => ({ reasoning_content })),
    ...pieces.map((content) => ({ content })),
  ];
  const chunk = (rest: Record<string, unknown>) =>
    event({ object: "chat.completion.chunk", model, system_fingerprint, ...rest });
  return [
    ...deltas.map((delta) => chunk({ choices: [{ index: 0, finish_reason: null, delta }] })),
    chunk({ choices: [{ index: 0, finish_reason, delta: {} }], timings }),
    ...(usage === undefined ? [] : [chunk({ choices: [], usage })]),
  ];
}

/** One server-sent event. */
export function event(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

/** A chunk of HTTP a packet: what the client reads of them never runs together. */
export async function writeStream(conn: Deno.Conn, { packets }: FakeStream): Promise<void> {
  const encoder = new TextEncoder();
  await writeAll(conn, encoder.encode(STREAM_HEAD));
  for await (const packet of packets()) {
    const bytes = typeof packet === "string" ? encoder.encode(packet) : packet;
    if (bytes.length === 0) continue;
    await writeAll(conn, encoder.encode(`${bytes.length.toString(16)}\r\n`));
    await writeAll(conn, bytes);
    await writeAll(conn, encoder.encode("\r\n"));
  }
  await writeAll(conn, encoder.encode("0\r\n\r\n"));
}

const STREAM_HEAD =
  "HTTP/1.1 200 Fake\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

export async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes.subarray(sent));
}
