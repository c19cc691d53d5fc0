// A prompt's `response_format` and the allowed labels -> the format that goes over the wire.

import type { ResponseFormat } from "./llm.ts";
import type { PromptTemplate } from "./prompt.ts";

/** The labels an answer may hold, by field. */
export interface AllowedLabels {
  /** For `root_cause`. */
  readonly root_causes: readonly string[];
  /** For `severity`. */
  readonly severities: readonly string[];
  /** For `component`. */
  readonly components: readonly string[];
  /** For `action_needed`. */
  readonly actions: readonly string[];
}

/**
 * The wire form of a prompt's response format.
 *
 * @param allowed the closed sets for a schema made here; without them labels are free strings
 * @returns `undefined` when the prompt asks for no format. The schema is plain (enums, required):
 * llama-server's grammar engine fails silently on patterns and large bounds.
 */
export function responseFormat(
  setting: PromptTemplate["response_format"],
  allowed?: AllowedLabels,
): ResponseFormat | undefined {
  if (setting === undefined) return undefined;
  if (typeof setting === "object") return setting;
  if (setting !== "json_schema") return { type: setting };
  const label = (values?: readonly string[]) =>
    values && values.length > 0 ? { type: "string", enum: [...values] } : { type: "string" };
  return {
    type: "json_schema",
    json_schema: {
      name: "analysis",
      strict: true,
      schema: {
        type: "object",
        properties: {
          root_cause: label(allowed?.root_causes),
          severity: label(allowed?.severities),
          component: label(allowed?.components),
          summary: { type: "string" },
          action_needed: label(allowed?.actions),
        },
        required: ["root_cause", "severity", "component", "summary", "action_needed"],
        additionalProperties: false,
      },
    },
  };
}
