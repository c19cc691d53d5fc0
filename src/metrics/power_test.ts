import assert from "node:assert/strict";
import { smallestVisible } from "./power.ts";

// t_0.975 + t_0.8 of scipy.stats.t.ppf: 12.7062047 + 1.3763819, 2.2281389 + 0.8790578 and, for the
// normal, 1.9599640 + 0.8416212.
const CASES = [
  { df: 1, want: 14.0825866 },
  { df: 10, want: 3.1071967 },
  { df: 1e7, want: 2.8015852 },
];
for (const { df, want } of CASES) {
  Deno.test(`smallestVisible() of ${df} degrees of freedom is ${want} standard errors`, () => {
    assert.ok(Math.abs(smallestVisible(0.1, df) - 0.1 * want) < 1e-7);
  });
}
