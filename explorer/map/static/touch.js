// What taps and the pointer do to the map.

import { partAt } from "./locate.js";
import { HEAD } from "./sizes.js";

const LEAST_HEAD_PX = 12;

/**
 * Open, fold or select what was tapped: a folded box opens, a title folds, the rest selects.
 *
 * @param {import("./netmap.js").NetMap} map
 * @param {number} x
 * @param {number} y
 */
export function tap(map, x, y) {
  map.frame.tree.focus({ preventScroll: true });
  const [mapX, mapY] = map.screen.camera.toMap(x, y);
  const hit = partAt(map.screen.scene, mapX, mapY);
  if (!hit) {
    map.select(null);
    return;
  }
  const { part, spot } = hit;
  const head = Math.max(HEAD, LEAST_HEAD_PX / map.screen.camera.zoom);
  const closed = !part.isLayer && !spot.box.open;
  map.select(part);
  if (closed || (!part.isLayer && mapY < spot.y + head)) map.toggle(part, closed);
  else map.uncover(spot);
}

/** Outline what is under the pointer. @param {import("./netmap.js").NetMap} map @param {number} x @param {number} y */
export function hover(map, x, y) {
  const part = partAt(map.screen.scene, ...map.screen.camera.toMap(x, y))?.part ?? null;
  const before = map.hovered;
  if (part === before) return;
  map.hovered = part;
  map.frame.canvas.style.cursor = part ? "pointer" : "";
  map.screen.outlines = map.shown.outlines();
  for (const changed of [before, part]) if (changed) map.screen.touch(changed);
}
