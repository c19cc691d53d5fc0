// A prompt as the command line names it, by id or path -> its YAML text.

import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { BUILTIN_PROMPTS } from "../analyzer/builtin_prompts.ts";
import { UsageError } from "../errors.ts";
import { suggestion } from "../faults.ts";
import {
  findProject,
  isExperimentPath,
  projectAbove,
  promptFiles,
  PROMPTS_DIR,
} from "./project.ts";
import { readText } from "./read_text.ts";

export interface PromptFile {
  /** As messages name it; its stem is the prompt's id. */
  readonly name: string;
  readonly text: string;
}

/**
 * Reads a prompt's file.
 *
 * @param nameOrPath the id of a prompt in the project (else of one inside the binary), or a path
 * relative to `cwd`; only an id that is neither needs a project
 * @throws {UsageError} with the nearest ids when there is none, or when it cannot be read
 */
export async function readPromptFile(nameOrPath: string, cwd: string): Promise<PromptFile> {
  if (isExperimentPath(nameOrPath)) {
    const text = await readText(resolve(cwd, nameOrPath), `prompt ${nameOrPath}`);
    return { name: nameOrPath, text };
  }
  const builtin = BUILTIN_PROMPTS.get(nameOrPath);
  const root = projectAbove(cwd);
  const name = `${PROMPTS_DIR}/${nameOrPath}.yaml`;
  if (root !== null && existsSync(join(root, name))) {
    return { name, text: await readText(join(root, name), `prompt ${name}`) };
  }
  if (builtin !== undefined) return { name: `${nameOrPath}.yaml`, text: builtin };
  const inFolder = promptFiles(findProject(cwd)).map((file) => basename(file, ".yaml"));
  const known = [...new Set([...inFolder, ...BUILTIN_PROMPTS.keys()])];
  throw new UsageError(`Cannot find prompt "${nameOrPath}"${suggestion(nameOrPath, known)}`, {
    hint: `prompts are the files in ${PROMPTS_DIR}/`,
  });
}
