// The command line: commands, options and their help. Each command's code is loaded when it is
// called, so that help and version stay fast.

import { Command, Option } from "commander";
import { VERSION } from "../version.ts";
import {
  hostName,
  notEmpty,
  portNumber,
  seedNumber,
  unitNumber,
  wholeNumber,
} from "./arguments.ts";
import {
  addAnalyzeCommand,
  addChartCommands,
  addDatasetCommands,
  addPromptCommands,
  type OnExit,
} from "./command_groups.ts";
import type { CliContext } from "./context.ts";

/** Builds the command line; nothing is run before `parseAsync`. */
export function createProgram(context: CliContext, onExit: OnExit): Command {
  const program = new Command("logeval")
    .description("Measures how well a language model reads Kubernetes logs.")
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print help of a command")
    .configureOutput({
      writeOut: context.stdout,
      writeErr: context.stderr,
      // Printed with every other error, in one place.
      outputError: () => {},
    })
    .exitOverride()
    .showSuggestionAfterError()
    .addOption(new Option("--debug", "show where an error comes from"))
    .addHelpText("after", HELP_FOOTER);

  addRunOptions(
    program.command("run")
      .summary("measure an experiment on the golden dataset")
      .description(
        "Sends every sample of an experiment to its model, scores the answers, writes a run folder.",
      )
      .argument("<experiment>", "name of a file in evals/experiments/configs/, or a path")
      .option("--repeats <n>", "ask for every sample n times; marked as changed", wholeNumber),
  )
    .addOption(
      new Option("--dry-run", "show the first prompt and the number of calls; call nothing")
        .conflicts("json"),
    )
    .option("--json", "print metrics.json on stdout and nothing else")
    .option("--fail-under <score>", "exit 5 when overall is below this score (0 to 1)", unitNumber)
    .action(async (experiment, options) => {
      const { runCommand } = await import("./run.ts");
      onExit(await runCommand(context, experiment, options));
    });

  addAnalyzeCommand(program, context, onExit);

  program.command("compare")
    .summary("say whether run B is better than run A, on evidence")
    .description(
      "Compares two runs sample by sample: verdict, metrics, root causes, flipped samples.",
    )
    .argument(
      "<a>",
      "an experiment or its file (its newest complete run), latest, a run's id, or a folder",
    )
    .argument("<b>", "the same")
    .option("--min-effect <x>", "a verdict needs a whole interval beyond this (0 to 1)", unitNumber)
    .addOption(
      new Option("--fail-if <verdict>", "exit 5 on this verdict: a regression gate for CI")
        .choices(["worse"]),
    )
    .option("--json", "print one JSON document")
    .action(async (a, b, options) => {
      const { compareCommand } = await import("./compare.ts");
      onExit(await compareCommand(context, a, b, options));
    });

  program.command("leaderboard")
    .summary("rank all experiments, into evals/experiments/leaderboard.json")
    .description("Makes leaderboard.json anew from the runs and shows it.")
    .option("--json", "print leaderboard.json")
    .option("--prune", "drop rows of runs that are not on this machine")
    .action(async (options) => {
      const { leaderboardCommand } = await import("./leaderboard.ts");
      onExit(await leaderboardCommand(context, options));
    });

  addRunOptions(
    program.command("noise")
      .summary("measure how much an experiment moves when nothing changes")
      .description(
        "Runs an experiment several times over and reports what differs. " +
          "The run is marked as changed: it does not stand for the experiment.",
      )
      .argument("<experiment>", "name of a file in evals/experiments/configs/, or a path")
      .option("--repeats <n>", "identical runs (5 by default)", wholeNumber),
  )
    .option("--json", "print one JSON document")
    .action(async (experiment, options) => {
      const { noiseCommand } = await import("./noise.ts");
      onExit(await noiseCommand(context, experiment, options));
    });

  program.command("optimize")
    .summary("search for a better prompt, and measure how much better it is")
    .description(
      "Searches a space of prompts on the validation samples, confirms the winner on samples that " +
        "the search never saw, and writes it as a YAML file.",
    )
    .option("--experiment <name>", "whose prompt, model and dataset to start from", "baseline-v1")
    .option(
      "--candidates <n>",
      "search calls, as so many prompts on all validation samples (10 by default)",
      wholeNumber,
    )
    .option("--budget <calls>", "search calls, instead of --candidates", wholeNumber)
    .addOption(
      new Option("--search <method>", "how prompts are chosen")
        .choices(["halving", "random", "full"]).default("halving"),
    )
    .option("--seed <n>", "of examples, subsets and order", seedNumber, 1)
    .option(
      "--space <file>",
      "the prompts to choose from (evals/optimization/space.yaml)",
      notEmpty,
    )
    .option("--model <embedded|URL>", "another model than the experiment's", notEmpty)
    .option("--concurrency <n>", "calls in flight at a time", wholeNumber)
    .addOption(
      new Option("--export <when>", "when the winner goes to prompt_templates/")
        .choices(["confirmed", "always"]).default("confirmed"),
    )
    .option("--resume [run]", "go on with a search that was stopped (the newest by default)")
    .option("--json", "print result.json on stdout and nothing else")
    .action(async (options) => {
      const { optimizeCommand } = await import("./optimize.ts");
      onExit(await optimizeCommand(context, options));
    });

  program.command("rescore")
    .summary("score stored answers anew, without a model call")
    .description("Applies today's parser and metrics to a run's answers, into a new run.")
    .argument("<run>", "latest, a run's id or its start, an experiment, or a folder")
    .option("--json", "print metrics.json on stdout and nothing else")
    .action(async (run, options) => {
      const { rescoreCommand } = await import("./rescore.ts");
      onExit(await rescoreCommand(context, run, options));
    });

  const runs = program.command("runs").summary("tidy the run folders");
  runs.command("prune")
    .description("Removes old run folders, never the newest complete one of an experiment.")
    .requiredOption("--keep <n>", "how many of the newest runs stay", wholeNumber)
    .action(async (options) => {
      const { runsPruneCommand } = await import("./runs_prune.ts");
      onExit(runsPruneCommand(context, options));
    });

  addChartCommands(program, context, onExit);
  addDatasetCommands(program, context, onExit);
  addPromptCommands(program, context, onExit);

  program.command("list")
    .summary("list experiments, prompts and runs")
    .description("Lists the project's experiments, its prompts and its runs, newest first.")
    .option("--json", "print one JSON document")
    .action(async (options) => {
      const { listCommand } = await import("./list.ts");
      onExit(await listCommand(context, options));
    });

  program.command("show")
    .summary("show a run, or one of its samples")
    .description("Shows a run as it ended, or one sample: log, prompt as sent, answer, fields.")
    .argument("<run>", "latest, a run's id or its start, an experiment, or a folder")
    .option("--sample <id>", "a sample's id, or its start")
    .option("--json", "print one JSON document")
    .action(async (run, options) => {
      const { showCommand } = await import("./show.ts");
      onExit(await showCommand(context, run, options));
    });

  program.command("serve")
    .summary("show runs, leaderboard and progress over HTTP")
    .description(
      "Serves the project's runs as a page, JSON and Prometheus metrics, read-only. With " +
        "--token-env programs send the token as bearer, and a browser asks for it: any user name, " +
        "the token as the password.",
    )
    .option("--host <address>", "where to listen", notEmpty, "127.0.0.1")
    .option("--port <n>", "the port, 0 for a free one", portNumber, 8090)
    .option("--token-env <name>", "ask for the token in this variable", notEmpty)
    .option("--no-auth", "let other machines read without a token")
    .option("--allow-host <name...>", "further names by which it may be asked", hostName)
    .action(async (options) => {
      const { serveCommand } = await import("./serve.ts");
      onExit(await serveCommand(context, options));
    });

  program.command("init")
    .summary("write a working project into a folder")
    .description("Writes experiments, prompt and golden dataset into an empty folder.")
    .argument("[folder]", "where (the working directory by default)")
    .action(async (folder) => {
      const { initCommand } = await import("./init.ts");
      onExit(await initCommand(context, folder));
    });

  return program;
}

/** What every command that runs an experiment takes. */
function addRunOptions(command: Command): Command {
  return command
    .option("--model <embedded|URL>", "another model than the experiment's", notEmpty)
    .option("--dataset <file>", "another dataset than the experiment's", notEmpty)
    .option("--limit <n>", "the first n samples only", wholeNumber)
    .option("--concurrency <n>", "calls in flight at a time", wholeNumber)
    .option("--resume [run]", "go on with a run that was stopped (the newest by default)")
    .option(
      "--out <dir>",
      "folder that receives the run folder (the project's runs by default)",
      notEmpty,
    );
}

const HELP_FOOTER = `
Start here:
  logeval init                 write a working project into an empty folder
  logeval run embedded-v1      measure the model inside the binary; no server needed
  logeval run baseline-v1      measure the model at localhost:8080
  kubectl logs deploy/web | logeval analyze -
                               let it read your logs

Exit codes: 0 done, 1 bug, 2 usage, 3 data, 4 model not reached, not all samples answered or
            not readably, 5 below --fail-under or as --fail-if names it, 130 interrupted
`;
