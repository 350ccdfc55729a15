// Draws stages, stem and classifier of a strip: as cards to the right, as slabs downwards.

import { CARD_HEAD, measureCount, rowHeight, stripRows, styleOf } from "../layout/strip-contents.js";
import { blocksIn, boxTitle, counted, layerLabel, percent } from "../model/labels.js";
import { SIZES } from "../model/network.js";
import { paintButton, pathBars, pathColour } from "./marks.js";
import { mix } from "./theme.js";

/**
 * @typedef {import("./painter.js").Painter} Painter
 * @typedef {import("../layout/series-parallel-layout.js").Placed} Placed
 * @typedef {import("./theme.js").Colour} Colour
 * @typedef {import("../layout/strip-contents.js").Style} Style
 * @typedef {import("../layout/strip-contents.js").Row} Row
 *
 * @typedef {{fill: string, ink: string, soft: string, bar: Colour|null, solid: Colour}} Inks
 *   Colours of a card: white, or from the heat scale.
 */

const EDGE = 8;
/** Least distance between text and border. */
const TIGHT = 2;
const TITLE_TYPE = 13.5;
const SMALL = 11;
/** Left edge of a wide slab's words, and of its metrics, and the share of its width at which these begin at least. */
const SLAB_WORDS = 70;
const SLAB_MEASURES = 188;
const SLAB_SHARE = 0.42;
/** Left edge of the title of a slab without a drawing, to the right of its button. */
const SLAB_TITLE = 27;
/** Half of the space between metrics side by side, and the height of their row. */
const GAP = 5;
const PAIR_ROW = 22;
/** Room for the words next to the paths' bars. */
const PATHS_WORDS = 58;

/** A part of a strip to the right. @param {Painter} p @param {Placed} box @param {string} name @param {number} x @param {number} y @param {Colour} colour */
export function paintCard(p, box, name, x, y, colour) {
  const { surface, net, look } = p;
  const { w, h } = box;
  const template = net.templates[box.number];
  const inks = inksOf(p, colour);
  const edge = template.kind && inks.bar ? mix(colour.border, p.theme.ink.panel, 0.5) : colour.border;
  surface.rect(x, y, w, h, 10, inks.fill, { colour: edge, width: 1.4 });
  if (!template.kind) paintButton(p, x, y, false, inks);
  const title = template.kind ? layerLabel(template) : boxTitle(net, box.number, name);
  if (!p.reads(SMALL)) {
    p.titleFromFar(title, x, y, w, h, inks.ink);
    return;
  }
  const style = styleOf(true, look.several || !look.heights.isEven, w);
  const room = w - EDGE - TIGHT;
  let top = y + CARD_HEAD;
  for (const row of stripRows(net, box.number, style)) {
    const [left, base] = [x + EDGE, top + 12];
    if (row.kind === "title") p.text(title, left, top + 11, TITLE_TYPE, inks.ink, { weight: 660, room });
    else if (row.kind === "volume") volume(p, net.outShape(box.number), x + w / 2, top + 46, solidOf(p, box, inks), Math.min(1.25, w / 72));
    else if (row.kind === "shape") p.text(row.text, left, base, SMALL, inks.ink, { weight: 620, room });
    else if (row.kind === "words") p.text(row.text, left, base, SMALL, inks.soft, { room });
    else if (row.kind === "squares") blockSquares(p, blocksIn(net, box.number), left, top + 2, 10);
    else if (row.kind === "bars") pathBars(p, net.pathsIn(box.number), left, top + 2, w - 2 * EDGE, 9, pathColour(p, net.pathsIn(box.number), inks.soft));
    else paintMeasure(p, box, measuresOf(p, style)[row.index], [left, x + w - EDGE], base + 4, 16, inks);
    top += rowHeight(row, style);
  }
}

/** A part of a strip that runs down. @param {Painter} p @param {Placed} box @param {string} name @param {number} x @param {number} y @param {Colour} colour */
export function paintSlab(p, box, name, x, y, colour) {
  const { surface, net } = p;
  const { w, h } = box;
  const inks = inksOf(p, colour);
  surface.rect(x, y, w, h, 10, inks.fill, { colour: colour.border, width: 1.3 });
  paintButton(p, x, y, false, inks);
  const title = boxTitle(net, box.number, name);
  const style = styleOf(false, false, w);
  const wide = style === "slab";
  if (!p.reads(SMALL)) {
    p.titleFromFar(title, x, y, w, h, inks.ink);
    return;
  }
  const measures = x + Math.max(SLAB_MEASURES, w * SLAB_SHARE);
  const left = x + (wide ? SLAB_WORDS : EDGE);
  const room = (wide ? measures - 8 : x + w - TIGHT) - left;
  if (wide) volume(p, net.outShape(box.number), x + SLAB_WORDS / 2 + 9, y + h / 2 + (net.pathsIn(box.number) ? -2 : 0), solidOf(p, box, inks), 0.55);
  let [top, aside] = [y, y + 4];
  for (const row of stripRows(net, box.number, style)) {
    const base = top + 11;
    if (row.kind === "title") p.text(title, wide ? left : x + SLAB_TITLE, top + 18, TITLE_TYPE, inks.ink, { weight: 660, room: wide ? room : room - SLAB_TITLE + EDGE });
    else if (row.kind === "shape") p.text(row.text, left, base, SMALL, inks.ink, { room });
    else if (row.kind === "words") p.text(row.text, left, base, SMALL, wide ? inks.soft : inks.ink, { room });
    else if (row.kind === "bars") {
      const words = wide ? 0 : PATHS_WORDS;
      if (words) p.text(row.text, left, base, SMALL, inks.soft, { room: words - 6 });
      pathBars(p, net.pathsIn(box.number), left + words, top + 3, (wide ? room : w - 2 * EDGE) - words, 8, pathColour(p, net.pathsIn(box.number), inks.soft));
    } else if (wide) {
      paintMeasure(p, box, measuresOf(p, style)[row.index], [measures, x + w - EDGE], aside + 14, 0, inks);
      aside += rowHeight(row, style);
      continue;
    } else {
      const middle = x + w / 2;
      const [start, end] = style === "narrow" ? [left, x + w - EDGE] : row.index ? [middle + GAP, x + w - EDGE] : [left, middle - GAP];
      const line = style === "pair" && row.index ? base - PAIR_ROW : base;
      paintMeasure(p, box, measuresOf(p, style)[row.index], [start, end], line + 1, 0, inks, style === "narrow");
    }
    top += rowHeight(row, style);
  }
}

/** @param {Painter} p @param {Colour} colour @returns {Inks} */
function inksOf(p, colour) {
  const { ink, soft, panel } = p.theme.ink;
  if (p.look.colour === "kind") return { fill: panel, ink, soft, bar: colour, solid: colour };
  const { fill, text } = colour;
  return { fill, ink: text, soft: text, bar: null, solid: { fill, border: mix(text, fill, 0.75), text } };
}

/** Colour of the drawing of a box's output. @param {Painter} p @param {Placed} box @param {Inks} inks */
function solidOf(p, box, inks) {
  const template = p.net.templates[box.number];
  return inks.bar ? p.theme.family(template.kind ? p.theme.familyOf(template) : "stage") : inks.solid;
}

/** A small square for each of a few blocks, in the colour of its kind. @param {Painter} p @param {string[]} blocks @param {number} x @param {number} y @param {number} size */
function blockSquares(p, blocks, x, y, size) {
  blocks.forEach((kind, i) => p.surface.rect(x + i * size * 1.3, y, size, size, size / 4, p.theme.family(kind).border));
}

/** The metrics to show; those of colours and heights are always among them. @param {Painter} p @param {Style} style */
function measuresOf({ look }, style) {
  const shown = [look.heights.metric, look.colour].filter((metric) => SIZES.includes(metric));
  const first = [...new Set([...shown, "params", "macs", "activations"])].slice(0, measureCount(style));
  return first.sort((a, b) => SIZES.indexOf(a) - SIZES.indexOf(b));
}

/**
 * A metric with its share of the network: as text, and as a bar below.
 *
 * @param {Painter} p
 * @param {Placed} box
 * @param {string} metric
 * @param {[number, number]} ends left and right
 * @param {number} base of the text
 * @param {number} below the text, where the share is written; 0 next to the text
 * @param {Inks} inks
 * @param {boolean} [shared] whether there is room for the share
 */
function paintMeasure(p, { number }, metric, [left, right], base, below, inks, shared = true) {
  const { net, surface } = p;
  const [part, whole] = [number, net.root.number].map((n) => net.total(n, metric));
  const share = percent(part, whole);
  const wide = shared ? surface.width(share, SMALL) + 7 : 0;
  p.text(counted(net.vocabulary, metric, part), left, base, SMALL, inks.soft, { room: right - left - (below ? 0 : wide) });
  if (shared) p.text(share, right, base + below, SMALL, inks.soft, { align: "right" });
  const [width, y] = below ? [right - left - wide, base + below - 7] : [right - left, base + 4];
  const fill = inks.bar ? p.theme.family(metric === "params" ? "stage" : "grouped").border : inks.soft;
  if (inks.bar) surface.rect(left, y, width, 4, 2, p.theme.ink.faint);
  if (part) surface.rect(left, y, Math.max(4, (width * part) / whole), 4, 2, fill);
}

/** A feature map as a box: its side shows the height, its depth the channels. @param {Painter} p @param {number[]|null} shape @param {number} cx @param {number} cy @param {Colour} colour @param {number} scale */
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
