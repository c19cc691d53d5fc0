// Every chart: well-formed, whole in itself, the same at every call, with its marks and its words.

import assert from "node:assert/strict";
import {
  CATEGORIES,
  COMPARE,
  LATENCY,
  LEADERBOARD,
  MARKUP,
  OPTIMIZATION,
  TRENDS,
} from "../testing/chart_fixtures.ts";
import { categoriesChart } from "./categories.ts";
import { compareChart } from "./compare.ts";
import { leaderboardChart } from "./leaderboard.ts";
import { gainFigure } from "./gain.ts";
import { latencyFigure } from "./latency.ts";
import { optimizationChart, optimizationGain } from "./optimization.ts";
import { paretoFigure, paretoPoints } from "./pareto.ts";
import { type ChartOptions, drawFigure, type Figure } from "./plot.ts";
import { survivorsFigure } from "./survivors.ts";
import { trendsChart, trendsFigure, trendsKeys } from "./trends.ts";

interface Case {
  readonly name: string;
  readonly draw: (options?: ChartOptions) => string;
  readonly empty: () => string;
  /** How many elements of a kind stand in groups of a class. */
  readonly marks: Readonly<Record<string, number>>;
  /** Texts that must be there. */
  readonly says: readonly string[];
  readonly run: string;
}

const CASES: readonly Case[] = [
  {
    name: "leaderboard",
    draw: (options) => leaderboardChart(LEADERBOARD, options),
    empty: () => leaderboardChart({ ...LEADERBOARD, rows: LEADERBOARD.rows.slice(-1) }),
    marks: { "estimate circle": 4, "interval path": 4, "floor line": 2 },
    says: [
      "optimized-v3 scores 0.722; 1 other cannot be told from it",
      "llama-1b-fast lies below what needs no language model",
      "left out: 1 run without a rank",
      "hollow: the prompt has seen some samples",
      "rank 3, baseline-v1: 0.609, 95 % 0.554 to 0.664",
      "most common",
      "nearest example",
    ],
    run: "logeval run embedded-v1",
  },
  {
    name: "leaderboard without tests",
    draw: (options) => {
      const rows = LEADERBOARD.rows.map((row) => ({ ...row, rank: row.rank && 2, test: null }));
      return leaderboardChart({ ...LEADERBOARD, rows }, options);
    },
    empty: () => leaderboardChart({ ...LEADERBOARD, rows: LEADERBOARD.rows.slice(-1) }),
    marks: { "estimate circle": 4 },
    says: ["3 others not tested against it"],
    run: "logeval run embedded-v1",
  },
  {
    name: "trends",
    draw: (options) => trendsChart(TRENDS, options),
    empty: () => trendsChart({ ...TRENDS, rows: [] }),
    marks: {
      "estimate circle": 3,
      "estimate path": 7,
      "band path": 5,
      "floor line": 2,
      "change line": 1,
    },
    says: [
      "highest now: few-shot at 0.688",
      "v2_five_examples",
      "10 runs of 5 experiments, 5 Oct 2026 to 9 Nov 2026 (UTC)",
      "tried-once",
      "baseline-v1: 2026-10-05 0.610 (0.555 to 0.665)",
    ],
    run: "logeval run embedded-v1",
  },
  {
    name: "categories",
    draw: (options) => categoriesChart(CATEGORIES, options),
    empty: () => categoriesChart({ rows: CATEGORIES.rows.filter(({ n }) => n === 0) }),
    marks: { "cell rect": 9 },
    says: [
      "optimized-v3 is weakest at no_fault (0 of 10)",
      "0.86",
      "12/14",
      "fewer than 5 samples each",
      "left out, measured elsewhere: elsewhere-v1",
    ],
    run: "logeval run embedded-v1",
  },
  {
    name: "compare",
    draw: (options) => compareChart(COMPARE, options),
    empty: () => compareChart({ ...COMPARE, rows: COMPARE.rows.slice(-1) }),
    marks: { "estimate circle": 4, "interval path": 4, "zone rect": 1, "zero line": 1 },
    says: [
      "▲ better: ",
      "+0.102",
      "−0.120",
      "note: other repeats",
      "left out, not known: component",
    ],
    run: "logeval compare embedded-v1 baseline-v1",
  },
  {
    name: "optimization",
    draw: (options) => optimizationChart(OPTIMIZATION, options),
    empty: () => optimizationChart(null),
    marks: {
      "estimate circle": 14,
      "interval path": 13,
      "winner rect": 3,
      "out rect": 185,
      "point circle": 7,
      "front path": 1,
      "zone rect": 1,
    },
    says: [
      "▲ confirmed: +0.058",
      "confirmation, 49 unseen samples: +0.058",
      "validation, best of 108: +0.094, biased",
      "108 27 4",
      "2 samples each",
      "positi…",
      "median latency of an answer",
      "winner, definitions.none.steps.json: 0.580 at 3.5 s",
      "few_shot none ★",
      "left out, not known: output lines",
    ],
    run: "logeval optimize",
  },
];

/** Elements of a kind in the groups of a class, as `class element`. */
function count(svg: string, place: string): number {
  const [name, element] = place.split(" ");
  const groups = svg.matchAll(
    new RegExp(`<g [^>]*class="[^"]*\\b${name}\\b[^"]*"[^>]*>(.*?)</g>`, "gs"),
  );
  return [...groups].flatMap(([, inner]) => inner!.match(new RegExp(`<${element}\\b`, "g")) ?? [])
    .length;
}

/** What is read: the text of all elements. */
function textOf(svg: string): string {
  return svg.replace(/<style>.*?<\/style>/s, "").replace(/<[^>]*>\s*/g, " ").replace(/ +/g, " ")
    .replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

for (const { name, draw, empty, marks, says, run } of CASES) {
  Deno.test(`chart of ${name}: its marks and its words`, () => {
    const svg = draw();
    for (const [place, expected] of Object.entries(marks)) {
      assert.equal(count(svg, place), expected, place);
    }
    for (const text of says) assert.ok(textOf(svg).includes(text), text);
  });

  Deno.test(`chart of ${name}: one safe file, the same at every call`, () => {
    for (const width of [320, 960]) {
      const svg = draw({ width });
      assert.equal(draw({ width }), svg);
      assert.match(svg, new RegExp(`^<svg [^>]* width="${width}"`));
      assert.match(svg, /^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
      assert.match(
        svg,
        /^<svg [^>]*role="img"[^>]*><title>[^<]+<\/title><desc>[^<]+<\/desc><style>/,
      );
      assert.ok(!svg.includes(MARKUP) && !/<b /.test(svg), "markup in a name is text");
      assert.ok(!/NaN|undefined|Infinity/.test(svg));
      const tags = (svg.match(/<[^>]*>/g) ?? []).join("");
      assert.ok(!/<script|href=| id="| on\w+="/.test(tags), "nothing acts, nothing clashes");
      assert.ok(!/url\(|@import/.test(svg), "nothing from outside");
      assert.ok(!/&(?!(lt|gt|amp|quot|apos|#\d+);)/.test(svg), "XML knows no other names");
      assert.match(svg, /prefers-color-scheme:dark/);
    }
  });

  Deno.test(`chart of ${name}: without data it says what to run`, () => {
    const svg = empty();
    assert.ok(svg.length < 3000);
    assert.ok(textOf(svg).includes(`run: ${run}`));
  });
}

const FIGURES: Readonly<Record<string, (width: number) => Figure | null>> = {
  trends: (width) => trendsFigure(TRENDS, width),
  gain: (width) => gainFigure(optimizationGain(OPTIMIZATION)!, width),
  survivors: (width) => survivorsFigure(OPTIMIZATION, width).figure,
  pareto: (width) => paretoFigure(paretoPoints(OPTIMIZATION), width),
  latency: (width) => latencyFigure(LATENCY, width),
};

for (const [name, figureOf] of Object.entries(FIGURES)) {
  Deno.test(`figure of ${name}: a page's colours and type, nothing that a strict policy refuses`, () => {
    for (const width of [358, 1360]) {
      const svg = drawFigure(figureOf(width)!, { width, id: `${name}-${width}` });
      assert.match(svg, new RegExp(`^<svg [^>]*aria-labelledby="${name}-${width}-title `));
      assert.ok(svg.includes(`<title id="${name}-${width}-title">`));
      assert.ok(svg.includes(`<desc id="${name}-${width}-desc">`));
      assert.doesNotMatch(svg, / style=|<style|font-family|NaN|undefined|Infinity|#[0-9a-f]{6}/);
      assert.ok(!svg.includes(MARKUP) && !/<b /.test(svg), "markup in a name is text");
      const places = svg.matchAll(/translate\((-?[\d.]+),/g);
      for (const [, x] of places) assert.ok(Number(x) <= width, `${x} lies within ${width}`);
    }
  });
}

Deno.test("each series has a class of its own, in the order of its key", () => {
  const svg = drawFigure(trendsFigure(TRENDS, 1360)!, { width: 1360, id: "t" });
  const keys = trendsKeys(TRENDS);
  assert.deepEqual(keys.map(({ id, sign }) => `${id} ${sign}`), [
    "series-1 ●",
    "series-2 ◆",
    "series-3 ■",
    "series-4 ▲",
    "series-5 ✚",
  ]);
  assert.equal(keys[0]?.name, "few-shot");
  for (const { id } of keys) {
    const marks = [...svg.matchAll(/class="(\w+) series (series-\d)(?: quiet)?"/g)]
      .filter(([, , series]) => series === id).map(([, mark]) => mark);
    assert.deepEqual(marks.sort(), ["band", "estimate", "leader", "line", "name"]);
  }
});

Deno.test("a floor's name gives way to dots", () => {
  const row = TRENDS.rows[0]!;
  const draw = (...scores: number[]) => {
    const rows = scores.map((mean, at) => ({
      ...row,
      run_id: String(at),
      started_at: `2026-10-0${at + 1}T00:00:00Z`,
      overall: { mean, ci95: null },
    }));
    const floors = { most_common: { overall: 0.3 }, embedded: { overall: 0.9 } };
    const svg = drawFigure(trendsFigure({ floors, rows }, 1360)!, { width: 1360, id: "t" });
    return svg.slice(0, svg.indexOf(">common labels<")).split("<g").at(-1)!;
  };
  assert.match(draw(0.6, 0.6), /text-anchor="start"/);
  assert.match(draw(0.31, 0.6), /text-anchor="end"/);
});

Deno.test("a gain is blue or rust on evidence, grey without, hollow when it is no claim", () => {
  const color = (value: number, ci95: [number, number] | null, claim: boolean) => {
    const gains = [{ text: "gain", value, ci95, claim }];
    const figure = gainFigure({ title: "t", gains, smallest_visible: 0.05, n: 40 }, 358);
    const svg = drawFigure(figure, { width: 358, id: "g" });
    return /<circle fill="var\(--(.*?)\)" stroke="var\(--(.*?)\)"|<circle stroke="var\(--(.*?)\)" fill="var\(--(.*?)\)"/
      .exec(svg)!.slice(1).filter((name) => name !== undefined);
  };
  assert.deepEqual(color(0.2, [0.1, 0.3], true), ["a", "a"]);
  assert.deepEqual(color(-0.2, [-0.3, -0.1], true), ["bad", "bad"]);
  assert.deepEqual(color(0.2, [-0.1, 0.3], true), ["ink-3", "ink-3"]);
  assert.deepEqual(color(0.2, null, false).sort(), ["bg", "ink-3"]);
});

Deno.test("a prompt keeps its square through all stages", () => {
  const { figure } = survivorsFigure(OPTIMIZATION, 1360);
  const svg = drawFigure(figure, { width: 1360, id: "s" });
  const winners = [...svg.matchAll(/<g [^>]*class="square winner"[^>]*>(.*?)<\/g>/gs)]
    .flatMap(([, inner]) => [...inner!.matchAll(/ x="([\d.]+)"/g)].map(([, x]) => Number(x)));
  const heads = [...svg.matchAll(/translate\(([\d.]+),12\)/g)].map(([, x]) => Number(x));
  assert.equal(winners.length, 3);
  assert.deepEqual(
    winners.map((x, at) => Math.round(x - heads[at]!)),
    winners.map(() => Math.round(winners[0]!)),
  );
});

Deno.test("of one prompt alone there is no scatter", () => {
  assert.equal(paretoFigure(paretoPoints({ ...OPTIMIZATION, candidates: [] }), 640), null);
});

Deno.test("text that XML forbids is made visible", () => {
  const row = { ...LEADERBOARD.rows[0]!, experiment_id: "a\u0000\u001b[31m\ud800b\uffff" };
  const svg = leaderboardChart({ ...LEADERBOARD, rows: [row] });
  // deno-lint-ignore no-control-regex
  assert.ok(!/[\u0000-\u0008\u000b-\u001f\ufffe\uffff]|\p{Surrogate}/u.test(svg));
  assert.match(svg, /\[31m/);
});

Deno.test("one run alone, scores all alike, and a space too large for squares are drawn", () => {
  const one = { ...LEADERBOARD.rows[0]!, overall: { mean: 0, ci95: null } };
  const trend = { ...TRENDS.rows[0]!, overall: { mean: 1, ci95: [1, 1] as const } };
  const levels = Array.from({ length: 500 }, (_, at) => ({
    level: `l${at}`,
    effect: null,
    ci95: null,
  }));
  const charts = [
    leaderboardChart({ ...LEADERBOARD, floors: null, rows: [one] }),
    trendsChart({ floors: null, rows: [trend] }),
    optimizationChart({ ...OPTIMIZATION, dimensions: [{ name: "one", levels }] }),
  ];
  for (const svg of charts) assert.ok(!/NaN|undefined|Infinity/.test(svg));
  assert.equal(count(charts[2]!, "stage rect"), 3);
});
