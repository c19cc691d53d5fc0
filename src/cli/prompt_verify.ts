// `logeval prompt verify`: do prompts still send what was measured? Exit code 3 when one does
// not.

import picocolors from "picocolors";
import {
  fixedInputNames,
  type PromptVerification,
  renderedHashes,
  requestHash,
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
  /** The hash of its sampling and response format now. */
  readonly request: string;
}

const REMEDY =
  "put texts and settings back as they were measured; if the change is meant, measure " +
  "the prompt again and record the hashes that --json prints, rendered and request, in provenance";

/**
 * @returns 0, also for prompts without recorded hashes; 3 when a prompt sends something else
 * @throws {UsageError} when a prompt is not there or cannot be used; then none is judged
 */
export async function promptVerifyCommand(
  context: CliContext,
  names: readonly string[],
  options: { readonly json?: true },
): Promise<number> {
  const colors = picocolors.createColors(context.colors.stdout);
  const files: VerifiedFile[] = [];
  const lines: string[] = [];
  for (const name of names) {
    const { file, template } = await readPrompt(context, name);
    const hashes = { rendered: renderedHashes(template), request: requestHash(template) };
    const verified = { file, id: template.id, ...verifyPrompt(template), ...hashes };
    files.push(verified);
    lines.push(renderVerified(verified, template.provenance?.request !== undefined, colors));
  }
  context.stdout(
    options.json ? `${JSON.stringify({ prompts: files }, null, 2)}\n` : lines.join(""),
  );
  return files.some(({ verdict }) => verdict === "changed") ? EXIT.data : EXIT.ok;
}

function renderVerified(
  { file, verdict, mismatches }: VerifiedFile,
  hasRequest: boolean,
  colors: Colors,
): string {
  switch (verdict) {
    case "verified":
      return `${colors.green(verdict)} ${file}: ${fixedInputNames().length} fixed inputs ` +
        `${hasRequest ? "and the request settings are" : "render"} as recorded\n`;
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
          `    now       ${rendered ?? "no fixed input of this name"}`,
        ]),
        `  ${colors.dim(`→ ${REMEDY}`)}`,
        "",
      ].join("\n");
  }
}
