// `logeval prompt lint`: everything that is wrong with prompts, by file and line, with what to do
// about it. Errors make exit code 3.

import picocolors from "picocolors";
import { lintPrompt, type PromptFinding, unusablePrompt } from "../analyzer/prompt_lint.ts";
import { UsageError } from "../errors.ts";
import { formatCount } from "../format.ts";
import { type PromptFile, readPromptFile } from "../harness/prompt_file.ts";
import { type CliContext, EXIT } from "./context.ts";
import { renderCounts, renderFindings } from "./findings.ts";

interface FoundIn extends PromptFinding {
  readonly file: string;
}

/** A prompt that cannot be read is a finding too, and the others are still checked. */
export async function promptLintCommand(
  context: CliContext,
  names: readonly string[],
  options: { readonly json?: true },
): Promise<number> {
  const findings: FoundIn[] = [];
  const files: string[] = [];
  for (const name of names) {
    const { file, found } = await lint(name, context.cwd);
    files.push(file);
    findings.push(...found.map((finding) => ({ file, ...finding })));
  }
  const errors = findings.filter(({ level }) => level === "error").length;
  const warnings = findings.length - errors;
  if (options.json) {
    const document = { files, errors, warnings, findings };
    context.stdout(`${JSON.stringify(document, null, 2)}\n`);
  } else {
    const shown = findings.map((finding) => ({
      ...finding,
      place: finding.line === null ? finding.file : `${finding.file}, line ${finding.line}`,
      message: finding.message.replaceAll("\n", "\n  "),
    }));
    const colors = picocolors.createColors(context.colors.stdout);
    const checked = formatCount(files.length, "prompt");
    context.stdout(
      `${renderFindings(shown, colors)}${checked}: ${renderCounts(errors, warnings)}\n`,
    );
  }
  return errors > 0 ? EXIT.data : EXIT.ok;
}

async function lint(name: string, cwd: string): Promise<{ file: string; found: PromptFinding[] }> {
  let file: PromptFile;
  try {
    file = await readPromptFile(name, cwd);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { file: name, found: [unusablePrompt(error)] };
  }
  return { file: file.name, found: lintPrompt(file.text, file.name) };
}
