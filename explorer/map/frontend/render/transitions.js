// The transition from one scene to the next: parts that move, appear or go, and their wires.

import { nearestSpot, seenParts, spotOf } from "../layout/hit-test.js";
import { Painter } from "./painter.js";
import { keepsWires, wiresAt } from "./wire-transitions.js";

const MOST_MOVING = 1500;
/** Fainter wires are not drawn. */
const LEAST_ALPHA = 0.04;

/**
 * @typedef {import("../layout/scene.js").Scene} Scene
 * @typedef {import("../layout/hit-test.js").Spot} Spot
 * @typedef {import("../model/network.js").Part} Part
 *
 * @typedef {object} Mover
 * @property {Part} part
 * @property {Part} was the same part before, whose network may be in another form
 * @property {Spot} before
 * @property {Spot} after
 * @property {number} fade 1 for what appears, -1 for what goes, 0 for what stays
 * @property {boolean} keeps whether its wires stay too
 *
 * @typedef {{spot: Spot, part: Part, alpha: number, painter: Painter}} End
 */

/**
 * The parts in view before or after, each with both rectangles. Parts that were hidden grow out of
 * the box that hid them.
 *
 * @param {Scene} before
 * @param {Scene} after
 * @param {import("../layout/camera.js").View} viewBefore
 * @param {import("../layout/camera.js").View} viewAfter
 * @returns {Mover[]|null} null if there are too many to move
 */
export function moversBetween(before, after, viewBefore, viewAfter) {
  const seenAfter = seenParts(after, viewAfter, 7, MOST_MOVING);
  const seenBefore = seenParts(before, viewBefore, 7, MOST_MOVING);
  if (!seenAfter || !seenBefore) return null;
  /** The part of the same id in the other scene, whose networks may be in another form. @type {(scene: Scene, part: Part) => Part|null} */
  const counterpart = (scene, part) => {
    const i = [before, after].map((s) => s.roots.findIndex((r) => r.part.net === part.net)).find((n) => n >= 0) ?? 0;
    const net = scene.roots[i]?.part.net;
    if (!net) return null;
    if (net === part.net) return part;
    for (let at = /** @type {Part|null} */ (part); at; at = at.parent) {
      const found = at.isVirtual ? null : net.find(at.id);
      if (found) return found;
    }
    return null;
  };
  /** @type {Mover[]} */
  const movers = [];
  for (const spot of seenAfter) {
    const twin = counterpart(before, spot.part);
    const exact = twin && twin.id === spot.part.id ? spotOf(before, twin) : null;
    const start = exact ?? (twin && nearestSpot(before, twin)) ?? spot;
    const was = exact && twin ? twin : spot.part;
    movers.push({ part: spot.part, was, before: start, after: spot, fade: exact ? 0 : 1, keeps: !!exact && keepsWires(exact.box, spot.box) });
  }
  const moved = new Set(movers.map(({ part }) => part));
  for (const spot of seenBefore) {
    const twin = counterpart(after, spot.part);
    const exact = twin && twin.id === spot.part.id ? spotOf(after, twin) : null;
    if (exact && twin) {
      // What leaves the view moves out of it.
      if (!moved.has(twin)) movers.push({ part: twin, was: spot.part, before: spot, after: exact, fade: 0, keeps: keepsWires(spot.box, exact.box) });
      continue;
    }
    const end = (twin && nearestSpot(after, twin)) ?? spot;
    movers.push({ part: spot.part, was: spot.part, before: spot, after: end, fade: -1, keeps: false });
  }
  return movers;
}

/**
 * Draw movers at a time of the transition.
 *
 * @param {CanvasRenderingContext2D} context transformed to the map
 * @param {import("./surfaces.js").Surface} surface that draws on it
 * @param {import("../layout/camera.js").View} view
 * @param {import("./painter.js").Look} look
 * @param {Mover[]} movers
 * @param {number} t 0 to 1
 */
export function paintTransition(context, surface, view, look, movers, t) {
  for (const mover of movers) {
    const { part, was, before, after, fade } = mover;
    const { x, y, w, h } = between(mover, t);
    /** Its ends, the later first. @type {End[]} */
    const ends = [];
    if (fade >= 0) ends.push({ spot: after, part, alpha: t, painter: new Painter(surface, view, look, part.net) });
    if (fade <= 0) ends.push({ spot: before, part: was, alpha: 1 - t, painter: new Painter(surface, view, look, was.net) });
    const open = ends.find(({ spot }) => spot.box.open);
    const face = ends.find(({ spot }) => !spot.box.open);
    context.globalAlpha = fade ? ends[0].alpha : 1;
    if (open) {
      const { box } = open.spot;
      if (part.parent) open.painter.frame({ ...box, w, h }, part.name, x, y, open.painter.colourOf(box, open.part.field));
      else open.painter.title(box, x, y);
      wires(context, ends, mover, t);
    }
    // A box that opens or folds is drawn over its contents.
    if (open && face) context.globalAlpha = face.alpha;
    if (face && context.globalAlpha >= LEAST_ALPHA) closed(context, face, mover, t);
  }
  context.globalAlpha = 1;
}

/** A folded box or a layer, scaled while its size changes. @param {CanvasRenderingContext2D} context @param {End} end @param {Mover} mover @param {number} t */
function closed(context, { spot: { box }, part, painter }, mover, t) {
  const { x, y, w, h } = between(mover, t);
  const around = part.parent?.template.role;
  if (mover.before.w === mover.after.w) {
    painter.box({ ...box, h }, part.name, x, y, part.field, around);
    return;
  }
  if (!painter.sees(x, y, w, h)) return;
  const scale = Math.min(w / box.w, h / box.h);
  const transform = context.getTransform();
  context.translate(x, y);
  context.scale(scale, scale);
  const here = { ...painter.view, x: 0, y: 0, width: Infinity, height: Infinity };
  new Painter(painter.surface, here, painter.look, painter.net).box(box, part.name, 0, 0, part.field, around);
  context.setTransform(transform);
}

/** Wires of a box that keeps them move with what they join; others fade with their scene. @param {CanvasRenderingContext2D} context @param {End[]} ends @param {Mover} mover @param {number} t */
function wires(context, ends, mover, t) {
  const { x, y, w, h } = between(mover, t);
  if (mover.keeps) {
    const [after, before] = ends;
    for (const { wire, scene, points } of wiresAt(mover, t)) {
      const { painter, spot } = scene === "after" ? after : before;
      if (painter.draws(wire, spot.box)) painter.wire(wire, spot.box, points, x + w);
    }
    return;
  }
  for (const { spot: { box }, alpha, painter } of ends) {
    if (!box.open || alpha < LEAST_ALPHA) continue;
    context.globalAlpha = alpha;
    painter.wires(box, x, y, w / box.w, h / box.h);
  }
}

/** The rectangle of a mover at a time. @param {Mover} mover @param {number} t */
export function between({ before, after }, t) {
  const mid = (/** @type {"x"|"y"|"w"|"h"} */ side) => before[side] + (after[side] - before[side]) * t;
  return { x: mid("x"), y: mid("y"), w: mid("w"), h: mid("h") };
}
