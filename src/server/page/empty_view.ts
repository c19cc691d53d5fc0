// What to type while there is no run, and the key to every mark. Pure.

import { type IntervalMark, intervalMark, rulesAt } from "./marks.ts";

export interface EmptyView {
  readonly steps: readonly {
    readonly what: string;
    readonly commands: readonly string[];
    readonly note: string;
  }[];
  readonly key: readonly { readonly mark: IntervalMark; readonly text: string }[];
}

const UNIT = { low: 0, high: 1 };

export function emptyView(): EmptyView {
  const mark = (text: string, kind = "") => ({
    mark: intervalMark(0.55, [0.25, 0.85], UNIT, { kind: [kind], label: "example" }),
    text,
  });
  return {
    steps: [
      {
        what: "See the page filled, without a model server",
        commands: ["logeval run embedded-v1"],
        note:
          "A few seconds. The embedded model looks up the nearest labelled line: the floor any " +
          "prompt has to beat.",
      },
      {
        what: "Measure your own model",
        commands: [
          "llama-server -m model.gguf -ngl 99 -np 4 --port 8080",
          "logeval run baseline-v1",
        ],
        note: "Any server with the OpenAI API will do; this page shows the progress.",
      },
      {
        what: "Look for a better prompt",
        commands: ["logeval optimize --experiment baseline-v1"],
        note: "The gain is measured on samples that the search never saw.",
      },
    ],
    key: [
      mark("estimate and its 95 % interval"),
      mark("same, without evidence of a difference", "is-q"),
      mark("wholly below a floor, or worse than the baseline", "is-bad"),
      mark("hollow and dashed: no claim", "is-hollow"),
      mark("hollow: some of the samples were seen by the prompt", "has-seen"),
      {
        mark: intervalMark(null, null, UNIT, {
          rules: rulesAt("floor", [0.3, 0.55], UNIT),
          label: "example",
        }),
        text: "floors: always answering the most common labels; the embedded model",
      },
    ],
  };
}
