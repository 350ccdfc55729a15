// Layout in rows, for graphs of foreign models that have no series-parallel form.

import { GAP, HEAD, LANE, PAD } from "./constants.js";
import { IN, OUT } from "./series-parallel.js";

/** @typedef {import("./series-parallel-layout.js").Placed} Placed */
/** @typedef {{child: number, w: number, h: number, axis: number, x: number, up: number[], down: number[]}} Slot */

const SWEEPS = 6;

/**
 * Rows by the longest path from the input. Wires that pass a row get a lane in it, so that none
 * crosses a box.
 *
 * @param {Placed[]} boxes
 * @param {import("./series-parallel.js").Flow} flow
 * @param {[number, number]} corner
 * @param {number} foot
 * @returns {Partial<Placed>}
 */
export function layered(boxes, flow, corner, foot) {
  const rank = ranks(boxes.length, flow);
  const last = Math.max(...rank) + 1;
  /** @type {Slot[]} */
  const slots = boxes.map(({ w, h, entry }, child) => ({ child, w, h, axis: entry[0], x: 0, up: [], down: [] }));
  /** @type {number[][]} */
  const rows = Array.from({ length: last + 1 }, () => []);
  boxes.forEach((_, i) => rows[rank[i]].push(i));
  /** @type {Array<{chain: number[], edge: [number, number, number]}>} */
  const routes = [];
  for (const edge of flow.edges) {
    const [from, to] = edge;
    const first = from === IN ? -1 : rank[from];
    const stop = to === OUT ? last : rank[to];
    const chain = from === IN ? [] : [from];
    for (let r = first + 1; r < stop; r++) {
      chain.push(slots.length);
      rows[r].push(slots.length);
      slots.push({ child: -1, w: LANE / 2, h: 0, axis: LANE / 4, x: 0, up: [], down: [] });
    }
    if (to !== OUT) chain.push(to);
    chain.slice(1).forEach((slot, i) => {
      slots[slot].up.push(chain[i]);
      slots[chain[i]].down.push(slot);
    });
    routes.push({ chain, edge });
  }
  order(rows, slots);
  return draw(boxes, rows, slots, routes, corner, foot);
}

/** @param {number} n @param {import("./series-parallel.js").Flow} flow */
function ranks(n, flow) {
  const rank = new Array(n).fill(0);
  const edges = [...flow.edges].filter(([a, b]) => a >= 0 && b >= 0).sort((a, b) => a[0] - b[0]);
  for (const [from, to] of edges) rank[to] = Math.max(rank[to], rank[from] + 1);
  return rank;
}

/** Move each slot to the mean of its neighbours, row by row, and keep rows apart. @param {number[][]} rows @param {Slot[]} slots */
function order(rows, slots) {
  const spread = (/** @type {number[]} */ row) => {
    const width = row.reduce((sum, i) => sum + slots[i].w + LANE, -LANE);
    let x = -width / 2;
    for (const i of row) {
      slots[i].x = x + slots[i].axis;
      x += slots[i].w + LANE;
    }
  };
  rows.forEach(spread);
  const mean = (/** @type {number[]} */ near, /** @type {number} */ x) =>
    near.length ? near.reduce((sum, i) => sum + slots[i].x, 0) / near.length : x;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const down = sweep % 2 === 0;
    for (const row of down ? rows : [...rows].reverse()) {
      const goal = new Map(row.map((i) => [i, mean(down ? slots[i].up : slots[i].down, slots[i].x)]));
      const target = (/** @type {number} */ i) => /** @type {number} */ (goal.get(i));
      row.sort((a, b) => target(a) - target(b) || a - b);
      spread(row);
    }
  }
}

/**
 * @param {Placed[]} boxes
 * @param {number[][]} rows
 * @param {Slot[]} slots
 * @param {Array<{chain: number[], edge: [number, number, number]}>} routes
 * @param {[number, number]} corner
 * @param {number} foot
 * @returns {Partial<Placed>}
 */
function draw(boxes, rows, slots, routes, corner, foot) {
  const left = Math.min(...slots.map((s) => s.x - s.axis));
  const right = Math.max(...slots.map((s) => s.x - s.axis + s.w));
  const shift = corner[0] - left;
  const kids = boxes.map((box) => ({ x: 0, y: 0, box }));
  /** @type {number[]} */
  const tops = [];
  /** @type {number[]} */
  const heights = [];
  let y = corner[1];
  for (const row of rows) {
    const h = Math.max(0, ...row.map((i) => slots[i].h));
    tops.push(y);
    heights.push(h);
    for (const i of row) {
      if (slots[i].child >= 0) Object.assign(kids[i], { x: slots[i].x - slots[i].axis + shift, y });
    }
    y += h + GAP * 1.4;
  }
  const h = y - GAP * 1.4 + foot;
  const centre = (right - left) / 2 + corner[0];
  const rowOf = new Map(rows.flatMap((row, r) => row.map((i) => /** @type {[number, number]} */ ([i, r]))));
  const wires = routes.map(({ chain, edge: [from, to, n] }) => {
    const points = from === IN ? [centre, HEAD] : [kids[from].x + boxes[from].exit[0], kids[from].y + boxes[from].h];
    for (const i of from === IN ? chain : chain.slice(1)) {
      const top = tops[rowOf.get(i) ?? 0];
      bend(points, slots[i].x + shift, top);
      if (slots[i].child < 0) points.push(slots[i].x + shift, top + heights[rowOf.get(i) ?? 0]);
    }
    // A box may be lower than its row: the wire leaves the row straight down.
    if (to === OUT) bend(points, centre, h);
    return { points, kind: /** @type {"flow"} */ ("flow"), from, to, n };
  });
  return { w: right - left + corner[0] + PAD, h, kids, wires, entry: [centre, 0], exit: [centre, h] };
}

/** Continue a wire to (x, y), turning just above it. @param {number[]} points @param {number} x @param {number} y */
function bend(points, x, y) {
  const before = points[points.length - 2];
  if (Math.abs(before - x) > 0.01) points.push(before, y - GAP * 0.7, x, y - GAP * 0.7);
  points.push(x, y);
}
