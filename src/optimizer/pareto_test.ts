import assert from "node:assert/strict";
import { paretoFront } from "./pareto.ts";

function point(candidate: string, difference: number | null, p50: number | null) {
  const validation = { n: 1, mean_baseline: 0, mean: 0, difference };
  return { candidate, validation, latency_ms: { p50, p95: p50 } };
}

const ROWS: { name: string; points: ReturnType<typeof point>[]; front: string[] }[] = [
  { name: "nothing", points: [], front: [] },
  { name: "one", points: [point("a", 0.1, 900)], front: ["a"] },
  {
    name: "better but slower is in it, worse and slower is not",
    points: [point("good", 0.2, 900), point("fast", 0.1, 300), point("bad", 0.1, 800)],
    front: ["good", "fast"],
  },
  {
    name: "equals are both in it",
    points: [point("a", 0.1, 300), point("b", 0.1, 300)],
    front: ["a", "b"],
  },
  {
    name: "of the same score the faster one",
    points: [point("a", 0.1, 400), point("b", 0.1, 300)],
    front: ["b"],
  },
  {
    name: "without a latency or a score in no front",
    points: [point("a", 0.9, null), point("b", null, 1), point("c", -0.1, 300)],
    front: ["c"],
  },
];
for (const { name, points, front } of ROWS) {
  Deno.test(`paretoFront(): ${name}`, () => assert.deepEqual([...paretoFront(points)], front));
}
