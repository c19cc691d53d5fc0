// Whether a run may go on: it may when the calls still to be made are the calls that it was started
// with. How fast they are made (concurrency, retries, time limits) may change.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../errors.ts";
import type { RunConfig, SampleRecord } from "./run_files.ts";
import { lockFolder, writeWhole } from "./folder.ts";
import { openFolder, type RunFolder } from "./run_folder.ts";
import { readRecords, readRunConfig } from "./run_reader.ts";
import { repeatCommand } from "./run_terms.ts";

/** A setting that is no longer what it was. */
export interface Difference {
  /** What changed, in a word or two: `prompt`, `dataset`, … */
  readonly what: string;
  readonly then: string;
  readonly now: string;
}

/**
 * Takes a run up again, if today's settings are those it was started with.
 *
 * @throws {UsageError} naming everything that changed; the folder is left as it is
 */
export async function resumeRunFolder(
  path: string,
  now: Omit<RunConfig, "run_id">,
): Promise<RunFolder> {
  const then = await readRunConfig(path);
  const changed = differences(then, now);
  if (changed.length === 0) return await reopenRunFolder(path);
  const lines = changed.map(({ what, then, now }) =>
    `  ${what}: then ${clip(then)}  now ${clip(now)}`
  );
  const names = changed.map(({ what }) => what).join(", ");
  throw new UsageError(
    `Cannot resume ${then.run_id}: changed since: ${names}\n${lines.join("\n")}`,
    { hint: `start afresh: ${repeatCommand({ ...now, run_id: "" })}` },
  );
}

/**
 * Takes a run up again: drops a torn last line and the records of failed samples, which are asked
 * again.
 *
 * @throws {DataError} when config.json or an inner line of results.jsonl cannot be read
 * @throws {UsageError} when another process is at work in the folder
 */
export async function reopenRunFolder(path: string): Promise<RunFolder> {
  const config = await readRunConfig(path);
  // Locked before it is read: what another process may still append would be lost.
  const lock = lockFolder(path);
  try {
    const file = join(path, "results.jsonl");
    const { records, torn } = existsSync(file)
      ? await readRecords(file)
      : { records: [], torn: false };
    const kept = firstOfEach(records.filter((record) => record.outcome !== "failed"));
    if (torn || kept.length < records.length) {
      writeWhole(file, kept.map((record) => `${JSON.stringify(record)}\n`).join(""));
    }
    return openFolder(path, config, kept, lock);
  } catch (error) {
    lock.close();
    throw error;
  }
}

/** What differs between a stored run's settings and those of today, empty when it may go on. */
export function differences(
  then: RunConfig,
  now: Omit<RunConfig, "run_id">,
): Difference[] {
  const found: Difference[] = [];
  const compare = (what: string, pick: (config: Omit<RunConfig, "run_id">) => unknown) => {
    const [before, after] = [text(pick(then)), text(pick(now))];
    if (before !== after) found.push({ what, then: before, now: after });
  };
  compare("experiment", (config) => config.experiment_id);
  compare("dataset", (config) => config.dataset.hash);
  compare("--limit", (config) => config.execution.limit);
  compare("prompt", (config) => config.prompt.template_hash);
  compare("labels", (config) => config.dataset.labels_hash);
  compare("model provider", (config) => config.model.provider);
  compare("model endpoint", (config) => config.model.endpoint);
  compare("model name", (config) => config.model.name);
  compare("model on the server", (config) => config.model.fingerprint.model);
  compare("server build", (config) => config.model.fingerprint.build);
  for (const setting of Object.keys(then.llm_config) as (keyof RunConfig["llm_config"])[]) {
    compare(`llm_config.${setting}`, (config) => config.llm_config[setting]);
  }
  compare("--repeats", (config) => config.execution.repeats);
  compare("execution.seed", (config) => config.execution.seed);
  compare("metric version", (config) => config.versions.metric);
  return found;
}

function text(value: unknown): string {
  if (value === null) return "none";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function firstOfEach(records: readonly SampleRecord[]): SampleRecord[] {
  const seen = new Set<string>();
  return records.filter(({ id, repeat }) => {
    const key = `${id} ${repeat}`;
    return !seen.has(key) && seen.add(key);
  });
}

function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
