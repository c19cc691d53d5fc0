// A request's body -> the JSON value in it, of which no more than the limit is ever in memory.

import { ServiceError } from "./service_error.ts";

/**
 * @param most bytes
 * @throws {ServiceError} 413 as soon as there is one byte too many, 422 when it is no JSON
 * @throws the signal's reason when it is aborted before the last byte came
 */
export async function readJson(
  request: Request,
  most: number,
  signal: AbortSignal,
): Promise<unknown> {
  const text = await readText(request, most, signal);
  if (text.trim() === "") {
    throw new ServiceError(422, [{ loc: ["body"], msg: "Field required", type: "missing" }]);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    const fault = { loc: ["body"], msg: "JSON decode error", type: "json_invalid" };
    throw new ServiceError(422, [fault], { cause });
  }
}

async function readText(request: Request, most: number, signal: AbortSignal): Promise<string> {
  const tooLarge = () =>
    new ServiceError(413, `Cannot take this body: it has more than ${most} bytes`);
  if (Number(request.headers.get("content-length") ?? 0) > most) throw tooLarge();
  if (request.body === null) return "";
  signal.throwIfAborted();
  const reader = request.body.getReader();
  // Ends a read that waits for bytes that do not come.
  const stop = () => void reader.cancel(signal.reason).catch(() => {});
  signal.addEventListener("abort", stop, { once: true });
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  try {
    while (true) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) return text + decoder.decode();
      bytes += value.length;
      if (bytes > most) throw tooLarge();
      text += decoder.decode(value, { stream: true });
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof ServiceError
      ? error
      : new ServiceError(400, "Cannot read the body: it broke off", { cause: error });
  } finally {
    signal.removeEventListener("abort", stop);
    if (bytes > most) await reader.cancel().catch(() => {});
  }
}
