// The files of a new project, inside the binary as text.

import baseline from "../../evals/experiments/configs/baseline-v1.yaml" with { type: "text" };
import embedded from "../../evals/experiments/configs/embedded-v1.yaml" with { type: "text" };
import jsonSchema from "../../evals/experiments/configs/json-schema-v1.yaml" with { type: "text" };
import highTemp from "../../evals/experiments/configs/high-temp.yaml" with { type: "text" };
import llama1b from "../../evals/experiments/configs/llama-1b-fast.yaml" with { type: "text" };
import golden from "../../evals/datasets/golden-v1.json" with { type: "text" };
import goldenTrain from "../../evals/datasets/golden-v1-train.json" with { type: "text" };
import goldenValidation from "../../evals/datasets/golden-v1-validation.json" with { type: "text" };
import labels from "../../evals/datasets/labels.yaml" with { type: "text" };
import dataCard from "../../evals/datasets/README.md" with { type: "text" };
import space from "../../evals/optimization/space.yaml" with { type: "text" };
import { BUILTIN_PROMPTS } from "../analyzer/builtin_prompts.ts";

/** Text by path, relative to the project's root. */
export const PROJECT_FILES: Readonly<Record<string, string>> = {
  "evals/experiments/configs/baseline-v1.yaml": baseline,
  "evals/experiments/configs/embedded-v1.yaml": embedded,
  "evals/experiments/configs/high-temp.yaml": highTemp,
  "evals/experiments/configs/json-schema-v1.yaml": jsonSchema,
  "evals/experiments/configs/llama-1b-fast.yaml": llama1b,
  "evals/experiments/.gitignore": "runs/\n",
  "evals/datasets/golden-v1.json": golden,
  "evals/datasets/golden-v1-train.json": goldenTrain,
  "evals/datasets/golden-v1-validation.json": goldenValidation,
  "evals/datasets/labels.yaml": labels,
  "evals/datasets/README.md": dataCard,
  "evals/optimization/space.yaml": space,
  "evals/optimization/.gitignore": "runs/\n",
  // Without the one that a search found here: the first winner in a new project gets its name.
  ...Object.fromEntries(
    [...BUILTIN_PROMPTS].filter(([id]) => id !== "k8s_log_analysis_v2")
      .map(([id, text]) => [`prompt_templates/${id}.yaml`, text]),
  ),
};
