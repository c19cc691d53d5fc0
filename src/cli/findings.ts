// What the lint commands print: findings, and how many. Pure.

import { formatCount } from "../format.ts";
import type { Colors } from "./run_report.ts";

/** One thing that is wrong, or looks so. */
export interface Finding {
  readonly level: "error" | "warning";
  readonly rule: string;
  /** The file, and where in it. */
  readonly place: string;
  readonly message: string;
  readonly remedy: string;
}

/** Three lines each: what is wrong where, then the remedy. */
export function renderFindings(findings: readonly Finding[], colors: Colors): string {
  return findings.map(({ level, rule, place, message, remedy }) => {
    const head = level === "error" ? colors.red(level) : colors.yellow(level);
    return `${head} ${rule}: ${place}\n  ${message}\n  ${colors.dim(`→ ${remedy}`)}\n\n`;
  }).join("");
}

/** `2 errors, 1 warning`, or `clean`. */
export function renderCounts(errors: number, warnings: number): string {
  const counts = [
    ...(errors > 0 ? [formatCount(errors, "error")] : []),
    ...(warnings > 0 ? [formatCount(warnings, "warning")] : []),
  ];
  return counts.join(", ") || "clean";
}
