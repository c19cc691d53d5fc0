// The prompt folder as a ConfigMap mounts it: files are links through `..data`, itself a link that an
// update swaps.

import assert from "node:assert/strict";
import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parsePromptTemplate } from "../analyzer/prompt.ts";
import { renderPromptYaml } from "../analyzer/prompt_yaml.ts";
import { renderedHashes } from "../analyzer/verify.ts";
import { UsageError } from "../errors.ts";
import { scriptedClock } from "../testing/scripted_clock.ts";
import { startService } from "../testing/service_fixtures.ts";
import { openPrompts, type Prompts } from "./prompts.ts";

const PLAIN = (text: string, id = "short") =>
  `id: ${id}\nversion: 1\ninputs: {required: [logs]}\nuser: '${text} {{ logs }}'\n`;

/** A prompt that records what it renders to. */
function recorded(text: string, id = "short"): string {
  const { template } = parsePromptTemplate(PLAIN(text, id), `${id}.yaml`);
  const provenance = {
    few_shot: [],
    search: [],
    templates: [],
    rendered: renderedHashes(template),
  };
  return renderPromptYaml({ ...template, provenance });
}

/** One whose text was changed after it was recorded. */
const TAMPERED = recorded("Why?").replace("Why?", "Who?");

/** A folder that is written as the kubelet writes a ConfigMap's volume. */
function configMap(files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), "logeval-prompts-"));
  let version = 0;
  const swap = (files: Readonly<Record<string, string>>) => {
    const data = `..2026_01_09_14_00_0${++version}.123456789`;
    mkdirSync(join(folder, data));
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(folder, data, name), text);
    }
    symlinkSync(data, join(folder, "..data_tmp"));
    renameSync(join(folder, "..data_tmp"), join(folder, "..data"));
    for (const name of Object.keys(files)) {
      try {
        symlinkSync(join("..data", name), join(folder, name));
      } catch {
        // The link of the version before leads to the new file.
      }
    }
    if (version > 1) {
      rmSync(join(folder, data.replace(/\d\./, `${version - 1}.`)), { recursive: true });
    }
  };
  swap(files);
  return { folder, swap, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

function opened(folder: string | null, id = "short") {
  const clock = scriptedClock();
  const lines: string[] = [];
  const prompts = openPrompts({
    folder,
    id,
    check: ({ user }) => {
      if (user.startsWith("Unfit")) throw new UsageError("Cannot use it here");
    },
    clock,
    log: (level, message) => void lines.push(`${level}: ${message}`),
  });
  const later = () => {
    clock.advance(1000);
    return userOf(prompts);
  };
  return { prompts, clock, lines, later };
}

function userOf(prompts: Prompts): string {
  return prompts.current().active.template.user.trim();
}

const UNRECORDED = "warning: the prompt holds no hashes of what it renders to: not verified";

Deno.test("a ConfigMap's update is taken up, looked for once a second", () => {
  using map = configMap({ "short.yaml": recorded("Why?") });
  const { prompts, clock, lines, later } = opened(map.folder);
  const before = prompts.current();
  assert.deepEqual([before.active.verdict, before.fault, lines], ["verified", null, []]);
  map.swap({ "short.yaml": recorded("How?") });
  clock.advance(999);
  assert.equal(userOf(prompts), "Why? {{ logs }}");
  clock.advance(1);
  assert.equal(userOf(prompts), "How? {{ logs }}");
  assert.notEqual(prompts.current().active.template_hash, before.active.template_hash);
  assert.deepEqual(lines, ["info: prompts taken up"]);
  assert.equal(later(), "How? {{ logs }}");
  assert.equal(lines.length, 1);
});

const REFUSED: readonly {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly fault: RegExp;
  /** Whether a start takes it, with a warning. */
  readonly startsWith?: boolean;
}[] = [
  {
    name: "one that does not verify",
    files: { "short.yaml": TAMPERED },
    fault: /^Cannot use prompt short\.yaml: it sends something else .*one_line/,
  },
  {
    name: "one that is no prompt",
    files: { "short.yaml": "id: short\nversion: 1\nuser: '{{ what }}'\n" },
    fault: /what/,
  },
  { name: "half a file", files: { "short.yaml": "id: short\nuser: '" }, fault: /short\.yaml/ },
  {
    name: "one that cannot be used here",
    files: { "short.yaml": PLAIN("Unfit") },
    fault: /^Cannot use it here/,
  },
  {
    name: "a good one beside a broken one",
    files: { "short.yaml": recorded("How?"), "other.yaml": "id: else\nuser: x\n" },
    fault: /other\.yaml/,
  },
  {
    name: "one that records nothing any more",
    files: { "short.yaml": PLAIN("How?") },
    fault: /^Cannot use prompt "short": it holds no hashes of what it renders to/,
    startsWith: true,
  },
  {
    name: "others than the one that answers",
    files: { "shorter.yaml": PLAIN("Hm?", "shorter") },
    fault: /^Cannot (use prompt "short"|read)/,
  },
];

for (const { name, files, fault, startsWith } of REFUSED) {
  Deno.test(`${name} is not taken up, and said once; the next good one is`, () => {
    using map = configMap({ "short.yaml": recorded("Why?") });
    const { prompts, lines, later } = opened(map.folder);
    map.swap(files);
    assert.equal(later(), "Why? {{ logs }}");
    assert.match(prompts.current().fault ?? "", fault);
    later();
    assert.deepEqual(lines, ["error: prompts not taken up, the old ones stay"]);
    map.swap({ "short.yaml": recorded("Then?"), "other.yaml": PLAIN("x", "other") });
    if (files["shorter.yaml"] !== undefined) unlinkSync(join(map.folder, "shorter.yaml"));
    assert.equal(later(), "Then? {{ logs }}");
    assert.equal(prompts.current().fault, null);
    assert.deepEqual(lines.slice(1), ["info: prompts taken up"]);
    assert.deepEqual(prompts.current().all.map(({ template }) => template.id), ["other", "short"]);
  });

  if (startsWith) continue;
  Deno.test(`a start with ${name} fails`, () => {
    using map = configMap(files);
    assert.throws(() => opened(map.folder), { name: "UsageError", message: fault });
  });
}

Deno.test("the metrics say while a change is refused", async () => {
  using map = configMap({ "short.yaml": recorded("Why?") });
  const { prompts, clock } = opened(map.folder);
  await using service = startService({ prompts });
  const seen: (string | undefined)[] = [];
  for (const text of [recorded("Why?"), TAMPERED, recorded("How?")]) {
    map.swap({ "short.yaml": text });
    clock.advance(1000);
    const scraped = await (await fetch(`${service.url}/metrics`)).text();
    seen.push(/^log_analyzer_prompt_fault (.*)$/m.exec(scraped)?.[1]);
  }
  assert.deepEqual(seen, ["0", "1", "0"]);
});

Deno.test("a folder that goes away leaves the prompt; one that never was fails the start", () => {
  const map = configMap({ "short.yaml": recorded("Why?") });
  const { prompts, later } = opened(map.folder);
  map[Symbol.dispose]();
  assert.equal(later(), "Why? {{ logs }}");
  assert.match(prompts.current().fault ?? "", /^Cannot read the prompts in .*: it does not exist/);
  assert.throws(() => opened(map.folder), /^UsageError: Cannot read the prompts/);
});

Deno.test("a plain file that is written again in place is seen, also with the same length", () => {
  const folder = mkdtempSync(join(tmpdir(), "logeval-prompts-"));
  try {
    writeFileSync(join(folder, "short.yaml"), PLAIN("Why?"));
    writeFileSync(join(folder, "README.md"), "no prompt");
    const { lines, later } = opened(folder);
    assert.deepEqual(lines, [UNRECORDED]);
    writeFileSync(join(folder, "short.yaml"), PLAIN("How?"));
    assert.equal(later(), "How? {{ logs }}");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

Deno.test("without a folder the prompts of the program answer", () => {
  const { prompts, later } = opened(null, "k8s_log_analysis_v1");
  later();
  assert.equal(prompts.current().active.template.id, "k8s_log_analysis_v1");
  assert.equal(prompts.current().fault, null);
  assert.throws(
    () => opened(null, "k8s_log_analysis_v9"),
    /is not inside the program; did you mean k8s_log_analysis_v1\?/,
  );
});
