// A streamed chat completion: takes server-sent events, gives each piece of text out as it comes, and
// puts the chunks together to the body that the server would have sent in one piece, so that both
// are read by one decoder.

import { createParser } from "eventsource-parser";
import { LlmError } from "../errors.ts";
import { asString, decodeJson, valueAt } from "./json_value.ts";

/** Most characters of an answer, and of one event; keep-alive comments may go on for ever. */
const MOST_CHARS = 8 * 1024 * 1024;

/** Whether a server streams; one that does not know `stream` answers in one piece. */
export function isEventStream(response: Response): boolean {
  return /^text\/event-stream\b/i.test(response.headers.get("content-type") ?? "");
}

/**
 * Reads the stream to its end.
 *
 * @param onText told the text as the completion will hold it: thoughts in `<think>`, then the answer.
 * Thoughts that come after the answer began are kept and not told.
 * @returns a chat completion's body; the error's body when the server sent one in the stream
 * @throws {LlmError} `bad_response` when the stream breaks off before the answer is finished
 */
export async function readStream(
  body: ReadableStream<Uint8Array>,
  onText: (text: string) => void,
): Promise<unknown> {
  let thoughts = "";
  let answer = "";
  let finish_reason: unknown = null;
  let finished = false;
  /** What may stand on any chunk and holds for the whole: the last one counts. */
  const whole: Record<string, unknown> = {};

  function think(piece: string): void {
    if (answer === "") onText(thoughts === "" ? `<think>${piece}` : piece);
    thoughts += piece;
  }

  function speak(piece: string): void {
    onText(answer === "" && thoughts !== "" ? `</think>\n${piece}` : piece);
    answer += piece;
  }

  function take(chunk: unknown): void {
    for (const name of ["usage", "timings", "model", "system_fingerprint"]) {
      whole[name] = valueAt(chunk, name) ?? whole[name];
    }
    // The chunk that brings the usage has no choice.
    const delta = valueAt(chunk, "choices", 0, "delta");
    const text = (field: string) => asString(valueAt(delta, field)) ?? "";
    const thought = text("reasoning_content") || text("reasoning");
    if (thought !== "") think(thought);
    const said = text("content") || text("refusal");
    if (said !== "") speak(said);
    if (thoughts.length + answer.length > MOST_CHARS) throw tooLong();
    finish_reason = valueAt(chunk, "choices", 0, "finish_reason") ?? finish_reason;
    finished ||= finish_reason !== null;
  }

  for await (const data of eventsOf(body)) {
    if (data === "[DONE]") {
      finished ||= thoughts + answer !== "";
      break;
    }
    const chunk = decodeJson(data);
    if (chunk === undefined) {
      throw new LlmError("bad_response", "the stream does not hold JSON", { status: 200 });
    }
    if (valueAt(chunk, "error")) return chunk;
    take(chunk);
  }
  if (!finished) throw brokeOff();
  if (answer === "" && thoughts !== "") onText("</think>\n");
  const message = { content: answer, reasoning_content: thoughts };
  return { ...whole, choices: [{ finish_reason, message }] };
}

/** The data of each event. Leaving the loop cancels the rest. */
async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const pending: string[] = [];
  const parser = createParser({
    maxBufferSize: MOST_CHARS,
    onEvent: ({ data }) => pending.push(data),
    onError: (error) => {
      if (error.type === "max-buffer-size-exceeded") throw tooLong();
    },
  });
  const decoder = new TextDecoder();
  for await (const chunk of readable(body)) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    yield* pending.splice(0);
  }
  // The last event stands even where its empty line is missing.
  parser.feed(`${decoder.decode()}\n\n`);
  yield* pending;
}

/** Apart from the rest, so that only what the connection throws counts as broken off. */
async function* readable(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    throw brokeOff(cause);
  }
}

function brokeOff(cause?: unknown): LlmError {
  return new LlmError("bad_response", "the answer broke off", { cause, status: 200 });
}

function tooLong(): LlmError {
  return new LlmError("bad_response", "the answer is longer than 8 MB", { status: 200 });
}
