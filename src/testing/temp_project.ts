// A project in a temporary folder and the command line run in it, without a process of its own.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runCli } from "../cli/cli.ts";
import type { CliContext } from "../cli/context.ts";
import { PROJECT_FILES } from "../cli/project_files.ts";
import { RUNS_DIR } from "../harness/project.ts";
import { scriptedClock } from "./scripted_clock.ts";

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface TempProject {
  readonly root: string;
  write(file: string, text: string): void;
  read(file: string): string;
  /** Changes a file by replacing a text that must be in it. */
  edit(file: string, from: string, to: string): void;
  /** Names in the runs folder, oldest first, without `latest`. */
  runs(): string[];
  /** A file of a run, parsed; the newest run's by default. */
  readRun(file: "config.json" | "metrics.json", run?: string): Record<string, unknown>;
  cli(args: readonly string[], context?: Partial<CliContext>): Promise<CliResult>;
  [Symbol.dispose](): void;
}

/** Makes a project with the shipped files and the first `samples` of the golden dataset. */
export function tempProject({ samples = 12 }: { readonly samples?: number } = {}): TempProject {
  const root = mkdtempSync(join(tmpdir(), "logeval-project-"));
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  const read = (file: string) => readFileSync(join(root, file), "utf8");
  for (const [file, text] of Object.entries(PROJECT_FILES)) write(file, text);
  const golden = JSON.parse(read("evals/datasets/golden-v1.json"));
  write("evals/datasets/golden-v1.json", JSON.stringify(golden.slice(0, samples), null, 2));
  const runs = () => {
    try {
      return readdirSync(join(root, RUNS_DIR)).filter((name) => name !== "latest").sort();
    } catch {
      return [];
    }
  };
  return {
    root,
    write,
    read,
    runs,
    edit(file, from, to) {
      const text = read(file);
      if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`);
      write(file, text.replace(from, to));
    },
    readRun: (file, run = runs().at(-1) ?? "") => JSON.parse(read(`${RUNS_DIR}/${run}/${file}`)),
    async cli(args, context = {}) {
      let stdout = "";
      let stderr = "";
      const code = await runCli(args, {
        cwd: root,
        stdin: {
          isTerminal: () => true,
          bytes: () => {
            throw new Error("a test that reads stdin brings its own");
          },
        },
        stdout: (text) => stdout += text,
        stderr: (text) => stderr += text,
        unread: new AbortController().signal,
        stderrColumns: null,
        colors: { stdout: false, stderr: false },
        env: () => undefined,
        envNames: () => [],
        clock: scriptedClock(),
        now: () => Date.parse("2026-01-09T14:30:00Z"),
        denoVersion: "test",
        serve: () => {
          throw new Error("a test that serves brings its own server");
        },
        stop: new AbortController().signal,
        abort: new AbortController().signal,
        ...context,
      });
      return { code, stdout, stderr };
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true }),
  };
}
