// What taps and the pointer do to the map: one selects, two open or close a box, and so does its button.

import { buttonAt, partAt } from "../layout/hit-test.js";
import { hasButtons } from "../render/marks.js";

/** Half of the least side of what can be pressed, by the kind of pointer. */
const REACH_PX = { touch: 20, other: 12 };

/**
 * The part at a point of the screen, and whether its button is there.
 *
 * @param {import("../netmap.js").NetMap} map
 * @param {number} x
 * @param {number} y
 * @param {boolean} [touch]
 */
function hitAt(map, x, y, touch = false) {
  const { screen } = map;
  const { zoom } = screen.camera;
  const [mapX, mapY] = screen.camera.toMap(x, y);
  const hit = partAt(screen.scene, mapX, mapY);
  if (!hit) return null;
  const button = hit.part.opens && hasButtons(zoom) && buttonAt(hit.spot, mapX, mapY, (touch ? REACH_PX.touch : REACH_PX.other) / zoom);
  return { ...hit, button };
}

/** Select what is at a point, or press its button. @param {import("../netmap.js").NetMap} map @param {number} x @param {number} y @param {boolean} touch @returns {boolean} whether a button was pressed */
export function tap(map, x, y, touch) {
  map.frame.tree.focus({ preventScroll: true });
  const hit = hitAt(map, x, y, touch);
  if (hit?.button) map.toggle(hit.part, !hit.spot.box.open, [x, y]);
  else map.select(hit?.part ?? null);
  return Boolean(hit?.button);
}

/** Open or close the box at a point. @param {import("../netmap.js").NetMap} map @param {number} x @param {number} y */
export function tapTwice(map, x, y) {
  const hit = hitAt(map, x, y);
  if (hit) map.toggle(hit.part, !hit.spot.box.open, [x, y]);
}

/** Outline what is under the pointer. @param {import("../netmap.js").NetMap} map @param {number} x @param {number} y */
export function hover(map, x, y) {
  const hit = hitAt(map, x, y);
  const part = hit?.part ?? null;
  map.frame.canvas.title = hit?.button ? (hit.spot.box.open ? "Close this box" : "Open this box") : "";
  const before = map.hovered;
  if (part === before) return;
  map.hovered = part;
  map.frame.canvas.style.cursor = part ? "pointer" : "";
  map.screen.outlines = map.overlays.outlines();
  for (const changed of [before, part]) if (changed) map.screen.redrawAround(changed);
}
