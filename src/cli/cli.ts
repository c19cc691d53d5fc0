// Arguments in, exit code out: runs the command line and turns every error into one message and a
// stable code. The only place that maps errors to exit codes.

import type { Command } from "commander";
import { DataError, LlmError, messageOf, UsageError } from "../errors.ts";
import { type CliContext, EXIT } from "./context.ts";
import { createProgram } from "./program.ts";

/**
 * Runs one command line.
 *
 * @param args without the program's name
 * @returns the exit code; never throws
 */
export async function runCli(args: readonly string[], context: CliContext): Promise<number> {
  let code: number = EXIT.ok;
  const program = createProgram(context, (value) => code = value);
  try {
    if (args.length === 0) {
      program.outputHelp({ error: true });
      return EXIT.usage;
    }
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    if (isCommanderError(error)) {
      if (error.exitCode === 0) return EXIT.ok;
      const hint = `see: ${commandOf(program, args)} --help`;
      report(
        { code: "usage", message: usageMessage(error.message), hint },
        args,
        context,
      );
      return EXIT.usage;
    }
    const interrupted = context.stop.aborted || context.abort.aborted;
    if (interrupted && (error === context.stop.reason || error === context.abort.reason)) {
      context.stderr("stopped before the first call; nothing was written\n");
      return EXIT.interrupted;
    }
    report(describe(error), args, context);
    if (args.includes("--debug") && error instanceof Error) context.stderr(`${error.stack}\n`);
    return exitCodeOf(error);
  }
}

/** The command that arguments name, as far as they name one: `logeval dataset split`. */
function commandOf(program: Command, args: readonly string[]): string {
  const names = [program.name()];
  let commands = program.commands;
  for (const name of args) {
    const command = commands.find((candidate) => candidate.name() === name);
    if (command === undefined) break;
    names.push(name);
    commands = command.commands;
  }
  return names.join(" ");
}

interface Report {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
}

function describe(error: unknown): Report {
  if (error instanceof UsageError || error instanceof DataError || error instanceof LlmError) {
    return { code: error.code, message: error.message, hint: error.hint };
  }
  return {
    code: "bug",
    message: `Stopped by an unexpected error: ${messageOf(error)}`,
    hint: "run it again with --debug to see where, and report it",
  };
}

function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT.usage;
  if (error instanceof DataError) return EXIT.data;
  if (error instanceof LlmError) return EXIT.model;
  return EXIT.bug;
}

function report({ code, message, hint }: Report, args: readonly string[], context: CliContext) {
  if (args.includes("--json")) {
    context.stderr(`${JSON.stringify({ error: { code, message, hint: hint ?? null } })}\n`);
    return;
  }
  const hintLines = hint === undefined ? "" : hint.replace(/^/gm, "  ") + "\n";
  context.stderr(`${message}\n${hintLines}`);
}

// commander's messages start with `error:` and end with a full stop; ours start with the action.
function usageMessage(message: string): string {
  const text = message.replace(/^error: /, "").replace(/\.(?=\n|$)/g, "");
  return `Cannot run this command line: ${text}`;
}

// By shape: the class would have to be imported before a command is known.
function isCommanderError(error: unknown): error is Error & { readonly exitCode: number } {
  return error instanceof Error && "exitCode" in error && typeof error.exitCode === "number";
}
