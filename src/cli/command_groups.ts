// Commands that come in groups, charts, datasets, prompts, and the one with the most options: analyze.
// Each one's code is loaded when it is called.

import { type Command, Option } from "commander";
import { chartWidth, durationMs, notEmpty, seedNumber, wholeNumber } from "./arguments.ts";
import type { CliContext } from "./context.ts";

/** Takes what a command came to: its exit code. */
export type OnExit = (code: number) => void;

/** Adds them to the program; nothing is run before it parses. */
export function addChartCommands(program: Command, context: CliContext, onExit: OnExit): void {
  const chart = program.command("chart").summary("draw a chart as SVG, for a README or a review");
  const add = (
    name: "leaderboard" | "trends" | "categories" | "compare" | "optimization",
    description: string,
    names: Readonly<Record<string, string>> = {},
  ) => {
    const command = chart.command(name).description(description)
      .option("--out <file>", "where to write it (stdout by default)", notEmpty)
      .option("--width <n>", "pixels, 320 to 4000 (960 by default)", chartWidth);
    for (const [argument, what] of Object.entries(names)) command.argument(argument, what);
    command.action(async () => {
      const { chartCommand } = await import("./chart.ts");
      onExit(await chartCommand(context, name, command.args, command.opts()));
    });
  };
  add("leaderboard", "Draws the ranked experiments with their intervals and the floors.");
  add("trends", "Draws the score of each experiment over time, and where its prompt changed.");
  add("categories", "Draws how many samples of each root cause each experiment named.");
  add("compare", "Draws the verdict and the difference of each metric, B minus A.", {
    "<a>": "an experiment (its newest complete run), latest, a run's id, or a folder",
    "<b>": "the same",
  });
  add("optimization", "Draws the gain, the prompts left at each stage, what each level is worth.", {
    "[id]": "its folder's name (the newest finished one by default)",
  });
}

/** Adds them to the program; nothing is run before it parses. */
export function addDatasetCommands(program: Command, context: CliContext, onExit: OnExit): void {
  const dataset = program.command("dataset").summary("split, check and describe datasets");
  dataset.command("split")
    .description("Writes a train and a validation file beside the dataset that share no message.")
    .argument("<file>", "a dataset")
    .option("--train <n>", "samples of the train file (52 % by default: 60 of 115)", wholeNumber)
    .option("--validation <n>", "samples of the validation file (the rest by default)", wholeNumber)
    .option("--seed <n>", "another seed, another split (1 by default)", seedNumber)
    .action(async (file, options) => {
      const { datasetSplitCommand } = await import("./dataset_split.ts");
      onExit(await datasetSplitCommand(context, file, options));
    });
  dataset.command("lint")
    .description("Finds wrong labels, duplicates and leaks, each with file, sample and remedy.")
    .argument("<files...>", "datasets; given together they must not share a message")
    .option("--json", "print one JSON document")
    .action(async (files, options) => {
      const { datasetLintCommand } = await import("./dataset_lint.ts");
      onExit(await datasetLintCommand(context, files, options));
    });
  dataset.command("stats")
    .description("Counts labels, namespaces and templates, measures lines.")
    .argument("<file>", "a dataset")
    .option("--json", "print one JSON document")
    .action(async (file, options) => {
      const { datasetStatsCommand } = await import("./dataset_stats.ts");
      onExit(await datasetStatsCommand(context, file, options));
    });
}

/** Adds them to the program; nothing is run before it parses. */
export function addPromptCommands(program: Command, context: CliContext, onExit: OnExit): void {
  const prompt = program.command("prompt").summary("verify, check, render and compare prompts");
  const what = "an id in prompt_templates/, or a path";
  prompt.command("verify")
    .description("Says whether prompts still render to the bytes that were measured.")
    .argument("<prompts...>", `each ${what}`)
    .option("--json", "print one JSON document")
    .action(async (names, options) => {
      const { promptVerifyCommand } = await import("./prompt_verify.ts");
      onExit(await promptVerifyCommand(context, names, options));
    });
  prompt.command("lint")
    .description("Finds faults and what looks so, each with file, line and remedy.")
    .argument("<prompts...>", `each ${what}`)
    .option("--json", "print one JSON document")
    .action(async (names, options) => {
      const { promptLintCommand } = await import("./prompt_lint.ts");
      onExit(await promptLintCommand(context, names, options));
    });
  prompt.command("render")
    .description("Prints the messages of a prompt as a model gets them.")
    .argument("<prompt>", what)
    .option(
      "--sample <id>",
      "a sample's id, or its start (the dataset's first by default)",
      notEmpty,
    )
    .option("--dataset <file>", "another dataset than evals/datasets/golden-v1.json", notEmpty)
    .addOption(
      new Option("--input <name>", "one of the inputs of prompt verify instead of a sample")
        .choices(["one_line", "several_entries", "hostile_text", "empty_message", "long_trace"])
        .conflicts(["sample", "dataset"]),
    )
    .option("--json", "print one JSON document, with the exact texts")
    .action(async (name, options) => {
      const { promptRenderCommand } = await import("./prompt_render.ts");
      onExit(await promptRenderCommand(context, name, options));
    });
  prompt.command("diff")
    .description("Shows what differs between two prompts: settings, system and user texts.")
    .argument("<a>", what)
    .argument("<b>", "the same")
    .option("--json", "print one JSON document")
    .action(async (a, b, options) => {
      const { promptDiffCommand } = await import("./prompt_diff.ts");
      onExit(await promptDiffCommand(context, a, b, options));
    });
}

/** Adds it to the program; nothing is run before it parses. */
export function addAnalyzeCommand(program: Command, context: CliContext, onExit: OnExit): void {
  const analyze = program.command("analyze")
    .summary("analyze logs from a pipe, a file or Loki, or serve that over HTTP")
    .description(
      "Asks the model what is wrong in some logs, with the analyzer that run measures.\n" +
        "Needs no project: prompt and labels are in the binary, a project's own come first.",
    )
    .argument("[logs]", "a file, or - for what comes in through a pipe; without it --loki is asked")
    .option("--model-url <URL>", "the model's server (http://localhost:8080)", notEmpty)
    .option("--model <name>", "the model to ask for, where a server has several", notEmpty)
    .option("--prompt <prompt>", "an id in prompt_templates/, or a path", notEmpty)
    .option("--namespace <name>", "whose logs: narrows Loki, names what a pipe does not", notEmpty)
    .option("--pod <name>", "the same; for Loki a regular expression", notEmpty)
    .option("--container <name>", "the same", notEmpty)
    .option("--node <name>", "the same", notEmpty)
    .option("--loki <URL>", "read from this Loki (http://localhost:3100 with --since)", notEmpty)
    .option("--since <time>", "how far back Loki is asked: 90s, 15m, 1h (1h)", durationMs)
    .addOption(
      new Option("--severity <kind>", "of Loki's lines, those with words of this kind")
        .choices(["info", "error", "all"]),
    )
    .option("--filter <text>", "of Loki's lines, those that hold this", notEmpty)
    .option("--limit <n>", "most lines from Loki, the newest (15)", wholeNumber)
    .addOption(new Option("--stream", "print the answer as it is generated").conflicts("json"))
    .option("--json", "print one JSON document");
  const others = analyze.options.map((option) => option.attributeName());
  analyze
    .addOption(
      new Option(
        "--listen <host:port>",
        "serve POST /v1/analyze instead; everything else is set by LOG_ANALYZER_* variables",
      ).conflicts(others),
    )
    .addHelpText("after", ANALYZE_EXAMPLES)
    .action(async (logs, options) => {
      const { analyzeCommand } = await import("./analyze.ts");
      onExit(await analyzeCommand(context, logs, options));
    });
}

const ANALYZE_EXAMPLES = `
Examples:
  kubectl logs deploy/web | logeval analyze -
  logeval analyze web.log --stream
  logeval analyze --namespace llm --since 1h --loki http://localhost:3100
`;
