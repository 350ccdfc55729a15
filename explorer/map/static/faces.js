// The faces of closed boxes: layers, folded blocks and paths, and the cards of stages.

import { mix } from "./theme.js";
import { blockKind, blocksIn, boxTitle, layerWords, measure, percent, rangeWords, shapeText } from "./words.js";

/**
 * @typedef {import("./paint.js").Painter} Painter
 * @typedef {import("./place.js").Placed} Placed
 * @typedef {import("./theme.js").Colour} Colour
 * @typedef {import("./model.js").Template} Template
 */

/** @param {Painter} p @param {Placed} box @param {Template} layer @param {number} x @param {number} y @param {Colour} colour */
export function paintLayer(p, box, layer, x, y, colour) {
  const { surface } = p;
  const size = box.thin ? 8.5 : 11.5;
  const drawn = box.h * p.view.zoom > 6;
  surface.rect(x, y, box.w, box.h, drawn ? (box.thin ? 4 : 7) : 0, colour.fill, drawn ? { colour: colour.border, width: box.thin ? 0.7 : 1 } : null);
  if (!p.reads(size)) return;
  const base = y + box.h / 2 + size * 0.36;
  const words = layerWords(layer, box.thin);
  if (box.thin) {
    surface.text(words, x + box.w / 2, base, size, colour.text, { align: "center", weight: 550, room: box.w - 4 });
    return;
  }
  const { groups = 1, stride = 1 } = layer.tags ?? {};
  const badges = [...(stride !== 1 ? [`÷${stride}`] : []), ...(groups !== 1 ? [`${groups} groups`] : [])];
  const room = badges.length ? badges.join("").length * 5.4 + badges.length * 11 : 0;
  const centred = !badges.length;
  surface.text(words, centred ? x + box.w / 2 : x + 10, base, size, colour.text, {
    align: centred ? "center" : "left",
    weight: 560,
    room: box.w - room - 14,
  });
  let end = x + box.w - 6;
  for (const badge of badges) {
    const w = badge.length * 5.2 + 8;
    surface.rect(end - w, y + box.h / 2 - 7.5, w, 15, 7, colour.border);
    surface.text(badge, end - w / 2, y + box.h / 2 + 3, 8.5, p.theme.mode === "light" ? "#ffffff" : "#10151d", { align: "center", weight: 650 });
    end -= w + 3;
  }
}

/** A folded block, run, bundle, path or shortcut. @param {Painter} p @param {Placed} box @param {string} name @param {number} x @param {number} y @param {Colour} colour */
export function paintClosed(p, box, name, x, y, colour) {
  const { surface, net, theme } = p;
  const template = net.templates[box.number];
  const role = template.role ?? "";
  const edge = { colour: colour.border, width: 1.1 };
  if (role === "run" || role === "bundle") {
    for (const back of [8, 4]) {
      surface.rect(x + back, y + back, box.w - 8, box.h - 8, 7, mixed(colour, theme, back), edge);
    }
  }
  const stacked = role === "run" || role === "bundle" ? 8 : 0;
  const [w, h] = [box.w - stacked, box.h - stacked];
  surface.rect(x, y, w, h, 8, colour.fill, edge);
  if (!p.reads(box.thin ? 8 : 10)) return;
  const title = boxTitle(net, box.number, name);
  if (box.thin || role === "shortcut") {
    surface.text(title, x + w / 2, y + h / 2 + 3, box.thin ? 8.5 : 10.5, colour.text, { align: "center", weight: 600, room: w - 4 });
    return;
  }
  if (role === "bundle") stripes(p, (template.children ?? []).length, x + 10, y + 6, w - 20, 8, colour);
  const base = role === "bundle" ? y + 28 : y + 19;
  surface.text(title, x + 12, base, 12, colour.text, { weight: 640, room: w - (role === "block" ? 84 : 24) });
  if (role === "block") {
    const kind = blockKind(net, box.number);
    const tint = p.look.colour === "kind" ? theme.family(kind).border : colour.text;
    surface.text(kind.replace(" block", ""), x + w - 12, base, 10, tint, { align: "right", weight: 600 });
  }
  surface.text(closedFacts(p, template, box.number), x + 12, base + 14, 9.5, faded(p, colour), { room: w - 22 });
}

/** @param {Painter} p @param {Template} template @param {number} number */
function closedFacts(p, template, number) {
  const { net } = p;
  const facts = [shapeText(net.outShape(number))];
  if (template.role === "run") facts.unshift(rangeWords(template));
  if (template.role === "bundle") return pathWords(p, template);
  const metric = p.look.colour === "kind" ? "params" : p.look.colour;
  if (metric !== "field") {
    const value = /** @type {any} */ (net.totalsOf(number))[metric];
    facts.push(metric === "params" ? `${measure(metric, value)} params` : measure(metric, value));
  }
  return facts.join(" · ");
}

/** The convolutions of one path. @param {Painter} p @param {Template} bundle */
function pathWords(p, bundle) {
  const first = p.net.templates[(bundle.children ?? [])[0][1]];
  const convs = (first.children ?? []).map(([, n]) => p.net.templates[n]).filter((t) => t.tags?.filters !== undefined);
  return `each ${convs.map((t) => layerWords(t, true)).join(" → ")}`;
}

/** Thin bars, one for each path. @param {Painter} p @param {number} count @param {number} x @param {number} y @param {number} w @param {number} h @param {Colour} colour */
function stripes(p, count, x, y, w, h, colour) {
  const drawn = Math.min(count, 64);
  const step = w / drawn;
  for (let i = 0; i < drawn; i++) p.surface.rect(x + i * step, y, Math.max(step * 0.6, 0.8), h, 0, colour.border);
}

/** The card of a stage, of the stem, the classifier or the input. @param {Painter} p @param {Placed} box @param {string} name @param {number} x @param {number} y @param {Colour} colour */
export function paintCard(p, box, name, x, y, colour) {
  const { surface, net, theme } = p;
  const { w } = box;
  const template = net.templates[box.number];
  const plain = p.look.colour === "kind";
  const ink = plain ? theme.ink.ink : colour.text;
  const soft = plain ? theme.ink.soft : colour.text;
  surface.rect(x, y, w, box.h, 16, plain ? theme.ink.panel : colour.fill, { colour: colour.border, width: 1.4 });
  const shape = net.outShape(box.number);
  volume(p, shape, x + w / 2, y + 106, plain ? theme.layerOrStage(template) : colour, w > 150 ? 1.45 : 1.15);
  const title = template.kind ? layerWords(template) : boxTitle(net, box.number, name);
  if (p.reads(13)) surface.text(title, x + 16, y + 30, 16, ink, { weight: 660, room: w - 20 });
  if (!p.reads(10)) return;
  surface.text(shapeText(shape), x + w / 2, y + 190, 12.5, ink, { align: "center", weight: 620 });
  const blocks = template.kind ? [] : blocksIn(net, box.number);
  if (blocks.length) {
    surface.text(blockWords(blocks.length), x + w - 16, y + 30, 11.5, soft, { align: "right" });
    blockBars(p, blocks, x + 16, y + 203, w - 32, true);
  } else {
    surface.text(insideWords(p, template), x + w / 2, y + 211, 10.5, soft, { align: "center", room: w - 16 });
  }
  if (template.kind !== "InputLayer") shares(p, box.number, x + 16, y + 243, w - 32, plain ? colour : null, soft, 26);
}

/** The same as a slab, where the strip runs down. @param {Painter} p @param {Placed} box @param {string} name @param {number} x @param {number} y @param {Colour} colour */
export function paintSlab(p, box, name, x, y, colour) {
  const { surface, net, theme } = p;
  const plain = p.look.colour === "kind";
  const ink = plain ? theme.ink.ink : colour.text;
  const soft = plain ? theme.ink.soft : colour.text;
  surface.rect(x, y, box.w, box.h, 12, plain ? theme.ink.panel : colour.fill, { colour: colour.border, width: 1.3 });
  const shape = net.outShape(box.number);
  volume(p, shape, x + box.w - 42, y + box.h / 2, plain ? theme.family("stage") : colour, 0.8);
  if (!p.reads(11.5)) return;
  surface.text(boxTitle(net, box.number, name), x + 14, y + 24, 14.5, ink, { weight: 660, room: 110 });
  surface.text(shapeText(shape), x + 14, y + 42, 11.5, ink, { weight: 600 });
  if (!p.reads(10)) return;
  const blocks = blocksIn(net, box.number);
  if (blocks.length) blockBars(p, blocks, x + 100, y + 15, 86, false);
  shares(p, box.number, x + 14, y + 59, 158, plain ? colour : null, soft, 16);
}

/** @param {number} count */
function blockWords(count) {
  return `${count} ${count === 1 ? "block" : "blocks"}`;
}

/** What a card without blocks holds. @param {Painter} p @param {Template} template */
function insideWords(p, template) {
  const children = template.children ?? [];
  const kinds = children.map(([, number]) => p.net.templates[number]).filter((t) => t.tags && Object.keys(t.tags).length);
  return template.kind ? "" : kinds.map((t) => layerWords(t).replace(/,.*/, "")).join(" · ") || `${children.length} layers`;
}

/** Small bars, orange for a projection block and blue for an identity block. @param {Painter} p @param {string[]} blocks @param {number} x @param {number} y @param {number} w @param {boolean} centred */
function blockBars(p, blocks, x, y, w, centred) {
  const step = Math.min(15, w / blocks.length);
  const start = centred ? x + (w - step * blocks.length) / 2 : x;
  blocks.forEach((kind, i) => {
    p.surface.rect(start + i * step + step * 0.12, y, step * 0.76, 10, Math.min(2.5, step / 3), p.theme.family(kind).border);
  });
}

/** Shares of the network's parameters and MACs. @param {Painter} p @param {number} number @param {number} x @param {number} y @param {number} w @param {Colour|null} colour @param {string} soft @param {number} step */
function shares(p, number, x, y, w, colour, soft, step) {
  const own = p.net.totalsOf(number);
  const all = p.net.totalsOf(p.net.root.number);
  const wide = w > 120;
  ["params", "macs"].forEach((metric, i) => {
    const [part, whole] = [/** @type {any} */ (own)[metric], /** @type {any} */ (all)[metric]];
    const label = metric === "params" ? "params" : "MACs";
    p.surface.text(`${measure(metric, part)} ${label}`, x, y + i * step, 10, soft);
    if (wide) p.surface.text(percent(part, whole), x + w, y + i * step, 10, soft, { align: "right" });
    if (colour) p.surface.rect(x, y + i * step + 4, w, 3.2, 1.6, p.theme.ink.faint);
    if (part) p.surface.rect(x, y + i * step + 4, Math.max(3.2, (w * part) / whole), 3.2, 1.6, colour ? p.theme.family(i ? "grouped" : "stage").border : soft);
  });
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

/** @param {Colour} colour @param {import("./theme.js").Theme} theme @param {number} back */
function mixed(colour, theme, back) {
  return mix(colour.fill, theme.ink.page, 1 - back / 16);
}

/** @param {Painter} p @param {Colour} colour */
function faded(p, colour) {
  return p.look.colour === "kind" ? p.theme.ink.soft : colour.text;
}
