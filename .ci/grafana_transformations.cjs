// Runs the dashboard's transformations through Grafana's own library, on rows of a running server,
// and checks that every cell of the matrix of root causes is the value that the API gave. Node, as
// the library (160 packages, 170 MB) asks for a browser's globals and is not worth a dependency.
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

async function main() {
  const asked = JSON.parse(readFileSync(process.argv[2], "utf8"));
  const panels = asked.filter(({ transformations }) => transformations.length > 0);
  assert.ok(panels.length > 0, "no panel has a transformation");
  for (const panel of panels) {
    const [frame] = await firstValueFrom(
      transformDataFrame(panel.transformations, [frameOf(panel)]),
    );
    const [names, ...columns] = frame.fields;
    const cells = new Map(panel.rows.map((row) => [`${row.root_cause} ${row.column}`, row.value]));
    assert.equal(names.name, "root_cause\\column");
    for (const column of columns) {
      assert.equal(column.type, "number", column.name);
      for (const [at, value] of column.values.entries()) {
        assert.equal(value, cells.get(`${names.values[at]} ${column.name}`) ?? null);
      }
    }
    const counts = fieldMatchers.get(FieldMatcherID.byRegexp).get("/ n$/");
    const matched = columns.filter((field) => counts(field, frame, [frame]));
    assert.equal(matched.length * 2, columns.length, "a count beside every share");
    const first = frame.fields.map((field) => field.values[0]);
    process.stdout.write(
      `${panel.title}: ${frame.length} rows, ${
        frame.fields.map((field) => field.name).join(" | ")
      }\n` +
        `  ${first.join(" | ")}\n`,
    );
  }
}

main();
