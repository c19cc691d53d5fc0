// The tags of a space's texts: which there may be, and what is wrong with those that are there.

import { tagOffsets, tagsOf } from "../analyzer/prompt_tags.ts";
import { type Fault, suggestion } from "../faults.ts";
import type { YamlSource } from "../yaml_source.ts";
import type { Dimension } from "./space.ts";

/** Inputs that become text when a candidate is made: the allowed labels with their definitions. */
export const LABEL_INPUTS: readonly string[] = [
  "root_causes",
  "severities",
  "components",
  "actions",
];

/** Inputs that a candidate keeps: the analyzer fills them at every call. */
export const CALL_INPUTS: readonly string[] = ["logs", "namespace", "time_range"];

export const INPUTS: readonly string[] = [...CALL_INPUTS, ...LABEL_INPUTS];

/** Characters of a tag that a message shows. */
const LONGEST_TAG = 60;

/**
 * What is wrong with the tags: in system and user one that is neither a dimension nor an input, no
 * `{{ logs }}`, allowed labels that not every candidate would hold, a dimension without a tag; in a level's text one that is no input.
 *
 * @param text the file's text
 */
export function tagFaults(
  dimensions: readonly Dimension[],
  text: string,
  yaml: YamlSource,
): Fault[] {
  const names = dimensions.map(({ name }) => name);
  const file = yaml.value as Record<string, unknown>;
  const found = new Set<string | null>();
  const faults: Fault[] = [];
  for (const field of ["system", "user"]) {
    const value = file[field];
    if (typeof value !== "string") continue;
    for (const { name } of tagsOf(value)) found.add(name);
    faults.push(...unknownTags(value, [field], [...INPUTS, ...names], text, yaml));
  }
  if (typeof file["user"] === "string" && !found.has("logs")) {
    faults.push({
      at: yaml.lineOf(["user"]),
      field: "user",
      message: "the model would never see the logs; add {{ logs }}",
    });
  }
  if (typeof file["user"] === "string") {
    for (const label of LABEL_INPUTS) {
      if (found.has(label) || dimensions.some((dimension) => isInEveryLevel(dimension, label))) {
        continue;
      }
      faults.push({
        at: yaml.lineOf(["system"]),
        field: "system",
        message: `the model would not be told the allowed labels; add {{ ${label} }}`,
      });
    }
  }
  for (const { name, levels } of dimensions) {
    if (!found.has(name)) {
      faults.push({
        at: yaml.lineOf(["dimensions", name]),
        field: `dimensions.${name}`,
        message: `stands in no text; add {{ ${name} }} to system or user`,
      });
    }
    for (const level of levels) {
      const path = ["dimensions", name, level.name, "text"];
      faults.push(...unknownTags(level.text, path, INPUTS, text, yaml, names));
    }
  }
  return faults;
}

function isInEveryLevel({ levels }: Dimension, label: string): boolean {
  return levels.length > 0 &&
    levels.every(({ text }) => tagsOf(text).some(({ name }) => name === label));
}

function unknownTags(
  value: string,
  path: readonly string[],
  allowed: readonly string[],
  text: string,
  yaml: YamlSource,
  dimensions: readonly string[] = [],
): Fault[] {
  const offsets = tagOffsets(text, yaml, path);
  return tagsOf(value).flatMap((tag, index): Fault[] => {
    if (tag.name !== null && allowed.includes(tag.name)) return [];
    const offset = offsets[index];
    const place = offset === undefined ? null : yaml.placeOf(offset);
    const shown = tag.text.replace(/\s+/g, " ").slice(0, LONGEST_TAG);
    return [{
      at: place ? `line ${place.line}, column ${place.column}` : yaml.lineOf(path),
      field: path.join("."),
      message: tag.name === null
        ? `${JSON.stringify(shown)} opens a tag that is never closed; add }}`
        : dimensions.includes(tag.name)
        ? `${shown} is a dimension; its tag may stand in system and user alone`
        : `${shown} is neither a dimension nor an input${suggestion(tag.name, allowed)}`,
    }];
  });
}
