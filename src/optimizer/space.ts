// space.yaml -> the space of prompts that a search goes through, or one error that lists all its
// faults. Reads no other file.

import * as z from "zod";
import { type SamplingLayer, SamplingSettings } from "../analyzer/sampling.ts";
import { UsageError } from "../errors.ts";
import { describeFaults, type Fault, faultsOf } from "../faults.ts";
import { parseYaml, type YamlSource } from "../yaml_source.ts";
import { ANSWER_FORMS, type AnswerForm } from "./example_text.ts";
import { EXAMPLE_KINDS, type ExampleCount } from "./few_shot.ts";
import { tidy } from "./fill_text.ts";
import { dimensionFaults } from "./space_faults.ts";
import { tagFaults } from "./space_tags.ts";

const LevelFile = z.strictObject({
  description: z.string().default(""),
  text: z.string().default(""),
  examples: z.array(z.strictObject({ kind: z.enum(EXAMPLE_KINDS), count: z.int().min(1) }))
    .default([]),
  max_tokens: z.int().min(1).optional(),
  response_format: z.enum(["text", "json_object", "json_schema"]).optional(),
  answer: z.enum(ANSWER_FORMS).optional(),
});

const SpaceFile = z.strictObject({
  id: z.string().regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
    "is not a name of letters, digits, '.', '_' and '-' (at most 100)",
  ),
  version: z.union([z.string(), z.number()], { error: "is not text or a number" })
    .transform(String),
  description: z.string().default(""),
  model_defaults: SamplingSettings.default({}),
  system: z.string().default(""),
  user: z.string().min(1),
  dimensions: z.unknown().optional(), // read one by one, so that a faulty level hides no other fault
});

/** One way to fill a dimension. */
export interface Level {
  readonly name: string;
  /** Where it stands: file and line, for messages. */
  readonly place: string;
  readonly description: string;
  /** What its dimension's tag stands for, examples not yet behind it; "" for nothing. */
  readonly text: string;
  readonly examples: readonly ExampleCount[];
  /** What an answer needs; the largest of a candidate's levels counts. */
  readonly max_tokens: number | null;
  readonly response_format: "text" | "json_object" | "json_schema" | null;
  /** How examples write their answer. */
  readonly answer: AnswerForm | null;
}

/** A part of the prompt that varies. */
export interface Dimension {
  /** Also the name of its tag. */
  readonly name: string;
  /** In the order of the file, at least one. */
  readonly levels: readonly Level[];
}

/** All prompts of which a search may try some. */
export interface SearchSpace {
  readonly id: string;
  readonly version: string;
  readonly description: string;
  readonly model_defaults: SamplingLayer;
  /** Message texts with tags of dimensions and inputs. */
  readonly system: string;
  readonly user: string;
  /** In the order of the file, at least one. */
  readonly dimensions: readonly Dimension[];
}

/**
 * Reads a search space's YAML text.
 *
 * @param name the file's name for messages
 * @throws {UsageError} with every fault and its line
 */
export function parseSpace(text: string, name: string): SearchSpace {
  const yaml = parseYaml(text, name);
  if (!isMapping(yaml.value)) {
    const fault = yaml.value === null ? "is empty" : "is not a mapping";
    throw new UsageError(describeFaults(`Cannot use ${name}`, [{
      at: 1,
      field: "the file",
      message: `${fault}; a space has id, version, system, user and dimensions`,
    }]));
  }
  const head = SpaceFile.safeParse(yaml.value);
  const { dimensions, faults } = readDimensions(yaml, name);
  if (!head.success) faults.push(...faultsOf(head.error, SpaceFile, yaml.value, yaml.lineOf));
  faults.push(...dimensionFaults(dimensions, yaml), ...tagFaults(dimensions, text, yaml));
  if (head.success && faults.length === 0) return { ...head.data, dimensions };
  // What is missing at the top has no line of its own.
  const placed = faults.map((fault) => ({ ...fault, at: fault.at ?? 1 }))
    .sort((a, b) => lineNumber(a) - lineNumber(b));
  throw new UsageError(describeFaults(`Cannot use ${name}`, placed));
}

/** The dimensions with those of their levels that can be read, so that these are checked as well. */
function readDimensions(
  yaml: YamlSource,
  fileName: string,
): { dimensions: Dimension[]; faults: Fault[] } {
  const faults: Fault[] = [];
  const { dimensions: file } = yaml.value as { dimensions?: unknown };
  const named = Object.entries(isMapping(file) ? file : {});
  if (named.length === 0) {
    faults.push({
      at: yaml.lineOf(["dimensions"]),
      field: "dimensions",
      message: isMapping(file) || file === undefined || file === null
        ? "there is none; add one, such as instruction: {plain: {text: …}}"
        : "is not a mapping of dimensions; write them as NAME: {LEVEL: {text: …}}",
    });
  }
  const dimensions = named.map(([name, value]) => {
    const levels = Object.entries(isMapping(value) ? value : {});
    if (levels.length === 0) {
      faults.push({
        at: yaml.lineOf(["dimensions", name]),
        field: `dimensions.${name}`,
        message: isMapping(value) || value === null
          ? "has no level; add one, such as none: {}"
          : "is not a mapping of levels; write them as NAME: {text: …}",
      });
    }
    return {
      name,
      levels: levels.flatMap(([level, fields]) => {
        // `none:` alone means an empty level.
        const parsed = LevelFile.safeParse(fields ?? {});
        if (parsed.success) {
          const place = `${fileName} line ${yaml.lineOf(["dimensions", name, level])}`;
          return [levelOf(level, place, parsed.data)];
        }
        faults.push(...levelFaults(parsed.error, fields, ["dimensions", name, level], yaml));
        return [];
      }),
    };
  });
  return { dimensions, faults };
}

function levelOf(name: string, place: string, file: z.output<typeof LevelFile>): Level {
  return {
    name,
    place,
    description: file.description,
    text: tidy(file.text),
    examples: file.examples,
    max_tokens: file.max_tokens ?? null,
    response_format: file.response_format ?? null,
    answer: file.answer ?? null,
  };
}

function levelFaults(
  error: z.ZodError,
  value: unknown,
  path: readonly string[],
  yaml: YamlSource,
): Fault[] {
  return faultsOf(error, LevelFile, value, (inner) => yaml.lineOf([...path, ...inner]))
    .map((fault) =>
      fault.field === "the file"
        ? {
          at: yaml.lineOf(path),
          field: path.join("."),
          message: "is not a level; write it as NAME: {text: …}",
        }
        : { ...fault, field: `${path.join(".")}.${fault.field}` }
    );
}

function lineNumber({ at }: Fault): number {
  return Number(/\d+/.exec(String(at))?.[0] ?? 0);
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
