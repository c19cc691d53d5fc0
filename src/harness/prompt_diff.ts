// Two prompts -> what differs, as a unified diff that people and Markdown reports show. Pure.

import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import type { PromptTemplate } from "../analyzer/prompt.ts";
import { renderSettingsYaml } from "../analyzer/prompt_yaml.ts";

/**
 * Settings, then system and user texts, each a file of the diff of its own. Where the prompts come
 * from is left out: no model sees it.
 *
 * @returns "" when nothing differs
 */
export function promptDiff(a: PromptTemplate, b: PromptTemplate): string {
  return [
    partDiff("settings", [a.id, renderSettingsYaml(a)], [b.id, renderSettingsYaml(b)]),
    partDiff("system", [a.id, a.system], [b.id, b.system]),
    partDiff("user", [a.id, a.user], [b.id, b.user]),
  ].join("");
}

function partDiff(
  part: string,
  [idA, textA]: readonly [string, string],
  [idB, textB]: readonly [string, string],
): string {
  if (textA === textB) return "";
  return createTwoFilesPatch(
    `${idA}, ${part}`,
    `${idB}, ${part}`,
    textA,
    textB,
    undefined,
    undefined,
    { context: 3, headerOptions: FILE_HEADERS_ONLY },
  );
}
