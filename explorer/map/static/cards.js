// The faces of stages, stem and classifier in the strip: cards to the right, slabs downwards.

import { SIZES } from "./growth.js";
import { CARD_HEIGHT_LOW } from "./sizes.js";
import { mix } from "./theme.js";
import { blocksIn, boxTitle, counted, layerWords, percent, shapeText } from "./words.js";

/**
 * @typedef {import("./paint.js").Painter} Painter
 * @typedef {import("./place.js").Placed} Placed
 * @typedef {import("./theme.js").Colour} Colour
 * @typedef {import("./model.js").Template} Template
 *
 * @typedef {{fill: string, ink: string, soft: string, bar: Colour|null, solid: Colour}} Inks
 *   Of a card: white, or as hot as its value.
 */

const EDGE = 9;
/** Room for the title, for shape and bars, and for each measure. */
const TOP = 54;
const MIDDLE = 54;
const MEASURE = 46;
const LEAST_VOLUME = 84;
const SLAB_HEIGHT = 54;
/** Where words of a slab begin, and its measures: alone and beside others. */
const SLAB_WORDS = 47;
const SLAB_MEASURES = 150;
const SLAB_MEASURES_BESIDE = 130;
/** Bars that can be told apart. */
const MOST_BARS = 6;
const SMALL = 11.5;
const SMALL_SLAB = 12;

/** @param {Painter} p @param {Placed} box @param {string} name @param {number} x @param {number} y @param {Colour} colour */
export function paintCard(p, box, name, x, y, colour) {
  const { surface, net } = p;
  const { w, h } = box;
  const template = net.templates[box.number];
  const inks = inksOf(p, colour);
  const { ink, soft } = inks;
  const edge = template.kind && inks.bar ? mix(colour.border, p.theme.ink.panel, 0.5) : colour.border;
  surface.rect(x, y, w, h, 14, inks.fill, { colour: edge, width: 1.4 });
  const shape = net.outShape(box.number);
  const blocks = template.kind ? [] : blocksIn(net, box.number);
  const words = blocks.length ? [countWords(blocks)] : insideWords(p, template);
  // Where heights say something, words keep to the top, on one line in all cards.
  const low = !p.look.growth.isEven;
  const measures = measuresOf(p, low || h === CARD_HEIGHT_LOW ? 2 : 3);
  const below = MEASURE * measures.length;
  const top = low ? CARD_HEIGHT_LOW - EDGE : TOP + 8 * words.length;
  const room = low ? h - top : h - top - MIDDLE - below;
  const solid = inks.bar ? p.theme.layerOrStage(template) : inks.solid;
  if (room > LEAST_VOLUME) volume(p, shape, x + w / 2, y + top + room / 2, solid, Math.min(1.25, w / 70));
  const title = template.kind ? layerWords(template) : boxTitle(net, box.number, name);
  if (p.reads(13)) surface.text(title, x + EDGE, y + 25, 13.5, ink, { weight: 660, room: w - EDGE });
  if (!p.reads(SMALL)) return;
  words.forEach((text, i) => surface.text(text, x + EDGE, y + 42 + 15 * i, SMALL, soft, { room: w - EDGE }));
  const bottom = y + (low ? CARD_HEIGHT_LOW : h) - below;
  surface.text(shapeText(shape), x + w / 2, bottom - 36, SMALL, ink, { align: "center", weight: 620 });
  blockBars(p, blocks, x + w / 2, bottom - 27);
  if (template.kind === "InputLayer") return;
  measures.forEach((metric, i) => {
    const base = bottom + 10 + MEASURE * i;
    surface.text(measureText(p, box.number, metric), x + EDGE, base, SMALL, soft);
    shareBar(p, box.number, metric, x + EDGE, base + 9, w - 2 * EDGE - 46, inks);
    surface.text(shareText(p, box.number, metric), x + w - EDGE, base + 16, SMALL, soft, { align: "right" });
  });
}

/** The same as a slab, where the strip runs down. @param {Painter} p @param {Placed} box @param {string} name @param {number} x @param {number} y @param {Colour} colour */
export function paintSlab(p, box, name, x, y, colour) {
  const { surface, net } = p;
  const { w, h } = box;
  const inks = inksOf(p, colour);
  surface.rect(x, y, w, h, 12, inks.fill, { colour: colour.border, width: 1.3 });
  const shape = net.outShape(box.number);
  const blocks = blocksIn(net, box.number);
  const top = y + (h - SLAB_HEIGHT) / 2;
  const middle = x + SLAB_WORDS / 2 + 1;
  volume(p, shape, middle, top + SLAB_HEIGHT / 2 - (blocks.length ? 4 : 0), inks.bar ? p.theme.family("stage") : inks.solid, 0.55);
  if (!p.reads(SMALL_SLAB)) return;
  const wide = w > 300;
  surface.text(boxTitle(net, box.number, name), x + SLAB_WORDS, top + 18, 13.5, inks.ink, { weight: 660, room: 86 });
  surface.text(shapeText(shape), x + SLAB_WORDS, top + 33, SMALL_SLAB, inks.ink);
  if (blocks.length) surface.text(countWords(blocks), x + SLAB_WORDS, top + 48, SMALL_SLAB, inks.soft);
  blockBars(p, blocks, middle, top + 43, 4.6);
  const [left, right] = [x + (wide ? SLAB_MEASURES : SLAB_MEASURES_BESIDE), x + w - EDGE];
  measuresOf(p, 2).forEach((metric, i) => {
    const base = top + 18 + 22 * i;
    surface.text(measureText(p, box.number, metric), left, base, SMALL_SLAB, inks.soft);
    shareBar(p, box.number, metric, left, base + 5, right - left, inks);
    if (wide) surface.text(shareText(p, box.number, metric), right, base, SMALL_SLAB, inks.soft, { align: "right" });
  });
}

/** @param {Painter} p @param {Colour} colour @returns {Inks} */
function inksOf(p, colour) {
  const { ink, soft, panel } = p.theme.ink;
  if (p.look.colour === "kind") return { fill: panel, ink, soft, bar: colour, solid: colour };
  const { fill, text } = colour;
  return { fill, ink: text, soft: text, bar: null, solid: { fill, border: mix(text, fill, 0.75), text } };
}

/** What a card without blocks holds, in two lines at most. @param {Painter} p @param {Template} template */
function insideWords(p, template) {
  const children = template.children ?? [];
  const kinds = children.map(([, number]) => p.net.templates[number]).filter((t) => t.tags && Object.keys(t.tags).length);
  if (template.kind) return [];
  return kinds.length ? kinds.slice(0, 2).map((t) => layerWords(t).replace(/,.*/, "")) : [`${children.length} layers`];
}

/** @param {string[]} blocks */
function countWords({ length }) {
  return `${length} ${length === 1 ? "block" : "blocks"}`;
}

/** A small square for each of a few blocks, orange for projection and blue for identity. @param {Painter} p @param {string[]} blocks @param {number} middle @param {number} y @param {number} [size] */
function blockBars(p, blocks, middle, y, size = 10) {
  if (blocks.length > MOST_BARS) return;
  const step = size * 1.3;
  const start = middle - (step * blocks.length) / 2;
  blocks.forEach((kind, i) => p.surface.rect(start + i * step + size * 0.15, y, size, size, size / 4, p.theme.family(kind).border));
}

/** The measures that faces tell: those that colours and heights show come first. @param {Painter} p @param {number} count */
function measuresOf({ look }, count) {
  const shown = [look.growth.metric, look.colour].filter((metric) => SIZES.includes(metric));
  const first = [...new Set([...shown, "params", "macs", "activations"])].slice(0, count);
  return first.sort((a, b) => SIZES.indexOf(a) - SIZES.indexOf(b));
}

/** @param {Painter} p @param {number} number @param {string} metric */
function values({ net }, number, metric) {
  return [number, net.root.number].map((n) => /** @type {number} */ (/** @type {any} */ (net.totalsOf(n))[metric]));
}

/** @param {Painter} p @param {number} number @param {string} metric */
function shareText(p, number, metric) {
  const [part, whole] = values(p, number, metric);
  return percent(part, whole);
}

/** @param {Painter} p @param {number} number @param {string} metric */
function measureText(p, number, metric) {
  return counted(metric, values(p, number, metric)[0]);
}

/** @param {Painter} p @param {number} number @param {string} metric @param {number} x @param {number} y @param {number} w @param {Inks} inks */
function shareBar(p, number, metric, x, y, w, inks) {
  const [part, whole] = values(p, number, metric);
  const fill = inks.bar ? p.theme.family(metric === "params" ? "stage" : "grouped").border : inks.soft;
  if (inks.bar) p.surface.rect(x, y, w, 4, 2, p.theme.ink.faint);
  if (part) p.surface.rect(x, y, Math.max(4, (w * part) / whole), 4, 2, fill);
}

/** A feature map as a solid: its side by its height, its depth by its channels. @param {Painter} p @param {number[]|null} shape @param {number} cx @param {number} cy @param {Colour} colour @param {number} scale */
function volume(p, shape, cx, cy, colour, scale) {
  if (!shape) return;
  const [height, channels] = shape.length === 3 ? [shape[0], shape[2]] : [0, shape[0]];
  const side = shape.length === 3 ? (10 + 7.6 * Math.log2(1 + height / 3)) * scale : 8 * scale;
  const depth = shape.length === 3 ? (1 + (0.55 * Math.log2(1 + channels / 4)) ** 2) * scale : 66 * scale;
  const [dx, dy] = shape.length === 3 ? [depth, -depth * 0.42] : [0, 0];
  const tall = shape.length === 3 ? side : depth;
  const [x, y] = [cx - (side + dx) / 2, cy - (tall + dy) / 2];
  const line = { colour: colour.border, width: 1 };
  const shade = (/** @type {number} */ share) => mix(colour.border, colour.fill, share);
  p.surface.polygon([x, y, x + dx, y + dy, x + side + dx, y + dy, x + side, y], shade(0.1), line);
  p.surface.polygon([x + side, y, x + side + dx, y + dy, x + side + dx, y + tall + dy, x + side, y + tall], shade(0.32), line);
  p.surface.rect(x, y, side, tall, 0, colour.fill, line);
}
