// Style sheet, scripts and icon of the page, inside the binary. Their addresses hold a hash of them, so
// that a new version is never mixed with an old page.

import { createHash } from "node:crypto";
import { type Answer, answerOf } from "../answers.ts";
import base from "./base.css" with { type: "text" };
import charts from "./charts.css" with { type: "text" };
import compare from "./compare.css" with { type: "text" };
import controls from "./controls.css" with { type: "text" };
import empty from "./empty.css" with { type: "text" };
import favicon from "./favicon.svg" with { type: "text" };
import frame from "./frame.css" with { type: "text" };
import leaderboard from "./leaderboard.css" with { type: "text" };
import marks from "./marks.css" with { type: "text" };
import optimization from "./optimization.css" with { type: "text" };
import run from "./run.css" with { type: "text" };
import sample from "./sample.css" with { type: "text" };
import tables from "./tables.css" with { type: "text" };
import tokens from "./tokens.css" with { type: "text" };
import page from "./page.js" with { type: "text" };
import theme from "./theme.js" with { type: "text" };

// From what all views share to what one of them needs.
const CSS = [
  tokens,
  base,
  frame,
  controls,
  tables,
  marks,
  charts,
  leaderboard,
  run,
  sample,
  compare,
  optimization,
  empty,
].join("\n");

/** By path, each made once. */
export const ASSETS: ReadonlyMap<string, Answer> = new Map([
  ["/page.css", answerOf(CSS, "text/css; charset=utf-8")],
  ["/page.js", answerOf(page, "text/javascript; charset=utf-8")],
  ["/theme.js", answerOf(theme, "text/javascript; charset=utf-8")],
  // Browsers ask for it here, whatever it is.
  ["/favicon.ico", answerOf(favicon, "image/svg+xml")],
]);

/** Addresses for the head of a page. */
export const ASSET_URLS = {
  css: versioned("/page.css", CSS),
  script: versioned("/page.js", page),
  theme: versioned("/theme.js", theme),
  icon: versioned("/favicon.ico", favicon),
};

function versioned(path: string, text: string): string {
  return `${path}?v=${createHash("sha256").update(text).digest("hex").slice(0, 8)}`;
}
