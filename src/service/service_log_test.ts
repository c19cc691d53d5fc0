import assert from "node:assert/strict";
import { LlmError } from "../errors.ts";
import { errorFields, serviceLog } from "./service_log.ts";

Deno.test("a line is one JSON object, whatever is in it", () => {
  const lines: string[] = [];
  const log = serviceLog((line) => lines.push(line), () => Date.UTC(2026, 0, 9, 14));
  log("info", "two\nlines", { path: "/a\u2028b", absent: undefined, tokens: null });
  log("error", "bare");
  assert.deepEqual(lines.map((line) => line.slice(-1)), ["\n", "\n"]);
  assert.equal(lines[0]!.slice(0, -1).includes("\n"), false);
  assert.deepEqual(lines.map((line) => JSON.parse(line)), [
    {
      time: "2026-01-09T14:00:00.000Z",
      level: "info",
      message: "two\nlines",
      path: "/a\u2028b",
      tokens: null,
    },
    { time: "2026-01-09T14:00:00.000Z", level: "error", message: "bare" },
  ]);
});

const JSON_OF = (value: unknown) => JSON.parse(JSON.stringify(value));

Deno.test("an error is told with its kind and its causes", () => {
  const root = new Error("tcp connect: refused");
  const error = new LlmError("unreachable", "connection refused", {
    cause: new TypeError("error sending request", { cause: root }),
  });
  assert.deepEqual(JSON_OF(errorFields(error)), {
    error: "connection refused",
    error_type: "LlmError",
    error_kind: "unreachable",
    causes: ["error sending request", "tcp connect: refused"],
  });
});

Deno.test("what a server says of an answer stays out: it may repeat it", () => {
  const said = "the server answered 500: Failed to parse input at pos 0: pod x was killed";
  const error = new LlmError("server_error", said, { status: 500 });
  assert.deepEqual(JSON_OF(errorFields(error)), {
    error: "the server answered 500",
    error_type: "LlmError",
    error_kind: "server_error",
    error_status: 500,
  });
});

Deno.test("an error that is none, one that is long, one that is its own cause", () => {
  assert.deepEqual(JSON_OF(errorFields("text")), { error: "text", error_type: "string" });
  assert.equal(String(errorFields(new Error("x".repeat(9000)))["error"]).length, 501);
  const loop = new Error("again");
  loop.cause = loop;
  assert.deepEqual(JSON_OF(errorFields(loop)).causes, ["again", "again", "again", "again"]);
});
