// A prompt named on the command line -> the template, with its warnings told.

import { parsePromptTemplate, type PromptTemplate } from "../analyzer/prompt.ts";
import { readPromptFile } from "../harness/prompt_file.ts";
import type { CliContext } from "./context.ts";

/**
 * @param name an id, or a path
 * @returns the template, and its file as messages name it
 * @throws {UsageError} when the prompt is not there or cannot be used
 */
export async function readPrompt(
  { cwd, stderr }: CliContext,
  name: string,
): Promise<{ readonly file: string; readonly template: PromptTemplate }> {
  const { name: file, text } = await readPromptFile(name, cwd);
  const { template, warnings } = parsePromptTemplate(text, file);
  for (const warning of warnings) stderr(`warning: ${warning.replaceAll("\n", "\n         ")}\n`);
  return { file, template };
}
