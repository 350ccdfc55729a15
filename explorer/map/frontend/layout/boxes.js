// Layouts of boxes as far as they are open. Parts with the same description share a layout.

import { cached } from "../model/cached.js";
import {
  CARD_WIDTHS, CARD_WIRE, CARD_WIRE_LOW, GAP, GUTTER, HEAD, PAD, RUN_SHAPE, SLAB_WIDTH, SLAB_WIDTH_NARROW, sizeOf, THIN, ZONE,
} from "./constants.js";
import { layered } from "./layered-layout.js";
import { entering, Placer } from "./series-parallel-layout.js";
import { flowOf, OUT, seriesParallel } from "./series-parallel.js";
import { LAYER_SLAB, stripHeight, stripRows, styleOf } from "./strip-contents.js";

/**
 * @typedef {import("../model/network.js").Net} Net
 * @typedef {import("../model/network.js").Openness} Openness
 * @typedef {import("../model/network.js").Part} Part
 * @typedef {import("./series-parallel-layout.js").Placed} Placed
 */

/** A box whose contents are not laid out. @param {number} number @param {number} w @param {number} h @returns {Placed} */
export function closed(number, w, h) {
  return {
    number,
    open: false,
    w,
    h,
    entry: [w / 2, 0],
    exit: [w / 2, h],
    kids: [],
    wires: [],
    thin: false,
    card: false,
    count: 1,
  };
}

/** Lays out boxes of one network; equal descriptions that are open alike only once. */
export class BoxMaker {
  /**
   * @param {Net} net
   * @param {Openness} openness
   * @param {import("./box-heights.js").BoxHeights} heights
   * @param {boolean} several whether there are other networks
   * @param {(width: number) => number} stretched width of a folded box of the strip that fills a screen
   */
  constructor(net, openness, heights, several, stretched = (width) => width) {
    this.net = net;
    this.openness = openness;
    this.heights = heights;
    this.several = several;
    this.stretched = stretched;
    this.mixed = openness.mixed(net);
    /** @type {Map<string, Placed>} */
    this.known = new Map();
  }

  /** @param {Part} part @param {boolean} card whether it is a card of a strip to the right @returns {Placed} */
  box(part, card) {
    const around = part.parent?.template.role ?? "";
    if (this.mixed.has(part.id)) return this.make(part, around, card);
    const key = `${part.number} ${around} ${card}`;
    return cached(this.known, key, () => this.make(part, around, card));
  }

  /** @param {Part} part @param {string} around @param {boolean} card @returns {Placed} */
  make(part, around, card) {
    const role = part.template.role ?? "layer";
    if (this.openness.isOpen(part)) return this.opened(part, role, card);
    const [w, least] = around === "network" ? this.stripSize(part, role, card) : sizeOf(role, around, this.heights.isEven ? this.net.pathsIn(part.number) : 0);
    const h = Math.round(least * this.heights.of(this.net, part.number, around, card));
    const placed = { ...closed(part.number, w, h), thin: around === "path" || role === "path", card };
    const wire = this.several || !this.heights.isEven ? CARD_WIRE_LOW : CARD_WIRE;
    if (card) Object.assign(placed, { entry: [0, wire], exit: [w, wire] });
    return placed;
  }

  /** Width and height of a closed box of the strip; equal heights where a metric adds to them. @param {Part} part @param {string} role @param {boolean} card @returns {[number, number]} */
  stripSize(part, role, card) {
    const { net, heights } = this;
    const slab = this.several ? SLAB_WIDTH_NARROW : SLAB_WIDTH;
    const w = this.stretched(card ? (role === "layer" ? CARD_WIDTHS.layer : CARD_WIDTHS.box) : slab);
    if (role === "layer" && !card) return [w, LAYER_SLAB];
    const style = styleOf(card, this.several || !heights.isEven, w);
    const numbers = heights.isEven ? [part.number] : net.root.children.map(({ number }) => number);
    return [w, Math.max(...numbers.map((number) => stripHeight(stripRows(net, number, style), style)))];
  }

  /** @param {Part} part @param {string} role @param {boolean} card @returns {Placed} */
  opened(part, role, card) {
    const boxes = part.children.map((child) => this.box(child, false));
    const thin = role === "path";
    const [head, pad] = thin ? [THIN.head, THIN.pad] : [HEAD, PAD];
    const placed = { ...closed(part.number, 0, 0), open: true, thin };
    const children = part.children;
    const flow = flowOf(part.template);
    const placer = new Placer(boxes, flow, (i) => children[i].template.role ?? "", thin);
    const series = seriesParallel(flow);
    const top = head + (thin ? 6 : ZONE);
    const foot = thin ? 6 : ZONE;
    if (!series) {
      Object.assign(placed, layered(boxes, flow, [pad, top], foot));
    } else if (role === "run") {
      columns(placed, placer, boxes, pad, top, foot);
    } else {
      const size = placer.measure(series);
      const axis = pad + size.left;
      const h = top + size.h + foot;
      const w = Math.max(axis + size.right + pad, role === "shortcut" ? 84 : 0);
      Object.assign(placed, { w, h, entry: [axis, 0], exit: [axis, h] });
      const start = card ? [0, head + ZONE * 0.4, axis, head + ZONE * 0.4] : [axis, head];
      const tails = placer.place(series, axis, top, [entering(start)]);
      placer.leave(tails, card ? [axis, h - ZONE * 0.4, w, h - ZONE * 0.4] : [axis, h]);
      Object.assign(placed, { kids: placer.kids, wires: placer.wires });
      if (card) Object.assign(placed, { entry: [0, head + ZONE * 0.4], exit: [w, h - ZONE * 0.4] });
    }
    placed.count = boxes.reduce((sum, box) => sum + box.count, 1);
    // As wide as the closed boxes of a strip that runs down, so that opening one moves no other.
    if (!card && part.parent?.template.role === "network") widen(placed, this.stripSize(part, role, card)[0]);
    return placed;
  }
}

/** Make a box at least so wide, with its contents in the middle. @param {Placed} placed @param {number} w */
function widen(placed, w) {
  const shift = (w - placed.w) / 2;
  if (shift <= 0) return;
  placed.w = w;
  for (const kid of placed.kids) kid.x += shift;
  for (const wire of placed.wires) wire.points = wire.points.map((v, i) => (i % 2 ? v : v + shift));
  placed.entry = [placed.entry[0] + shift, placed.entry[1]];
  placed.exit = [placed.exit[0] + shift, placed.exit[1]];
}

/**
 * A run in columns, a little higher than wide.
 *
 * @param {Placed} placed
 * @param {Placer} placer
 * @param {Placed[]} boxes
 * @param {number} pad
 * @param {number} top
 * @param {number} foot
 */
function columns(placed, placer, boxes, pad, top, foot) {
  const w = Math.max(...boxes.map((box) => box.w));
  const h = Math.max(...boxes.map((box) => box.h));
  const squareness = (/** @type {number} */ k) =>
    Math.abs(Math.log((k * (w + GUTTER)) / (Math.ceil(boxes.length / k) * (h + GAP)) / RUN_SHAPE));
  let count = 1;
  for (let k = 2; k <= boxes.length; k++) if (squareness(k) < squareness(count)) count = k;
  const rows = Math.ceil(boxes.length / count);
  let tails = [entering([0, HEAD])];
  let [x, bottom] = [pad, 0];
  for (let start = 0; start < boxes.length; start += rows) {
    const items = boxes.map((_, i) => i).slice(start, start + rows);
    const size = placer.measure(items);
    const axis = x + size.left;
    if (start === 0) {
      placed.entry = [axis, 0];
      tails = [entering([axis, HEAD])];
    } else {
      const [tail] = tails;
      const [fromX, fromY] = tail.points.slice(-2);
      const gutter = x - GUTTER / 2;
      const turns = [fromX, fromY + ZONE * 0.6, gutter, fromY + ZONE * 0.6, gutter, top - ZONE * 0.6, axis, top - ZONE * 0.6];
      tails = [{ ...tail, points: [...tail.points, ...turns] }];
    }
    tails = placer.place(items, axis, top, tails);
    bottom = Math.max(bottom, top + size.h);
    placed.exit = [axis, 0];
    x += size.left + size.right + GUTTER;
  }
  Object.assign(placed, { w: x - GUTTER + pad, h: bottom + foot });
  placed.exit[1] = placed.h;
  for (const tail of tails) placer.wire(tail, [placed.exit[0], placed.h], OUT);
  Object.assign(placed, { kids: placer.kids, wires: placer.wires });
}
