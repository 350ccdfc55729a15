// The shapes of a block as SVG: few elements, so that a drag can draw each choice anew.

import { edge, sources, strips, Y } from "./layout.js";
import { svg } from "./dom.js";

/**
 * @typedef {import("./layout.js").Strips} Strips
 * @typedef {{channels: number, groups: number, reads: number, reading: string}} Row
 * @typedef {{title: string, text: string, more: string}} Step
 * @typedef {object} Block
 * @property {string} kind
 * @property {string} title
 * @property {string} costs
 * @property {string} description
 * @property {Row[]} rows the input, and what the three convolutions give
 * @property {Step[]} steps
 * @property {boolean} projects
 * @property {string} attention
 *
 * @typedef {object} Plan where a block is drawn
 * @property {number} width
 * @property {number} left
 * @property {number} right
 * @property {number} paths
 * @property {Strips[]} rows
 */

const NARROW = 430;
const MOST_LINES = 96; // from one channel; more would be a filled area

/** @param {Block} block @param {number} width @returns {Plan} */
export function plan(block, width) {
  const left = width < NARROW ? 84 : 104;
  const right = width - 26;
  const paths = block.rows[2].groups;
  const rows = block.rows.map((row, i) => strips(row.channels, i === 1 || i === 2 ? paths : 1, left, right - left));
  return { width, left, right, paths, rows };
}

/** Paths in which a row is drawn. @param {Plan} at @param {number} row */
export const pathsOf = (at, row) => (row === 1 || row === 2 ? at.paths : 1);

/** The top of a row. @param {number} row */
export const topOf = (row) => [Y.input, Y.one, Y.two, Y.output][row];

/** A block without what is lit. @param {Block} block @param {Plan} at @param {Record<string, string>} words */
export function drawBlock(block, at, words) {
  const middle = (at.left + at.right) / 2;
  const [first, , , last] = block.rows;
  const tone = at.paths > 1 ? "paths" : "dense";
  const bar = (/** @type {number} */ y) => svg("rect", { class: "bar", x: at.left, y, width: at.right - at.left, height: Y.bar, rx: 2 });
  const label = (/** @type {number} */ y, /** @type {string} */ name, /** @type {number} */ channels) =>
    svg("text", { class: "label", x: 0, y: y + Y.bar - 2 }, svg("tspan", { class: "strong" }, name), ` ${channels}`);
  return svg(
    "g", {},
    shortcut(at, middle, block.projects ? words.projection : words.shortcut),
    svg("path", { class: at.paths > 1 ? "fan" : "line", d: fan(at, Y.input + Y.bar, Y.one, middle) }),
    svg("path", { class: at.paths > 1 ? "fan" : "line", d: fan(at, Y.sum - 9, Y.two + Y.bar, middle) }),
    svg("path", { class: `strips ${tone}`, d: boxes(at.rows[1], Y.one + Y.bar, Y.two - Y.one - Y.bar) }),
    ...[1, 2].map((row) => cells(at.rows[row], topOf(row), tone)),
    bar(Y.input), bar(Y.output),
    plus(middle, Y.sum, at.paths > 1), ...attention(block.attention, middle), plus(middle, Y.add, true),
    svg("path", { class: "line", d: `M${middle} ${Y.add + 9}V${Y.output}` }),
    label(Y.input, words.input, first.channels), label(Y.output, words.output, last.channels),
    ...block.steps.flatMap((step, i) => stepLabel(step, [Y.one - 38, Y.two - 38, Y.two + 34][i])),
  );
}

/** What a channel reads, lit. @param {Block} block @param {Plan} at @param {number} row @param {number} channel */
export function drawLit(block, at, row, channel) {
  const [from, to] = sources(block.rows[row], channel);
  const [before, here] = [at.rows[row - 1], at.rows[row]];
  const [above, below] = [topOf(row - 1), topOf(row)];
  const x = centre(here, channel, pathsOf(at, row));
  const start = above + Y.bar;
  const mark = (/** @type {Strips} */ strip, /** @type {number} */ one, /** @type {number} */ paths) =>
    box(edge(strip, one, paths), Math.max(1.5, strip.cell - (strip.cells ? Math.min(1, strip.cell * 0.25) : 0)));
  const read = [];
  const lines = [];
  const every = Math.ceil((to - from) / MOST_LINES);
  for (let one = from; one < to; one += 1) {
    read.push(`${mark(before, one, pathsOf(at, row - 1))(above - 1, Y.bar + 2)}`);
    if ((one - from) % every === 0) lines.push(`M${round(centre(before, one, pathsOf(at, row - 1)))} ${start}L${round(x)} ${below}`);
  }
  return svg(
    "g", { class: "lit" },
    svg("path", { class: `lines ${to - from > 8 ? "many" : "few"}`, d: lines.join("") }),
    svg("path", { class: "read", d: read.join("") }),
    svg("path", { class: "target", d: box(x - Math.max(2, here.cell / 2), Math.max(4, here.cell))(below - 3, Y.bar + 6) }),
  );
}

/** The middle of a channel. @param {Strips} row @param {number} channel @param {number} paths */
const centre = (row, channel, paths) => edge(row, channel, paths) + row.cell / 2;

const round = (/** @type {number} */ value) => Math.round(value * 100) / 100;

/** A rectangle's outline, at a height. @param {number} x @param {number} width */
const box = (x, width) => (/** @type {number} */ y, /** @type {number} */ height) =>
  `M${round(x)} ${y}h${round(width)}v${height}h${-round(width)}z`;

/** @param {Strips} row @param {number} y @param {number} height */
function boxes(row, y, height) {
  return Array.from({ length: row.count }, (_, i) => box(row.left + i * row.step, row.width)(y, height)).join("");
}

/** Channels of a row one by one, or its strips where they are too many. @param {Strips} row @param {number} y @param {string} tone */
function cells(row, y, tone) {
  if (!row.cells) return svg("path", { class: `cells ${tone}`, d: boxes(row, y, Y.bar) });
  const inner = row.cell - Math.min(1, row.cell * 0.25);
  const each = Math.round(row.width / row.cell);
  const all = [];
  for (let i = 0; i < row.count; i += 1) {
    for (let k = 0; k < each && i * each + k < row.channels; k += 1) {
      all.push(box(row.left + i * row.step + k * row.cell, inner)(y, Y.bar));
    }
  }
  return svg("path", { class: `cells ${tone}`, d: all.join("") });
}

/** Curves between one point and each strip. @param {Plan} at @param {number} y @param {number} end @param {number} middle */
function fan(at, y, end, middle) {
  const { count, left, step, width } = at.rows[1];
  const half = (y + end) / 2;
  return Array.from({ length: count }, (_, i) => {
    const x = round(left + i * step + width / 2);
    return `M${middle} ${y}C${middle} ${half} ${x} ${half} ${x} ${end}`;
  }).join("");
}

/** The line around the block. @param {Plan} at @param {number} middle @param {string} name */
function shortcut(at, middle, name) {
  const [x, top] = [at.right + 16, Y.input + Y.bar / 2];
  const d = `M${at.right} ${top}H${x - 6}q6 0 6 6V${Y.add - 6}q0 6 -6 6H${middle + 9}`;
  return svg(
    "g", {},
    svg("path", { class: "line", d }),
    svg("text", { class: "label side", x: x - 4, y: Y.add - 6, "text-anchor": "end" }, name),
  );
}

/** A sum in a circle; of one path, only the line. @param {number} x @param {number} y @param {boolean} sums */
function plus(x, y, sums) {
  if (!sums) return svg("path", { class: "line", d: `M${x} ${y - 9}V${Y.add - 9}` });
  return svg(
    "g", { class: "plus" },
    svg("path", { class: "line", d: `M${x} ${y}V${y === Y.sum ? Y.add - 9 : y}` }),
    svg("circle", { cx: x, cy: y, r: 9 }),
    svg("path", { class: "line", d: `M${x - 5} ${y}h10M${x} ${y - 5}v10` }),
  );
}

/** What scales the channels before the sum. @param {string} name @param {number} x */
function attention(name, x) {
  return name ? [svg("text", { class: "label side", x: x - 14, y: Y.sum + 24, "text-anchor": "end" }, `× ${name}`)] : [];
}

/** @param {Step} step @param {number} y */
function stepLabel(step, y) {
  return [
    svg("text", { class: "label strong", x: 0, y }, step.title),
    svg("text", { class: "label", x: 0, y: y + 15 }, step.text),
    svg("text", { class: "label", x: 0, y: y + 29 }, step.more),
  ];
}
