// `logeval init`: a working project in an empty folder. Overwrites nothing.

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { messageOf, UsageError } from "../errors.ts";
import { type CliContext, EXIT } from "./context.ts";
import { PROJECT_FILES } from "./project_files.ts";

export function initCommand(context: CliContext, folder = "."): number {
  const target = resolve(context.cwd, folder);
  const taken = Object.keys(PROJECT_FILES).filter((file) => existsSync(join(target, file)));
  if (taken.length > 0) {
    throw new UsageError(
      `Cannot write a project into ${target}: ${taken.slice(0, 3).join(", ")}${
        taken.length > 3 ? ` and ${taken.length - 3} more` : ""
      } already there`,
      { hint: "nothing was written; choose an empty folder: logeval init my-project" },
    );
  }
  try {
    for (const [file, text] of Object.entries(PROJECT_FILES)) {
      mkdirSync(dirname(join(target, file)), { recursive: true });
      writeFileSync(join(target, file), text, { flag: "wx" });
    }
  } catch (cause) {
    throw new UsageError(`Cannot write a project into ${target}: ${messageOf(cause)}`, { cause });
  }
  context.stdout(`${Object.keys(PROJECT_FILES).map((file) => `  ${file}`).join("\n")}\n`);
  const where = relative(context.cwd, target);
  context.stderr(
    `\nnext: ${where ? `cd ${where} && ` : ""}logeval run embedded-v1   (no server needed)\n`,
  );
  return EXIT.ok;
}
