import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gitCommit } from "./git_commit.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";

const CASES: { name: string; files: Record<string, string>; from?: string; want: string | null }[] =
  [
    {
      name: "a branch",
      files: { ".git/HEAD": "ref: refs/heads/main\n", ".git/refs/heads/main": `${COMMIT}\n` },
      want: COMMIT,
    },
    {
      name: "a folder below",
      files: { ".git/HEAD": `${COMMIT}\n`, "a/b/file": "" },
      from: "a/b",
      want: COMMIT,
    },
    {
      name: "a packed branch",
      files: {
        ".git/HEAD": "ref: refs/heads/main\n",
        ".git/packed-refs": `# pack-refs\n${
          "f".repeat(40)
        } refs/heads/other\n${COMMIT} refs/heads/main\n`,
      },
      want: COMMIT,
    },
    {
      name: "a worktree",
      files: {
        "tree/.git": "gitdir: ../main/.git/worktrees/tree\n",
        "main/.git/worktrees/tree/HEAD": "ref: refs/heads/side\n",
        "main/.git/worktrees/tree/commondir": "../..\n",
        "main/.git/refs/heads/side": `${COMMIT}\n`,
      },
      from: "tree",
      want: COMMIT,
    },
    {
      name: "a branch without a commit",
      files: { ".git/HEAD": "ref: refs/heads/main\n" },
      want: null,
    },
    { name: "a damaged HEAD", files: { ".git/HEAD": "rubbish" }, want: null },
  ];
for (const { name, files, from = ".", want } of CASES) {
  Deno.test(`gitCommit() of ${name}`, () => {
    const root = mkdtempSync(join(tmpdir(), "logeval-git-"));
    try {
      for (const [file, text] of Object.entries(files)) {
        mkdirSync(dirname(join(root, file)), { recursive: true });
        writeFileSync(join(root, file), text);
      }
      assert.equal(gitCommit(join(root, from)), want);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
}
