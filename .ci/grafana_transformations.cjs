// Runs the dashboard's transformations through Grafana's own library, on rows of a running server,
// and checks that what comes out is what the API gave. In Node and apart from the tests: the library
// (160 packages, 170 MB) asks for a browser's globals.
//
//   deno run --allow-net --allow-read src/dashboards/show_panels.ts URL --json > rows.json
//   cd $(mktemp -d) && npm install --ignore-scripts @grafana/data@12.3.1
//   NODE_PATH=$PWD/node_modules node …/.ci/grafana_transformations.cjs …/rows.json

const assert = require("node:assert/strict");
const { readFileSync } = require("node:fs");

// A browser's window for the library; react-use, which would go on to ask it for a document, comes
// before.
require("react-use");
globalThis.window = { addEventListener: () => {} };
const {
  fieldMatchers,
  FieldMatcherID,
  standardTransformers,
  standardTransformersRegistry,
  toDataFrame,
  transformDataFrame,
} = require("@grafana/data");
const { firstValueFrom } = require("rxjs");

const transformers = new Map(
  Object.values(standardTransformers).map((transformation) => [transformation.id, transformation]),
);
standardTransformersRegistry.setInit(() =>
  [...transformers].map(([id, transformation]) => ({ id, name: id, transformation }))
);

const TYPES = { string: "string", number: "number", boolean: "boolean", timestamp: "time" };

function frameOf({ target, rows }) {
  return toDataFrame({
    refId: target.refId,
    fields: target.columns.map(({ selector, text, type }) => ({
      name: text,
      type: TYPES[type],
      values: rows.map((row) => row[selector] ?? null),
    })),
  });
}

/** A share and its count for each experiment, every cell the value that the API gave. */
function checkMatrix({ rows }, frame) {
  const [names, ...columns] = frame.fields;
  const cells = new Map(rows.map((row) => [`${row.root_cause} ${row.column}`, row.value]));
  assert.equal(names.name, "root_cause\\column");
  for (const column of columns) {
    assert.equal(column.type, "number", column.name);
    for (const [at, value] of column.values.entries()) {
      assert.equal(value, cells.get(`${names.values[at]} ${column.name}`) ?? null);
    }
  }
  const isCount = fieldMatchers.get(FieldMatcherID.byRegexp).get("/ n$/");
  const counts = columns.filter((field) => isCount(field, frame, [frame]));
  assert.equal(counts.length * 2, columns.length, "a count beside every share");
}

function checkProgress({ rows }, frame) {
  const progress = frame.fields.find(({ name, config }) =>
    name === "Progress" || config.displayName === "Progress"
  );
  assert.deepEqual(
    [...progress.values],
    rows.map(({ calls, calls_planned }) => calls / calls_planned),
  );
}

const CHECKS = { groupingToMatrix: checkMatrix, calculateField: checkProgress };

async function main() {
  const asked = JSON.parse(readFileSync(process.argv[2], "utf8"));
  const panels = asked.filter(({ transformations }) => transformations.length > 0);
  assert.equal(panels.length, Object.keys(CHECKS).length);
  for (const panel of panels) {
    const [frame] = await firstValueFrom(
      transformDataFrame(panel.transformations, [frameOf(panel)]),
    );
    CHECKS[panel.transformations[0].id](panel, frame);
    process.stdout.write(
      `${panel.title}: ${frame.length} rows, ${
        frame.fields.map(({ name }) => name).join(" | ")
      }\n` +
        `  ${frame.fields.map((field) => field.values[0]).join(" | ")}\n`,
    );
  }
}

main();
