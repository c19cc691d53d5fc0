// A table of values as models write them, then what must hold for any value. Takes and gives plain
// strings; run by `deno test`.

import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { cleanText, normalizeLabel } from "./normalize.ts";

const LABELS = [
  ["OOM killed", "oom_killed"],
  ["`OOM-Killed`.", "oom_killed"],
  ["**oom_killed**", "oom_killed"],
  ["(oom / killed)", "oom_killed"],
  ["“ImagePullBackOff”", "imagepullbackoff"],
  ["ＯＯＭ　ｋｉｌｌｅｄ", "oom_killed"],
  ["HTTP 503", "http_503"],
  ["Überlast", "überlast"],
  ["N/A", "n_a"],
  ["---", ""],
  ["", ""],
];

for (const [value = "", want = ""] of LABELS) {
  Deno.test(`normalizeLabel() gives "${want}" for "${value}"`, () => {
    equal(normalizeLabel(value), want);
  });
}

Deno.test("normalizeLabel() changes nothing the second time", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (value) => {
      equal(normalizeLabel(normalizeLabel(value)), normalizeLabel(value));
    }),
    { seed: 7, numRuns: 200 },
  );
});

Deno.test("cleanText() takes off surrounding marks and leaves the inside alone", () => {
  const values = [
    "  payment-api \n",
    '"payment-api"',
    "**`payment-api`**",
    "“it is down”",
    '"a" and "b"',
    "**a** and **b**",
    "the pod's limit",
    '"',
    '""',
    "payment-api.",
  ];
  deepEqual(values.map(cleanText), [
    "payment-api",
    "payment-api",
    "payment-api",
    "it is down",
    '"a" and "b"',
    "**a** and **b**",
    "the pod's limit",
    '"',
    "",
    "payment-api.",
  ]);
});
