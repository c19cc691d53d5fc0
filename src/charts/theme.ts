// Colours and type of all charts. Each colour is a custom property with the light value behind it:
// a page that sets them decides, and a file brings its own for light and dark.

/** Light and dark by name: the tokens of the page. */
const TOKENS = {
  bg: ["#fcfdfd", "#0f1416"],
  sunk: ["#f2f5f6", "#1a2225"],
  ink: ["#12181b", "#e4eaec"],
  "ink-2": ["#434e55", "#b3bfc5"],
  "ink-3": ["#5d6971", "#93a1a9"],
  line: ["#dde3e6", "#2a3439"],
  "line-2": ["#aab5bb", "#56636b"],
  "line-3": ["#87949b", "#6f7e87"],
  a: ["#0b6176", "#68c3d6"],
  bad: ["#a63d14", "#f0946a"],
  "s-3": ["#6b4596", "#c4a1e6"],
  "s-4": ["#7a5c00", "#d3b14c"],
  p1: ["#dfecef", "#162d36"],
  p2: ["#bbd9e0", "#1c4350"],
  p3: ["#90c2cd", "#275d6c"],
  r1: ["#fbebe2", "#33201a"],
  r2: ["#f4d0bc", "#522c1c"],
  r3: ["#e9ac8c", "#773d21"],
  fill: ["#4d97a7", "#3f8496"],
} as const;

export type ColorName = keyof typeof TOKENS;

/** A colour as an attribute takes it. */
export function color(name: ColorName): string {
  return `var(--${name}, ${TOKENS[name][0]})`;
}

/** Leaves the values of the colours to the page that the drawing is for. */
export function pageColors(svg: string): string {
  return svg.replace(/var\((--[\w-]+), #[\da-f]{6}\)/g, "var($1)");
}

/** The class of every chart's root. */
export const CHART_CLASS = "logeval-chart";

export const SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";
export const MONO = "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace";

/** What a chart needs in a file of its own. */
export const STANDALONE_STYLE = [
  `:where(.${CHART_CLASS}){${properties(0)};color-scheme:light dark}`,
  `@media (prefers-color-scheme:dark){:where(.${CHART_CLASS}){${properties(1)}}}`,
].join("");

function properties(theme: 0 | 1): string {
  return Object.entries(TOKENS).map(([name, values]) => `--${name}:${values[theme]}`).join(";");
}
