// Each view in a real Chromium, light and dark: no fault of scripts or policy, no serious finding of
// axe, no sideways scroll on a phone. Left out where there is no Chromium.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import axe from "axe-core";
import { chromium, type Page } from "playwright-core";
import { archiveProject, RECORDS, testOptimizationResult } from "../../testing/archive_fixtures.ts";
import { testConfig } from "../../testing/run_fixtures.ts";

const CHROMIUM = [Deno.env.get("CHROMIUM") ?? "", "/usr/bin/chromium", "/usr/bin/google-chrome"]
  .find((path) => path !== "" && existsSync(path));
if (CHROMIUM === undefined) {
  await Deno.stderr.write(
    new TextEncoder().encode("the page is not tested in a browser: set CHROMIUM to its path\n"),
  );
}

const A = "20260109-143000-a";
const B = "20260110-143000-b";
/** As long as the name of a folder may be, but for the time in front. */
const LONG = `20260112-143000-${"long-name".repeat(22)}`;
const RUNNING = "20260114-143000-e";
const SEARCH = "20260111-143000-a";
const EVIL =
  "<script>document.title = 'owned'</script><img src=x onerror=\"document.title='owned'\">";

const VIEWS = [
  "/",
  "/runs",
  `/runs/${A}`,
  `/runs/${LONG}`,
  `/runs/${LONG}/samples/s2`,
  `/compare?a=${B}&b=${LONG}`,
  `/runs/${RUNNING}`,
  "/runs/20260113-143000-torn",
  `/runs/${A}/samples/s2`,
  "/compare",
  "/optimizations",
  `/optimizations/${SEARCH}`,
  "/nowhere",
];

interface Finding {
  readonly id: string;
  readonly impact?: string | null;
  readonly nodes: readonly { readonly html: string }[];
}

async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate("axe.run()") as { violations: Finding[] };
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

async function withBrowser(
  handler: (request: Request) => Response | Promise<Response>,
  use: (page: Page, base: string) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, handler);
  const browser = await chromium.launch({
    executablePath: CHROMIUM!,
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
  try {
    await use(await browser.newPage(), `http://127.0.0.1:${server.addr.port}`);
  } finally {
    await browser.close();
    await server.shutdown();
  }
}

const inBrowser = {
  ignore: CHROMIUM === undefined,
  sanitizeOps: false,
  sanitizeResources: false,
};

Deno.test("every view in light, dark and on a phone", inBrowser, async () => {
  using project = archiveProject();
  const evil = RECORDS.map((record) => ({
    ...record,
    input: { ...record.input, log_line: EVIL },
    raw_response: EVIL,
  }));
  project.addRun({ id: A, records: evil });
  project.addRun({ id: "20260108-143000-a", records: evil });
  project.addRun({ id: B, metrics: { overall: { mean: 1, ci95: [0.9, 1] } } });
  const { prompt, model } = testConfig();
  project.addRun({
    id: LONG,
    config: {
      prompt: { ...prompt, id: "prompt".repeat(33) },
      model: { ...model, name: "model".repeat(40) },
    },
  });
  project.addRun({ id: RUNNING, records: RECORDS.slice(0, 3), metrics: null });
  project.addRun({ id: "20260113-143000-torn" });
  project.write("evals/experiments/runs/20260113-143000-torn/metrics.json", "{");
  project.addOptimization(SEARCH, testOptimizationResult(SEARCH));
  await withBrowser(project.handler(), async (page, base) => {
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error" && !/404/.test(message.text())) faults.push(message.text());
    });
    for (const view of VIEWS) {
      for (const [colorScheme, width] of [["light", 1440], ["dark", 390]] as const) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        await page.goto(base + view);
        assert.deepEqual(await findings(page), [], `${view}, ${colorScheme}`);
        const wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
        assert.ok(Number(wide) <= 0, `${view} scrolls sideways by ${wide} at ${width}`);
        assert.match(await page.title(), / · logeval$/);
        if (view !== "/") continue;
        for (const score of await page.locator("#lb .sc").all()) {
          const { x, width: wide } = (await score.boundingBox())!;
          assert.ok(x + wide <= width, "a score is cut off");
        }
      }
    }
    assert.deepEqual(faults, []);
  });
});

Deno.test("theme, filter without reload, keys and live progress", inBrowser, async () => {
  using project = archiveProject();
  project.addRun({ id: A });
  const folder = project.addRun({ id: RUNNING, records: RECORDS.slice(0, 2), metrics: null });
  await withBrowser(project.handler(), async (page, base) => {
    await page.goto(`${base}/runs/${A}`);
    await page.click("#theme");
    assert.equal(await page.getAttribute("html", "data-theme"), "dark");
    await page.goto(`${base}/runs/${A}`);
    assert.equal(await page.getAttribute("html", "data-theme"), "dark");
    await page.selectOption("select[name=wrong]", "root_cause");
    await page.getByText("2 samples of 4 match").waitFor();
    assert.match(page.url(), /wrong=root_cause/);

    await page.goto(`${base}/runs/${A}/samples/s1`);
    await page.keyboard.press("j");
    await page.waitForURL("**/samples/s2");
    await page.keyboard.press("k");
    await page.waitForURL("**/samples/s1");

    await page.goto(`${base}/runs/${RUNNING}`);
    await page.getByText("2 of 4", { exact: true }).waitFor();
    await Deno.writeTextFile(`${folder}/results.jsonl`, `${JSON.stringify(RECORDS[2])}\n`, {
      append: true,
    });
    await page.getByText("3 of 4", { exact: true }).waitFor();
    project.now += 2000;
    await page.getByText("Going on: 3 of 4 calls answered.").waitFor();
    await page.getByText("all 3 samples").waitFor();
    assert.equal(await page.locator(".smp tbody tr").count(), 3);
  });
});

Deno.test(
  "one of two widths is shown, and a button brings a series forward",
  inBrowser,
  async () => {
    using project = archiveProject();
    for (const name of "abcd") {
      for (const day of ["08", "09"]) project.addRun({ id: `202601${day}-143000-${name}` });
    }
    await withBrowser(project.handler(), async (page, base) => {
      for (
        const [width, shown] of [[1440, "time-wide-title"], [390, "time-narrow-title"]] as const
      ) {
        await page.setViewportSize({ width, height: 900 });
        await page.goto(base);
        const found = await page.locator("section:has(#h-time) svg:visible > title").all();
        assert.deepEqual(await Promise.all(found.map((title) => title.getAttribute("id"))), [
          shown,
        ]);
      }
      const button = page.getByRole("button", { name: "d", exact: true });
      const faded = page.locator("figure.solo .narrow .series:not(.on)");
      await button.focus();
      await page.keyboard.press("Enter");
      assert.equal(await button.getAttribute("aria-pressed"), "true");
      // Band, line, marks, leader and name of each other.
      assert.equal(await faded.count(), 15);
      const band = "getComputedStyle(document.querySelector('.narrow .quiet.on > *')).opacity";
      assert.equal(await page.evaluate(band), "1");
      await page.keyboard.press("Space");
      assert.equal(await button.getAttribute("aria-pressed"), "false");
      assert.equal(await faded.count(), 0);
    });
  },
);

Deno.test("lists take in new runs and results, focus and scroll stay", inBrowser, async () => {
  using project = archiveProject();
  await withBrowser(project.handler(), async (page, base) => {
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(String(error)));
    await page.goto(`${base}/runs`);
    await page.getByText("No run yet.").waitFor();
    await page.evaluate("globalThis.unlike = 'a reload'");
    for (let at = 10; at < 50; at++) project.addRun({ id: `20251201-1430${at}-a` });
    project.addRun({ id: A });
    project.now += 2000;
    await page.getByText("41 runs on this machine.").waitFor();

    await page.setViewportSize({ width: 900, height: 400 });
    await page.locator("tbody a").nth(20).focus();
    await page.evaluate("scrollTo(0, 500)");
    const focused = () => page.evaluate("[document.activeElement.href, scrollY]");
    const before = await focused() as [string, number];
    assert.match(before[0], /\/runs\/20251201/);
    const folder = project.addRun({ id: RUNNING, records: RECORDS.slice(0, 2), metrics: null });
    project.now += 2000;
    await page.locator("[data-live-words]", { hasText: "2 of 4" }).waitFor();
    assert.deepEqual(await focused(), before);
    await Deno.writeTextFile(`${folder}/results.jsonl`, `${JSON.stringify(RECORDS[2])}\n`, {
      append: true,
    });
    await page.locator("[data-live-words]", { hasText: "3 of 4" }).waitFor();
    assert.deepEqual(await focused(), before);
    project.addRun({ id: RUNNING });
    project.now += 2000;
    await page.getByText("42 runs on this machine.", { exact: true }).waitFor();
    assert.deepEqual(await focused(), before);
    assert.equal(await page.evaluate("globalThis.unlike"), "a reload");

    await page.goto(`${base}/optimizations`);
    project.addOptimization(SEARCH, testOptimizationResult(SEARCH));
    project.now += 2000;
    await page.getByText(SEARCH).waitFor();
    await page.goto(base);
    project.addRun({
      id: "20260115-143000-new",
      metrics: { overall: { mean: 1, ci95: [0.9, 1] } },
    });
    project.now += 2000;
    await page.getByText("new scores 1.000").waitFor();
    assert.deepEqual(faults, []);
  });
});

Deno.test("an optimization at work tells its stage and calls as they come", inBrowser, async () => {
  using project = archiveProject();
  project.addRun({ id: A });
  const folder = project.addOptimization(SEARCH, null);
  const trial = { ...RECORDS[0]!, candidate: "short", phase: "search", stage: 3 };
  const line = `${JSON.stringify(trial)}\n`;
  await withBrowser(project.handler(), async (page, base) => {
    const list = await page.context().browser()!.newPage();
    await list.goto(base);
    await list.getByText("stage 2, 1 prompt;").waitFor();
    await page.goto(`${base}/optimizations/${SEARCH}`);
    await page.getByText("Going on: 4 calls made").waitFor();
    await page.evaluate("globalThis.unlike = 'a reload'");
    await Deno.writeTextFile(`${folder}/trials.jsonl`, line, { append: true });
    project.now += 2000;
    for (const text of ["Going on: 5 calls made", "5 of 14", "stage 3, 1 prompt;"]) {
      await page.getByText(text).waitFor();
    }
    assert.equal(await page.locator("tbody tr").count(), 3);
    assert.equal(await page.evaluate("globalThis.unlike"), "a reload");
    await list.getByText("stage 3, 1 prompt;").waitFor();
  });
});

Deno.test("an empty project in a browser", inBrowser, async () => {
  using project = archiveProject();
  await withBrowser(project.handler(), async (page, base) => {
    await page.goto(base);
    await page.getByText("No run yet.").waitFor();
    assert.deepEqual(await findings(page), []);
  });
});

Deno.test(
  "with a token a browser asks, then page, assets and progress work",
  inBrowser,
  async () => {
    using project = archiveProject();
    const folder = project.addRun({ id: RUNNING, records: RECORDS.slice(0, 2), metrics: null });
    await withBrowser(project.handler({ token: "correct-horse" }), async (page, base) => {
      const address = `${base}/runs/${RUNNING}`;
      // A browser without a person to ask gives up on the answer, or shows it.
      const unasked = await page.goto(address).catch((error) => String(error));
      if (typeof unasked === "string") assert.match(unasked, /ERR_INVALID_AUTH_CREDENTIALS/);
      else assert.equal(unasked?.status(), 401);
      const credentials = { username: "me", password: "correct-horse" };
      const allowed = await page.context().browser()!.newPage({ httpCredentials: credentials });
      const refusals: string[] = [];
      allowed.on("response", (response) => {
        if (response.status() >= 400) refusals.push(response.url());
      });
      assert.equal((await allowed.goto(address))?.status(), 200);
      await allowed.locator("#theme").click();
      assert.equal(await allowed.getAttribute("html", "data-theme"), "dark");
      await allowed.getByText("2 of 4", { exact: true }).waitFor();
      await Deno.writeTextFile(`${folder}/results.jsonl`, `${JSON.stringify(RECORDS[2])}\n`, {
        append: true,
      });
      await allowed.getByText("3 of 4", { exact: true }).waitFor();
      assert.deepEqual(refusals, []);
    });
  },
);
