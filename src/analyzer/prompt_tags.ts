// The tags of a prompt's texts: `{{ name }}`, and the names they may hold.

import { isNode } from "yaml";
import type { YamlSource } from "../yaml_source.ts";
import type { PromptTemplate } from "./prompt.ts";

/** A tag as it stands in a text. */
export interface Tag {
  readonly text: string;
  /** `null` when the tag is not closed. */
  readonly name: string | null;
}

/** All tags of a text, in their order. */
export function tagsOf(text: string): Tag[] {
  return [...text.matchAll(/\{\{([^]*?)(\}\}|$)/g)].map(([tag, inner = "", close]) => ({
    text: close === "" ? tag.slice(0, 20) : tag,
    name: close === "" ? null : inner.trim(),
  }));
}

/** Names of all inputs, required ones first. */
export function inputNames(template: PromptTemplate): string[] {
  return [...template.inputs.required, ...Object.keys(template.inputs.optional)];
}

/**
 * Where the tags of a text begin in its YAML source, as character offsets: the n-th tag is the n-th
 * `{{` there, whatever the quoting and indentation.
 */
export function tagOffsets(
  text: string,
  source: YamlSource,
  path: readonly PropertyKey[],
): number[] {
  const node = source.document.getIn(path, true);
  const [start, end] = (isNode(node) ? node.range : null) ?? [0, 0];
  return [...text.slice(start, end).matchAll(/\{\{/g)].map((match) => start + match.index);
}
