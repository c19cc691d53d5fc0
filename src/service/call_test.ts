import assert from "node:assert/strict";
import { openCall, type Stage } from "./call.ts";
import { ServiceError } from "./service_error.ts";

const LATE: readonly (readonly [Stage, number, string])[] = [
  ["body", 408, "Cannot answer within 0.001 s: it waited for the request's body"],
  ["loki", 504, "Cannot answer within 0.02 s: it waited for Loki"],
  ["turn", 504, "Cannot answer within 0.02 s: it waited for its turn at the model"],
  ["model", 504, "Cannot answer within 0.02 s: it waited for the model"],
];

for (const [stage, status, message] of LATE) {
  Deno.test(`a call that is late at the stage ${stage} ends with ${status}`, async () => {
    const call = openCall(new Request("http://localhost/"), { bodyMs: 1, deadlineMs: 20 });
    call.stage = stage;
    await new Promise((resolve) => call.signal.addEventListener("abort", resolve));
    call.close();
    const { reason } = call.signal;
    assert.ok(reason instanceof ServiceError);
    assert.deepEqual([reason.status, reason.message], [status, message]);
  });
}
