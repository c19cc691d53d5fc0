// The prompts that the service answers with: a folder of YAML files, taken up again when it changes,
// but only as a whole, and only if every prompt renders to the bytes that it recorded. One that records
// none can start, with a warning, but takes the place of none that did.

import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { BUILTIN_PROMPTS } from "../analyzer/builtin_prompts.ts";
import { parsePromptTemplate, type PromptTemplate } from "../analyzer/prompt.ts";
import type { Clock } from "../analyzer/retry.ts";
import { templateHash } from "../analyzer/render.ts";
import { verifyPrompt } from "../analyzer/verify.ts";
import { messageOf, systemFault, UsageError } from "../errors.ts";
import { suggestion } from "../faults.ts";
import type { ServiceLog } from "./service_log.ts";

/** A prompt as `/prompts` shows it, and its template. */
export interface ServicePrompt {
  readonly template: PromptTemplate;
  readonly template_hash: string;
  /** `unrecorded`: it holds no hashes of what it renders to, so nothing could be compared. */
  readonly verdict: "verified" | "unrecorded";
}

export interface PromptSet {
  /** Sorted by id. */
  readonly all: readonly ServicePrompt[];
  /** The one that answers. */
  readonly active: ServicePrompt;
  /** Why the files as they stand now are not taken up; `null` when they are these. */
  readonly fault: string | null;
}

export interface PromptsOptions {
  /** `null` for the prompts inside the binary, which never change. */
  readonly folder: string | null;
  /** The id of the prompt that answers. */
  readonly id: string;
  /** Refuses an active prompt that cannot be used here. @throws {UsageError} */
  readonly check: (template: PromptTemplate) => void;
  readonly clock: Pick<Clock, "monotonic">;
  readonly log: ServiceLog;
}

export interface Prompts {
  /** The prompts as the folder holds them, looked at a second ago at most. Never throws. */
  current(): PromptSet;
}

const LOOK_EVERY_MS = 1000;

/**
 * Reads the prompts.
 *
 * @throws {UsageError} when the folder cannot be read, a prompt is broken or sends something else
 * than it recorded, or none has the id
 */
export function openPrompts(options: PromptsOptions): Prompts {
  const { folder, clock, log } = options;
  // Taken before the files are read: one that changes meanwhile is seen at the next look.
  let stamp = folder === null ? "" : stampOf(folder);
  let set = readSet(options);
  let looked = clock.monotonic();
  warnUnrecorded(set, log);

  function look(from: string): void {
    const found = stampOf(from);
    if (found === stamp) return;
    stamp = found;
    try {
      const before = set;
      const found = readSet(options);
      refuseUnrecorded(before, found);
      set = found;
      log("info", "prompts taken up", identity(set.active));
      if (before.active.template_hash !== set.active.template_hash) warnUnrecorded(set, log);
    } catch (error) {
      const fault = messageOf(error);
      set = { ...set, fault };
      log("error", "prompts not taken up, the old ones stay", { error: fault });
    }
  }

  return {
    current() {
      if (folder !== null && clock.monotonic() - looked >= LOOK_EVERY_MS) {
        looked = clock.monotonic();
        look(folder);
      }
      return set;
    },
  };
}

function readSet({ folder, id, check }: PromptsOptions): PromptSet {
  const texts = folder === null
    ? [...BUILTIN_PROMPTS].map(([name, text]) => [`${name}.yaml`, text] as const)
    : readTexts(folder);
  const all = texts.map(([file, text]) => readPrompt(file, text))
    .sort((a, b) => a.template.id < b.template.id ? -1 : 1);
  const active = all.find(({ template }) => template.id === id);
  if (active === undefined) {
    const where = folder === null ? "inside the program" : `in ${folder}`;
    throw new UsageError(
      `Cannot use prompt "${id}": it is not ${where}${
        suggestion(id, all.map(({ template }) => template.id))
      }`,
      {
        hint:
          "LOG_ANALYZER_ANALYZE_PROMPT_ID names the prompt, LOG_ANALYZER_PROMPTS_DIR its folder",
      },
    );
  }
  check(active.template);
  return { all, active, fault: null };
}

/** @throws {UsageError} when a prompt that was verified holds nothing any more to verify it by */
function refuseUnrecorded(before: PromptSet, found: PromptSet): void {
  for (const { template: { id }, verdict } of found.all) {
    const old = before.all.find(({ template }) => template.id === id);
    if (verdict === "verified" || old?.verdict !== "verified") continue;
    throw new UsageError(
      `Cannot use prompt "${id}": it holds no hashes of what it renders to, as it did before`,
      { hint: "record them under provenance: logeval prompt verify --json prints them" },
    );
  }
}

function readPrompt(file: string, text: string): ServicePrompt {
  const { template } = parsePromptTemplate(text, file);
  const { verdict, mismatches } = verifyPrompt(template);
  if (verdict === "changed") {
    throw new UsageError(
      `Cannot use prompt ${file}: it sends something else than what was measured (${
        mismatches.map(({ input }) => input).join(", ")
      })`,
      { hint: `see: logeval prompt verify ${file}` },
    );
  }
  return { template, template_hash: templateHash(template), verdict };
}

function readTexts(folder: string) {
  try {
    return yamlFiles(folder).map((file) =>
      [file, readFileSync(join(folder, file), "utf8").replace(/^\uFEFF/, "")] as const
    );
  } catch (cause) {
    throw new UsageError(`Cannot read the prompts in ${folder}: ${systemFault(cause)}`, {
      cause,
      hint: "LOG_ANALYZER_PROMPTS_DIR names the folder",
    });
  }
}

// A mounted ConfigMap holds its own names, which start with a dot, beside the files.
function yamlFiles(folder: string): string[] {
  return readdirSync(folder).filter((file) => /^[^.].*\.ya?ml$/.test(file)).sort();
}

/**
 * Another text whenever a file comes, goes, changes or is another one. By the files' real paths: a
 * ConfigMap's files are links through a folder that is itself a link, and an update changes only that.
 */
function stampOf(folder: string): string {
  try {
    return yamlFiles(folder).map((file) => {
      const path = realpathSync(join(folder, file));
      const { size, mtimeMs, ctimeMs, ino } = statSync(path);
      return [path, size, mtimeMs, ctimeMs, ino].join("|");
    }).join("\n");
  } catch (error) {
    return `unreadable: ${systemFault(error)}`;
  }
}

function warnUnrecorded({ active }: PromptSet, log: ServiceLog): void {
  if (active.verdict === "verified") return;
  log("warning", "the prompt holds no hashes of what it renders to: not verified", {
    ...identity(active),
  });
}

function identity({ template, template_hash, verdict }: ServicePrompt) {
  return { prompt: template.id, template_hash, verdict };
}
