import assert from "node:assert/strict";
import fc from "fast-check";
import { studentTCdf, studentTQuantile } from "./student_t.ts";
import reference from "./testdata/statistics.json" with { type: "json" };

const near = (found: number, want: number) => {
  assert.ok(Math.abs(found - want) <= 1e-9 * Math.max(1, Math.abs(want)), `${found}, want ${want}`);
};

for (const { df, t975 } of reference.t_quantiles) {
  Deno.test(`studentTQuantile() equals scipy at 0.975 with ${df} degrees of freedom`, () => {
    near(studentTQuantile(0.975, df), t975);
    near(studentTQuantile(0.025, df), -t975);
  });
}

for (const df of new Set(reference.t_ppf.map((row) => row.df))) {
  Deno.test(`studentTQuantile() equals scipy.stats.t.ppf with ${df} degrees of freedom`, () => {
    for (const { p, t } of reference.t_ppf.filter((row) => row.df === df)) {
      near(studentTQuantile(p, df), t);
    }
  });
}

for (const df of new Set(reference.t_cdf.map((row) => row.df))) {
  Deno.test(`studentTCdf() equals scipy.stats.t.cdf with ${df} degrees of freedom`, () => {
    for (const { p, t } of reference.t_cdf.filter((row) => row.df === df)) {
      near(studentTCdf(t, df), p);
    }
  });
}

Deno.test("studentTCdf() of 1 degree of freedom is Cauchy's, 1/2 + atan(t) / pi", () => {
  for (const t of [-30, -1, 0, 0.5, 1, 1e6]) near(studentTCdf(t, 1), 0.5 + Math.atan(t) / Math.PI);
});

Deno.test("studentTQuantile() has ends, a middle, and the normal far out", () => {
  assert.equal(studentTQuantile(0, 3), -Infinity);
  assert.equal(studentTQuantile(1, 3), Infinity);
  assert.equal(studentTQuantile(0.5, 3), 0);
  assert.equal(studentTCdf(Infinity, 3), 1);
  assert.equal(studentTCdf(-Infinity, 3), 0);
  assert.ok(Math.abs(studentTQuantile(0.975, 1e7) - 1.959963984540054) < 1e-6);
});

Deno.test("studentTQuantile() is the inverse of studentTCdf()", () => {
  const p = fc.double({ min: 1e-4, max: 1 - 1e-4, noNaN: true });
  const df = fc.double({ min: 1, max: 1000, noNaN: true });
  fc.assert(
    fc.property(p, df, (p, df) => near(studentTCdf(studentTQuantile(p, df), df), p)),
    { seed: 1, numRuns: 200 },
  );
});
