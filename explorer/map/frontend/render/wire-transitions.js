// Wires between two scenes, joined to boxes that move.

import { IN, OUT } from "../layout/series-parallel.js";

/**
 * @typedef {import("../layout/hit-test.js").Spot} Spot
 * @typedef {import("../layout/series-parallel-layout.js").Placed} Placed
 * @typedef {import("../layout/series-parallel-layout.js").Wire} Wire
 * @typedef {import("./transitions.js").Mover} Mover
 *
 * @typedef {object} MovedWire
 * @property {Wire} wire
 * @property {"before"|"after"} scene from which it is taken
 * @property {number[]} points where it is now
 */

/** Whether an open box has the same wires in both scenes, perhaps at other positions. @param {Placed} before @param {Placed} after */
export function keepsWires(before, after) {
  if (!before.open || !after.open || before.kids.length !== after.kids.length) return false;
  const keys = (/** @type {Placed} */ { wires }) => wires.map((wire) => keyOf(wire)).sort().join();
  return before.number === after.number || keys(before) === keys(after);
}

/** @param {Wire} wire */
function keyOf({ from, to }) {
  return `${from}>${to}`;
}

/** The wires of a box that keeps them, at a time. @param {Mover} mover @param {number} t 0 to 1 @returns {MovedWire[]} */
export function wiresAt({ before, after }, t) {
  const old = new Map(before.box.wires.map((wire) => [keyOf(wire), wire]));
  return after.box.wires.map((wire) => {
    const twin = old.get(keyOf(wire)) ?? wire;
    const [a, b] = [absolute(twin, before), absolute(wire, after)];
    if (a.length === b.length) return { wire, scene: "after", points: b.map((v, i) => a[i] + (v - a[i]) * t) };
    // A wire with more bends can be drawn straight, not the other way round.
    const [start, end] = [0, 1].map((side) => between(jointOf(twin, before, side), jointOf(wire, after, side), t));
    const later = b.length > a.length;
    const [own, spot, points] = later ? [wire, after, b] : [twin, before, a];
    const [from, to] = [0, 1].map((side) => jointOf(own, spot, side));
    return { wire: own, scene: later ? "after" : "before", points: slid(points, from, start, to, end) };
  });
}

/** @param {Wire} wire @param {Spot} spot */
function absolute({ points }, { x, y }) {
  return points.map((v, i) => v + (i % 2 ? y : x));
}

/** Where a wire begins (0) or ends (1). @param {Wire} wire @param {Spot} spot @param {number} side @returns {[number, number]} */
function jointOf(wire, { x, y, box }, side) {
  const child = side ? wire.to : wire.from;
  if (child === IN || child === OUT) {
    const [px, py] = child === IN ? box.entry : box.exit;
    return [x + px, y + py];
  }
  const kid = box.kids[child];
  const [px, py] = side ? kid.box.entry : kid.box.exit;
  return [x + kid.x + px, y + kid.y + py];
}

/** @param {[number, number]} a @param {[number, number]} b @param {number} t @returns {[number, number]} */
function between(a, b, t) {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
}

/** Points with moved ends: what is level with an end moves with it, the rest by the mean of both. @param {number[]} points @param {[number, number]} from @param {[number, number]} start @param {[number, number]} to @param {[number, number]} end */
function slid(points, from, start, to, end) {
  const last = points.length - 2;
  return points.map((v, i) => {
    const axis = i % 2;
    const [first, final] = [start[axis] - from[axis], end[axis] - to[axis]];
    if (v === points[axis]) return v + first;
    return v === points[last + axis] ? v + final : v + (first + final) / 2;
  });
}
