// What is wrong with the dimensions of a space, taken together: names, levels that contradict each
// other or are the same, too many candidates.

import type { Fault } from "../faults.ts";
import type { YamlSource } from "../yaml_source.ts";
import type { Dimension, Level } from "./space.ts";
import { INPUTS } from "./space_tags.ts";

const MOST_CANDIDATES = 10_000;

/** Fields that a candidate can have from one level only. */
const SINGLE_FIELDS = ["examples", "response_format", "answer"] as const;

/** The faults of all dimensions, each with the line of its field. */
export function dimensionFaults(dimensions: readonly Dimension[], yaml: YamlSource): Fault[] {
  const faults = dimensions.flatMap((dimension) => [
    ...nameFaults(dimension, yaml),
    ...twinFaults(dimension, yaml),
  ]);
  faults.push(...formFaults(dimensions, yaml));
  faults.push(...SINGLE_FIELDS.flatMap((field) => conflictFaults(field, dimensions, yaml)));
  const candidates = dimensions.reduce((product, { levels }) => product * levels.length, 1);
  if (candidates > MOST_CANDIDATES) {
    faults.push(faultAt(
      ["dimensions"],
      `${count(candidates)} candidates are more than ${count(MOST_CANDIDATES)}; ` +
        "take out levels or a dimension",
      yaml,
    ));
  }
  return faults;
}

function nameFaults({ name, levels }: Dimension, yaml: YamlSource): Fault[] {
  const faults: Fault[] = [];
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    faults.push(faultAt(
      ["dimensions", name],
      `${JSON.stringify(name)} cannot be a tag; use letters, digits and _, a letter first`,
      yaml,
    ));
  }
  if (INPUTS.includes(name)) {
    faults.push(faultAt(
      ["dimensions", name],
      "is the name of an input; give the dimension another name",
      yaml,
    ));
  }
  for (const level of levels) {
    // A number would also lose its place among the levels.
    if (/^[A-Za-z][A-Za-z0-9_-]*$/.test(level.name)) continue;
    faults.push(faultAt(
      ["dimensions", name, level.name],
      `${JSON.stringify(level.name)} cannot stand in a candidate's id; ` +
        "use letters, digits, _ and -, a letter first",
      yaml,
    ));
  }
  return faults;
}

function twinFaults({ name, levels }: Dimension, yaml: YamlSource): Fault[] {
  const contents = levels.map(({ name: _, description: __, place: ___, ...content }) =>
    JSON.stringify(content)
  );
  return levels.flatMap((level, at) => {
    const twin = levels[contents.indexOf(contents[at]!)]!;
    if (twin === level) return [];
    const line = yaml.lineOf(["dimensions", name, twin.name]);
    return [faultAt(
      ["dimensions", name, level.name],
      `says the same as ${name}.${twin.name} (line ${line}); change or take out one of them`,
      yaml,
    )];
  });
}

/** Levels that write examples in lines, where the same candidate may have its JSON enforced. */
function formFaults(dimensions: readonly Dimension[], yaml: YamlSource): Fault[] {
  const all = dimensions.flatMap(({ name, levels }) => levels.map((level) => ({ name, level })));
  const enforcing = all.filter(({ level }) => (level.response_format ?? "text") !== "text");
  return all.filter(({ level }) => level.answer === "lines").flatMap(({ name, level }) => {
    const other = enforcing.find((entry) => entry.level === level || entry.name !== name);
    if (other === undefined) return [];
    const format = other.level.response_format;
    const line = yaml.lineOf(["dimensions", other.name, other.level.name, "response_format"]);
    return [faultAt(
      ["dimensions", name, level.name, "answer"],
      other.level === level
        ? `examples would show lines where the server enforces ${format}; use json`
        : `examples would show lines where ${other.name}.${other.level.name} enforces ${format} ` +
          `(line ${line}); set both in one dimension`,
      yaml,
    )];
  });
}

function conflictFaults(
  field: (typeof SINGLE_FIELDS)[number],
  dimensions: readonly Dimension[],
  yaml: YamlSource,
): Fault[] {
  const setters = dimensions.flatMap(({ name, levels }) => {
    const level = levels.find((candidate) => sets(candidate, field));
    return level ? [["dimensions", name, level.name, field]] : [];
  });
  const [first, ...others] = setters;
  return others.map((path) =>
    faultAt(
      path,
      `${first!.slice(1).join(".")} sets it too (line ${yaml.lineOf(first!)}); ` +
        "set it in one dimension alone",
      yaml,
    )
  );
}

function sets(level: Level, field: (typeof SINGLE_FIELDS)[number]): boolean {
  return field === "examples" ? level.examples.length > 0 : level[field] !== null;
}

function faultAt(path: readonly string[], message: string, yaml: YamlSource): Fault {
  return { at: yaml.lineOf(path), field: path.join("."), message };
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
