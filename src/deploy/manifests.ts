// A kustomization -> the manifests it lists, as far as the tests need it: resources, folders of
// further kustomizations, ConfigMaps made of files. A listed file that is not there is an error.

import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { parse, parseAllDocuments } from "yaml";

/** A Kubernetes object as its YAML says. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  // deno-lint-ignore no-explicit-any
  readonly spec?: any;
}

export interface Kustomized {
  readonly manifests: readonly Manifest[];
  /** Text by file name (`file` ConfigMaps) or value by variable (`env` ones), by ConfigMap name. */
  readonly configMaps: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Image tags that it sets, by image. */
  readonly tags: Readonly<Record<string, string>>;
}

interface Kustomization {
  readonly resources?: readonly string[];
  readonly configMapGenerator?: readonly {
    readonly name: string;
    readonly files?: readonly string[];
    readonly envs?: readonly string[];
  }[];
  readonly images?: readonly { readonly name: string; readonly newTag: string }[];
}

export function loadKustomization(folder: string): Kustomized {
  const file = ["kustomization.yaml", "Kustomization"].map((name) => join(folder, name))
    .find(existsSync);
  const { resources = [], configMapGenerator = [], images = [] } = parse(
    readFileSync(file ?? join(folder, "kustomization.yaml"), "utf8"),
  ) as Kustomization;
  const listed = resources.map((path) => join(folder, path)).map((path) =>
    statSync(path).isDirectory()
      ? loadKustomization(path)
      : { manifests: readManifests(path), configMaps: {} }
  );
  const made = configMapGenerator.map(({ name, files = [], envs = [] }) => [
    name,
    Object.fromEntries([
      ...files.map((path) => [basename(path), readFileSync(join(folder, path), "utf8")]),
      ...envs.flatMap((path) => envEntries(readFileSync(join(folder, path), "utf8"))),
    ]),
  ]);
  return {
    manifests: listed.flatMap(({ manifests }) => manifests),
    configMaps: Object.assign({}, ...listed.map((one) => one.configMaps), Object.fromEntries(made)),
    tags: Object.fromEntries(images.map(({ name, newTag }) => [name, newTag])),
  };
}

/** All documents of a YAML text. */
export function manifestsOf(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

function readManifests(path: string): Manifest[] {
  return manifestsOf(readFileSync(path, "utf8"));
}

function envEntries(text: string): [string, string][] {
  return text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"))
    .map((line) => {
      const at = line.indexOf("=");
      return [line.slice(0, at), line.slice(at + 1)];
    });
}
