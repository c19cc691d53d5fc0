// The page's templates, inside the binary, and the one function that fills them. What they show is
// escaped; `<%~` takes only what a template of our own made.

import { Eta } from "eta";
import { withoutReordering } from "../../format.ts";
import axis from "./axis.eta" with { type: "text" };
import bar from "./bar.eta" with { type: "text" };
import compare from "./compare.eta" with { type: "text" };
import empty from "./empty.eta" with { type: "text" };
import error from "./error.eta" with { type: "text" };
import figure from "./figure.eta" with { type: "text" };
import flips from "./flips.eta" with { type: "text" };
import gain from "./gain.eta" with { type: "text" };
import iv from "./iv.eta" with { type: "text" };
import latency from "./latency.eta" with { type: "text" };
import layout from "./layout.eta" with { type: "text" };
import leaderboard from "./leaderboard.eta" with { type: "text" };
import live from "./live.eta" with { type: "text" };
import optimization from "./optimization.eta" with { type: "text" };
import optimizations from "./optimizations.eta" with { type: "text" };
import pareto from "./pareto.eta" with { type: "text" };
import run from "./run.eta" with { type: "text" };
import runs from "./runs.eta" with { type: "text" };
import sample from "./sample.eta" with { type: "text" };
import samples from "./samples.eta" with { type: "text" };
import time from "./time.eta" with { type: "text" };

const TEMPLATES = {
  axis,
  bar,
  compare,
  empty,
  error,
  figure,
  flips,
  gain,
  iv,
  latency,
  layout,
  leaderboard,
  live,
  optimization,
  optimizations,
  pareto,
  run,
  runs,
  sample,
  samples,
  time,
};

/** The templates that are whole pages. */
export type PageTemplate =
  | "compare"
  | "empty"
  | "error"
  | "leaderboard"
  | "optimization"
  | "optimizations"
  | "run"
  | "runs"
  | "sample";

const eta = new Eta({ autoEscape: true, autoTrim: false });
const { escapeFunction } = eta.config;
eta.configure({ escapeFunction: (value) => withoutReordering(escapeFunction(value)) });
for (const [name, text] of Object.entries(TEMPLATES)) eta.loadTemplate(`@${name}`, text);

/** A page as HTML. */
export function renderPage(template: PageTemplate, data: object): string {
  return eta.render(`@${template}`, data);
}
