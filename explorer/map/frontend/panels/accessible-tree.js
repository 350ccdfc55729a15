// What screen readers see of the canvas: a tree with one item, the focused part.

import { spotOf } from "../layout/hit-test.js";
import { spokenLabel } from "../model/facts.js";
import { make } from "./dom.js";

/** @typedef {import("../netmap.js").NetMap} NetMap */

/** Show the focused part to screen readers, at its position on the screen. @param {NetMap} map */
export function announce(map) {
  const { focused: part } = map;
  const { tree } = map.frame;
  tree.replaceChildren();
  if (!part || !part.parent) {
    tree.removeAttribute("aria-activedescendant");
    return;
  }
  const open = map.openness.isOpen(part);
  const item = make("div", {
    id: `${map.key}-item`,
    role: "treeitem",
    "aria-label": spokenLabel(part, open, map.overlays.differences.of(part)),
    "aria-level": String(part.ancestors.length - 1),
    "aria-posinset": String(part.index + 1),
    "aria-setsize": String(part.parent.children.length),
    "aria-selected": String(part === map.selected),
    "aria-expanded": part.isLayer ? undefined : String(open),
  });
  tree.append(item);
  tree.setAttribute("aria-activedescendant", item.id);
  follow(map);
}

/** Keep the item where its part is on the screen. @param {NetMap} map */
export function follow(map) {
  const item = /** @type {HTMLElement|null} */ (map.frame.tree.firstElementChild);
  const spot = item && map.focused && spotOf(map.screen.scene, map.focused);
  if (!item || !spot) return;
  const { x, y, zoom } = map.screen.camera;
  Object.assign(item.style, {
    left: `${(spot.x - x) * zoom}px`, top: `${(spot.y - y) * zoom}px`, width: `${spot.w * zoom}px`, height: `${spot.h * zoom}px`,
  });
}
