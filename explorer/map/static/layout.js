// From what is open to positions: a pure function. Parts of one description share a layout.

import { layered } from "./layered.js";
import { entering, Placer } from "./place.js";
import { flowOf, OUT, seriesParallel } from "./series.js";
import { GAP, GUTTER, HEAD, NET_GAP, PAD, sizeOf, STAGE_GAP, STAGE_GAP_DOWN, THIN, TITLE, RUN_SHAPE, ZONE } from "./sizes.js";

/**
 * @typedef {import("./model.js").Part} Part
 * @typedef {import("./model.js").Openness} Openness
 * @typedef {import("./place.js").Placed} Placed
 * @typedef {"right"|"down"} Direction
 *
 * @typedef {object} Scene
 * @property {number} w
 * @property {number} h
 * @property {Array<{x: number, y: number, box: Placed, part: Part}>} roots one for each network
 */

/**
 * Networks side by side, their stages aligned.
 *
 * @param {import("./model.js").Net[]} nets
 * @param {Openness} openness
 * @param {Direction} direction of the flow from stage to stage
 * @returns {Scene}
 */
export function layout(nets, openness, direction) {
  const makers = nets.map((net) => new BoxMaker(net, openness));
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

/** @param {number} number @param {number} w @param {number} h @returns {Placed} */
function closed(number, w, h) {
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

/** Lays out boxes of one network, each description with one state of opening only once. */
class BoxMaker {
  /** @param {import("./model.js").Net} net @param {Openness} openness */
  constructor(net, openness) {
    this.net = net;
    this.openness = openness;
    this.mixed = openness.mixed(net);
    /** @type {Map<string, Placed>} */
    this.known = new Map();
  }

  /** @param {Part} part @param {boolean} card whether it stands in a strip to the right @returns {Placed} */
  box(part, card) {
    const around = part.parent?.template.role ?? "";
    if (this.mixed.has(part.id)) return this.make(part, around, card);
    const key = `${part.number} ${around} ${card}`;
    const known = this.known.get(key);
    if (known) return known;
    const made = this.make(part, around, card);
    this.known.set(key, made);
    return made;
  }

  /** @param {Part} part @param {string} around @param {boolean} card @returns {Placed} */
  make(part, around, card) {
    const role = part.template.role ?? "layer";
    if (this.openness.isOpen(part)) return this.opened(part, role, card);
    const [w, h] = sizeOf(role, around, card);
    const placed = { ...closed(part.number, w, h), thin: around === "path" || role === "path", card };
    if (card) Object.assign(placed, { entry: [0, h / 2], exit: [w, h / 2] });
    return placed;
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
    return placed;
  }
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
