// From what is open to positions: a pure function. Networks as strips of stages, side by side.

import { BoxMaker, closed } from "./boxes.js";
import { EVEN, Growth } from "./growth.js";
import { Openness } from "./model.js";
import { flowOf } from "./series.js";
import { NET_GAP, STAGE_GAP, STAGE_GAP_DOWN, TITLE } from "./sizes.js";

/**
 * @typedef {import("./model.js").Part} Part
 * @typedef {import("./model.js").Net} Net
 * @typedef {import("./place.js").Placed} Placed
 * @typedef {"right"|"down"} Direction
 *
 * @typedef {object} Scene
 * @property {number} w
 * @property {number} h
 * @property {Array<{x: number, y: number, box: Placed, part: Part}>} roots one for each network
 */

/** Boxes in a strip to the right may be so many times smaller than downwards. */
const WIDE_ENOUGH = 1.25;

/**
 * Networks side by side, their stages aligned.
 *
 * @param {Net[]} nets
 * @param {Openness} openness
 * @param {Direction} direction of the flow from stage to stage
 * @param {string} [metric] that the boxes' heights show; see `Growth`
 * @returns {Scene}
 */
export function layout(nets, openness, direction, metric = EVEN) {
  const growth = new Growth(nets, metric);
  const makers = nets.map((net) => new BoxMaker(net, openness, growth, nets.length > 1));
  const chains = nets.map((net) => isChain(net.root));
  const right = direction === "right" && chains.every(Boolean);
  const rows = makers.map((maker, i) =>
    chains[i] ? nets[i].root.children.map((part) => maker.box(part, right)) : [maker.box(nets[i].root, false)],
  );
  const gap = right ? STAGE_GAP : STAGE_GAP_DOWN;
  const names = nets.map((net, i) => (chains[i] ? net.root.children.map((part) => part.name) : [""]));
  const slots = align(names, rows.map((row) => row.map((box) => (right ? box.w : box.h))), gap);
  /** @type {Scene} */
  const scene = { w: 0, h: 0, roots: [] };
  let across = 0;
  rows.forEach((row, i) => {
    const box = chains[i] ? strip(nets[i].root.number, row, names[i], slots, right) : row[0];
    scene.roots.push({ x: right ? 0 : across, y: right ? across : 0, box, part: nets[i].root });
    across += (right ? box.h : box.w) + NET_GAP;
    scene.w = Math.max(scene.w, (right ? 0 : across - NET_GAP - box.w) + box.w);
    scene.h = Math.max(scene.h, (right ? across - NET_GAP - box.h : 0) + box.h);
  });
  return scene;
}

/**
 * The direction in which the folded networks fill a screen: to the right, as it is wider than
 * high, unless several networks would become small.
 *
 * @param {Net[]} nets
 * @param {string} metric
 * @param {number} width
 * @param {number} height
 * @returns {Direction}
 */
export function directionFor(nets, metric, width, height) {
  if (width < height) return "down";
  const folded = new Openness("stages");
  const zoom = (/** @type {Direction} */ direction) => {
    const { w, h } = layout(nets, folded, direction, metric);
    return Math.min(width / w, height / h);
  };
  return zoom("right") * WIDE_ENOUGH >= zoom("down") ? "right" : "down";
}

/** Whether each child reads the one before it and nothing else. @param {Part} part */
function isChain(part) {
  const flow = flowOf(part.template);
  const inner = flow.edges.filter(([a, b]) => a >= 0 && b >= 0);
  return inner.length === flow.n - 1 && inner.every(([a, b]) => b === a + 1) && flow.n > 1;
}

/**
 * Start and length of each name's slot along the flow, the same for all networks.
 *
 * @param {string[][]} names
 * @param {number[][]} lengths
 * @param {number} gap between slots
 */
function align(names, lengths, gap) {
  /** @type {string[]} */
  const order = [];
  for (const row of names) {
    row.forEach((name, i) => {
      if (order.includes(name)) return;
      order.splice(i ? order.indexOf(row[i - 1]) + 1 : 0, 0, name);
    });
  }
  /** @type {Map<string, {start: number, length: number}>} */
  const slots = new Map();
  let start = 0;
  for (const name of order) {
    const length = Math.max(...names.map((row, i) => lengths[i][row.indexOf(name)] ?? 0));
    slots.set(name, { start, length });
    start += length + gap;
  }
  return slots;
}

/**
 * One network as a strip of its parts in their slots.
 *
 * @param {number} number
 * @param {Placed[]} boxes
 * @param {string[]} names
 * @param {Map<string, {start: number, length: number}>} slots
 * @param {boolean} right
 * @returns {Placed}
 */
function strip(number, boxes, names, slots, right) {
  const wide = Math.max(...boxes.map((box) => box.w - box.entry[0]));
  const axis = Math.max(...boxes.map((box) => box.entry[0]));
  /** @type {Placed} */
  const placed = { ...closed(number, 0, 0), open: true };
  boxes.forEach((box, i) => {
    const { start, length } = slots.get(names[i]) ?? { start: 0, length: 0 };
    const x = right ? start : axis - box.entry[0];
    const y = TITLE + (right ? 0 : start);
    placed.kids.push({ x, y, box });
    placed.w = Math.max(placed.w, right ? start + length : axis + wide);
    placed.h = Math.max(placed.h, right ? y + box.h : y + length);
    placed.count += box.count;
    const before = placed.kids[i - 1];
    if (!before) return;
    const [x1, y1] = [before.x + before.box.exit[0], before.y + before.box.exit[1]];
    const [x2, y2] = [x + box.entry[0], y + box.entry[1]];
    const turn = right ? Math.max(x1, before.x + slotLength(slots, names[i - 1])) + STAGE_GAP / 2 : y2 - STAGE_GAP_DOWN / 2;
    const bend = right ? [turn, y1, turn, y2] : [x1, turn, x2, turn];
    const straight = right ? y1 === y2 : x1 === x2;
    const points = straight ? [x1, y1, x2, y2] : [x1, y1, ...bend, x2, y2];
    placed.wires.push({ points, kind: "flow", from: i - 1, to: i, n: 1 });
  });
  return placed;
}

/** @param {Map<string, {start: number, length: number}>} slots @param {string} name */
function slotLength(slots, name) {
  return slots.get(name)?.length ?? 0;
}
