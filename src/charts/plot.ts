// Plots and lines of text, one below the other -> one SVG: a file that is whole in itself, or a figure
// of a page that has the colours and says the rest. The only file that knows how Observable Plot gets
// a document. The same chart gives the same bytes.

import { plot, type PlotOptions } from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { printable, withoutReordering } from "../format.ts";
import { wrapText } from "./text.ts";
import { CHART_CLASS, color, type ColorName, pageColors, SANS, STANDALONE_STYLE } from "./theme.ts";

export interface ChartOptions {
  /** Pixels; the height follows. */
  readonly width?: number;
}

/** Text over the whole width, wrapped. */
export interface TextPart {
  readonly text: string;
  readonly size?: number;
  readonly weight?: number;
  readonly fill?: ColorName;
  /** Space above, pixels. */
  readonly above?: number;
}

export interface PlotPart {
  readonly plot: PlotOptions & { readonly height: number };
}

export interface Chart {
  /** What a screen reader says first. */
  readonly title: string;
  /** The figures in words. */
  readonly description: string;
  readonly parts: readonly (TextPart | PlotPart)[];
}

/** A chart that leaves its words to the page around it. */
export interface Figure extends Chart {
  readonly parts: readonly PlotPart[];
}

export const DEFAULT_WIDTH = 960;
const PADDING = 16;
const SVG = "http://www.w3.org/2000/svg";

/** What a part of a chart may take of its width. */
export function innerWidth({ width = DEFAULT_WIDTH }: ChartOptions): number {
  return width - 2 * PADDING;
}

/** Draws a chart as a file, its parts from top to bottom. */
export function drawChart(
  { title, description, parts }: Chart,
  options: ChartOptions = {},
): string {
  const { width = DEFAULT_WIDTH } = options;
  const make = maker();
  const { drawn, height } = drawParts(parts, innerWidth(options), PADDING, make);
  const root = make("svg", {
    xmlns: SVG,
    ...frame(width, height),
    "font-family": SANS,
    style: `color:${color("ink")};max-width:100%;height:auto;font-variant-numeric:tabular-nums`,
  });
  root.append(
    make("title", {}, title),
    make("desc", {}, description),
    make("style", {}, STANDALONE_STYLE),
    make("rect", { width: "100%", height: "100%", fill: color("bg") }),
    ...drawn,
  );
  return `${root.outerHTML}\n`;
}

/**
 * Draws a figure for a page: no style of its own, which a strict policy would refuse; type and
 * colours are the page's.
 *
 * @param id unique in the page
 */
export function drawFigure(
  { title, description, parts }: Figure,
  { width, id }: { readonly width: number; readonly id: string },
): string {
  const make = maker();
  const { drawn, height } = drawParts(parts, width, 0, make);
  const named = { "aria-labelledby": `${id}-title ${id}-desc` };
  const root = make("svg", { ...frame(width, height), ...named });
  root.append(
    make("title", { id: `${id}-title` }, title),
    make("desc", { id: `${id}-desc` }, description),
    ...drawn,
  );
  return pageColors(root.outerHTML);
}

function frame(width: number, height: number) {
  return { class: CHART_CLASS, role: "img", width, height, viewBox: `0 0 ${width} ${height}` };
}

type Make = ReturnType<typeof maker>;

/** Makes elements of one document. */
function maker() {
  const { document } = parseHTML("<!doctype html><html><body></body></html>") as unknown as Page;
  const make = (name: string, attributes: Record<string, string | number>, text?: string) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    if (text !== undefined) element.textContent = safe(text);
    return element;
  };
  return Object.assign(make, { document });
}

function drawParts(parts: Chart["parts"], width: number, padding: number, make: Make) {
  const drawn: Element[] = [];
  let y = padding;
  for (const part of parts) {
    if ("plot" in part) {
      const picture = plot({
        width,
        ...part.plot,
        document: make.document as never,
      }) as unknown as Element;
      const group = make("g", {
        transform: `translate(${padding},${y})`,
        fill: "currentColor",
        "font-size": 11,
        "text-anchor": "middle",
      });
      const drawings = [...picture.children];
      group.append(...drawings.filter(({ nodeName }) => nodeName.toLowerCase() !== "style"));
      tidy(group);
      drawn.push(group);
      y += part.plot.height;
      continue;
    }
    const { text, size = 12, weight = 400, fill = "ink-2", above = 0 } = part;
    y += above;
    for (const line of wrapText(text, width, size)) {
      y += Math.round(size * 1.4);
      const place = { x: padding, y: y - Math.round(size * 0.35), fill: color(fill) };
      drawn.push(make("text", { ...place, "font-size": size, "font-weight": weight }, line));
    }
  }
  return { drawn, height: Math.ceil(y + padding) };
}

/** What neither XML nor a terminal takes becomes `�`; what would reorder the text, an escape. */
function safe(text: string): string {
  return withoutReordering(printable(text)).replace(/[\ud800-\udfff\ufffe\uffff]/gu, "�");
}

const GEOMETRY: ReadonlySet<string> = new Set(
  "x y x1 x2 y1 y2 cx cy r d width height transform".split(" "),
);

/** As much of a document as is needed here: there is no browser whose types would be around. */
interface Page {
  readonly document: { createElementNS(namespace: string, name: string): Element };
}

interface Element {
  readonly attributes: Iterable<{ readonly name: string; value: string }>;
  readonly children: Iterable<Element>;
  readonly nodeName: string;
  readonly outerHTML: string;
  textContent: string | null;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  append(...children: Element[]): void;
}

/** Shorter coordinates; no labels inside what is read as one picture; no text that XML forbids. */
function tidy(element: Element): void {
  for (const attribute of [...element.attributes]) {
    if (attribute.name.startsWith("aria-")) element.removeAttribute(attribute.name);
    else if (GEOMETRY.has(attribute.name)) attribute.value = shortNumbers(attribute.value);
  }
  const children = [...element.children];
  if (children.length === 0 && element.textContent) element.textContent = safe(element.textContent);
  for (const child of children) tidy(child);
}

function shortNumbers(text: string): string {
  return text.replace(
    /-?\d+\.\d{3,}(e-\d+)?/g,
    (number) => String(Number(Number(number).toFixed(2))),
  );
}
