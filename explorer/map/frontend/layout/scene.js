// From what is open to positions, as a pure function: networks as strips of stages, side by side.

import { EVEN, Openness } from "../model/network.js";
import { BoxHeights } from "./box-heights.js";
import { BoxMaker, closed } from "./boxes.js";
import { LEGIBLE_ZOOM, MOST_CARD_WIDTH, MOST_SLAB_WIDTH, NET_GAP, STAGE_GAP, STAGE_GAP_DOWN, TITLE } from "./constants.js";
import { flowOf } from "./series-parallel.js";

/**
 * @typedef {import("../model/network.js").Part} Part
 * @typedef {import("../model/network.js").Net} Net
 * @typedef {import("./series-parallel-layout.js").Placed} Placed
 * @typedef {"right"|"down"} Direction
 *
 * @typedef {object} Scene
 * @property {number} w
 * @property {number} h
 * @property {Array<{x: number, y: number, box: Placed, part: Part}>} roots one for each network
 */

/**
 * @typedef {{direction: Direction, room: number}} Strip Direction of the flow from stage to stage, and the length across the
 *   screen that the folded networks fill; 0 for their own.
 */

/** Width of a screen that is too narrow for networks side by side. */
export const NARROW = 560;
/** Folded networks are not shown larger than this. */
export const MOST_ZOOM = 1.35;
/** Share of the room that is left over which makes boxes wider; the rest goes between them. */
const BOX_SHARE = 0.75;
const FOLDED = new Openness("stages");

/**
 * Networks side by side, their stages aligned.
 *
 * @param {Net[]} nets
 * @param {Openness} openness
 * @param {Direction|Strip} strip
 * @param {string} [metric] that the boxes' heights show; see `BoxHeights`
 * @returns {Scene}
 */
export function layout(nets, openness, strip, metric = EVEN) {
  const { direction, room } = typeof strip === "string" ? { direction: strip, room: 0 } : strip;
  const heights = new BoxHeights(nets, metric);
  const chains = nets.map((net) => isChain(net.root));
  const right = direction === "right" && chains.every(Boolean);
  const { box: wider, gap: farther } = room ? spare(nets, direction, metric, room) : { box: 0, gap: 0 };
  const most = right ? MOST_CARD_WIDTH : MOST_SLAB_WIDTH;
  const stretched = (/** @type {number} */ width) => Math.max(width, Math.min(most, width + wider));
  const makers = nets.map((net) => new BoxMaker(net, openness, heights, nets.length > 1, stretched));
  const rows = makers.map((maker, i) =>
    chains[i] ? nets[i].root.children.map((part) => maker.box(part, right)) : [maker.box(nets[i].root, false)],
  );
  const gap = right ? STAGE_GAP + farther : STAGE_GAP_DOWN;
  const names = nets.map((net, i) => (chains[i] ? net.root.children.map((part) => part.name) : [""]));
  const slots = align(names, rows.map((row) => row.map((box) => (right ? box.w : box.h))), gap);
  /** @type {Scene} */
  const scene = { w: 0, h: 0, roots: [] };
  let across = 0;
  rows.forEach((row, i) => {
    const box = chains[i] ? stripOf(nets[i].root.number, row, names[i], slots, right, gap) : row[0];
    scene.roots.push({ x: right ? 0 : across, y: right ? across : 0, box, part: nets[i].root });
    across += (right ? box.h : box.w) + NET_GAP;
    scene.w = Math.max(scene.w, (right ? 0 : across - NET_GAP - box.w) + box.w);
    scene.h = Math.max(scene.h, (right ? across - NET_GAP - box.h : 0) + box.h);
  });
  return scene;
}

/** What each folded box and each gap gets of the room that the folded networks leave. @param {Net[]} nets @param {Direction} direction @param {string} metric @param {number} room */
function spare(nets, direction, metric, room) {
  const folded = layout(nets, FOLDED, direction, metric);
  const left = Math.max(0, room - folded.w);
  const count = direction === "right" ? Math.max(...folded.roots.map(({ box }) => box.kids.length)) : nets.length;
  if (direction === "down") return { box: Math.floor(left / count), gap: 0 };
  return { box: Math.floor((left * BOX_SHARE) / count), gap: count > 1 ? Math.floor((left * (1 - BOX_SHARE)) / (count - 1)) : 0 };
}

/**
 * The strip that fills an area of the screen with the folded networks: to the right if that is legible, or larger.
 *
 * @param {Net[]} nets
 * @param {string} metric
 * @param {{w: number, h: number}} area
 * @returns {Strip}
 */
export function stripFor(nets, metric, area) {
  /** The zoom at which all is in view. @type {(direction: Direction) => {zoom: number, w: number}} */
  const fit = (direction) => {
    const { w, h } = layout(nets, FOLDED, direction, metric);
    return { zoom: Math.min(area.w / w, area.h / h), w };
  };
  const [right, down] = [fit("right"), fit("down")];
  const wide = area.w >= area.h && (right.zoom >= LEGIBLE_ZOOM || right.zoom >= down.zoom);
  const { zoom, w } = wide ? right : down;
  // On a narrow screen, each of several networks fills it.
  const each = !wide && area.w < NARROW ? nets.length * (area.w + NET_GAP) - NET_GAP : 0;
  const room = Math.max(w, each, area.w / Math.max(LEGIBLE_ZOOM, Math.min(MOST_ZOOM, zoom)));
  return { direction: wide ? "right" : "down", room };
}

/** Whether each child reads the one before it and nothing else. @param {Part} part */
function isChain(part) {
  const flow = flowOf(part.template);
  const inner = flow.edges.filter(([a, b]) => a >= 0 && b >= 0);
  return inner.length === flow.n - 1 && inner.every(([a, b]) => b === a + 1) && flow.n > 1;
}

/**
 * Start and length of the slot of each name along the flow, the same for all networks.
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
 * @param {number} gap between slots
 * @returns {Placed}
 */
function stripOf(number, boxes, names, slots, right, gap) {
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
    const turn = right ? Math.max(x1, before.x + (slots.get(names[i - 1])?.length ?? 0)) + gap / 2 : y2 - gap / 2;
    const bend = right ? [turn, y1, turn, y2] : [x1, turn, x2, turn];
    const straight = right ? y1 === y2 : x1 === x2;
    const points = straight ? [x1, y1, x2, y2] : [x1, y1, ...bend, x2, y2];
    placed.wires.push({ points, kind: "flow", from: i - 1, to: i, n: 1 });
  });
  return placed;
}
