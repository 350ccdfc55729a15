// Where a part lies in a scene, and which part lies at a point.

/**
 * @typedef {import("./layout.js").Scene} Scene
 * @typedef {import("./model.js").Part} Part
 * @typedef {import("./place.js").Placed} Placed
 * @typedef {{x: number, y: number, w: number, h: number, box: Placed}} Spot
 */

/** Whether a strip shows its parts without a box around them. @param {Placed} box */
export function isStrip(box) {
  return box.entry[0] === 0 && box.entry[1] === 0;
}

/** Where a part lies; null while a box around it is folded. @param {Scene} scene @param {Part} part @returns {Spot|null} */
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

/** The part itself if it is drawn, else the folded box that hides it. @param {Scene} scene @param {Part} part @returns {Part|null} */
export function seenFor(scene, part) {
  for (let at = /** @type {Part|null} */ (part); at; at = at.parent) if (spotOf(scene, at)) return at;
  return null;
}

/** Where a part lies, or the folded box that hides it. @param {Scene} scene @param {Part} part @returns {Spot|null} */
export function nearestSpot(scene, part) {
  const seen = seenFor(scene, part);
  return seen && spotOf(scene, seen);
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

/** @param {number} x @param {number} y @param {Placed} box @param {number} px @param {number} py */
function holds(x, y, box, px, py) {
  return px >= x && py >= y && px <= x + box.w && py <= y + box.h;
}

/**
 * Boxes and layers that are seen, each before what it holds.
 *
 * @param {Scene} scene
 * @param {import("./paint.js").View} view
 * @param {number} least pixels of the longer side
 * @param {number} most give up beyond so many
 * @returns {Array<Spot & {part: Part, up: Part[]}>|null}
 */
export function seenParts(scene, view, least, most) {
  /** @type {Array<Spot & {part: Part, up: Part[]}>} */
  const found = [];
  const right = view.x + view.width / view.zoom;
  const bottom = view.y + view.height / view.zoom;
  /** @type {(part: Part, box: Placed, x: number, y: number) => boolean} */
  const visit = (part, box, x, y) => {
    if (x > right || y > bottom || x + box.w < view.x || y + box.h < view.y) return true;
    if (Math.max(box.w, box.h) * view.zoom < least) return true;
    if (found.length >= most) return false;
    found.push({ part, x, y, w: box.w, h: box.h, box, up: [] });
    return box.kids.every((kid, i) => visit(part.children[i], kid.box, x + kid.x, y + kid.y));
  };
  return scene.roots.every(({ part, box, x, y }) => visit(part, box, x, y)) ? found : null;
}

/** Parts in reading order, as far as boxes are open. @param {Part} root @param {import("./model.js").Openness} openness @returns {Generator<Part>} */
export function* openParts(root, openness) {
  for (const child of root.children) {
    yield child;
    if (openness.isOpen(child)) yield* openParts(child, openness);
  }
}
