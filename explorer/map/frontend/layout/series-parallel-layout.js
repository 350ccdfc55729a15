// Positions of the children of one box: series downwards, branches side by side, with wires.

import { BRANCH_GAP, GAP, LANE, THIN, ZONE } from "./constants.js";
import { IN, OUT } from "./series-parallel.js";

/**
 * @typedef {import("./series-parallel.js").Item} Item
 * @typedef {import("./series-parallel.js").Series} Series
 *
 * @typedef {object} Placed A box and its open contents, relative to its top left corner.
 * @property {number} number of its description
 * @property {boolean} open
 * @property {number} w
 * @property {number} h
 * @property {[number, number]} entry where its input wire ends
 * @property {[number, number]} exit where its output wire begins
 * @property {Kid[]} kids in the order of the description
 * @property {Wire[]} wires
 * @property {boolean} thin drawn in the small type of paths
 * @property {boolean} card drawn as a card of the strip
 * @property {number} count of boxes and layers drawn inside, itself included
 *
 * @typedef {{x: number, y: number, box: Placed}} Kid
 *
 * @typedef {object} Wire
 * @property {number[]} points x, y, x, y, ...
 * @property {"flow"|"identity"|"projection"} kind
 * @property {number} from child, or IN
 * @property {number} to child, or OUT
 * @property {number} n of tensors
 *
 * @typedef {{points: number[], from: number, kind: Wire["kind"]}} Tail The beginning of a wire that is not finished.
 */

/** Places the children of one box. */
export class Placer {
  /**
   * @param {Placed[]} boxes the children
   * @param {import("./series-parallel.js").Flow} flow
   * @param {(child: number) => string} roleOf
   * @param {boolean} thin
   */
  constructor(boxes, flow, roleOf, thin) {
    this.boxes = boxes;
    this.roleOf = roleOf;
    this.gap = thin ? THIN.gap : GAP;
    this.branchGap = thin ? THIN.branchGap : BRANCH_GAP;
    this.tensors = new Map(flow.edges.map(([a, b, n]) => [`${a}>${b}`, n]));
    /** @type {Kid[]} */
    this.kids = boxes.map((box) => ({ x: 0, y: 0, box }));
    /** @type {Wire[]} */
    this.wires = [];
  }

  /** Width left and right of the axis, and height. @param {Series} items */
  measure(items) {
    if (!items.length) return { left: LANE / 2, right: LANE / 2, h: 0 };
    let [left, right, h] = [0, 0, 0];
    items.forEach((item, i) => {
      const size = typeof item === "number" ? this.measureBox(item) : this.measureFork(item.branches);
      left = Math.max(left, size.left);
      right = Math.max(right, size.right);
      h += size.h + (i ? this.between(items[i - 1], item) : 0);
    });
    return { left, right, h };
  }

  /** @param {number} child */
  measureBox(child) {
    const { w, h, entry } = this.boxes[child];
    return { left: entry[0], right: w - entry[0], h };
  }

  /** @param {Item} before @param {Item} after */
  between(before, after) {
    return typeof before === "number" && typeof after === "number" ? this.gap : 2;
  }

  /** Branches from left to right, and the position of the one on the axis; -1 if none is. @param {Series[]} branches */
  ordered(branches) {
    const weight = (/** @type {Series} */ items) => this.measure(items).h;
    const even = branches.length > 2 && branches.every((items) => items.length);
    if (even) return { order: branches, main: -1 };
    const isShort = (/** @type {Series} */ items) =>
      !items.length || (typeof items[0] === "number" && this.roleOf(items[0]) === "shortcut");
    const order = [...branches].sort(
      (a, b) => Number(isShort(a)) - Number(isShort(b)) || weight(b) - weight(a),
    );
    return { order, main: 0 };
  }

  /** @param {Series[]} branches */
  measureFork(branches) {
    const { order, main } = this.ordered(branches);
    const sizes = order.map((items) => this.measure(items));
    const width = sizes.reduce((sum, s) => sum + s.left + s.right, this.branchGap * (order.length - 1));
    const left = main < 0 ? width / 2 : sizes[0].left;
    return { left, right: width - left, h: Math.max(...sizes.map((s) => s.h)) + 2 * ZONE };
  }

  /**
   * Put a series on its axis, from `y` downwards.
   *
   * @param {Series} items
   * @param {number} axis
   * @param {number} y
   * @param {Tail[]} tails of the wires into it
   * @returns {Tail[]} of the wires out of it
   */
  place(items, axis, y, tails) {
    items.forEach((item, i) => {
      if (i) y += this.between(items[i - 1], item);
      if (typeof item === "number") {
        const { h, entry } = this.boxes[item];
        this.put(item, axis - entry[0], y, tails);
        tails = [this.tailOf(item)];
        y += h;
      } else {
        const { h } = this.measureFork(item.branches);
        tails = tails.flatMap((tail) => this.placeFork(item.branches, axis, y, h, tail));
        y += h;
      }
    });
    return tails;
  }

  /** @param {Series[]} branches @param {number} axis @param {number} y @param {number} h @param {Tail} tail */
  placeFork(branches, axis, y, h, tail) {
    const { order, main } = this.ordered(branches);
    const size = this.measureFork(branches);
    let x = axis - size.left;
    return order.flatMap((items, i) => {
      const own = this.measure(items);
      const centre = i === main ? axis : x + own.left;
      x += own.left + own.right + this.branchGap;
      const first = items[0];
      /** @type {Wire["kind"]} */
      let kind = "flow";
      if (!items.length) kind = "identity";
      else if (typeof first === "number" && this.roleOf(first) === "shortcut") kind = "projection";
      const bent =
        centre === tail.points[tail.points.length - 2]
          ? tail.points
          : [...tail.points, tail.points[tail.points.length - 2], y + ZONE * 0.6, centre, y + ZONE * 0.6];
      const spare = (h - 2 * ZONE - own.h) / 2;
      return this.place(items, centre, y + ZONE + spare, [{ points: bent, from: tail.from, kind }]);
    });
  }

  /** Put a child at a position and join wires to it. @param {number} child @param {number} x @param {number} y @param {Tail[]} tails */
  put(child, x, y, tails) {
    const { w, h, entry } = this.boxes[child];
    Object.assign(this.kids[child], { x, y });
    tails.forEach((tail, i) => {
      const fromTheSide = tails.length === 2 && i === 1 && tail.kind !== "flow";
      if (fromTheSide) {
        const lane = tail.points[tail.points.length - 2];
        this.wire(tail, [lane, y + h / 2, x + w, y + h / 2], child);
      } else {
        this.wire(tail, this.downTo(tail, x + entry[0], y), child);
      }
    });
  }

  /** Points that bring a wire to (x, y) from above. @param {Tail} tail @param {number} x @param {number} y */
  downTo(tail, x, y) {
    const from = tail.points[tail.points.length - 2];
    if (Math.abs(from - x) < 0.01) return [x, y];
    const turn = y - ZONE * 0.6;
    return [from, turn, x, turn, x, y];
  }

  /** @param {number} child @returns {Tail} */
  tailOf(child) {
    const { x, y, box } = this.kids[child];
    const kind = this.roleOf(child) === "shortcut" ? "projection" : "flow";
    return { points: [x + box.exit[0], y + box.exit[1]], from: child, kind };
  }

  /** Add a wire, if the flow has this edge. @param {Tail} tail @param {number[]} points @param {number} to */
  wire(tail, points, to) {
    const n = this.tensors.get(`${tail.from}>${to}`);
    if (!n) return;
    this.wires.push({ ...tail, points: [...tail.points, ...points], to, n });
  }

  /** End wires at the border of the box. @param {Tail[]} tails @param {number[]} end points, the last at the border */
  leave(tails, end) {
    for (const tail of tails) {
      const points = end.length > 2 ? [tail.points[tail.points.length - 2], end[1], ...end.slice(2)] : this.downTo(tail, end[0], end[1]);
      this.wire(tail, points, OUT);
    }
  }
}

/** A wire that starts at the box's own input. @param {number[]} points @returns {Tail} */
export function entering(points) {
  return { points, from: IN, kind: "flow" };
}
