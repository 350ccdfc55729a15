// What the boxes of a strip show, row by row: the layout takes their heights from it, the drawing the rest.

import { blocksIn, layerLabel, shapeText } from "../model/labels.js";

/**
 * @typedef {import("../model/network.js").Net} Net
 *
 * @typedef {"card"|"low"|"slab"|"pair"|"narrow"} Style Of a box of a strip: a card of a strip to the right, or one without a
 *   drawing of its output; of a strip that runs down, a slab with its metrics at the right, or below its words,
 *   side by side or one below the other.
 * @typedef {"title"|"volume"|"shape"|"words"|"squares"|"bars"|"measure"} RowKind
 * @typedef {{kind: RowKind, text: string, index: number}} Row
 */

/** Up to this number, each block is drawn as a square. */
export const MOST_SQUARES = 6;
/** Space above the first row of a card, in which its button is. */
export const CARD_HEAD = 26;
/** From these widths, a slab shows its metrics to the right of its words, and side by side. */
const WIDE_SLAB = 300;
const PAIR_SLAB = 204;
/** Height of a layer in a strip that runs down. */
export const LAYER_SLAB = 30;
const LEAST_SLAB = 54;
const CARD_FOOT = 8;
const SLAB_FOOT = 7;
/** @type {Record<RowKind, number>} */
const CARD_ROWS = { title: 18, volume: 92, shape: 20, words: 16, squares: 17, bars: 16, measure: 36 };
/** @type {Record<RowKind, number>} */
const SLAB_ROWS = { title: 23, volume: 0, shape: 15, words: 15, squares: 0, bars: 12, measure: 22 };

/** @param {boolean} card whether the strip runs to the right @param {boolean} low whether there is room for words only @param {number} width @returns {Style} */
export function styleOf(card, low, width) {
  if (card) return low ? "low" : "card";
  return width >= WIDE_SLAB ? "slab" : width >= PAIR_SLAB ? "pair" : "narrow";
}

/** How many metrics a box of a style shows. @param {Style} style */
export function measureCount(style) {
  return style === "card" ? 3 : 2;
}

/** @param {Net} net @param {number} number @param {Style} style @returns {Row[]} */
export function stripRows(net, number, style) {
  const template = net.templates[number];
  const card = style === "card" || style === "low";
  const blocks = template.kind ? 0 : blocksIn(net, number).length;
  const paths = template.kind ? 0 : net.pathsIn(number);
  const [shape, blocksText, pathsText] = [shapeText(net.outShape(number)), counted(blocks, "block"), counted(paths, "path")];
  /** @type {Array<[RowKind, string]>} */
  const rows = [["title", ""]];
  if (style === "card") rows.push(["volume", ""]);
  if (style === "pair" || style === "narrow") rows.push(["words", blocks ? `${shape} · ${blocksText}` : shape]);
  else rows.push(["shape", shape]);
  if (card && !blocks) rows.push(...layerSummary(net, number).map((text) => /** @type {[RowKind, string]} */ (["words", text])));
  if (card && blocks) rows.push(["words", blocksText]);
  if (card && blocks && blocks <= MOST_SQUARES) rows.push(["squares", ""]);
  if (style === "slab" && blocks) rows.push(["words", paths ? `${blocksText} · ${pathsText}` : blocksText]);
  if (card && paths) rows.push(["words", pathsText]);
  if (paths) rows.push(["bars", pathsText]);
  const measured = template.in?.length !== 0; // the input has no metrics
  for (let i = 0; measured && i < measureCount(style); i++) rows.push(["measure", ""]);
  let index = 0;
  return rows.map(([kind, text]) => ({ kind, text, index: kind === "measure" ? index++ : 0 }));
}

/** @param {Row} row @param {Style} style */
export function rowHeight({ kind, index }, style) {
  if (kind === "bars" && (style === "pair" || style === "narrow")) return 15;
  if (kind === "measure" && style === "narrow") return 19;
  if (kind === "measure" && style === "pair" && index) return 0;
  return (style === "card" || style === "low" ? CARD_ROWS : SLAB_ROWS)[kind];
}

/** Height of a box with these rows. @param {Row[]} rows @param {Style} style */
export function stripHeight(rows, style) {
  const own = style === "slab" ? rows.filter(({ kind }) => kind !== "measure") : rows;
  const [head, foot] = style === "card" || style === "low" ? [CARD_HEAD, CARD_FOOT] : [0, SLAB_FOOT];
  const h = own.reduce((sum, row) => sum + rowHeight(row, style), head + foot);
  return style === "slab" ? Math.max(LEAST_SLAB, h) : h;
}

/** Layers of a box without blocks, at most two. @param {Net} net @param {number} number @returns {string[]} */
function layerSummary(net, number) {
  const template = net.templates[number];
  if (template.kind) return [];
  const children = template.children ?? [];
  const kinds = children.map(([, child]) => net.templates[child]).filter((t) => t.tags && Object.keys(t.tags).length);
  return kinds.length ? kinds.slice(0, 2).map((t) => layerLabel(t).replace(/,.*/, "")) : [counted(children.length, "layer")];
}

/** @param {number} count @param {string} what */
function counted(count, what) {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
