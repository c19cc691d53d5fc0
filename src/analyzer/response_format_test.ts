import assert from "node:assert/strict";
import { responseFormat } from "./response_format.ts";

const ALLOWED = {
  root_causes: ["timeout", "unknown"],
  severities: ["info", "error"],
  components: ["etcd"],
  actions: ["none"],
};

Deno.test("responseFormat() makes OpenAI's wrapper with the allowed labels", () => {
  const format = responseFormat("json_schema", ALLOWED);
  assert.ok(format?.type === "json_schema");
  assert.equal(format.json_schema.strict, true);
  const { properties, required } = format.json_schema.schema as {
    properties: Record<string, unknown>;
    required: string[];
  };
  assert.deepEqual(properties["root_cause"], { type: "string", enum: ["timeout", "unknown"] });
  assert.deepEqual(properties["summary"], { type: "string" });
  assert.deepEqual(required, Object.keys(properties));
});

Deno.test("responseFormat() without labels leaves them free", () => {
  const format = responseFormat("json_schema");
  assert.ok(format?.type === "json_schema");
  const { properties } = format.json_schema.schema as { properties: Record<string, unknown> };
  assert.deepEqual(properties["component"], { type: "string" });
});

Deno.test("responseFormat() passes on what needs no labels", () => {
  assert.equal(responseFormat(undefined, ALLOWED), undefined);
  assert.deepEqual(responseFormat("json_object", ALLOWED), { type: "json_object" });
  const own = {
    type: "json_schema" as const,
    json_schema: { name: "own", strict: true, schema: { type: "object" } },
  };
  assert.equal(responseFormat(own, ALLOWED), own);
});
