import assert from "node:assert/strict";
import { advance, type Progress, progressDisplay, renderBar, renderProgress } from "./progress.ts";

const START: Progress = {
  total: 115,
  done: 0,
  doneNow: 0,
  failed: 0,
  unreadable: 0,
  scoreSum: 0,
  elapsedMs: 0,
};

Deno.test("advance() counts answers, unreadable ones and failures apart", () => {
  const events = [
    { outcome: "scored", score: 1 },
    { outcome: "unparseable", score: 0 },
    { outcome: "failed", score: null },
  ];
  const progress = events.reduce(advance, START);
  assert.deepEqual(progress, {
    ...START,
    done: 3,
    doneNow: 3,
    failed: 1,
    unreadable: 1,
    scoreSum: 1,
  });
});

Deno.test("renderProgress() shows count, bar, rate, ETA, score and what went wrong", () => {
  const progress = {
    ...START,
    done: 62,
    doneNow: 62,
    failed: 2,
    unreadable: 3,
    scoreSum: 36.6,
    elapsedMs: 31_000,
  };
  // 62 in 31 s are 2.0/s; 53 left take 26.5 s; 36.6 over 60 answered are 0.61.
  assert.equal(
    renderProgress(progress, 100),
    "  62/115  ████████████████░░░░░░░░░░░░░░  2.0/s  ETA 27 s  score 0.61  3 unreadable  2 failed",
  );
});

Deno.test("renderProgress() knows nothing before the first answer", () => {
  assert.match(renderProgress(START, 100), /0\.0\/s {2}ETA – {2}score –$/);
});

Deno.test("a resumed run's rate is that of this session", () => {
  const progress = { ...START, done: 100, doneNow: 10, elapsedMs: 10_000, scoreSum: 50 };
  assert.match(renderProgress(progress, 100), /1\.0\/s {2}ETA 15 s {2}score 0\.50$/);
});

for (const width of [0, 10, 40, 60, 79, 120]) {
  Deno.test(`renderProgress() fits ${width} columns`, () => {
    const progress = { ...START, done: 62, doneNow: 62, elapsedMs: 3.1e7, failed: 60 };
    assert.ok([...renderProgress(progress, width)].length <= width);
  });
}

Deno.test("renderBar() stays within its width", () => {
  assert.equal(renderBar(0, 4), "░░░░");
  assert.equal(renderBar(0.5, 4), "██░░");
  assert.equal(renderBar(7, 4), "████");
});

Deno.test("off a terminal there is a line every ten per cent and no escape", () => {
  let text = "";
  using display = progressDisplay((part) => text += part, null, renderProgress, () => 0);
  display.update(START);
  for (let done = 1; done <= 115; done++) {
    display.update({ ...START, done, doneNow: done, elapsedMs: done, scoreSum: done });
  }
  display.clear();
  const lines = text.trimEnd().split("\n");
  assert.equal(lines.length, 10);
  assert.match(lines[0] ?? "", /^ 10 % {3}12\/115/);
  assert.match(lines[9] ?? "", /^100 % {2}115\/115/);
  assert.ok(!text.includes("\x1b"));
});

Deno.test("on a terminal the line is redrawn ten times a second and taken away at the end", () => {
  let text = "";
  let time = 0;
  {
    using display = progressDisplay((part) => text += part, 80, renderProgress, () => time);
    for (let done = 0; done <= 100; done++) {
      display.update({ ...START, total: 100, done, doneNow: done, elapsedMs: time });
      time += 10;
    }
  }
  const draws = text.split("\r\x1b[2K").length - 2;
  assert.ok(draws >= 10 && draws <= 12, `${draws} draws`);
  assert.ok(text.endsWith("\r\x1b[2K"));
});
