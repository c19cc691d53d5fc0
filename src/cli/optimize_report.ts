// An optimization as text for the terminal. Pure.

import type { OptimizationConfig, OptimizationResult } from "../optimizer/optimization_files.ts";
import {
  claimLines,
  COST_HEAD,
  costRows,
  effectRows,
  EFFECTS_HEAD,
  finalistRows,
  FINALISTS_HEAD,
  FINALISTS_NOTE,
  seenLine,
} from "../optimizer/optimization_terms.ts";
import type { Colors } from "./run_report.ts";
import { renderTable } from "./table.ts";

const RIGHT = [1, 2, 3, 4, 5, 6];

export function renderOptimization(
  config: OptimizationConfig,
  result: OptimizationResult,
  colors: Colors,
): string {
  const [claim, ...ground] = claimLines(result);
  const { verdict } = result.winner.confirmation;
  const word = claim.slice(0, claim.indexOf(":"));
  const paint = verdict === "better"
    ? colors.green
    : verdict === "worse"
    ? colors.red
    : colors.bold;
  const indent = " ".repeat(word.length + 2);
  return [
    `${paint(word)}${claim.slice(word.length)}`,
    ...ground.map((line) => `${indent}${line}`),
    "",
    `  winner  ${result.winner.candidate}`,
    "",
    renderTable([FINALISTS_HEAD, ...finalistRows(result)], RIGHT),
    ...FINALISTS_NOTE.split("; ").map((line) => `  ${line}`),
    "",
    renderTable([EFFECTS_HEAD, ...effectRows(result)], [1, 2, 3, 4]),
    `  ${seenLine(result, config)}`,
    "",
    renderTable([COST_HEAD, ...costRows(result)], [1, 2, 3, 4, 5]),
    "",
  ].join("\n");
}
