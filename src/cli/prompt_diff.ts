// `logeval prompt diff`: what differs between two prompts, line by line.

import picocolors from "picocolors";
import { templateHash } from "../analyzer/render.ts";
import { printable } from "../format.ts";
import { promptDiff } from "../harness/prompt_diff.ts";
import { type CliContext, EXIT } from "./context.ts";
import { readPrompt } from "./prompt_argument.ts";
import type { Colors } from "./run_report.ts";

/** @throws {UsageError} when a prompt is not there or cannot be used */
export async function promptDiffCommand(
  context: CliContext,
  nameA: string,
  nameB: string,
  options: { readonly json?: true },
): Promise<number> {
  const a = await readPrompt(context, nameA);
  const b = await readPrompt(context, nameB);
  const diff = promptDiff(a.template, b.template);
  if (options.json) {
    const document = { a: identity(a), b: identity(b), same: diff === "", diff };
    context.stdout(`${JSON.stringify(document, null, 2)}\n`);
    return EXIT.ok;
  }
  if (diff === "") context.stderr(`${a.file} and ${b.file} ask the same in the same words\n`);
  else context.stdout(colorDiff(printable(diff), picocolors.createColors(context.colors.stdout)));
  return EXIT.ok;
}

function identity({ file, template }: Awaited<ReturnType<typeof readPrompt>>) {
  return { file, id: template.id, template_hash: templateHash(template) };
}

/** A unified diff as people know it from Git; the signs say the same without colours. */
export function colorDiff(diff: string, colors: Colors): string {
  return diff.split("\n").map((line) => {
    if (/^(---|\+\+\+) /.test(line)) return colors.bold(line);
    if (line.startsWith("@@")) return colors.cyan(line);
    if (line.startsWith("+")) return colors.green(line);
    return line.startsWith("-") ? colors.red(line) : line;
  }).join("\n");
}
