// LogQL's text -> what it asks for, by the grammar of Loki's own query editor and Go's rules for string
// literals. For tests: what is no log query of a selector and line filters is an error.

import { parser } from "@grafana/lezer-logql";
import type { SyntaxNode } from "@lezer/common";

export interface Matcher {
  readonly label: string;
  readonly operator: "=" | "!=" | "=~" | "!~";
  readonly value: string;
}

export interface LineFilter {
  readonly operator: "|=" | "!=" | "|~" | "!~";
  readonly value: string;
}

export interface LogQuery {
  readonly matchers: readonly Matcher[];
  readonly lineFilters: readonly LineFilter[];
}

/** @throws {SyntaxError} in Loki's words, for anything but a selector with line filters */
export function parseLogQuery(text: string): LogQuery {
  const matchers: Matcher[] = [];
  const lineFilters: LineFilter[] = [];
  parser.parse(text).iterate({
    enter({ node, name, from }) {
      if (node.type.isError || !KNOWN.has(name)) {
        throw new SyntaxError(`parse error at line 1, col ${from + 1}: syntax error`);
      }
      if (name === "Matcher") {
        const [label, operator, value] = childrenOf(node).map((child) => textOf(child, text));
        matchers.push({ label, operator, value: unquote(value!) } as Matcher);
      }
      if (name === "LineFilter") {
        const [operator, value] = childrenOf(node).map((child) => textOf(child, text));
        lineFilters.push({ operator, value: unquote(value!) } as LineFilter);
      }
    },
  });
  return { matchers, lineFilters };
}

const KNOWN = new Set(
  ("LogQL Expr LogExpr Selector Matchers Matcher Identifier Eq Neq Re Nre String PipelineExpr " +
    "PipelineStage LineFilters LineFilter Filter PipeExact PipeMatch").split(" "),
);

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) children.push(child);
  return children;
}

function textOf({ from, to }: SyntaxNode, text: string): string {
  return text.slice(from, to);
}

const SIMPLE: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  '"': '"',
};

/**
 * The value of a string literal in double quotes or backticks, as Go's `strconv.Unquote` gives it.
 *
 * @throws {SyntaxError} where Go would refuse it: a line break, a bare quote, an unknown escape, half
 * a surrogate pair
 */
export function unquote(literal: string): string {
  if (/^`[^`]*`$/.test(literal)) return literal.slice(1, -1).replaceAll("\r", "");
  const inside = /^"(?<inside>(?:[^"\\\n]|\\[^\n])*)"$/.exec(literal)?.groups?.["inside"];
  if (inside === undefined || !inside.isWellFormed() || inside.includes("\0")) {
    throw new SyntaxError("parse error : literal not terminated");
  }
  return inside.replace(
    /\\(?:u([\da-fA-F]{4})|U([\da-fA-F]{8})|x([0-7][\da-fA-F])|([0-3][0-7]{2})|(.))/gsu,
    (_, four?: string, eight?: string, two?: string, octal?: string, other?: string) => {
      const code = octal ? parseInt(octal, 8) : parseInt(four ?? eight ?? two ?? "", 16);
      const char = Number.isNaN(code) ? SIMPLE[other ?? ""] : String.fromCodePoint(code);
      if (char === undefined || !char.isWellFormed()) {
        throw new SyntaxError("parse error : invalid char escape");
      }
      return char;
    },
  );
}
