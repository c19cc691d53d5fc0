// A text file that people write, or why it cannot be read.

import { readFile } from "node:fs/promises";
import { systemFault, UsageError } from "../errors.ts";

/**
 * @param what the file as messages name it, with its kind: `prompt x.yaml`
 * @returns its text without a byte order mark
 * @throws {UsageError} when it cannot be read
 */
export async function readText(file: string, what: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).replace(/^\uFEFF/, "");
  } catch (cause) {
    throw new UsageError(`Cannot read ${what}: ${systemFault(cause)}`, { cause });
  }
}
