// The rectangle of a part in a scene, and the part at a point.

import { BUTTON } from "./constants.js";

/**
 * @typedef {import("./scene.js").Scene} Scene
 * @typedef {import("../model/network.js").Part} Part
 * @typedef {import("./series-parallel-layout.js").Placed} Placed
 * @typedef {{x: number, y: number, w: number, h: number, box: Placed}} Spot
 */

/** Whether a box is a strip, which shows its parts without a frame. @param {Placed} box */
export function isStrip(box) {
  return box.entry[0] === 0 && box.entry[1] === 0;
}

/** The rectangle of a part; null while a box around it is folded. @param {Scene} scene @param {Part} part @returns {Spot|null} */
export function spotOf(scene, part) {
  const root = scene.roots.find((r) => r.part.net === part.net);
  if (!root) return null;
  let { x, y, box } = root;
  for (const inner of part.ancestors.slice(1)) {
    const kid = box.open ? box.kids[inner.index] : undefined;
    if (!kid) return null;
    [x, y, box] = [x + kid.x, y + kid.y, kid.box];
  }
  return { x, y, w: box.w, h: box.h, box };
}

/** The rectangle of a part, or of the folded box that hides it. @param {Scene} scene @param {Part} part @returns {Spot|null} */
export function nearestSpot(scene, part) {
  for (let at = /** @type {Part|null} */ (part); at; at = at.parent) {
    const spot = spotOf(scene, at);
    if (spot) return spot;
  }
  return null;
}

/** The innermost part at a point. @param {Scene} scene @param {number} px @param {number} py @returns {{part: Part, spot: Spot}|null} */
export function partAt(scene, px, py) {
  for (const root of scene.roots) {
    if (!holds(root.x, root.y, root.box, px, py)) continue;
    let { x, y, box, part } = root;
    for (let deeper = true; deeper; ) {
      deeper = false;
      for (let i = 0; i < box.kids.length; i++) {
        const kid = box.kids[i];
        if (!holds(x + kid.x, y + kid.y, kid.box, px, py)) continue;
        [x, y, box, part, deeper] = [x + kid.x, y + kid.y, kid.box, part.children[i], true];
        break;
      }
    }
    if (part === root.part && isStrip(box)) return null;
    return { part, spot: { x, y, w: box.w, h: box.h, box } };
  }
  return null;
}

/** Whether the button of a box is at a point, or nearer than a distance. @param {Spot} spot @param {number} px @param {number} py @param {number} reach */
export function buttonAt({ x, y }, px, py, reach) {
  const half = Math.max(BUTTON.size / 2, reach);
  return Math.abs(px - x - BUTTON.x - BUTTON.size / 2) <= half && Math.abs(py - y - BUTTON.y - BUTTON.size / 2) <= half;
}

/** @param {number} x @param {number} y @param {Placed} box @param {number} px @param {number} py */
function holds(x, y, box, px, py) {
  return px >= x && py >= y && px <= x + box.w && py <= y + box.h;
}

/**
 * Boxes and layers in view, each before its contents; null if there are too many.
 *
 * @param {Scene} scene
 * @param {import("./camera.js").View} view
 * @param {number} least pixels of the longer side
 * @param {number} most parts
 * @returns {Array<Spot & {part: Part}>|null}
 */
export function seenParts(scene, view, least, most) {
  /** @type {Array<Spot & {part: Part}>} */
  const found = [];
  const right = view.x + view.width / view.zoom;
  const bottom = view.y + view.height / view.zoom;
  /** @type {(part: Part, box: Placed, x: number, y: number) => boolean} */
  const visit = (part, box, x, y) => {
    if (x > right || y > bottom || x + box.w < view.x || y + box.h < view.y) return true;
    if (Math.max(box.w, box.h) * view.zoom < least) return true;
    if (found.length >= most) return false;
    found.push({ part, x, y, w: box.w, h: box.h, box });
    return box.kids.every((kid, i) => visit(part.children[i], kid.box, x + kid.x, y + kid.y));
  };
  return scene.roots.every(({ part, box, x, y }) => visit(part, box, x, y)) ? found : null;
}

/** Parts in reading order, inside open boxes only. @param {Part} root @param {import("../model/network.js").Openness} openness @returns {Generator<Part>} */
export function* openParts(root, openness) {
  for (const child of root.children) {
    yield child;
    if (openness.isOpen(child)) yield* openParts(child, openness);
  }
}
