// An optimization's folder: config.json at the start, a line of trials.jsonl a call, the rest at the
// end. Killed at any time it can be taken up again; no answered call is lost but those in flight.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { UsageError } from "../errors.ts";
import { suggestion } from "../faults.ts";
import { hashOf } from "../hash.ts";
import {
  GO_ON,
  lockFolder,
  makeStampedFolder,
  openLineLog,
  toJson,
  writeWhole,
} from "../harness/folder.ts";
import { LATEST, linkLatest } from "../harness/latest.ts";
import { isPromptRefused } from "../harness/run_files.ts";
import { readJson, readLines } from "../harness/run_reader.ts";
import { OptimizationConfig, OptimizationResult, Trial } from "./optimization_files.ts";

export const OPTIMIZATIONS_DIR = "evals/optimization/runs";

/** An open folder; holds a lock until it is closed. */
export interface OptimizationFolder {
  /** Absolute path. */
  readonly path: string;
  readonly config: OptimizationConfig;
  /** Trials that were already there. */
  readonly trials: readonly Trial[];
  append(trial: Trial): void;
  /** Writes derived files, text by name, each whole or not at all. */
  write(files: Readonly<Record<string, string>>): void;
  /** Writes result.json, which says that it is finished. */
  finish(result: OptimizationResult): void;
  [Symbol.dispose](): void;
}

/** Makes a folder `<YYYYMMDD-HHMMSS>-<experiment>` with its config.json. */
export function createOptimizationFolder(
  runsDir: string,
  config: Omit<OptimizationConfig, "run_id">,
): OptimizationFolder {
  const path = makeStampedFolder(runsDir, config.started_at, config.experiment_id);
  const full = { schema_version: config.schema_version, run_id: basename(path) };
  const whole = { ...full, ...config, ...full };
  writeWhole(join(path, "config.json"), toJson(whole));
  return open(path, whole, [], lockFolder(path));
}

/**
 * Takes an optimization up again, if today's settings are those it was started with. Calls without
 * an answer are dropped: they are made again.
 *
 * @throws {UsageError} naming everything that changed, or when another process is at work in it
 * @throws {DataError} when config.json or an inner line of trials.jsonl cannot be read
 */
export async function resumeOptimizationFolder(
  path: string,
  now: Omit<OptimizationConfig, "run_id">,
): Promise<OptimizationFolder> {
  const config = await readJson(join(path, "config.json"), OptimizationConfig);
  const changed = changedSettings(config, now);
  if (changed.length > 0) {
    throw new UsageError(`Cannot resume ${config.run_id}: changed since: ${changed.join(", ")}`, {
      hint: "undo that, or start afresh without --resume",
    });
  }
  const lock = lockFolder(path);
  try {
    const file = join(path, "trials.jsonl");
    const { records, torn } = existsSync(file)
      ? await readLines(file, Trial)
      : { records: [], torn: false };
    const kept = records.filter(isAnswered);
    if (torn || kept.length < records.length) {
      writeWhole(file, kept.map((trial) => `${JSON.stringify(trial)}\n`).join(""));
    }
    return open(path, config, kept, lock);
  } catch (error) {
    lock.close();
    throw error;
  }
}

/** Whether a call need not be made again: it was answered, or refused for what it says. */
function isAnswered(trial: Trial): boolean {
  return trial.outcome !== "failed" || isPromptRefused(trial);
}

function changedSettings(
  then: OptimizationConfig,
  now: Omit<OptimizationConfig, "run_id">,
): string[] {
  const settings: [string, (config: Omit<OptimizationConfig, "run_id">) => unknown][] = [
    ["experiment", (config) => config.experiment_id],
    ["--search", (config) => config.search.method],
    ["the budget", (config) => config.search.budget],
    ["--seed", (config) => config.search.seed],
    ["the space", (config) => config.space.hash],
    ["the train samples", (config) => config.train.hash],
    ["the validation samples", (config) => config.validation.hash],
    ["the labels", (config) => config.labels.hash],
    ["the baseline's prompt", (config) => config.prompt.template_hash],
    ["the model", (config) => config.model],
    ["llm_config", (config) => config.llm_config],
    ["the metric version", (config) => config.versions.metric],
  ];
  return settings.filter(([, pick]) => hashOf(pick(then)) !== hashOf(pick(now)))
    .map(([name]) => name);
}

function open(
  path: string,
  config: OptimizationConfig,
  trials: readonly Trial[],
  lock: { close(): void },
): OptimizationFolder {
  const log = openLineLog(join(path, "trials.jsonl"));
  let closed = false;
  return {
    path,
    config,
    trials,
    append: log.append,
    write(files) {
      for (const [name, text] of Object.entries(files)) writeWhole(join(path, name), text, GO_ON);
    },
    finish(result) {
      log.sync();
      writeWhole(join(path, "result.json"), toJson(result), GO_ON);
      linkLatest(dirname(path), basename(path));
    },
    [Symbol.dispose]() {
      if (closed) return;
      closed = true;
      log.close();
      lock.close();
    },
  };
}

/** How many finished optimizations beside this one confirmed on the same samples. */
export function earlierSearches({ path, config }: OptimizationFolder): number {
  const runsDir = dirname(path);
  const samples = hashOf(config.confirmation.ids);
  return readdirSync(runsDir).filter((id) => {
    if (id === LATEST || id === config.run_id) return false;
    if (!existsSync(join(runsDir, id, "result.json"))) return false;
    try {
      const text = readFileSync(join(runsDir, id, "config.json"), "utf8");
      return hashOf(OptimizationConfig.parse(JSON.parse(text)).confirmation.ids) === samples;
    } catch {
      return false; // Somebody else's folder.
    }
  }).length;
}

/**
 * The optimization to take up again.
 *
 * @param name its id; `true` for the experiment's newest unfinished one
 * @returns an absolute path
 * @throws {UsageError} when there is none
 */
export function findUnfinished(
  runsDir: string,
  name: string | true,
  experimentId: string,
): string {
  const all = existsSync(runsDir)
    ? readdirSync(runsDir).filter((id) =>
      id !== LATEST && existsSync(join(runsDir, id, "config.json"))
    ).sort()
    : [];
  const unfinished = all.filter((id) => !existsSync(join(runsDir, id, "result.json")));
  if (name === true) {
    const newest = unfinished.findLast((id) =>
      id.slice(16).replace(/-\d+$/, "") === experimentId ||
      id.slice(16) === experimentId
    );
    if (newest !== undefined) return join(runsDir, newest);
    throw new UsageError(`Cannot resume: no unfinished optimization of ${experimentId}`, {
      hint: "start one without --resume",
    });
  }
  if (unfinished.includes(name)) return join(runsDir, name);
  throw new UsageError(
    all.includes(name)
      ? `Cannot resume ${name}: it is finished`
      : `Cannot resume "${name}": no such optimization${suggestion(name, unfinished)}`,
  );
}

/**
 * The result of a finished optimization.
 *
 * @param id its folder's name; `null` for the newest finished one
 * @returns `null` when none is asked for by name and there is none
 * @throws {UsageError} when the one asked for is not there or not finished
 */
export async function findFinished(
  runsDir: string,
  id: string | null,
): Promise<OptimizationResult | null> {
  const all = existsSync(runsDir) ? readdirSync(runsDir).filter((name) => name !== LATEST) : [];
  const finished = all.filter((name) => existsSync(join(runsDir, name, "result.json"))).sort();
  const found = id === null ? finished.at(-1) : finished.find((name) => name === id);
  if (found !== undefined) {
    return await readJson(join(runsDir, found, "result.json"), OptimizationResult);
  }
  if (id === null) return null;
  throw new UsageError(
    all.includes(id)
      ? `Cannot show optimization ${id}: it is not finished`
      : `Cannot find optimization "${id}"${suggestion(id, finished)}`,
  );
}
