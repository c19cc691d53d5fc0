// Where things are: the project's root is the nearest folder upward that holds `evals/`, and every
// path in a file or on the command line's experiments is relative to it.

import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { UsageError } from "../errors.ts";
import { suggestion } from "../faults.ts";

export const EXPERIMENTS_DIR = "evals/experiments/configs";
export const RUNS_DIR = "evals/experiments/runs";
export const PROMPTS_DIR = "prompt_templates";

/**
 * The project that `cwd` is in.
 *
 * @returns its root, an absolute path
 * @throws {UsageError} when no folder upward holds `evals/`
 */
export function findProject(cwd: string): string {
  const root = projectAbove(cwd);
  if (root !== null) return root;
  throw new UsageError(`Cannot find a project: no folder from ${cwd} upward holds evals/`, {
    hint: "make one here: logeval init",
  });
}

/** As {@linkcode findProject}, for what works without one as well: `null` when there is none. */
export function projectAbove(cwd: string): string | null {
  for (let folder = resolve(cwd);; folder = dirname(folder)) {
    if (isFolder(join(folder, "evals"))) return folder;
    if (folder === dirname(folder)) return null;
  }
}

/** A path of a file of the project, made absolute. */
export function inProject(root: string, path: string): string {
  return isAbsolute(path) ? path : join(root, path);
}

/** A path as it is kept: relative to the root when it is in the project, else absolute. */
export function pathInProject(root: string, path: string): string {
  const inside = relative(root, path);
  return inside.startsWith("..") || isAbsolute(inside) ? path : inside;
}

/** Names of the experiments, sorted: the stems of the files in the configs folder. */
export function experimentNames(root: string): string[] {
  return yamlStems(join(root, EXPERIMENTS_DIR));
}

/** File names of the prompts, sorted. */
export function promptFiles(root: string): string[] {
  return yamlStems(join(root, PROMPTS_DIR)).map((stem) => `${stem}.yaml`);
}

/** Whether an experiment is asked for by its file and not by its name. */
export function isExperimentPath(nameOrPath: string): boolean {
  return /[\\/]|\.ya?ml$/.test(nameOrPath);
}

/**
 * The file of an experiment, from its name or a path.
 *
 * @returns its path, relative to the root when it is in the project
 * @throws {UsageError} with the nearest names when there is none
 */
export function experimentFile(root: string, nameOrPath: string, cwd: string): string {
  if (isExperimentPath(nameOrPath)) {
    const file = resolve(cwd, nameOrPath);
    if (!existsSync(file)) throw new UsageError(`Cannot find experiment file ${nameOrPath}`);
    return pathInProject(root, file);
  }
  const file = `${EXPERIMENTS_DIR}/${nameOrPath}.yaml`;
  if (existsSync(join(root, file))) return file;
  throw new UsageError(
    `Cannot find experiment "${nameOrPath}"${suggestion(nameOrPath, experimentNames(root))}`,
    { hint: `experiments are the files in ${EXPERIMENTS_DIR}/` },
  );
}

function yamlStems(folder: string): string[] {
  if (!isFolder(folder)) return [];
  return readdirSync(folder).filter((name) => name.endsWith(".yaml"))
    .map((name) => basename(name, ".yaml")).sort();
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
