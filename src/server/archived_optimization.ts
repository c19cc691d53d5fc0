// One optimization's folder -> what the lists show of it, kept until one of its files changes.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "../errors.ts";
import { readText } from "../harness/read_text.ts";
import { readJson } from "../harness/run_reader.ts";
import { OptimizationConfig, OptimizationResult } from "../optimizer/optimization_files.ts";
import { type PlannedStage, planSearch } from "../optimizer/plan.ts";
import { fileState, isAtWork, isOwnFolder, stampOf } from "./folder_state.ts";
import { followSearch, type SearchProgress } from "./progress.ts";

export const OPTIMIZATION_STATUS = ["complete", "running", "unfinished", "unreadable"] as const;
export type OptimizationStatus = typeof OPTIMIZATION_STATUS[number];

/** An optimization as the lists know it; numbers unrounded, unknown null. */
export interface ArchivedOptimization {
  /** Name of its folder. */
  readonly run_id: string;
  /** Absolute path. */
  readonly path: string;
  readonly status: OptimizationStatus;
  readonly progress: SearchProgress;
  /** `null` when config.json cannot be read. */
  readonly facts: OptimizationFacts | null;
  /** Another one whenever a file of the folder is. */
  readonly stamp: string;
  /** Reads how far it is by now. */
  readonly follow: ReturnType<typeof followSearch>;
}

/** What config.json and result.json say. */
export interface OptimizationFacts {
  readonly experiment_id: string;
  /** ISO 8601, UTC. */
  readonly started_at: string;
  readonly method: string;
  /** Calls that the search may make. */
  readonly budget: number;
  /** Calls of all phases when the budget is used up. */
  readonly calls: number;
  /** Stages of the search. */
  readonly planned: readonly PlannedStage[];
  readonly result: WinnerFacts | null;
  /** Whether result.json is there but cannot be read. */
  readonly torn: boolean;
}

/** What was found; the gain is the confirmed one. */
export interface WinnerFacts {
  readonly winner: string;
  readonly gain: number | null;
  readonly gain_low: number | null;
  readonly gain_high: number | null;
  readonly p: number | null;
  readonly verdict: string;
  /** The prompt that it was promoted to, relative to the project. */
  readonly promoted: string | null;
}

/** What is wrong with an optimization's files; `null` for nothing that was seen. */
export function optimizationDamage({ facts, progress }: ArchivedOptimization): string | null {
  if (facts === null) return "config.json cannot be read";
  if (facts.torn) return "result.json or winner.yaml cannot be read";
  return progress.bad === null
    ? null
    : `trials.jsonl cannot be read: line ${progress.bad} is not a call's record`;
}

/** config.json and, of a finished one, result.json. */
export interface OptimizationFiles {
  readonly config: OptimizationConfig;
  readonly result: OptimizationResult | null;
  /** winner.yaml as it is; `null` without it. */
  readonly winner: string | null;
}

/** @throws {DataError} when one of them is there and cannot be read */
export async function readOptimization(path: string): Promise<OptimizationFiles> {
  const file = join(path, "result.json");
  const winner = "winner.yaml";
  return {
    config: await readJson(join(path, "config.json"), OptimizationConfig),
    result: existsSync(file) ? await readJson(file, OptimizationResult) : null,
    winner: fileState(path, winner) === null ? null : await readText(join(path, winner), winner),
  };
}

/**
 * Looks at an optimization's folder.
 *
 * @param before what the last look found; it is given back itself when nothing changed
 * @param now epoch milliseconds
 * @returns `null` for a folder that is none: a link, without config.json, a copy
 */
export async function lookAtOptimization(
  dir: string,
  name: string,
  before: ArchivedOptimization | undefined,
  now: number,
): Promise<ArchivedOptimization | null> {
  const path = join(dir, name);
  if (!isOwnFolder(path)) return null;
  const [config, trials, result] = ["config.json", "trials.jsonl", "result.json"]
    .map((file) => fileState(path, file));
  if (!config) return null;
  const stamp = stampOf([config, trials ?? null, result ?? null]);
  const facts = before && sameBut(before.stamp, stamp) ? before.facts : await factsOf(name, path);
  if (facts === "copy") return null;
  const status = facts === null || facts.torn
    ? "unreadable"
    : facts.result
    ? "complete"
    : isAtWork(path, [config, trials ?? null], now)
    ? "running"
    : "unfinished";
  if (before?.stamp === stamp && before.status === status) return before;
  const follow = before?.follow ?? followSearch(path);
  return {
    run_id: name,
    path,
    status,
    progress: follow(facts?.planned ?? []),
    facts,
    stamp,
    follow,
  };
}

/** Whether two stamps differ by the trials alone. */
function sameBut(a: string, b: string): boolean {
  const [configA, , resultA] = a.split(" ");
  const [configB, , resultB] = b.split(" ");
  return configA === configB && resultA === resultB;
}

async function factsOf(name: string, path: string): Promise<OptimizationFacts | "copy" | null> {
  const config = await orNull(readJson(join(path, "config.json"), OptimizationConfig));
  if (config === null) return null;
  if (config.run_id !== name) return "copy";
  const read = await orNull(readOptimization(path));
  const { search, validation, confirmation } = config;
  return {
    experiment_id: config.experiment_id,
    started_at: config.started_at,
    method: search.method,
    budget: search.budget,
    calls: validation.n + search.budget + 2 * confirmation.ids.length,
    planned: planned(config),
    result: read?.result ? winnerFacts(read.result) : null,
    torn: read === null,
  };
}

function planned({ search, space, validation }: OptimizationConfig): PlannedStage[] {
  const size = { candidates: space.candidates, samples: validation.n, budget: search.budget };
  return Math.min(...Object.values(size)) < 1 ? [] : planSearch(search.method, size);
}

function winnerFacts({ winner, promoted }: OptimizationResult): WinnerFacts {
  const { difference, ci95, p, verdict } = winner.confirmation;
  return {
    winner: winner.candidate,
    gain: difference,
    gain_low: ci95?.[0] ?? null,
    gain_high: ci95?.[1] ?? null,
    p,
    verdict,
    promoted: promoted?.prompt ?? null,
  };
}

async function orNull<T>(read: Promise<T>): Promise<T | null> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof DataError) return null;
    throw error;
  }
}
