import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { hashOf } from "../hash.ts";
import { type ArchiveProject, archiveProject, RECORDS } from "../testing/archive_fixtures.ts";
import { testOptimizationResult } from "../testing/archive_fixtures.ts";
import { testConfig } from "../testing/run_fixtures.ts";
import { type Asked, askPanels } from "./ask_panels.ts";
import { dashboardFiles, DASHBOARDS_DIR } from "./files.ts";
import type { Column } from "./infinity.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const committed = (file: string) => readFileSync(`${ROOT}${DASHBOARDS_DIR}/${file}`, "utf8");

/** Two runs of `a` with another prompt each, a better `b`, a worse `c` that was broken off later. */
function filledProject(): ArchiveProject {
  const project = archiveProject();
  const { prompt } = testConfig();
  const changed = { ...prompt, template_hash: hashOf("another prompt") };
  project.addRun({ id: "20260109-143000-a" });
  project.addRun({ id: "20260110-143000-a", config: { prompt: changed } });
  project.addRun({
    id: "20260111-143000-b",
    records: RECORDS.map((record) => ({
      ...record,
      predicted: { ...record.expected },
      scores: { ...record.scores!, overall: 1, root_cause: 1 },
    })),
    metrics: { overall: { mean: 1, ci95: [0.9, 1] } },
  });
  project.addRun({
    id: "20260108-143000-c",
    metrics: { overall: { mean: 0.5, ci95: [0.2, 0.7] } },
  });
  project.addRun({
    id: "20260112-143000-c",
    metrics: { status: "partial", coverage: 0.5 },
  });
  const search = "20260113-143000-a";
  project.addOptimization(search, testOptimizationResult(search));
  return project;
}

async function askAll(project: ArchiveProject): Promise<Asked[]> {
  const handle = project.handler();
  return await askPanels(
    committed("logeval.json"),
    async (path) => await handle(new Request(`http://localhost:8090${path}`)),
  );
}

const IS: Readonly<Record<Column["type"], (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  boolean: (value) => typeof value === "boolean",
  timestamp: (value) => typeof value === "string" && /^\d{4}-\d\d-\d\dT.*Z$/.test(value),
};

Deno.test("the committed dashboards are what the program makes", () => {
  for (const [file, text] of Object.entries(dashboardFiles())) {
    assert.equal(committed(file), text, `${file} is old: deno task dashboards`);
  }
});

Deno.test("each query of the Infinity dashboard finds rows with its columns in their types", async () => {
  using project = filledProject();
  const asked = await askAll(project);
  assert.equal(asked.length, 24);
  for (const { title, target, path, rows, refusal } of asked) {
    assert.equal(refusal, null, `${title}: ${path} is refused`);
    assert.ok(rows.length > 0, `${title}: ${path} gives no row`);
    for (const { selector, type } of target.columns) {
      for (const row of rows) {
        assert.ok(Object.hasOwn(row, selector), `${title}: a row has no ${selector}`);
        const value = row[selector];
        assert.ok(value === null || IS[type](value), `${title}: ${selector} is ${value}`);
      }
      assert.ok(rows.some((row) => row[selector] !== null), `${title}: ${selector} is never there`);
    }
  }
  assert.deepEqual(project.reports, []);
});

Deno.test("without a run no query of experiments is refused or finds a row", async () => {
  using project = archiveProject();
  const asked = (await askAll(project)).filter(({ path }) => !path.includes("/optimizations/"));
  assert.equal(asked.filter(({ path }) => path.startsWith("/api/v1/compare?")).length, 4);
  for (const { title, rows, refusal } of asked) {
    assert.deepEqual([refusal, rows], [null, []], title);
  }
});

Deno.test("the panels hold the API's own values", async () => {
  using project = filledProject();
  const asked = await askAll(project);
  const rowsOf = (title: string) => {
    const found = asked.filter((panel) => panel.title === title);
    assert.equal(found.length, 1, title);
    return found[0]!.rows;
  };
  const column = (title: string, name: string) => rowsOf(title).map((row) => row[name]);

  assert.deepEqual(column("Leaderboard", "experiment_id").slice(0, 2), ["b", "a"]);
  assert.deepEqual(column("Leaderboard", "score_low").slice(0, 2), [0.9, 0.55]);
  assert.deepEqual(column("annotation Prompt changes", "time"), ["2026-01-10T14:30:00.000Z"]);
  assert.deepEqual(column("Score over time", "experiment_id"), ["c", "a", "a", "b"]);
  assert.equal(rowsOf("Score of a").length, 2);
  assert.deepEqual(column("Latency over time (dashed: p95)", "experiment_id"), [
    "c",
    "a",
    "a",
    "b",
  ]);
  assert.deepEqual(
    column("How often each root cause was named", "column").slice(0, 6),
    ["a", "a n", "b", "b n", "c", "c n"],
  );
  assert.deepEqual(
    column("How often each root cause was named", "value").slice(0, 4),
    [0.5, 2, 0.5, 2],
  );
  assert.deepEqual(column("Is b better than c?", "difference"), [0.2]);
  assert.deepEqual(column("Candidates still in, stage by stage", "candidates"), [2, 1]);
  assert.deepEqual(column("Optimizations", "gain"), [0.2]);
});

Deno.test("series come in the order of time, as Grafana asks for", async () => {
  using project = filledProject();
  const series = (await askAll(project)).filter(({ target }) => target.format === "timeseries");
  assert.equal(series.length, 3);
  for (const { title, target, rows } of series) {
    const time = target.columns.find(({ type }) => type === "timestamp")?.selector ?? "";
    const times = rows.map((row) => String(row[time]));
    assert.deepEqual(times, times.toSorted(), title);
  }
});

interface Placed {
  readonly id: number;
  readonly title: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
}

for (const file of ["logeval.json", "logeval-prometheus.json"]) {
  Deno.test(`${file}: panels have their own numbers and places`, () => {
    const { panels } = JSON.parse(committed(file)) as { panels: Placed[] };
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    const taken = new Map<string, string>();
    for (const { title, gridPos: { x, y, w, h } } of panels) {
      assert.ok(x + w <= 24, title);
      for (let place = 0; place < w * h; place++) {
        const at = `${x + place % w},${y + Math.floor(place / w)}`;
        assert.equal(taken.get(at), undefined, `${title} lies on another panel`);
        taken.set(at, title);
      }
    }
  });
}

Deno.test("each series of the Prometheus dashboard is in /metrics", async () => {
  using project = filledProject();
  const samples = samplesOf(await (await project.get("/metrics")).text());
  const expressions = [
    ...committed("logeval-prometheus.json").matchAll(/"expr": ("(?:[^"\\]|\\.)*")/g),
  ]
    .map(([, text]) => JSON.parse(text ?? "") as string);
  assert.equal(expressions.length, 21);
  for (const expression of expressions) {
    const selectors = [...expression.matchAll(/(logeval_\w+)(?:\{([^}]*)\})?/g)];
    assert.ok(selectors.length > 0, expression);
    for (const [selector, name, matchers = ""] of selectors) {
      const wanted = [...matchers.matchAll(/(\w+)(=~|!=|=)"([^"]*)"/g)];
      const found = samples.filter((sample) =>
        sample.name === name && wanted.every(([, label = "", operator, value]) => {
          const is = sample.labels.get(label);
          if (is === undefined || operator === "=~" || value?.startsWith("$")) {
            return is !== undefined;
          }
          return (is === value) === (operator === "=");
        })
      );
      assert.ok(found.length > 0, `/metrics has no ${selector}`);
      // No label that is grouped by may be missing, or Prometheus would put the series together.
      for (const [, by = ""] of expression.matchAll(/by \(([^)]*)\) \((\w+)/g)) {
        if (!expression.includes(`by (${by}) (${selector}`)) continue;
        for (const label of by.split(", ")) {
          assert.ok(found.every(({ labels }) => labels.has(label)), `${selector} has no ${label}`);
        }
      }
    }
  }
});

function samplesOf(text: string) {
  return [...text.matchAll(/^(logeval_\w+)(?:\{(.*)\})? /gm)].map(([, name = "", labels = ""]) => ({
    name,
    labels: new Map([...labels.matchAll(/(\w+)="([^"]*)"/g)]
      .map(([, label = "", value = ""]): [string, string] => [label, value])),
  }));
}

Deno.test("provisioning names what the dashboards ask for", () => {
  const { datasources } = parse(committed("datasources.yaml"));
  const helm = parse(committed("helm-values.yaml"));
  assert.deepEqual(helm.datasources["datasources.yaml"].datasources, [datasources[0]]);
  assert.ok(helm.plugins.includes(datasources[0].type));
  for (
    const [file, { uid, type }] of [
      ["logeval.json", datasources[0]],
      ["logeval-prometheus.json", datasources[1]],
    ] as const
  ) {
    const { templating } = JSON.parse(committed(file));
    assert.equal(templating.list[0].query, type);
    assert.equal(templating.list[0].current.value, uid);
  }
  const { label, labelValue, folderAnnotation } = helm.sidecar.dashboards;
  for (
    const [file, dashboard] of [
      ["configmap.yaml", "logeval.json"],
      ["configmap-prometheus.yaml", "logeval-prometheus.json"],
    ] as const
  ) {
    const { metadata, data } = parse(committed(file));
    assert.equal(metadata.labels[label], labelValue);
    assert.ok(metadata.annotations[folderAnnotation]);
    assert.equal(data[dashboard], committed(dashboard));
  }
  const { providers } = parse(committed("dashboards.yaml"));
  assert.equal(providers[0].type, "file");
});
