// The commit that a project stands at, read from its `.git` without running git.

import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** The 40 hex digits of HEAD; `null` outside a repository, before the first commit, or unreadable. */
export function gitCommit(folder: string): string | null {
  try {
    const git = gitFolder(resolve(folder));
    if (git === null) return null;
    const head = readFileSync(join(git, "HEAD"), "utf8").trim();
    const ref = head.match(/^ref: (.+)$/)?.[1];
    return asCommit(ref === undefined ? head : readRef(git, ref));
  } catch {
    return null;
  }
}

function gitFolder(start: string): string | null {
  for (let folder = start;; folder = dirname(folder)) {
    const git = join(folder, ".git");
    if (existsSync(git)) {
      if (statSync(git).isDirectory()) return git;
      const target = readFileSync(git, "utf8").match(/^gitdir: (.+)$/m)?.[1];
      return target === undefined ? null : resolve(folder, target.trim());
    }
    if (folder === dirname(folder)) return null;
  }
}

// A worktree keeps its HEAD apart and shares the branches of the main folder.
function readRef(git: string, ref: string): string {
  const common = join(git, "commondir");
  const shared = existsSync(common) ? resolve(git, readFileSync(common, "utf8").trim()) : git;
  for (const folder of [git, shared]) {
    if (existsSync(join(folder, ref))) return readFileSync(join(folder, ref), "utf8").trim();
  }
  const packed = readFileSync(join(shared, "packed-refs"), "utf8").split("\n");
  return packed.find((line) => line.endsWith(` ${ref}`))?.split(" ")[0] ?? "";
}

function asCommit(text: string): string | null {
  return /^[0-9a-f]{40,64}$/.test(text) ? text : null;
}
