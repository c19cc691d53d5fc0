// `logeval prompt verify`: do prompts still render to the bytes that were measured? Exit code 3 when
// one does not.

import picocolors from "picocolors";
import {
  fixedInputNames,
  type PromptVerification,
  renderedHashes,
  verifyPrompt,
} from "../analyzer/verify.ts";
import { formatCount } from "../format.ts";
import { type CliContext, EXIT } from "./context.ts";
import { readPrompt } from "./prompt_argument.ts";
import type { Colors } from "./run_report.ts";

interface VerifiedFile extends PromptVerification {
  readonly file: string;
  readonly id: string;
  /** What the fixed inputs render to now. */
  readonly rendered: Readonly<Record<string, string>>;
}

const REMEDY = "put the texts back as they were measured; if the change is meant, measure the " +
  "prompt again and record the hashes that --json prints as provenance.rendered";

/**
 * @returns 0, also for prompts without recorded hashes; 3 when a prompt renders otherwise
 * @throws {UsageError} when a prompt is not there or cannot be used; then none is judged
 */
export async function promptVerifyCommand(
  context: CliContext,
  names: readonly string[],
  options: { readonly json?: true },
): Promise<number> {
  const files: VerifiedFile[] = [];
  for (const name of names) {
    const { file, template } = await readPrompt(context, name);
    const rendered = renderedHashes(template);
    files.push({ file, id: template.id, ...verifyPrompt(template), rendered });
  }
  if (options.json) context.stdout(`${JSON.stringify({ prompts: files }, null, 2)}\n`);
  else {
    const colors = picocolors.createColors(context.colors.stdout);
    context.stdout(files.map((file) => renderVerified(file, colors)).join(""));
  }
  return files.some(({ verdict }) => verdict === "changed") ? EXIT.data : EXIT.ok;
}

function renderVerified({ file, verdict, mismatches }: VerifiedFile, colors: Colors): string {
  switch (verdict) {
    case "verified":
      return `${
        colors.green(verdict)
      } ${file}: ${fixedInputNames().length} fixed inputs render as recorded\n`;
    case "unrecorded":
      return `${colors.yellow(verdict)} ${file}: no hashes in provenance.rendered; ` +
        "nothing to compare with\n";
    case "changed":
      return [
        `${colors.red(verdict)} ${file}: ${
          formatCount(mismatches.length, "difference")
        } from what was recorded`,
        ...mismatches.flatMap(({ input, recorded, rendered }) => [
          `  ${input}`,
          `    recorded  ${recorded ?? "no hash"}`,
          `    rendered  ${rendered ?? "no fixed input of this name"}`,
        ]),
        `  ${colors.dim(`→ ${REMEDY}`)}`,
        "",
      ].join("\n");
  }
}
