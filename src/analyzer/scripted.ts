// A model that answers from a script: takes the answers in order, gives them one a call and keeps
// the requests. For tests and documentation; it has no clock and no network.

import type { ChatModel, ChatRequest, Completion } from "./llm.ts";

/** A model whose requests can be looked at afterwards, in the order of the calls. */
export interface ScriptedModel extends ChatModel {
  readonly requests: readonly ChatRequest[];
}

const NOTHING_REPORTED: Completion = Object.freeze({
  text: "",
  finish_reason: "stop",
  usage: null,
  timings: null,
  model: null,
  system_fingerprint: null,
});

/**
 * Returns a model that gives `answers` in order: a string is the text of a finished answer, an
 * object says what else the server reported, an `Error` is thrown.
 *
 * `complete` throws `Script ran out after N answers` on the call after the last.
 */
export function scriptedModel(
  answers: readonly (string | Partial<Completion> | Error)[],
): ScriptedModel {
  const requests: ChatRequest[] = [];

  function answer(): Completion {
    const next = answers[requests.length - 1];
    if (next === undefined) throw new Error(`Script ran out after ${answers.length} answers`);
    if (next instanceof Error) throw next;
    return { ...NOTHING_REPORTED, ...(typeof next === "string" ? { text: next } : next) };
  }

  return {
    requests,
    complete: (request, { signal, onText }) => {
      if (signal.aborted) return Promise.reject(signal.reason);
      requests.push(request);
      return new Promise((resolve) => {
        const completion = answer();
        if (completion.text !== "") onText?.(completion.text);
        resolve(completion);
      });
    },
  };
}
